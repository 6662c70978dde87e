"""The log after a day and a phone beside it, as in the tests of the services; and all verifiers."""

from collections.abc import Iterator

import pytest

from kt1custody.signing.key_files import PersonKey
from tests import cast
from tests.attacks.judges import Page
from tests.services.phone import Phone, keys_of


@pytest.fixture(scope="session")
def keys(_lived: tuple[cast.World, cast.Day]) -> dict[str, PersonKey]:
    return keys_of(_lived[0])


@pytest.fixture
def world(lived: cast.World, keys: dict[str, PersonKey]) -> cast.World:
    """The log after a day, at 10:20, with everybody's key unlocked."""
    lived.at(200)._unlocked.update(keys)
    return lived


@pytest.fixture
def phone(world: cast.World) -> Phone:
    return Phone(world)


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    """The page in a browser; opened when it is first asked."""
    found = Page()
    yield found
    found.close()
