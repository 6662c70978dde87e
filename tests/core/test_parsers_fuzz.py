"""Strict parsers and whatever comes in: it is refused with our own error, or it spells back.

Nothing else may come out of them, and nothing may take long. `tests/vectors/fuzz` keeps what has
once broken one of them, and pieces at the edge of what is read.
"""

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import cbor, note, numbers
from kt1custody.core.log import act, anchor, checkpoint, entry, receipt, tlog
from kt1custody.errors import MalformedInputError
from tests.kit import nightly

VECTORS = Path(__file__).parent.parent / "vectors"
SECONDS = 10.0  # of the processor, on a busy machine and measured; what is quadratic takes more
ENOUGH = 1_200  # bytes of pieces whose every byte is changed
MOST = 65_536  # bytes; every caller has a limit, none of which is far above this

Parser = Callable[[bytes], bytes]


# What each parser makes of some bytes, spelled again.


@contextlib.contextmanager
def holds() -> Iterator[None]:
    """What has been read already may not be refused later."""
    try:
        yield
    except MalformedInputError as error:
        pytest.fail(f"read, and then refused: {error}")


def _cbor(raw: bytes) -> bytes:
    return cbor.encode(cbor.decode(raw))


def _note(raw: bytes) -> bytes:
    read = note.read(raw)
    for one in read.signatures:
        read.signatures_by(one.name, bytes(32))
    return note.spell(read.text, read.signatures)


def _checkpoint(raw: bytes) -> bytes:
    read = checkpoint.read(raw)
    assert read.checkpoint.text == read.note.text
    with holds():
        assert checkpoint.read(raw, extended=True) == read
    return read.spelled()


def _extended(raw: bytes) -> bytes:
    read = checkpoint.read(raw, extended=True)
    assert read.note.text.startswith(read.checkpoint.text)
    return read.spelled()


def _proof(raw: bytes) -> bytes:
    read = tlog.read_proof(raw)
    return tlog.spell_proof(read.index, read.hashes, read.signed.spelled())


def _request(raw: bytes) -> bytes:
    read = tlog.read_request(raw)
    return tlog.spell_request(read.old, read.hashes, read.signed.spelled())


def _answer(raw: bytes) -> bytes:
    lines = tlog.read_cosignatures(raw)
    with holds():  # they fit under a note
        assert note.read(note.spell("text\n", lines)).signatures == lines
    return "".join(map(note.spell_line, lines)).encode()


def _key(raw: bytes) -> bytes:
    key = note.read_key(raw.decode(errors="surrogateescape"))  # as a command line gives it
    with holds():  # it can sign
        note.read(f"text\n\n— {key.name} AAAAAAAA\n".encode())
    return str(key).encode()


def _code(raw: bytes) -> bytes:
    told = raw.decode(errors="surrogateescape")
    read = anchor.parse(told)
    plain = f"{read.size:010d}{read.digits}"
    groups = (plain[at : at + 5] for at in range(0, 35, 5))
    again = [f"{one}{numbers.damm(f'{place}{one}')}" for place, one in enumerate(groups, 1)]
    assert "".join(re.findall("[0-9]", told)) == "".join(again)
    assert re.fullmatch(rf"[0-9\n\r·{numbers.BETWEEN}]*", told)
    return raw


def _receipt(raw: bytes) -> bytes:
    read = receipt.read(raw)
    told = read.proof
    proof = tlog.spell_proof(told.index, told.hashes, told.signed.spelled())
    if read.entry is not None:
        return cbor.encode(["kt1-refusal/1", read.entry, proof, list(read.hashes)])
    assert type(read.seq) is type(read.accepted_at) is int
    place: list[cbor.Value] = [read.seq, read.prev, read.ctl, read.accepted_at]
    judged: list[cbor.Value] = [list(one) for one in read.judgement]
    with holds():  # it names an entry that can be
        assert entry.read_entry(read.spell(ACT, ())).seq == read.seq
    return cbor.encode(["kt1-receipt/1", *place, judged, proof, list(read.hashes)])


def _act(raw: bytes) -> bytes:
    read = act.read_act(raw)
    assert len(read.roles) == len(read.persons)
    assert read.tries.keys() == read.fields.get("tries", {}).keys()  # type: ignore[union-attr]
    assert len(read.names) >= len(read.lines)
    return act.make_act(read.fields).body


def _entry(raw: bytes) -> bytes:
    read = entry.read_entry(raw)
    assert len(read.leaf) == len(read.step) == 32
    return entry.spell_entry(
        origin=read.origin,
        seq=read.seq,
        prev=read.prev,
        ctl=read.ctl,
        accepted_at=read.accepted_at,
        body=_act(read.act.body),
        signatures=read.signatures,
        judgement=read.judgement,
    )


PARSERS: Mapping[str, Parser] = {
    "cbor": _cbor,
    "note": _note,
    "checkpoint": _checkpoint,
    "extended": _extended,
    "proof": _proof,
    "request": _request,
    "answer": _answer,
    "key": _key,
    "code": _code,
    "receipt": _receipt,
    "act": _act,
    "entry": _entry,
}
OF_CBOR = ("cbor", "act", "entry", "receipt")
OF_LINES = tuple(name for name in PARSERS if name not in OF_CBOR)

each_parser = pytest.mark.parametrize("name", PARSERS)


def is_read(name: str, raw: bytes) -> bool:
    """Put a piece to a parser; the one thing that all tests here ask."""
    begin = time.process_time()
    try:
        assert PARSERS[name](raw) == raw
    except MalformedInputError:
        return False
    finally:
        assert time.process_time() - begin < SECONDS
    return True


# What is kept.


def load(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


def raw_of(row: Mapping[str, Any]) -> bytes:
    if "text" in row:
        return str(row["text"]).encode(errors="surrogateescape")
    return bytes.fromhex(row["bytes"])


KEPT = [(name, row) for name in PARSERS for row in load(f"fuzz/{name}")]
ACT = next(bytes.fromhex(row["bytes"]) for row in load("acts") if row["note"] == "withdraw")


@pytest.mark.parametrize(
    ("name", "row"), KEPT, ids=[f"{name}: {row['note']}" for name, row in KEPT]
)
def test_what_is_kept_is_read_or_refused_as_it_says(name: str, row: Mapping[str, Any]):
    assert is_read(name, raw_of(row)) is row["read"]


@pytest.mark.parametrize("name", PARSERS)
def test_what_is_kept_is_refused_or_read_by_every_other_parser(name: str):
    for _, row in KEPT:
        is_read(name, raw_of(row))


def rows(name: str, key: str) -> list[bytes]:
    """Bytes under a key of a file of vectors, good and bad ones."""
    found = (row[key] for row in load(name) if key in row)
    return [bytes.fromhex(one) for one in found]


def examples(part: str, key: str) -> list[bytes]:
    return [row[key].encode() for row in load("c2sp/examples")[part] if key in row]


@cache
def seeds(name: str) -> list[bytes]:
    """Pieces to begin with: what is kept, and the vectors of the format."""
    vectors: dict[str, Callable[[], list[bytes]]] = {
        "cbor": lambda: [*rows("cbor", "bytes"), *rows("acts", "bytes")[:5]],
        "act": lambda: rows("acts", "bytes"),
        "entry": lambda: rows("entries", "bytes"),
        "receipt": lambda: rows("entries", "receipt"),
        "note": lambda: examples("notes", "note"),
        "proof": lambda: examples("proofs", "proof"),
        "request": lambda: examples("requests", "body") + examples("exchanges", "body"),
        "answer": lambda: examples("responses", "body"),
        "key": lambda: examples("vkeys", "vkey"),
        "code": lambda: [row["code"].encode() for row in load("anchors")],
    }
    same = {"checkpoint": "note", "extended": "note"}.get(name, name)
    return [*vectors[same](), *(raw_of(row) for of, row in KEPT if of == name)]


@cache
def good(name: str) -> list[bytes]:
    """Those of them that are read, of those of one length the first."""
    found = {len(one): one for one in reversed(seeds(name)) if is_read(name, one)}
    assert found, name
    return list(found.values())


@each_parser
def test_every_byte_changed_and_every_cut(name: str):
    total = 0
    for one in sorted(good(name), key=len):
        total += len(one)
        if total > ENOUGH and total > len(one):
            break
        for at in range(0, len(one), 1 if nightly.is_nightly() else 4):
            for wrong in (0x01, 0x20, 0x80):
                changed = bytearray(one)
                changed[at] ^= wrong
                is_read(name, bytes(changed))
            is_read(name, one[:at])
            is_read(name, one[:at] + one[at + 1 :])
            is_read(name, one[:at] + one[at : at + 1] + one[at:])


# Changes of bytes and of lines.

OCTETS = [b"\n", b"\n\n", b" ", b"+", b"=", b"0", b"\x00", b"\xff", b"\xe2\x80\x94 ", b"\xc2\x85",
          b"\xed\xb2\x80", "\u2028".encode(), "\u0665".encode(), b"\xd8\x1c", b"\xd8\x1d\x00",
          b"\x9f", b"\xff" * 9, b"\x1b" + b"\xff" * 8, b"\xfb\x7f\xf8" + bytes(6)]  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, name: str) -> bytes:
    """A piece with some changes: cut out, put in twice, overwritten, grafted from another."""
    told = draw(st.sampled_from(seeds(name)))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(told)))
        end = draw(st.integers(begin, min(len(told), begin + draw(st.sampled_from([1, 4, 40])))))
        other = draw(st.sampled_from(seeds(name)))
        place = draw(st.integers(0, len(other)))
        graft = draw(
            st.sampled_from([b"", told[begin:end] * 2, other[place:], other[place : place + 8]])
            | st.sampled_from(OCTETS)
            | st.binary(max_size=4)
        )
        told = told[:begin] + graft + told[end:]
    return told


@st.composite
def mixed_lines(draw: st.DrawFn, name: str) -> bytes:
    """Lines of a piece in another order, some of them missing, some twice, some of others."""
    lines = draw(st.sampled_from(seeds(name))).split(b"\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines)))
        other = draw(st.sampled_from(draw(st.sampled_from(seeds(name))).split(b"\n")))
        lines = draw(st.sampled_from([
            [*lines[:at], other, *lines[at:]],
            [*lines[:at], *lines[at + 1 :]],
            [*lines[:at], other, *lines[at + 1 :]],
            [*lines[at:], *lines[:at]],
        ]))  # fmt: skip
    return b"\n".join(lines)


@each_parser
@nightly.examples(gate=25, nightly=600)
@given(data=st.data())
def test_changed_bytes(name: str, data: st.DataObject):
    is_read(name, data.draw(changed(name)))


@pytest.mark.parametrize("name", OF_LINES)
@nightly.examples(gate=25, nightly=600)
@given(data=st.data())
def test_changed_lines(name: str, data: st.DataObject):
    is_read(name, data.draw(mixed_lines(name)))


@each_parser
@given(raw=st.binary(max_size=200))
def test_any_bytes(name: str, raw: bytes):
    is_read(name, raw)


@pytest.mark.parametrize("name", OF_LINES)
@given(told=st.text(max_size=60))
def test_any_text(name: str, told: str):
    is_read(name, told.encode(errors="surrogatepass"))


# Changes of values. What is spelled right again goes past the codec to the checks behind it.

ODD: list[object] = [
    None, True, False, 0, 1, -1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**70,
    1.0, float("nan"), b"", bytes(8), bytes(31), bytes(32), bytes(33), bytes(64), "", "a", "server",
    "a" * 201, "\u0000", "NV001", [], [[]], [None], {}, {"": None}, {"a": 1}, cbor2.CBORTag(1, 0),
    cbor2.CBORTag(28, []), cbor2.undefined, cbor2.CBORSimpleValue(99),
]  # fmt: skip


@st.composite
def altered(draw: st.DrawFn, value: Any, depth: int = 0) -> Any:
    """A value with one change somewhere inside, also inside of CBOR that stands in bytes."""
    inside = _inside(value)
    if inside is not None and draw(st.booleans()):
        return cbor2.dumps(draw(altered(inside, depth + 1)), canonical=True)
    if not isinstance(value, list | dict) or not value or draw(st.integers(0, 9)) < depth:
        return ODD[draw(st.integers(0, len(ODD) - 1))]  # some have no hash
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    at = draw(st.sampled_from(keys))
    what = draw(st.sampled_from(["deeper"] * 6 + ["gone", "twice", "odd key"]))
    new: Any = dict(value) if isinstance(value, dict) else list(value)
    if what == "gone":
        del new[at]
    elif what == "deeper":
        new[at] = draw(altered(value[at], depth + 1))
    elif isinstance(new, dict):
        new[draw(st.sampled_from(["tries", "x", 1, b"v"]))] = value[at]
    else:
        new.insert(0, value[at])
    return new


def _inside(value: object) -> Any:
    if not isinstance(value, bytes):
        return None
    try:
        return cbor.decode(value)
    except MalformedInputError:
        return None


@pytest.mark.parametrize("name", OF_CBOR)
@nightly.examples(gate=50, nightly=1000)
@given(data=st.data())
def test_altered_values(name: str, data: st.DataObject):
    told = cbor.decode(data.draw(st.sampled_from(good(name))))
    for _ in range(data.draw(st.integers(1, 2))):
        told = data.draw(altered(told))
    is_read(name, cbor2.dumps(told, canonical=True))


def head(major: int, count: int, length: int) -> bytes:
    """Spell the head of an item in so many bytes, which may be too many, or too few for the count."""
    if length == 0:
        return bytes([major << 5 | min(count, 23)])
    code = {1: 24, 2: 25, 4: 26, 8: 27}[length]
    return bytes([major << 5 | code]) + (count % (1 << 8 * length)).to_bytes(length, "big")


LENGTHS = st.sampled_from([0, 0, 0, 1, 2, 4, 8])
TAGS = st.sampled_from([0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 1004, 43_000, 55_799])  # fmt: skip
COUNTS = st.integers(0, 30) | st.sampled_from([255, 256, 65_535, 2**32 - 1, 2**63 - 1, 2**64 - 1])


@st.composite
def items(draw: st.DrawFn, depth: int = 0) -> bytes:
    """An item of CBOR, seldom one that we would spell so."""
    major = draw(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6] if depth < 6 else [0, 1, 7]))
    if major < 2:
        return head(major, draw(COUNTS), draw(LENGTHS))
    if major in (2, 3):
        content = draw(st.binary(max_size=12) | st.text(max_size=6).map(str.encode))
        return head(major, len(content) + draw(st.sampled_from([0] * 8 + [1])), draw(LENGTHS)) + content  # fmt: skip
    if major == 6:
        return head(6, draw(TAGS | COUNTS), draw(LENGTHS)) + draw(items(depth + 1))
    if major == 7:
        return draw(st.sampled_from([b"\xf4", b"\xf5", b"\xf6", b"\xf7", b"\xff", b"\xf8\x20"])
                    | st.binary(min_size=8, max_size=8).map(lambda one: b"\xfb" + one)
                    | st.binary(min_size=2, max_size=2).map(lambda one: b"\xf9" + one))  # fmt: skip
    parts = draw(st.lists(items(depth + 1), max_size=4))
    if draw(st.integers(0, 6)) == 0:
        return bytes([major << 5 | 31]) + b"".join(parts) + b"\xff"
    count = len(parts) // 2 if major == 5 else len(parts)
    return head(major, count, draw(LENGTHS)) + b"".join(parts)


@nightly.examples(gate=50, nightly=800)
@given(raw=items(), tail=st.sampled_from([b"", b"", b"", b"\x00"]))
def test_any_items(raw: bytes, tail: bytes):
    is_read("cbor", raw + tail)


# Long pieces: no parser takes longer than in proportion.

LONG: Mapping[str, Callable[[], bytes]] = {
    "zeros": lambda: bytes(MOST),
    "deep arrays": lambda: b"\x81" * MOST,
    "deep maps": lambda: b"\xa1\x61a" * (MOST // 3),
    "deep tags": lambda: b"\xc1" * MOST,
    "wide array": lambda: b"\x99\xff\xf0" + bytes(0xFFF0),
    "wide array of arrays": lambda: b"\x99\xff\xf0" + b"\x80" * 0xFFF0,
    "keys that are equal": lambda: b"\xb9\x40\x00" + b"\x61a\x00" * 0x4000,
    "keys of one hash": lambda: (
        b"\xb9\x0c\x00"
        + b"".join(b"\xc2\x50" + (1 + at * (2**61 - 1)).to_bytes(16, "big") + b"\x00" for at in range(0xC00))
    ),
    "arrays as keys": lambda: b"\xb9\x40\x00" + b"\x81\x00\x00" * 0x4000,
    "one text named often": lambda: (
        b"\xd9\x01\x00\x99\x10\x01\x79\xa0\x00" + b"a" * 0xA000 + b"\xd8\x19\x00" * 0x1000
    ),
    "newlines": lambda: b"\n" * MOST,
    "spaces": lambda: b" " * MOST,
    "digits": lambda: b"7" * MOST,
    "digits apart": lambda: b"7 - " * (MOST // 4),
    "signature lines": lambda: b"text\n\n" + "— a AAAAAAAA\n".encode() * 4_000,
    "a long name": lambda: b"text\n\n" + f"— {'a' * 60_000} AAAAAAAA\n".encode(),
    "a long signature": lambda: b"text\n\n" + f"— a {'A' * 60_000}\n".encode(),
    "padding": lambda: b"text\n\n" + f"— a {'=' * 60_000}\n".encode(),
    "empty lines between": lambda: b"a\n\n" * (MOST // 3),
    "hashes": lambda: b"old 0\n" + (b"A" * 43 + b"=\n") * 1_400 + b"\na\n0\n",
    "plus signs": lambda: b"+" * MOST,
    "a long number": lambda: b"a\n" + b"9" * 60_000 + b"\n" + b"A" * 43 + b"=\n\n" + "— a AAAAAAAA\n".encode(),
}  # fmt: skip


@pytest.mark.parametrize("long", LONG.values(), ids=LONG.keys())
def test_long_pieces_take_no_time(long: Callable[[], bytes]):
    raw = long()
    for name in PARSERS:
        is_read(name, raw)
