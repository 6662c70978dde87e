"""The Merkle tree against the published vectors of RFC 6962 and a slow reference."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core import tree
from kt1custody.core.entry import leaf_hash

VECTORS = Path(__file__).parent.parent / "vectors" / "trust" / "tree.json"
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
