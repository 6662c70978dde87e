"""One server a process for tests that do not mind what others have done to its log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit import cast
from tests.kit.counter import READER, Counter, serving


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
