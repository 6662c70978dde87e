"""The tree of an audit, against the tree of the log."""

from random import Random

import pytest

from kt1custody.audit.growth import Growth
from kt1custody.core.formats.tree import HASH, WIDTH, Tree, tiles_of

SIZE = 8 * WIDTH + 5


def leaf(place: int) -> bytes:
    return Random(place).randbytes(HASH)


@pytest.fixture(scope="module")
def whole() -> Growth:
    growth = Growth()
    for place in range(SIZE):
        growth.add(leaf(place))
    return growth


def test_every_root_on_the_way_is_that_of_the_log(whole: Growth):
    tree = Tree()
    for place in range(SIZE):
        if place and (place < 9 or place % 97 == 0):
            assert whole.root(place) == tree.root()
        tree.add(leaf(place))
    assert whole.root(SIZE) == tree.root()
    assert (whole.size, whole.began) == (SIZE, 0)
    assert [whole.leaf(place) for place in (0, WIDTH, SIZE - 1)] == [
        leaf(place) for place in (0, WIDTH, SIZE - 1)
    ]


def test_every_tile_has_grown_and_is_as_wide_as_the_format_says(whole: Growth):
    assert list(whole.grown()) == [(level, number) for level, number, _ in tiles_of(SIZE)]
    for level, number, width in tiles_of(SIZE):
        assert len(whole.tile(level, number)) == HASH * width
    assert whole.tile(0, SIZE) == whole.tile(9, 0) == b""


@pytest.mark.parametrize("began", [1, WIDTH - 1, WIDTH, WIDTH + 1, 3 * WIDTH + 7, SIZE])
def test_a_tree_that_goes_on_is_the_same_and_says_what_has_grown(whole: Growth, began: int):
    older = Growth()
    for place in range(began):
        older.add(leaf(place))
    growth = Growth(began, older.tile)
    assert growth.peaks == older.peaks
    assert list(growth.grown()) == []
    for place in range(began, SIZE):
        growth.add(leaf(place))
    assert (growth.size, growth.began, growth.peaks) == (SIZE, began, whole.peaks)
    for size in (began, (began + SIZE) // 2, SIZE):
        assert growth.root(size) == whole.root(size)
    changed = {
        (level, number)
        for level, number in whole.grown()
        if whole.tile(level, number) != older.tile(level, number)
    }
    assert set(growth.grown()) == changed
