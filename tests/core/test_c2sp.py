"""Notes, keys and trees of C2SP, against every row of the vectors; this program has made none.

Where a row says that a reader may be narrower than the pages, what we refuse, and why, stands in
`NARROWER`; everything else is read as the pages say.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kt1custody.core.formats import note, numbers, tree
from kt1custody.core.formats.bundle import tile_path
from kt1custody.core.formats.note import UnverifiedNote, VerifierKey
from kt1custody.core.log.entry import leaf_hash
from kt1custody.errors import MalformedInputError, VerificationError
from kt1custody.signing import sign
from tests.kit.c2sp import (
    EXAMPLES,
    VECTORS,
    Vector,
    each,
    is_read,
    is_refused,
    raw_note,
    told_lines,
    unbase64,
)

PROOFS: dict[str, Any] = json.loads((VECTORS / "proofs.json").read_text("utf-8"))
LARGEST = 70_000
NARROWER = {
    "no text in it": "a note whose text is one empty line says nothing that anybody could sign for",
    "extension lines": "our own checkpoints have none; those of other logs are read as `extended`",
    "sizes above 2^53": "the verifier in a browser counts exactly up to there",
    "extra data": "nothing says what it means, so nobody could check it",
}


def key_id(key: VerifierKey) -> bytes:
    return note.key_hash(key.name, key.pub, key.kind)


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
