"""Servers for tests: one a process, whose log all share; and one in this process with a log of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kt1custody.signing.person_keys import PersonKey
from tests.kit import at_counter, cast
from tests.kit.counter import READER, Counter, serving
from tests.kit.pages_here import PagesHere


@pytest.fixture(scope="session")
def _paged(
    tmp_path_factory: pytest.TempPathFactory,
    _lived: tuple[cast.World, cast.Day],
    keys: dict[str, PersonKey],
) -> cast.World:
    world = cast.copy_world(_lived[0], tmp_path_factory.mktemp("paged"))
    world.at(200).admit_all(keys)
    for device in ("WEB1", "WEB2"):
        at_counter.enrol_device(world.session, device, device, cast.OFFICE, cast.OFFICERS)
    world.session.close()
    return world


@pytest.fixture
def pages(tmp_path: Path, _paged: cast.World, keys: dict[str, PersonKey]) -> Iterator[PagesHere]:
    """The pages of a log after a day, at 10:20; the test may change it."""
    world = cast.copy_world(_paged, tmp_path)
    world.at(200).admit_all(keys)
    yield PagesHere(world, keys)
    world.session.close()


@pytest.fixture(scope="session")
def counter(
    tmp_path_factory: pytest.TempPathFactory, _lived: tuple[cast.World, cast.Day]
) -> Iterator[Counter]:
    """A counter after `cast.live_a_day`, unlocked by an officer."""
    folder = tmp_path_factory.mktemp("counter")
    world = cast.copy_world(_lived[0], folder)
    with serving(world, folder, "--unlock", READER) as served:
        yield served
    world.session.close()


@pytest.fixture
def quiet_counter(tmp_path: Path, lived: cast.World) -> Iterator[Counter]:
    """A counter of its own for a test that counts what lies there."""
    with serving(lived, tmp_path, "--unlock", READER) as served:
        yield served
