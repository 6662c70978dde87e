"""One server a process for tests that do not mind what others have done to its log."""

from collections.abc import Iterator

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
