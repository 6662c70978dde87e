"""What goes between a log and its witnesses, against every row of the vectors of C2SP."""

import pytest

from kt1custody.core.formats import note, tree
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.checkpoint import Cosignature, SignedCheckpoint
from kt1custody.errors import MalformedInputError, VerificationError
from kt1custody.signing import cosigned, sign
from tests.kit.c2sp import EXAMPLES, Vector, each, is_read, is_refused, noted, told_lines, unbase64


@each("requests", is_read)
def test_requests_are_read(one: Vector):
    raw = one["body"].encode()
    read = tlog.read_request(raw)
    hashes = tuple(map(unbase64, one["proof"]))
    assert (read.old, read.signed.checkpoint.size, read.hashes) == (one["old"], one["size"], hashes)
    assert tlog.spell_request(read.old, read.hashes, read.signed.spelled()) == raw


@each("requests", is_refused)
def test_requests_are_refused(one: Vector):
    with pytest.raises(MalformedInputError, match="note-malformed"):
        tlog.read_request(one["body"].encode())


def is_signed(one: Vector, signed: SignedCheckpoint) -> bool:
    log = note.read_key(one["log"])
    try:
        own = signed.checkpoint.origin == log.name
        return own and cosigned.is_signed_by(signed, log.pub)
    except VerificationError:
        return False


def follows(one: Vector, read: tlog.Request) -> bool:
    told, root = read.signed.checkpoint, unbase64(one["last_root"])
    try:
        tree.check_consistency(read.old, root, told.size, told.root, read.hashes)
    except VerificationError:
        return False
    return True


@each("exchanges")
def test_exchanges_are_judged(one: Vector):
    """What a witness has to go by; its own answers are tested with it."""
    read = tlog.read_request(one["body"].encode())
    told = read.signed.checkpoint
    assert is_signed(one, read.signed) == (one["status"] not in {403, 404})
    if is_signed(one, read.signed):
        assert (read.old > told.size) == (one["status"] == 400)
    if one["status"] in {200, 422}:
        assert read.old == one["last"]
        assert follows(one, read) == (one["status"] == 200)
    elif one["status"] == 409:
        assert read.old != one["last"]
    if one["status"] == 200:
        key, time = sign.from_seed(bytes.fromhex(one["seed"])), one["time"]
        made = Cosignature(time, key.sign(checkpoint.cosigned(read.signed.note.text, time)))
        line = checkpoint.cosignature_line(one["name"], key.pub, made)
        assert note.spell_line(line) == one["answer"]
        assert tlog.read_cosignatures(one["answer"].encode()) == (line,)
    if one.get("narrower"):
        assert one["narrower"] == "extension lines"
        with pytest.raises(MalformedInputError, match="note-malformed"):
            checkpoint.read(read.signed.spelled())  # as one of our own log


@each("responses", is_read)
def test_answers_are_read(one: Vector):
    lines = tlog.read_cosignatures(one["body"].encode())
    assert told_lines(lines) == one["lines"]
    assert "".join(map(note.spell_line, lines)) == one["body"]


@each("responses", is_refused)
def test_answers_are_refused(one: Vector):
    with pytest.raises(MalformedInputError, match="note-malformed"):
        tlog.read_cosignatures(one["body"].encode())


def check(one: Vector) -> None:
    """Check a proof as whoever gets it does."""
    read = tlog.read_proof(one["proof"].encode())
    told = read.signed.checkpoint
    keys = [key for key in map(note.read_key, one["keys"]) if key.name == told.origin]
    if not any(cosigned.is_signed_by(read.signed, key.pub) for key in keys):
        raise VerificationError("note-unsigned")
    leaf = bytes.fromhex(one["leaf"])
    tree.check_inclusion(leaf, read.index, told.size, told.root, read.hashes)


@each("proofs", lambda one: one.get("verified", False) and "narrower" not in one)
def test_proofs_hold(one: Vector):
    check(one)
    read = tlog.read_proof(one["proof"].encode())
    assert (read.index, read.signed.checkpoint.size) == (one["index"], one["size"])
    again = tlog.spell_proof(read.index, read.hashes, read.signed.spelled())
    assert again == one["proof"].encode()


@each("proofs", lambda one: one.get("verified") is False)
def test_proofs_do_not_hold(one: Vector):
    with pytest.raises(VerificationError):
        check(one)


@each("proofs", lambda one: is_refused(one) or "narrower" in one)
def test_proofs_are_refused(one: Vector):
    with pytest.raises(MalformedInputError, match="note-malformed"):
        tlog.read_proof(one["proof"].encode())


def test_the_hashes_of_the_example_are_read():
    """Its signatures are elided, so it is no proof; what stands above them is."""
    [one] = [row for row in EXAMPLES["proofs"] if row["shown"]]
    head, _, below = one["proof"].partition("\n\n")
    lines = [line for line in head.split("\n") if not line.startswith("extra ")]
    text = below.partition("\n\n")[0] + "\n"
    read = tlog.read_proof("\n".join([*lines, "", ""]).encode() + noted(text))
    assert (read.index, read.signed.checkpoint.size) == (one["index"], one["size"])
    assert read.hashes == tuple(map(unbase64, one["hashes"]))
    with pytest.raises(VerificationError, match="bad-proof"):  # it has too few
        tree.check_inclusion(
            bytes(32), read.index, one["size"], read.signed.checkpoint.root, read.hashes
        )
