"""Long searches: the gate keeps one of each kind, and `--nightly` goes through all of them.

What only a night has time for is marked `nightly` and left out of the gate. A test that searches
asks here how far; it must catch its kind of fault in the gate too.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

T = TypeVar("T")
GATE, NIGHTLY = "gate", "nightly"

settings.register_profile(
    GATE, deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.register_profile(NIGHTLY, settings.get_profile(GATE), max_examples=400)


def is_nightly() -> bool:
    """Tell whether this run goes through everything."""
    return settings.get_current_profile_name() == NIGHTLY


def examples(*, gate: int, nightly: int) -> settings:
    """Give the settings of a property that tries another number of examples than others do."""
    return settings(max_examples=nightly if is_nightly() else gate)


def each(values: Iterable[Any], *gate: Any) -> list[Any]:
    """Give the values of a parameter; those that the gate does not need are marked `nightly`.

    Args:
        gate: The values that stay in the gate: one of each kind of fault.
    """
    known = list(values)
    assert all(value in known for value in gate), gate
    return [
        value if value in gate else pytest.param(value, marks=pytest.mark.nightly)
        for value in known
    ]


def first(count: int, values: Iterable[Any], *, rows: bool = False) -> list[Any]:
    """Give the values of a parameter, of which the gate needs only the first ones.

    Args:
        rows: Each value is a row for several parameters.
    """
    return [
        pytest.param(*(value if rows else (value,)), marks=[pytest.mark.nightly] * (place >= count))
        for place, value in enumerate(values)
    ]


def pairs(ones: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """Give all pairs of two parameters; the gate has every value of each in one pair at least."""
    least = min(len(ones), len(others))
    return [
        pytest.param(
            one, other, marks=[pytest.mark.nightly] * (place % least != other_place % least)
        )
        for place, one in enumerate(ones)
        for other_place, other in enumerate(others)
    ]


def some(values: Sequence[T], kind: Callable[[T], Hashable]) -> list[T]:
    """Give all of the values at night; in the gate the first and the last of each kind."""
    if is_nightly():
        return list(values)
    first: dict[Hashable, int] = {}
    last: dict[Hashable, int] = {}
    for place, value in enumerate(values):
        first.setdefault(kind(value), place)
        last[kind(value)] = place
    return [values[place] for place in sorted({*first.values(), *last.values()})]
