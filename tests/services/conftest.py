"""What tests of several services begin with."""

from collections.abc import Mapping

import pytest

from kt1custody.signing.person_keys import PersonKey
from tests.kit import at_counter, cast
from tests.kit.print_counter import PrintCounter


@pytest.fixture
def counter(founded: cast.World, keys: Mapping[str, PersonKey]) -> PrintCounter:
    """Six registered items at a counter with a printer; nothing is printed yet."""
    founded.session.admit_all(keys)
    manifest = cast.write_manifest(founded.folder / "sang.csv", 6)
    made = at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, manifest)
    return PrintCounter(founded, made.numbers)
