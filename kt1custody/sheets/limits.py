"""The limits of rows and columns, and the place to name when a file goes beyond it."""

from collections.abc import Sequence

from kt1custody.core.manifest.layout import Line
from kt1custody.errors import MalformedInputError

MAX_COLUMNS = 64
_MANY = 1_000  # blank rows behind the last filled one


def are_blank(lines: Sequence[Line], row: int) -> bool:
    """Tell whether the rows before this one have been blank for long.

    Args:
        lines: Rows read so far.
    """
    return row - _last(lines) > _MANY


def too_many_rows(lines: Sequence[Line], row: int, most: int) -> MalformedInputError:
    """Make the error for a file with too many rows: `blank-rows` if most of them are formatted only.

    Args:
        lines: Rows read so far.
        row: Row at which reading ended.
    """
    if are_blank(lines, row):
        filled = sum(1 for _, cells in lines if any(map(str.strip, cells)))
        return MalformedInputError(
            "table-unreadable", why="blank-rows", count=filled, row=_last(lines) + 1
        )
    return MalformedInputError("table-unreadable", why="rows", most=most)


def _last(lines: Sequence[Line]) -> int:
    """Give the last row that is filled."""
    return next((number for number, cells in reversed(lines) if any(map(str.strip, cells))), 0)
