"""The formats of C2SP: every row of the vectors, none of which this program has made.

Where a row says that a reader may be narrower than the pages, what we refuse, and why, stands in
`NARROWER`; everything else is read as the pages say.
"""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kt1custody.core.formats import note, numbers, tree
from kt1custody.core.formats.bundle import tile_path
from kt1custody.core.formats.note import SignatureLine, UnverifiedNote, VerifierKey
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.checkpoint import Cosignature, SignedCheckpoint
from kt1custody.core.log.entry import leaf_hash
from kt1custody.core.log.keyring import Control, Key, Quorum, Witness
from kt1custody.errors import MalformedInputError, VerificationError
from kt1custody.signing import cosigned, sign

VECTORS = Path(__file__).parent.parent / "vectors" / "c2sp"
EXAMPLES: dict[str, Any] = json.loads((VECTORS / "examples.json").read_text("utf-8"))
PROOFS: dict[str, Any] = json.loads((VECTORS / "proofs.json").read_text("utf-8"))
LARGEST = 70_000
NARROWER = {
    "no text in it": "a note whose text is one empty line says nothing that anybody could sign for",
    "extension lines": "our own checkpoints have none; those of other logs are read as `extended`",
    "sizes above 2^53": "the verifier in a browser counts exactly up to there",
    "extra data": "nothing says what it means, so nobody could check it",
}

Vector = dict[str, Any]


def each(part: str, wanted: Callable[[Vector], bool] = lambda one: True) -> pytest.MarkDecorator:
    found = [one for one in EXAMPLES[part] if wanted(one)]
    assert found
    return pytest.mark.parametrize("one", found, ids=[one["what"] for one in found])


def is_refused(one: Vector) -> bool:
    return bool(one.get("refused", False))


def is_read(one: Vector) -> bool:
    return not is_refused(one)


def unbase64(told: str) -> bytes:
    return base64.b64decode(told, validate=True)


def key_id(key: VerifierKey) -> bytes:
    return note.key_hash(key.name, key.pub, key.kind)


def told_lines(lines: tuple[SignatureLine, ...]) -> list[list[object]]:
    return [[one.name, one.hash.hex(), len(one.signature)] for one in lines]


def test_the_vectors_are_all_asked():
    parts = {part: len(rows) for part, rows in EXAMPLES.items()}
    assert parts == {
        "notes": 60, "vkeys": 16, "checkpoints": 31, "cosignatures": 13, "requests": 21,
        "exchanges": 23, "responses": 11, "tile_paths": 10, "trees": 11, "proofs": 30,
        "policies": 49,
    }  # fmt: skip
    reasons = {one["narrower"] for rows in EXAMPLES.values() for one in rows if "narrower" in one}
    assert reasons == set(NARROWER)
    assert len(PROOFS["inclusion"]) + len(PROOFS["consistency"]) == 478
    assert len(PROOFS["refused"]) == 464


# Notes and keys.


def raw_note(one: Vector) -> bytes:
    return bytes(one["note"].encode() if "note" in one else bytes.fromhex(one["note_hex"]))


def signers(read: UnverifiedNote, vkeys: list[str]) -> list[str]:
    """Names of the known keys that have signed.

    Raises:
        VerificationError: A line that names a known key does not hold.
    """
    found = []
    for key in map(note.read_key, vkeys):
        for signature in read.signatures_by(key.name, key.pub, key.kind):
            sign.verify(numbers.ED25519, key.pub, read.text.encode(), signature)
            found.append(key.name)
    return found


@each("notes", lambda one: one["answer"] != "malformed" and "narrower" not in one)
def test_notes_are_read(one: Vector):
    raw = raw_note(one)
    read = note.read(raw)
    assert note.spell(read.text, read.signatures) == raw
    if "text" in one:
        assert read.text == one["text"]
    if "lines" in one:
        assert told_lines(read.signatures) == one["lines"]
    if one["answer"] == "false":
        with pytest.raises(VerificationError, match="bad-signature"):
            signers(read, one["keys"])
    else:
        assert signers(read, one["keys"]) == one.get("verified", [])


@each("notes", lambda one: one["answer"] == "malformed" or "narrower" in one)
def test_notes_are_refused(one: Vector):
    with pytest.raises(MalformedInputError, match="note-malformed"):
        note.read(raw_note(one))


@each("vkeys", is_read)
def test_keys_are_read(one: Vector):
    key = note.read_key(one["vkey"])
    told = (key.name, key_id(key).hex(), key.kind[0], key.pub.hex())
    assert told == (one["name"], one["id"], one["type"], one["public"])
    assert str(key) == one["vkey"]


@each("vkeys", is_refused)
def test_keys_are_refused(one: Vector):
    with pytest.raises(MalformedInputError, match="key-malformed"):
        note.read_key(one["vkey"])


# Checkpoints and cosignatures.

NO_COSIGNATURES = {"time above 2^63 - 1", "signature without time", "a byte more", "a byte less"}
STRANGER = SignatureLine("nobody", bytes(4), bytes(64))


def noted(text: str) -> bytes:
    return note.spell(text, [STRANGER])


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


def cosignature_of(one: Vector) -> Cosignature | None:
    raw = f"{one['text']}\n{one['line']}".encode()
    signed = checkpoint.read(raw, extended=True)
    return cosigned.cosignature_by(signed, one["name"], bytes.fromhex(one["public"]))


@each("cosignatures", lambda one: "message" in one)
def test_what_a_witness_signs(one: Vector):
    assert checkpoint.cosigned(one["text"], one["time"]).decode() == one["message"]
    [line] = note.read(f"{one['text']}\n{one['line']}".encode()).signatures
    assert line.name == one["name"]
    assert int.from_bytes(line.signature[:8], "big") == one["time"]
    if "id" in one:
        assert line.hash.hex() == one["id"]


@each("cosignatures", lambda one: one.get("verified", False))
def test_cosignatures_hold_and_are_made_the_same(one: Vector):
    found = cosignature_of(one)
    assert found is not None
    assert found.time == one["time"]
    key = sign.from_seed(bytes.fromhex(one["seed"]))
    assert key.pub.hex() == one["public"]
    made = Cosignature(one["time"], key.sign(checkpoint.cosigned(one["text"], one["time"])))
    assert note.spell_line(checkpoint.cosignature_line(one["name"], key.pub, made)) == one["line"]


@each("cosignatures", lambda one: one.get("verified") is False)
def test_cosignatures_do_not_hold(one: Vector):
    with pytest.raises(VerificationError, match="bad-signature"):
        cosignature_of(one)


@each("cosignatures", lambda one: one["what"] in NO_COSIGNATURES)
def test_what_is_no_cosignature_is_malformed(one: Vector):
    read = note.read(f"{one['text']}\n{one['line']}".encode())
    with pytest.raises(MalformedInputError, match="note-malformed"):
        checkpoint.cosignatures_by(read, one["name"], bytes.fromhex(one["public"]))


# Witness protocol.


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


# Tiles.


@each("tile_paths")
def test_tile_paths(one: Vector):
    assert tile_path(one["number"]) == one["path"]
    assert tile_path(one["number"], 17) == f"{one['path']}.p/17"


@each("trees")
def test_tiles_of_a_size(one: Vector):
    levels: list[list[int]] = []
    for level, number, width in tree.tiles_of(one["size"]):
        if level == len(levels):
            levels.append([0, 0])
        assert number == levels[level][0]  # in order, and nothing after the partial one
        assert levels[level][1] == 0
        levels[level] = [number + 1, 0] if width == tree.WIDTH else [number, width]
    assert levels == one["levels"]


# Proofs.


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


@pytest.fixture(scope="module")
def leaves() -> list[bytes]:
    assert PROOFS["entry"] == "entry %d"
    return [leaf_hash(f"entry {number}".encode()) for number in range(LARGEST)]


@pytest.fixture(scope="module")
def tiles(leaves: list[bytes]) -> tree.Tiles:
    """Tiles of the largest tree, each made of the one below as the format says."""
    made: dict[tuple[int, int], bytes] = {}
    for level, number, width in tree.tiles_of(LARGEST):
        if level == 0:
            parts = leaves[tree.WIDTH * number :][:width]
        else:
            below = (made[level - 1, tree.WIDTH * number + place] for place in range(width))
            parts = [tree.root_of(split(one)) for one in below]
        made[level, number] = b"".join(parts)
    return tree.Tiles(lambda level, number: made[level, number])


def split(hashes: bytes) -> Iterator[bytes]:
    return (hashes[at : at + tree.HASH] for at in range(0, len(hashes), tree.HASH))


ROOTS = {int(size): unbase64(told) for size, told in PROOFS["roots"].items()}


def test_roots_of_strangers(leaves: list[bytes], tiles: tree.Tiles):
    grown = tree.Tree()
    for leaf in [*leaves, b""]:
        if grown.size in ROOTS:
            assert grown.root() == tiles.root(grown.size) == ROOTS[grown.size]
        grown.add(leaf)
    assert max(ROOTS) == LARGEST


def test_leaves_are_proved_as_strangers_do(leaves: list[bytes], tiles: tree.Tiles):
    for one in PROOFS["inclusion"]:
        index, size, proof = one["index"], one["size"], [*map(unbase64, one["proof"])]
        tree.check_inclusion(leaves[index], index, size, ROOTS[size], proof)
        assert tiles.inclusion(index, size) == proof
        assert tree.root_before(leaves[index], index, size, proof) == tiles.root(index + 1)


def test_trees_are_proved_as_strangers_do(tiles: tree.Tiles):
    for one in PROOFS["consistency"]:
        old, size, proof = one["old"], one["size"], [*map(unbase64, one["proof"])]
        tree.check_consistency(old, ROOTS[old], size, ROOTS[size], proof)
        assert tiles.consistency(old, size) == proof


def check_faulty(one: Vector) -> None:
    size, root, proof = one["size"], unbase64(one["root"]), [*map(unbase64, one["proof"])]
    if "index" in one:
        tree.check_inclusion(unbase64(one["leaf"]), one["index"], size, root, proof)
    else:
        tree.check_consistency(one["old"], unbase64(one["old_root"]), size, root, proof)


def test_faulty_proofs_are_refused():
    for one in PROOFS["refused"]:
        with pytest.raises(VerificationError, match="bad-proof"):
            check_faulty(one)


# Policies. Ours are spelled, never read: a verifier spells them again and compares. So the rows
# show that what we call a quorum is what such a policy says; what Go makes of ours is shown in
# `tests/interop`.


def control_of(policy: str) -> Control | None:
    """Give the log and quorum that a policy speaks of, if ours could be of this kind."""
    words = [line.split() for line in policy.splitlines()]
    words = [line for line in words if line and not line[0].startswith("#")]
    logs = [line[1] for line in words if line[0] == "log"]
    groups = [line for line in words if line[0] == "group"]
    keys = {line[1]: note.read_key(line[2]) for line in words if line[0] == "witness"}
    [rule] = [line[1] for line in words if line[0] == "quorum"]
    if len(logs) != 1 or len(groups) > 1:
        return None
    [log] = map(note.read_key, logs)
    control = Control(
        log="log",
        origin=log.name,
        name="",
        office=0,
        number=0,
        training=True,
        genesis=b"",
        head=b"",
    )
    control.epochs.append((log.name, 0))
    kid = numbers.key_id(numbers.ED25519, log.pub)
    control.keys[kid] = Key(
        kid=kid,
        owner="log",
        role="log",
        alg=numbers.ED25519,
        pub=log.pub,
        enc=None,
        office=0,
        since=0,
        until=None,
        enrolled=0,
    )
    if rule == "none":
        return control
    names = groups[0][3:] if groups else [rule]
    least = {"any": 1, "all": len(names)}.get(groups[0][2]) if groups else 1
    members = tuple(Witness(keys[one].name, keys[one].pub, None) for one in names)
    control.quorums.append(Quorum(0, members, int(groups[0][2]) if least is None else least))
    return control


FLAT = [
    one for one in EXAMPLES["policies"] if "holds" in one and control_of(one["policy"]) is not None
]


@pytest.mark.parametrize("one", FLAT, ids=[one["what"] for one in FLAT])
def test_a_quorum_is_what_a_policy_says(one: Vector):
    control = control_of(one["policy"])
    assert control is not None
    signed = checkpoint.read(raw_note(one))
    told = tlog.spell_policy(control, signed.checkpoint.size)
    again = control_of(told)
    assert again is not None
    assert again.quorums == control.quorums
    try:
        found = cosigned.verified(signed, control)
    except VerificationError:
        assert not one["holds"]
        return
    assert (found.is_quorum or not control.quorums) == one["holds"]


def test_the_other_policies_are_none_of_ours():
    """Rules in rules, which our `quorum` acts cannot say; and what nobody may read."""
    others = [one for one in EXAMPLES["policies"] if one not in FLAT]
    nested = [one for one in others if "holds" in one]
    assert all(one["policy"].count("\ngroup ") == 3 for one in nested)
    refused = [one for one in others if is_refused(one)]
    shown = [one for one in others if "structure" in one]
    assert (len(FLAT), len(nested), len(refused), len(shown)) == (9, 12, 27, 1)
