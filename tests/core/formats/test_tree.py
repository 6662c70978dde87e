"""The Merkle tree against the published vectors of RFC 6962 and a slow reference."""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kt1custody.core.formats import tree
from kt1custody.core.log.entry import leaf_hash
from kt1custody.errors import VerificationError

VECTORS = Path(__file__).parents[2] / "vectors" / "trust" / "tree.json"
# Leaves and roots of the certificate-transparency project, made for RFC 6962.
LEAVES = [
    bytes.fromhex(data)
    for data in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def slow_root(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = max(2**power for power in range(32) if 2**power < len(leaves))
    parts = slow_root(leaves[:split]) + slow_root(leaves[split:])
    return hashlib.sha256(b"\x01" + parts).digest()


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_roots_are_those_of_the_standard(size: int):
    assert tree.root_of(map(leaf_hash, LEAVES[:size])).hex() == ROOTS[size]


def test_roots_are_those_of_the_vectors():
    for one in json.loads(VECTORS.read_text("utf-8")):
        leaves = (leaf_hash(str(place).encode()) for place in range(one["size"]))
        assert tree.root_of(leaves).hex() == one["root"]


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=300))
def test_a_growing_tree_has_the_root_of_the_slow_one(leaves: list[bytes]):
    grown = tree.Tree()
    for place, leaf in enumerate(leaves):
        assert grown.size == place
        grown.add(leaf)
    assert grown.root() == slow_root(leaves)
    assert grown.root() == grown.root()


def test_a_tree_keeps_one_hash_for_each_bit_of_its_size():
    grown = tree.Tree()
    for _ in range(5_000):
        grown.add(bytes(32))
        assert len(grown._peaks) == grown.size.bit_count()


def test_changed_swapped_or_missing_leaves_change_the_root():
    leaves = [leaf_hash(bytes([place])) for place in range(9)]
    others = [
        [*leaves[:4], leaf_hash(b"x"), *leaves[5:]],
        [leaves[1], leaves[0], *leaves[2:]],
        leaves[:-1],
        [*leaves, leaves[-1]],
    ]
    roots = {tree.root_of(one) for one in (leaves, *others)}
    assert len(roots) == 5


# Tiles and proofs. The reference is RFC 6962 word for word, over leaves and not over tiles.

MOST = 1_100  # so that the second level of tiles has more than one hash
LEAVES_OF_MOST = [leaf_hash(b"%d" % place) for place in range(MOST)]


@cache
def root(begin: int, end: int) -> bytes:
    if end - begin < 2:
        return LEAVES_OF_MOST[begin] if begin < end else tree.EMPTY_ROOT
    middle = begin + split_at(end - begin)
    return hashlib.sha256(b"\x01" + root(begin, middle) + root(middle, end)).digest()


def split_at(length: int) -> int:
    return max(1 << power for power in range(32) if 1 << power < length)


def slow_path(index: int, begin: int, end: int) -> list[bytes]:
    """RFC 6962 §2.1.1."""
    if end - begin == 1:
        return []
    middle = begin + split_at(end - begin)
    if index < middle:
        return [*slow_path(index, begin, middle), root(middle, end)]
    return [*slow_path(index, middle, end), root(begin, middle)]


def slow_proof(old: int, begin: int, end: int, *, whole: bool = True) -> list[bytes]:
    """RFC 6962 §2.1.2; `old` is counted from 0, as `end`."""
    if old == end:
        return [] if whole else [root(begin, end)]
    middle = begin + split_at(end - begin)
    if old <= middle:
        return [*slow_proof(old, begin, middle, whole=whole), root(middle, end)]
    return [*slow_proof(old, middle, end, whole=False), root(begin, middle)]


def tiles_on_disk(size: int) -> dict[tuple[int, int], bytes]:
    """What a log of this size publishes, made of leaves alone."""
    return {
        (level, number): b"".join(
            root(place << 8 * level, (place + 1) << 8 * level)
            for place in range(256 * number, 256 * number + width)
        )
        for level, number, width in tree.tiles_of(size)
    }


def tiles(size: int) -> tuple[tree.Tiles, list[tuple[int, int]]]:
    """The tree of a log of this size, and which tiles have been read."""
    made, asked = tiles_on_disk(size), list[tuple[int, int]]()

    def read(level: int, number: int) -> bytes:
        asked.append((level, number))
        return made[level, number]

    return tree.Tiles(read), asked


sizes = st.integers(1, MOST) | st.sampled_from([1, 2, 255, 256, 257, 511, 512, 513, 1_024, 1_025])


@given(sizes)
def test_a_size_has_all_its_tiles_and_none_that_stands_for_itself_above(size: int):
    found = list(tree.tiles_of(size))
    assert len(set(found)) == len(found)
    for level in range(1 + max(level for level, _, _ in found)):
        widths = [width for at, _, width in found if at == level]
        numbers = [number for at, number, _ in found if at == level]
        assert numbers == list(range(len(numbers)))
        assert sum(widths) == size >> 8 * level > 0
        assert all(width == 256 for width in widths[:-1])
        assert 0 < widths[-1] <= 256


def test_an_empty_tree_has_no_tile_and_needs_none():
    assert list(tree.tiles_of(0)) == []
    empty, asked = tiles(0)
    assert empty.root(0) == tree.EMPTY_ROOT
    assert empty.consistency(0, 0) == []
    assert asked == []


@given(sizes, st.data())
def test_tiles_give_the_roots_and_proofs_of_the_slow_one(size: int, data: st.DataObject):
    found, asked = tiles(MOST)  # a log that has grown since
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    assert found.root(size) == root(0, size)
    assert found.inclusion(index, size) == slow_path(index, 0, size)
    assert found.consistency(old, size) == (slow_proof(old, 0, size) if old else [])
    assert len(asked) == len(set(asked))  # each tile is read once


@given(sizes, st.data())
def test_a_log_needs_no_tile_that_it_does_not_have_yet(size: int, data: st.DataObject):
    found, _ = tiles(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    assert found.root(size) == root(0, size)
    assert found.inclusion(index, size) == slow_path(index, 0, size)
    assert found.consistency(old, size) == (slow_proof(old, 0, size) if old else [])


def test_what_is_not_in_the_tree_is_not_proved():
    found, _ = tiles(9)
    for index, size in ((9, 9), (-1, 9), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            found.inclusion(index, size)
    for old in (10, -1):
        with pytest.raises(ValueError, match="no tree"):
            found.consistency(old, 9)


@given(sizes)
def test_a_tree_goes_on_from_its_peaks(size: int):
    grown = tree.Tree()
    for leaf in LEAVES_OF_MOST[: size // 2]:
        grown.add(leaf)
    assert len(grown.peaks) == 32 * grown.size.bit_count()
    again = tree.Tree.of(grown.size, grown.peaks)
    assert (again.size, again.root(), again.peaks) == (size // 2, grown.root(), grown.peaks)
    for leaf in LEAVES_OF_MOST[size // 2 : size]:
        again.add(leaf)
    assert again.root() == root(0, size)
    assert grown.root() == root(0, size // 2)  # it shares nothing with the one it came from


@pytest.mark.parametrize(
    ("size", "length"), [(0, 32), (1, 0), (1, 31), (1, 64), (6, 32), (6, 96), (7, 64), (8, 96)]
)
def test_peaks_of_another_size_are_refused(size: int, length: int):
    with pytest.raises(VerificationError, match="bad-proof"):
        tree.Tree.of(size, bytes(length))


def test_peaks_are_the_largest_first():
    grown = tree.Tree()
    for leaf in LEAVES_OF_MOST[:11]:
        grown.add(leaf)
    assert grown.peaks == root(0, 8) + root(8, 10) + root(10, 11)
    swapped = tree.Tree.of(11, root(8, 10) + root(0, 8) + root(10, 11))
    assert swapped.root() != root(0, 11)  # untrusted until the root has been compared


@given(sizes, st.data())
def test_a_proof_of_a_leaf_gives_the_tree_that_ends_with_it(size: int, data: st.DataObject):
    index = data.draw(st.integers(0, size - 1))
    path = slow_path(index, 0, size)
    assert tree.root_before(LEAVES_OF_MOST[index], index, size, path) == root(0, index + 1)
    if len(path) > 0:
        with pytest.raises(ValueError, match="zip"):
            tree.root_before(LEAVES_OF_MOST[index], index, size, path[1:])


# Proofs that do not hold.

OTHER = leaf_hash(b"another")


def drop(proof: list[bytes], at: int) -> list[bytes]:
    return proof[:at] + proof[at + 1 :]


def swap(proof: list[bytes], at: int) -> list[bytes]:
    other = (at + 1) % len(proof)
    swapped = list(proof)
    swapped[at], swapped[other] = proof[other], proof[at]
    return swapped


CHANGES: dict[str, Callable[[list[bytes], int], list[bytes]]] = {
    "too short": drop,
    "too long": lambda proof, at: [*proof[:at], OTHER, *proof[at:]],
    "one twice": lambda proof, at: [*proof[: at + 1], *proof[at:]],
    "another hash": lambda proof, at: [*proof[:at], OTHER, *proof[at + 1 :]],
    "one bit": lambda proof, at: [
        *proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :]
    ],
    "a byte less": lambda proof, at: [*proof[:at], proof[at][:-1], *proof[at + 1 :]],
    "swapped": swap,
    "turned round": lambda proof, at: proof[::-1],
    "none": lambda proof, at: [],
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@given(size=sizes, data=st.data())
def test_a_changed_proof_of_a_leaf_does_not_hold(
    change: Callable[[list[bytes], int], list[bytes]], size: int, data: st.DataObject
):
    index = data.draw(st.integers(0, size - 1))
    leaf, right = LEAVES_OF_MOST[index], slow_path(index, 0, size)
    tree.check_inclusion(leaf, index, size, root(0, size), right)
    assume(right)
    wrong = change(right, data.draw(st.integers(0, len(right) - 1)))
    assume(wrong != right)
    with pytest.raises(VerificationError, match="bad-proof"):
        tree.check_inclusion(leaf, index, size, root(0, size), wrong)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@given(size=sizes, data=st.data())
def test_a_changed_proof_of_a_tree_does_not_hold(
    change: Callable[[list[bytes], int], list[bytes]], size: int, data: st.DataObject
):
    old = data.draw(st.integers(1, size))
    right = slow_proof(old, 0, size)
    tree.check_consistency(old, root(0, old), size, root(0, size), right)
    assume(right)
    wrong = change(right, data.draw(st.integers(0, len(right) - 1)))
    assume(wrong != right)
    with pytest.raises(VerificationError, match="bad-proof"):
        tree.check_consistency(old, root(0, old), size, root(0, size), wrong)


@given(size=sizes, data=st.data())
def test_a_proof_of_a_leaf_holds_for_nothing_else(size: int, data: st.DataObject):
    index = data.draw(st.integers(0, size - 1))
    leaf, path = LEAVES_OF_MOST[index], slow_path(index, 0, size)
    other = data.draw(st.integers(-1, size + 1).filter(lambda one: one != index))
    faults = [
        (leaf, other, size, root(0, size), path),
        (OTHER, index, size, root(0, size), path),
        (leaf, index, size, OTHER, path),
        (leaf, index, index, root(0, size), path),
        (leaf, index, 0, tree.EMPTY_ROOT, []),
        (leaf, -1, size, root(0, size), path),
    ]
    for fault in faults:
        with pytest.raises(VerificationError, match="bad-proof"):
            tree.check_inclusion(*fault)


@given(size=sizes, data=st.data())
def test_a_proof_of_a_tree_holds_for_nothing_else(size: int, data: st.DataObject):
    old = data.draw(st.integers(1, size))
    before, after, proof = root(0, old), root(0, size), slow_proof(old, 0, size)
    faults = [
        (old, OTHER, size, after, proof),
        (old, before, size, OTHER, proof),
        (size + 1, before, size, after, proof),
        (-1, before, size, after, proof),
        (0, before, size, after, proof),
        (0, before, size, after, []),  # only the empty tree begins every tree
        (0, tree.EMPTY_ROOT, size, after, [OTHER]),
        (size, after, size, after, [OTHER]),
    ]
    if old < size:
        faults += [(old, after, size, before, proof), (old, before, size, after, [])]
    for fault in faults:
        with pytest.raises(VerificationError, match="bad-proof"):
            tree.check_consistency(*fault)


def test_the_empty_tree_begins_every_tree():
    empty = tree.EMPTY_ROOT
    for size in (0, 1, 9):
        tree.check_consistency(0, empty, size, root(0, size), [])
    with pytest.raises(VerificationError, match="bad-proof"):
        tree.check_consistency(0, empty, 0, OTHER, [])
    with pytest.raises(VerificationError, match="bad-proof"):
        tree.check_consistency(0, OTHER, 0, OTHER, [])
