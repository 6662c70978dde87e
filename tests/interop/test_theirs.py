"""Logs that another implementation has made: read, verified and cosigned by this program.

The witness is the program itself, asked over the network as strangers ask it.
"""

import base64
import contextlib
import hashlib
import http.client
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import note, tree
from kt1custody.core.formats.bundle import tile_path
from kt1custody.core.formats.frames import unframe
from kt1custody.core.formats.note import VerifierKey
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.entry import leaf_hash
from kt1custody.errors import KtError, VerificationError
from kt1custody.services.session import checkpoint as signing
from kt1custody.services.witness import cosign
from kt1custody.signing import cosigned, sign
from kt1custody.store.log import LogBook
from kt1custody.store.notes import KeptNote, Notes
from kt1custody.store.tree import tiles
from kt1custody.witnessing import witness as witnesses
from tests.kit import cast, strangers

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
EXAMPLES: dict[str, Any] = json.loads(
    (ROOT / "tests" / "vectors" / "c2sp" / "examples.json").read_text("utf-8")
)
SEED, NAME = "07" * 32, "log.example/own"
COUNTS = (0, 1, 2, 255, 256, 257, 600)

Vector = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """A log of strangers on the disk."""

    folder: Path
    count: int
    key: VerifierKey

    @property
    def note(self) -> bytes:
        return (self.folder / "checkpoint").read_bytes()

    @property
    def roots(self) -> list[bytes]:
        """Of all sizes up to its own."""
        return [*map(base64.b64decode, (self.folder / "roots").read_text().split())]

    def proof(self, index: int) -> bytes:
        return (self.folder / "proofs" / f"{index}.tlog-proof").read_bytes()

    def request(self, old: int) -> bytes:
        return (self.folder / "requests" / str(old)).read_bytes()

    def tile(self, level: int, number: int) -> bytes:
        """Hashes of a tile, the full one if it is there."""
        widths = {(at, place): width for at, place, width in tree.tiles_of(self.count)}
        name = tile_path(number, widths[level, number])
        return (self.folder / "tile" / str(level) / name).read_bytes()

    def entries(self) -> list[bytes]:
        paths = [
            self.folder / "tile" / "entries" / tile_path(number, width)
            for level, number, width in tree.tiles_of(self.count)
            if level == 0
        ]
        return [entry for path in paths for entry in unframe(path.read_bytes())]


Logs = Callable[[int], Made]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    """One log as it grows: each size begins with those below it."""
    made: dict[int, Made] = {}

    def make(count: int) -> Made:
        if count not in made:
            folder = tmp_path_factory.mktemp(f"log-{count}")
            key = strangers.answers("make", SEED, NAME, count, folder).strip()
            made[count] = Made(folder, count, note.read_key(key))
        return made[count]

    return make


@pytest.fixture(params=COUNTS)
def made(logs: Logs, request: pytest.FixtureRequest) -> Made:
    return logs(request.param)


# What is read and verified.


def check_proof(made: Made, raw: bytes, leaf: bytes) -> tlog.InclusionProof:
    read = tlog.read_proof(raw)
    told = read.signed.checkpoint
    if not (told.origin == NAME and cosigned.is_signed_by(read.signed, made.key.pub)):
        raise VerificationError("note-unsigned")
    tree.check_inclusion(leaf, read.index, told.size, told.root, read.hashes)
    return read


def check_request(made: Made, raw: bytes, roots: list[bytes]) -> None:
    read = tlog.read_request(raw)
    told = read.signed.checkpoint
    if not (told.origin == NAME and cosigned.is_signed_by(read.signed, made.key.pub)):
        raise VerificationError("note-unsigned")
    if not 0 <= read.old < len(roots):
        raise VerificationError("bad-proof")
    tree.check_consistency(read.old, roots[read.old], told.size, told.root, read.hashes)


def test_the_checkpoint_of_a_log(made: Made):
    assert made.key.name == NAME
    assert made.key.kind == note.SIGNATURE
    read = checkpoint.read(made.note)
    assert cosigned.is_signed_by(read, made.key.pub)
    told = read.checkpoint
    assert (told.origin, told.size, told.root) == (NAME, made.count, made.roots[made.count])
    assert read.spelled() == made.note


def test_the_tiles_of_a_log(made: Made):
    found = {path.relative_to(made.folder / "tile").as_posix() for path in files(made)}
    wanted = set()
    for level, number, width in tree.tiles_of(made.count):
        name = tile_path(number, width)
        wanted |= {f"{level}/{name}"} | ({f"entries/{name}"} if level == 0 else set())
        assert len(made.tile(level, number)) == tree.HASH * width
    assert found == wanted
    leaves = [*map(leaf_hash, made.entries())]
    assert len(leaves) == made.count
    grown, tiles = tree.Tree(), tree.Tiles(made.tile)
    for size, root in enumerate(made.roots):
        assert grown.root() == tiles.root(size) == root
        if size < made.count:
            grown.add(leaves[size])


def files(made: Made) -> Iterator[Path]:
    return (path for path in (made.folder / "tile").rglob("*") if path.is_file())


def test_every_proof_of_a_log_holds_and_is_spelled_the_same(made: Made):
    tiles, entries, roots = tree.Tiles(made.tile), made.entries(), made.roots
    for index, entry in enumerate(entries):
        raw, leaf = made.proof(index), leaf_hash(entry)
        read = check_proof(made, raw, leaf)
        assert read.index == index
        assert tlog.spell_proof(index, tiles.inclusion(index, made.count), made.note) == raw
        before = tree.root_before(leaf, index, made.count, read.hashes)
        assert before == roots[index + 1]
        with pytest.raises(VerificationError, match="bad-proof"):
            check_proof(made, raw, leaf_hash(b"another"))


def test_every_request_of_a_log_holds_and_is_spelled_the_same(made: Made):
    tiles, roots = tree.Tiles(made.tile), made.roots
    for old in range(made.count + 1):
        raw = made.request(old)
        check_request(made, raw, roots)
        assert tlog.spell_request(old, tiles.consistency(old, made.count), made.note) == raw
        other = [*roots[:old], leaf_hash(b"another"), *roots[old + 1 :]]
        with pytest.raises(VerificationError, match="bad-proof"):
            check_request(made, raw, other)


@pytest.mark.parametrize("bit", [0x01, 0x10, 0x80])
def test_no_byte_of_what_strangers_give_can_be_changed(logs: Logs, bit: int):
    """Not even where they do not look: each text has one spelling."""
    made = logs(257)
    leaf, roots = leaf_hash(made.entries()[100]), made.roots
    proof, request = made.proof(100), made.request(100)
    check_proof(made, proof, leaf)
    check_request(made, request, roots)
    for raw, check in (
        (proof, lambda wrong: check_proof(made, wrong, leaf)),
        (request, lambda wrong: check_request(made, wrong, roots)),
    ):
        for at in range(len(raw)):
            wrong = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
            with pytest.raises(KtError):
                check(wrong)


# Our witness on the network.


@dataclass(frozen=True)
class Served:
    """A witness as a program of its own."""

    folder: Path
    key: VerifierKey
    place: str

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, str, bytes]:
        """Give status, content type and body of the answer."""
        with contextlib.closing(http.client.HTTPConnection(self.place, timeout=30)) as connection:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.headers.get_content_type(), answer.read()

    def add(self, body: bytes) -> tuple[int, str, bytes]:
        return self.ask("POST", "/add-checkpoint", body)

    def newest(self, origin: str) -> tuple[int, str, bytes]:
        return self.ask("GET", f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint")

    def remember(self, origin: str, size: int, root: str) -> None:
        """Let it have cosigned this last; size 0: nothing."""
        raw = sqlite3.connect(self.folder / witnesses.NOTES)
        with raw:
            raw.execute("DELETE FROM notes WHERE origin = ?", (origin,))
        raw.close()
        if size:
            notes = Notes(self.folder / witnesses.NOTES)
            text = f"{origin}\n{size}\n{root}\n"
            line = note.SignatureLine(origin, bytes(4), bytes(64))
            notes.put(KeptNote(origin, size, note.spell(text, [line])), None)
            notes.close()


WITNESS = "witness.example/w"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served") / "witness"
    key = witnesses.begin(folder, WITNESS)
    for log in {one["log"] for one in EXAMPLES["exchanges"]}:
        witnesses.trust(folder, log)
    command = ["witness", "serve", "--dir", folder, "--listen", "127.0.0.1:0", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "kt1custody", *map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        try:
            assert process.stdout is not None
            told = json.loads(b"".join([*iter(process.stdout.readline, b"}\n"), b"}"]))
            yield Served(folder, key, told["listening"])
        finally:
            process.send_signal(signal.SIGTERM)
            _, complaints = process.communicate(timeout=30)
    assert (process.returncode, complaints) == (0, b"")


def test_every_status_of_the_protocol_is_answered():
    assert {one["status"] for one in EXAMPLES["exchanges"]} == {200, 400, 403, 404, 409, 422}


@pytest.mark.parametrize("one", EXAMPLES["exchanges"], ids=lambda one: one["what"])
def test_exchanges(served: Served, tmp_path: Path, one: Vector):
    origin = one["log"].partition("+")[0]
    served.remember(origin, one["last"], one["last_root"])
    begin = int(time.time())
    status, kind, body = served.add(one["body"].encode())
    assert status == one["status"]
    assert kind == ("text/x.tlog.size" if status == 409 else "text/plain")
    if status == 409:
        assert body.decode() == one["answer"]
    if status == 200:
        text = one["body"].partition("\n\n")[2].rpartition("\n\n")[0] + "\n"
        path = tmp_path / "note"
        path.write_bytes(text.encode() + b"\n" + body)
        strangers.answers("cosignature", WITNESS, served.key.pub.hex(), path)
        [line] = tlog.read_cosignatures(body)
        assert begin <= int.from_bytes(line.signature[:8], "big") <= time.time()
        _, _, kept = served.newest(origin)
        assert kept.startswith(text.encode() + b"\n")
        assert kept.endswith(body)


@pytest.mark.parametrize("one", EXAMPLES["requests"], ids=lambda one: one["what"])
def test_requests(served: Served, one: Vector):
    status, _, _ = served.add(one["body"].encode())
    if one.get("refused"):
        assert status == one["status"] == 400
    else:
        assert status != 400


def test_a_log_of_strangers_is_cosigned_as_it_grows(served: Served, logs: Logs, tmp_path: Path):
    witnesses.trust(served.folder, str(logs(0).key))  # while it serves
    last, path = 0, tmp_path / "note"
    for count in COUNTS:
        made = logs(count)
        for old in {0, 1, count // 2, count} - {last}:
            if old <= count:
                assert served.add(made.request(old))[:2] == (409, "text/x.tlog.size")
                assert served.add(made.request(old))[2] == f"{last}\n".encode()
        status, _, line = served.add(made.request(last))
        assert status == 200
        keys = f"{made.key} {served.key}"
        path.write_bytes(made.note + line)
        told = json.loads(strangers.answers("checkpoint", keys, path))
        assert told["verified"] == [NAME, WITNESS]
        status, kind, kept = served.newest(NAME)
        assert (status, kind) == (200, "text/plain")
        path.write_bytes(kept)
        told = json.loads(strangers.answers("checkpoint", keys, path))
        assert told["verified"] == [NAME, WITNESS]
        assert told["text"] == checkpoint.read(made.note).checkpoint.text
        last = count
    assert served.add(logs(257).request(256))[::2] == (409, b"600\n")
    assert served.newest("log.example/none")[0] == 404


def test_another_history_of_strangers_is_not_cosigned(served: Served, logs: Logs):
    """Signed by the very key of the log: the witness is what stops it."""
    made = logs(257)
    witnesses.trust(served.folder, str(made.key))
    served.remember(NAME, 256, base64.b64encode(leaf_hash(b"another root")).decode())
    status, _, body = served.add(made.request(256))
    assert (status, body) == (422, b"proof\n")
    kept = sorted((served.folder / witnesses.EVIDENCE).glob("*/asked.checkpoint"))
    assert made.note in {path.read_bytes() for path in kept}
    state = ["w.example", SEED, 5, made.key, 256, base64.b64encode(leaf_hash(b"x")).decode()]
    assert strangers.answers("witness", *state, given=made.request(256)) == "422\n"


def test_our_log_is_cosigned_by_our_witness_over_the_network(
    served: Served, founded: cast.World, tmp_path: Path
):
    with founded.session.database.read() as connection:
        control = LogBook(connection).control
    key = VerifierKey(control.origin, note.SIGNATURE, control.service_key("log").pub)
    witnesses.trust(served.folder, str(key))
    candidate = cosign.candidate(served.key, f"http://{served.place}")
    [told] = cosign.ask(founded.session, [candidate])
    assert (told.code, told.name) == (cosign.COSIGNED, WITNESS)
    path = tmp_path / "note"
    path.write_bytes(signing.give_out(founded.session).note)
    said = json.loads(strangers.answers("checkpoint", f"{key} {served.key}", path))
    assert said["verified"] == [control.origin, WITNESS]


# A witness of strangers and requests of ours.


def test_a_witness_of_strangers_cosigns_our_log(founded: cast.World, tmp_path: Path):
    own, at = sign.from_seed(bytes.fromhex(SEED)), cast.MORNING
    candidate = cosign.candidate(VerifierKey("w.example", note.COSIGNATURE, own.pub), None)
    with founded.session.database.read() as connection:
        control = LogBook(connection).control
        before = tiles(connection, 0).root(7)
    key = VerifierKey(control.origin, note.SIGNATURE, control.service_key("log").pub)
    state = ["w.example", SEED, at, key, 7, base64.b64encode(before).decode()]

    def ask(old: int) -> str:
        """What the witness says to a request of ours, as it goes on a stick."""
        path = tmp_path / f"from {old}"
        outgoing.witness_request(founded.session, path, None, old)
        return strangers.answers("witness", *state, given=path.read_bytes()).replace("\n", " ", 1)

    def add(told: str) -> cosign.CosignOutcome:
        path = tmp_path / hashlib.sha256(told.encode()).hexdigest()
        path.write_text(told, "utf-8")
        return incoming.witness_answer(founded.session, path, candidate)

    told = ask(3)
    assert told == "409 7\n"
    elsewhere = add(told)
    assert (elsewhere.code, elsewhere.size) == (cosign.ELSEWHERE, 7)
    told = ask(7)
    assert told.startswith("200 — w.example ")
    digit = told[60]
    wrong = add(f"{told[:60]}{'A' if digit != 'A' else 'B'}{told[61:]}")
    assert (wrong.code, wrong.name) == ("wrong-answer", "")
    right = add(told)
    assert (right.code, right.name, right.time) == (cosign.COSIGNED, "w.example", at)
    path = tmp_path / "note"
    path.write_bytes(signing.give_out(founded.session).note)
    said = json.loads(strangers.answers("cosignature", "w.example", own.pub.hex(), path))
    assert said["verified"] == ["w.example"]
