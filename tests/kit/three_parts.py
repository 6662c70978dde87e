"""Propose, sign and commit in three processes, with nothing but bytes between them.

The test's own process proposes. One helper has the key files and signs; another has the data folder
and commits. Each is started once and answers line by line.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from kt1custody.core.log.entry import Entry
from kt1custody.errors import RefusedError
from kt1custody.services.session import here, proposal, writer
from kt1custody.services.session.here import Here
from kt1custody.services.session.proposal import Proposal, Signed
from kt1custody.services.session.session import Session
from kt1custody.signing import person_keys
from kt1custody.signing.person_keys import PersonKey
from kt1custody.store.log import LogBook
from tests.kit import cast

ROOT = Path(__file__).parents[2]


def sign(asked: dict[str, Any], unlocked: dict[str, PersonKey]) -> dict[str, Any]:
    """Sign what is asked for, with the key files of a folder and the PINs of the cast."""
    told = proposal.read(bytes.fromhex(asked["proposal"]))
    signed: Signed = ()
    for staff in told.people:
        if staff not in unlocked:
            keys = Path(asked["keys"])
            unlocked[staff] = person_keys.unlock(keys, staff, cast.PINS[staff], cast.MORNING)
        signed = here.sign(told, signed, unlocked[staff])
    return {"signed": proposal.encode_signed(signed).hex()}


def commit(asked: dict[str, Any], desks: dict[str, Session]) -> dict[str, Any]:
    """Commit what is asked for; nobody is unlocked here."""
    if asked["folder"] not in desks:
        desks[asked["folder"]] = cast.World(Path(asked["folder"])).session
    session = desks[asked["folder"]]
    session.as_of = asked["as_of"]
    told = proposal.read(bytes.fromhex(asked["proposal"]))
    signed = proposal.read_signed(bytes.fromhex(asked["signed"]))
    try:
        entries = writer.commit(session, told, signed)
    except RefusedError as error:
        return {"refused": error.code}
    return {"seqs": [one.seq for one in entries]}


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
    kept: dict[str, Any] = {}
    for line in lines:
        answer = (sign if part == "sign" else commit)(json.loads(line), kept)
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


@contextlib.contextmanager
def apart(world: cast.World, patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Have every use case of a world signed and committed elsewhere; gives the types of its acts."""
    signer, committer, seen = Helper("sign"), Helper("commit"), list[str]()

    def sign_elsewhere(own: Here, told: Proposal) -> Signed:
        answer = signer.ask(keys=str(own.session.keys), proposal=told.encode().hex())
        return proposal.read_signed(bytes.fromhex(answer["signed"]))

    def commit_elsewhere(session: Session, told: Proposal, signed: Signed) -> list[Entry]:
        answer = committer.ask(
            folder=str(world.folder),
            as_of=session.as_of,
            proposal=told.encode().hex(),
            signed=proposal.encode_signed(signed).hex(),
        )
        if "refused" in answer:
            raise RefusedError(answer["refused"])
        seen.extend(act.type for act in told.acts)
        with session.database.read() as connection:
            return [LogBook(connection).entry(seq) for seq in answer["seqs"]]

    patch.setattr(Here, "sign", sign_elsewhere)
    patch.setattr(writer, "commit", commit_elsewhere)
    yield seen
    signer.end()
    committer.end()
