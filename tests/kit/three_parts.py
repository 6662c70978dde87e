"""Propose, sign and commit in three processes, with nothing but bytes between them.

The test's own process proposes. One helper has the key files and signs; another has the data folder
and commits. Each is started once and answers line by line; between two lines neither holds a file
open, so that a backup can be put in the place of the data folder.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pytest

from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import Entry
from kt1custody.errors import RefusedError
from kt1custody.services.keys import founding_here, genesis
from kt1custody.services.keys.genesis_entry import ROLES, Founding
from kt1custody.services.session import here, proposal, writer
from kt1custody.services.session.here import Here
from kt1custody.services.session.proposal import Proposal, Signed
from kt1custody.services.session.session import Session
from kt1custody.signing import person_keys
from kt1custody.signing.person_keys import PersonKey
from kt1custody.signing.sign import key_map
from kt1custody.store.log import LogBook
from tests.kit import cast

ROOT = Path(__file__).parents[2]


def sign(asked: dict[str, Any], unlocked: dict[str, PersonKey]) -> dict[str, Any]:
    """Sign what is asked for, with the key files of a folder and the PINs of the cast."""
    wanted = proposal.read(bytes.fromhex(asked["proposal"]))
    signed: Signed = ()
    for staff in wanted.people:
        if staff not in unlocked:
            keys = Path(asked["keys"])
            unlocked[staff] = person_keys.unlock(keys, staff, cast.PINS[staff], cast.MORNING)
        signed = here.sign(wanted, signed, unlocked[staff])
    return {"signed": proposal.encode_signed(signed).hex()}


def make_keys(asked: dict[str, Any], unlocked: dict[str, PersonKey]) -> dict[str, Any]:
    """Make the key files of three officers; gives their public halves."""
    keys, halves = Path(asked["keys"]), list[cbor.Value]()
    for role, staff in zip(ROLES, asked["officers"], strict=True):
        key = person_keys.create(keys, staff, cast.PINS[staff], person_keys.TRAINING)
        public = key_map(asked["origin"], staff, role, key.signing, key.opening.public())
        halves.append(dict(public))
        unlocked[staff] = key
    return {"people": cbor.encode(halves).hex()}


def commit(asked: dict[str, Any]) -> dict[str, Any]:
    """Commit what is asked for; nobody is unlocked here."""
    session = cast.World(Path(asked["folder"])).session
    session.as_of = asked["as_of"]
    wanted = proposal.read(bytes.fromhex(asked["proposal"]))
    signed = proposal.read_signed(bytes.fromhex(asked["signed"]))
    try:
        if wanted.acts[0].type == "genesis":
            return {"genesis": genesis.commit(session, wanted, signed).hex()}
        return {"seqs": [entry.seq for entry in writer.commit(session, wanted, signed)]}
    except RefusedError as error:
        return {"refused": error.code}
    finally:
        session.close()


class Helper:
    """A process that does one of the parts."""

    def __init__(self, part: str) -> None:
        words = [sys.executable, "-c", f"from tests.kit import three_parts as t; t.serve({part!r})"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)

    def ask(self, **what: object) -> dict[str, Any]:
        write, read = self._process.stdin, self._process.stdout
        assert write
        assert read
        write.write(f"{json.dumps(what)}\n")
        write.flush()
        answer: dict[str, Any] = json.loads(read.readline())
        return answer

    def end(self) -> None:
        self._process.communicate()


def serve(part: str, lines: IO[str] = sys.stdin) -> None:
    """Answer each line; `part` is `sign` or `commit`."""
    unlocked: dict[str, PersonKey] = {}
    for line in lines:
        asked = json.loads(line)
        if part == "commit":
            answer = commit(asked)
        else:
            answer = (make_keys if "officers" in asked else sign)(asked, unlocked)
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


@contextlib.contextmanager
def apart(world: cast.World, patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Have all that a world does signed and committed elsewhere; gives the types of its acts."""
    signer, committer, walked = Helper("sign"), Helper("commit"), list[str]()

    def sign_elsewhere(own: Here, wanted: Proposal) -> Signed:
        answer = signer.ask(keys=str(own.session.keys), proposal=wanted.encode().hex())
        return proposal.read_signed(bytes.fromhex(answer["signed"]))

    def send(session: Session, wanted: Proposal, signed: Signed) -> dict[str, Any]:
        answer = committer.ask(
            folder=str(world.folder),
            as_of=session.as_of,
            proposal=wanted.encode().hex(),
            signed=proposal.encode_signed(signed).hex(),
        )
        if "refused" in answer:
            raise RefusedError(answer["refused"])
        walked.extend(act.type for act in wanted.acts)
        return answer

    def commit_elsewhere(session: Session, wanted: Proposal, signed: Signed) -> list[Entry]:
        answer = send(session, wanted, signed)
        with session.database.read() as connection:
            return [LogBook(connection).entry(seq) for seq in answer["seqs"]]

    def found_elsewhere(own: Here, founding: Founding, _: Sequence[str]) -> bytes:
        genesis.begin(own.session, founding)
        answer = signer.ask(
            keys=str(own.session.keys), officers=founding.officers, origin=founding.origin
        )
        people: Any = cbor.decode(bytes.fromhex(answer["people"]))
        wanted = genesis.propose(own.session, founding, people)
        signed = sign_elsewhere(own, wanted)
        return bytes.fromhex(send(own.session, wanted, signed)["genesis"])

    patch.setattr(Here, "sign", sign_elsewhere)
    patch.setattr(writer, "commit", commit_elsewhere)
    patch.setattr(founding_here, "found", found_elsewhere)
    try:
        yield walked
    finally:
        signer.end()
        committer.end()
