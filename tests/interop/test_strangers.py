"""The strangers' program and the vectors of C2SP against each other.

Neither is the program under test: this shows that what the others are judged by is right.
"""

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kit import strangers

pytestmark = pytest.mark.slow

VECTORS = Path(__file__).parent.parent / "vectors" / "c2sp"
EXAMPLES = json.loads((VECTORS / "examples.json").read_text("utf-8"))
SEED, NAME = "07" * 32, "log.example/own"
READ_BY_SUMDB = {"ID in capitals", "a line more"}  # which it takes though the page does not

Vector = dict[str, Any]


def each(part: str, wanted: Callable[[Vector], bool] = lambda one: True) -> pytest.MarkDecorator:
    found = [one for one in EXAMPLES[part] if wanted(one)]
    assert found
    return pytest.mark.parametrize("one", found, ids=[one["what"] for one in found])


@pytest.fixture
def noted(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(what: str | bytes) -> Path:
        path = tmp_path / hashlib.sha256(repr(what).encode()).hexdigest()
        path.write_bytes(what.encode() if isinstance(what, str) else what)
        return path

    return write


Noted = Callable[[str | bytes], Path]


def note_of(one: Vector) -> bytes:
    return bytes(one["note"].encode() if "note" in one else bytes.fromhex(one["note_hex"]))


def a_note_under(text: str) -> str:
    return f"{text}\n— nobody {base64.b64encode(bytes(68)).decode()}\n"


@each("notes")
def test_notes(one: Vector, noted: Noted):
    done = strangers.run("note", " ".join(one["keys"]), noted(note_of(one)))
    told = json.loads(done.stdout) if done.stdout else None
    if one["answer"] == "verified":
        assert done.returncode == 0
        assert told
        assert (told["text"], told["verified"]) == (one["text"], one["verified"])
    elif one["answer"] == "unverified":
        assert (done.returncode, told["verified"] if told else None) == (1, [])
        if "lines" in one:
            assert told
            assert told["unverified"] == [name for name, _, _ in one["lines"]]
    else:
        reason = {"false": b"invalid signature", "malformed": b"malformed note"}[one["answer"]]
        assert done.returncode == 1
        assert reason in done.stderr


@each("vkeys", lambda one: one["what"] not in READ_BY_SUMDB)
def test_keys(one: Vector, noted: Noted):
    said = strangers.refuses("note", one["vkey"], noted(a_note_under("text\n")))
    assert (said == "note has no verifiable signatures\n") is not one.get("refused", False)


@each("checkpoints")
def test_checkpoints(one: Vector, noted: Noted):
    path = noted(a_note_under(one["text"]))
    key = EXAMPLES["exchanges"][0]["log"]
    line = strangers.answers("cosign", "w.example", SEED, 5, path)
    body = f"old 0\n\n{one['text']}\n{line}".encode()
    empty = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    status = strangers.answers("witness", "w.example", SEED, 5, key, 0, empty, given=body)
    known = one.get("origin") == key.partition("+")[0]
    assert status == ("400\n" if one.get("refused") else "403\n" if known else "404\n")


@each("cosignatures", lambda one: "verified" in one)
def test_cosignatures(one: Vector, noted: Noted):
    path = noted(f"{one['text']}\n{one['line']}")
    ask = strangers.answers if one["verified"] else strangers.refuses
    ask("cosignature", one["name"], one["public"], path)
    if one["verified"]:
        made = strangers.answers("cosign", one["name"], one["seed"], one["time"], path)
        assert made == one["line"]


@each("requests", lambda one: one.get("refused", False))
def test_malformed_requests(one: Vector):
    known = EXAMPLES["exchanges"][2]
    assert ask_witness({**known, **one}) == f"{one['status']}\n"


@each("exchanges")
def test_exchanges(one: Vector):
    assert ask_witness(one) == f"{one['status']}\n{one.get('answer', '')}"


def ask_witness(one: Vector) -> str:
    state = [one[key] for key in ("name", "seed", "time", "log", "last", "last_root")]
    return strangers.answers("witness", *state, given=one["body"].encode())


def test_tile_paths():
    numbers = [one["number"] for one in EXAMPLES["tile_paths"]]
    paths = [one["path"] for one in EXAMPLES["tile_paths"]]
    assert strangers.answers("paths", *numbers).split() == paths


@each("trees")
def test_tiles_of_a_size(one: Vector):
    levels: list[list[int]] = [[0, 0] for _ in one["levels"]]
    for path in strangers.answers("required", one["size"]).split():
        level, partial, width = int(path.split("/")[1]), *path.partition(".p/")[1:]
        levels[level] = [levels[level][0], int(width)] if partial else [levels[level][0] + 1, 0]
    assert levels == one["levels"]


@each("proofs", lambda one: "keys" in one)
def test_proofs(one: Vector, noted: Noted):
    ask = strangers.answers if one.get("verified") else strangers.refuses
    ask("proof", " ".join(one["keys"]), noted(one["proof"]), one["leaf"])


@each("policies", lambda one: "structure" not in one)
def test_policies(one: Vector, noted: Noted):
    ask = strangers.answers if one.get("holds") else strangers.refuses
    ask("policy", noted(one["policy"]), noted(note_of(one)))


def test_the_vectors_of_proofs_are_those_that_sumdb_makes():
    assert strangers.answers("vectors") == (VECTORS / "proofs.json").read_text("utf-8")


def test_the_examples_are_those_that_are_written_down(tmp_path: Path):
    subprocess.run([sys.executable, VECTORS / "make.py", tmp_path], check=True)
    assert (tmp_path / "examples.json").read_bytes() == (VECTORS / "examples.json").read_bytes()


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 257, 600])
def test_a_log_of_strangers_holds(count: int, tmp_path: Path):
    key = strangers.answers("make", SEED, NAME, count, tmp_path).strip()
    assert strangers.answers("tiles", tmp_path, key).startswith(f"{count} entries and ")
    roots = (tmp_path / "roots").read_text().split()
    for index in {0, count // 2, count - 1} & set(range(count)):
        leaf = hashlib.sha256(b"\x00" + f"entry {index}".encode()).hexdigest()
        strangers.answers("proof", key, tmp_path / f"proofs/{index}.tlog-proof", leaf)
        strangers.refuses("proof", key, tmp_path / f"proofs/{index}.tlog-proof", "00" * 32)
    for old in {0, 1, count // 2, count} & set(range(count + 1)):
        lines = (tmp_path / f"requests/{old}").read_bytes().split(b"\n\n")[0].split(b"\n")[1:]
        sizes = [count, old, roots[count], roots[old]]
        strangers.answers("tree", *sizes, given=b"\n".join(lines))
        strangers.refuses("tree", *sizes, given=b"\n".join([*lines, roots[0].encode()]))


@pytest.fixture(scope="module")
def own_log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("own")
    return folder, strangers.answers("make", SEED, NAME, 300, folder).strip()


FILES = ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"]  # fmt: skip


@pytest.mark.parametrize("name", [*FILES, "checkpoint"])
@pytest.mark.parametrize("place", [0, -1])
def test_a_changed_byte_is_found(own_log: tuple[Path, str], name: str, place: int):
    path, right = own_log[0] / name, (own_log[0] / name).read_bytes()
    changed = bytearray(right)
    changed[place] ^= 1
    for wrong in (bytes(changed), right[:-1], right + b"\x00"):
        path.write_bytes(wrong)
        strangers.refuses("tiles", *own_log)
    path.unlink()
    strangers.refuses("tiles", *own_log)
    path.write_bytes(right)
    strangers.answers("tiles", *own_log)


def test_tiles_of_smaller_trees_may_stay_but_must_fit(own_log: tuple[Path, str]):
    left = own_log[0] / "tile" / "0" / "000.p" / "7"
    left.parent.mkdir()
    left.write_bytes((own_log[0] / FILES[0]).read_bytes()[: 7 * 32])
    strangers.answers("tiles", *own_log)
    left.write_bytes((own_log[0] / FILES[0]).read_bytes()[32 : 8 * 32])
    assert "tile/0/000.p/7" in strangers.refuses("tiles", *own_log)
    left.unlink()
    left.parent.rmdir()
