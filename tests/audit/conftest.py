"""A log of more than one tile, with witnesses and a time stamp, and the folders it gives out."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kt1custody.audit.evidence import _TST_INFO
from kt1custody.core.checkpoint import Checkpoint
from kt1custody.services.append import writing
from kt1custody.services.checkpoint import give_out
from kt1custody.signing.key_files import PersonKey
from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook
from tests import cast
from tests.attacks import outsiders
from tests.attacks.outsiders import Outsider
from tests.services.phone import keys_of


@dataclass(frozen=True)
class Grown:
    """A log whose newest checkpoint two of three witnesses have cosigned.

    Attributes:
        genesis: As on paper.
    """

    world: cast.World
    witnesses: list[Outsider]
    genesis: bytes

    def cosign(self, count: int = 2) -> None:
        """Have the log as it is now cosigned by some witnesses."""
        for one in self.witnesses[:count]:
            assert one.cosign(self.world).is_done


@pytest.fixture(scope="session")
def keys(_lived: tuple[cast.World, cast.Day]) -> dict[str, PersonKey]:
    return keys_of(_lived[0])


@pytest.fixture(scope="session")
def _grown(
    tmp_path_factory: pytest.TempPathFactory,
    _lived: tuple[cast.World, cast.Day],
    keys: dict[str, PersonKey],
) -> Grown:
    world = cast.copy_world(_lived[0], tmp_path_factory.mktemp("grown"))
    world.at(200)._unlocked.update(keys)
    witnesses = outsiders.enrol(world, world.folder / "witnesses")
    report(world, 260)
    with world.desk.database.read() as connection:
        genesis = LogBook(connection).control.genesis
    grown = Grown(world, witnesses, genesis)
    grown.cosign()
    told = give_out(world.desk).checkpoint
    with world.desk.database.write() as connection:
        checkpoints.put_stamp(connection, told.origin, told.size, stamp_of(told))
    world.desk.close()
    return grown


@pytest.fixture
def grown(tmp_path: Path, _grown: Grown, keys: dict[str, PersonKey]) -> Iterator[Grown]:
    """The log, for the test to spoil; everybody's key is unlocked."""
    world = cast.copy_world(_grown.world, tmp_path)
    world.at(300)._unlocked.update(keys)
    old = _grown.world.folder
    witnesses = [
        replace(one, folder=tmp_path / one.folder.relative_to(old)) for one in _grown.witnesses
    ]
    yield Grown(world, witnesses, _grown.genesis)
    world.desk.close()


@pytest.fixture
def world(lived: cast.World, keys: dict[str, PersonKey]) -> cast.World:
    """The log after a day, at 10:20, with everybody's key unlocked."""
    lived.at(200)._unlocked.update(keys)
    return lived


def report(world: cast.World, size: int) -> None:
    """Let the courier find nobody, again and again, until the log has so many entries."""
    with writing(world.desk) as pen:
        item = pen.book.items(holder=cast.COURIER)[0]
        line = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": item.head}
        while pen.book.seq + 1 < size:
            pen.add(pen.draft("absent", cast.COURIER, {"reason": "nobody"}, [line]))


def stamp_of(told: Checkpoint) -> bytes:
    """What looks like a time stamp as far as one can see without its authority's certificate."""
    return b"\x30" + _TST_INFO + b"\x04\x20" + hashlib.sha256(told.text.encode()).digest() + b"\0"
