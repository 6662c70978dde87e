"""The verifiers that tests share."""

from collections.abc import Iterator

import pytest

from tests.kit.judges import Page


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    """The page in a browser; opened when it is first asked."""
    found = Page()
    yield found
    found.close()
