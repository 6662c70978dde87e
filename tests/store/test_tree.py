"""The tree's hashes as the database keeps them, against the tree that grows in memory."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from kt1custody.core.formats.tree import HASH, WIDTH, Tree, root_of
from kt1custody.core.log.entry import leaf_hash
from kt1custody.store import log, tree
from kt1custody.store.tables import EntryRow

BASE = 3  # the epoch begins behind some entries
SIZE = 2 * WIDTH + 5


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    EntryRow.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection


def leaf(place: int) -> bytes:
    return leaf_hash(b"entry %d" % place)


def row(place: int) -> dict[str, object]:
    name = b"%d" % place
    return {
        "log": "kt1.lamdong.vn/68", "seq": BASE + place, "prev": name, "leaf": leaf(place),
        "body_hash": name, "act_id": name, "dev": "", "dseq": place, "kind": "hold", "entry": b"",
    }  # fmt: skip


def test_full_tiles_are_kept_as_the_tree_grows_and_give_its_roots(connection: sa.Connection):
    grown = Tree()
    for begin in range(0, SIZE, WIDTH):
        places = range(begin, min(begin + WIDTH, SIZE))
        connection.execute(sa.insert(log.ENTRIES), [row(place) for place in places])
        for place in places:
            grown.add(leaf(place))
        tree.keep_full_tiles(connection, BASE, places.stop)
        assert tree.tiles(connection, BASE).root(grown.size) == grown.root()
    kept = connection.execute(sa.select(tree.TILES.c["level", "number"])).all()
    assert sorted(map(tuple, kept)) == [(0, 0), (0, 1), (1, 0)]
    full = [tree.read_tile(connection, BASE, 0, number) for number in range(2)]
    roots = [root_of(tile[at : at + HASH] for at in range(0, len(tile), HASH)) for tile in full]
    assert tree.read_tile(connection, BASE, 1, 0) == b"".join(roots)
    assert tree.read_tile(connection, BASE, 0, 2) == b"".join(map(leaf, range(2 * WIDTH, SIZE)))
    assert tree.read_tile(connection, BASE, 1, 1) == b""


def test_no_tile_is_kept_before_it_is_full(connection: sa.Connection):
    connection.execute(sa.insert(log.ENTRIES), [row(place) for place in range(WIDTH)])
    for size in (0, 1, WIDTH - 1, WIDTH + 1):
        tree.keep_full_tiles(connection, BASE, size)
    assert connection.execute(sa.select(tree.TILES)).all() == []
