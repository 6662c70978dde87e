"""Checkpoints and cosignatures, against every row of the vectors of C2SP."""

import pytest

from kt1custody.core.formats import note
from kt1custody.core.log import checkpoint
from kt1custody.errors import MalformedInputError
from tests.kit.c2sp import Vector, each, is_read, is_refused, noted

NO_COSIGNATURES = {"time above 2^63 - 1", "signature without time", "a byte more", "a byte less"}


@each("checkpoints", is_read)
def test_checkpoints_are_read(one: Vector):
    raw = noted(one["text"])
    if one.get("narrower") == "sizes above 2^53":
        assert one["size"] > 2**53
        for extended in (False, True):
            with pytest.raises(MalformedInputError, match="note-malformed"):
                checkpoint.read(raw, extended=extended)
        return
    read = checkpoint.read(raw, extended=True)
    told = read.checkpoint
    assert (told.origin, told.size, told.root.hex()) == (one["origin"], one["size"], one["root"])
    assert read.spelled() == raw
    assert told.text + "".join(f"{line}\n" for line in one["extensions"]) == one["text"]
    if one["extensions"]:
        assert one["narrower"] == "extension lines"
        with pytest.raises(MalformedInputError, match="note-malformed"):
            checkpoint.read(raw)
    else:
        assert checkpoint.read(raw) == read


@each("checkpoints", is_refused)
def test_checkpoints_are_refused(one: Vector):
    for extended in (False, True):
        with pytest.raises(MalformedInputError, match="note-malformed"):
            checkpoint.read(noted(one["text"]), extended=extended)


@each("cosignatures", lambda one: "message" in one)
def test_what_a_witness_signs(one: Vector):
    assert checkpoint.cosigned(one["text"], one["time"]).decode() == one["message"]
    [line] = note.read(f"{one['text']}\n{one['line']}".encode()).signatures
    assert line.name == one["name"]
    assert int.from_bytes(line.signature[:8], "big") == one["time"]
    if "id" in one:
        assert line.hash.hex() == one["id"]


@each("cosignatures", lambda one: one["what"] in NO_COSIGNATURES)
def test_what_is_no_cosignature_is_malformed(one: Vector):
    read = note.read(f"{one['text']}\n{one['line']}".encode())
    with pytest.raises(MalformedInputError, match="note-malformed"):
        checkpoint.cosignatures_by(read, one["name"], bytes.fromhex(one["public"]))
