"""The log after a day and a phone beside it, as in the tests of the services; and all verifiers."""

from collections.abc import Iterator

import pytest

from tests.attacks.judges import Page
from tests.services.conftest import keys, phone, world

__all__ = ["keys", "page", "phone", "world"]


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    """The page in a browser; opened when it is first asked."""
    found = Page()
    yield found
    found.close()
