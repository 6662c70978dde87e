"""CSV files: read within limits, or refused with a reason."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from kt1custody.errors import MalformedInputError, UnavailableError

MAX_BYTES = 8 * 1024 * 1024
MAX_ROWS = 20_000  # blank ones included
_MAX_CELL = 20_000  # characters; longer ones end the reading


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it.

    Attributes:
        rows: Row number in the file (the header is 1) and cells; blank rows are left out.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_file(path: Path) -> Table:
    """Read a CSV file of UTF-8 text, with or without byte order mark, commas between cells.

    Raises:
        UnavailableError: `file-unreadable`.
        MalformedInputError: `table-unreadable` with `why`: `directory`, `too-large`, `empty`,
            `binary`, `encoding`, `rows`, `quotes`.
    """
    try:
        if path.is_dir():
            raise MalformedInputError("table-unreadable", why="directory")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnavailableError("file-unreadable", name=path.name, why=error.strerror) from None
    return read_table(raw)


def read_table(unverified: bytes) -> Table:
    """Read the bytes of a CSV file; raises as `read_file`."""
    if len(unverified) > MAX_BYTES:
        raise MalformedInputError("table-unreadable", why="too-large")
    if b"\x00" in unverified:
        raise MalformedInputError("table-unreadable", why="binary")
    try:
        text = unverified.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MalformedInputError("table-unreadable", why="encoding") from None
    if not text.strip():
        raise MalformedInputError("table-unreadable", why="empty")
    header, *rows = _rows(text)
    filled = ((number, cells) for number, cells in rows if any(cell.strip() for cell in cells))
    return Table(header[1], tuple(filled))


def _rows(text: str) -> list[tuple[int, tuple[str, ...]]]:
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, tuple[str, ...]]] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if number > MAX_ROWS:
                raise MalformedInputError("table-unreadable", why="rows")
            found.append((number, tuple(cells)))
    except csv.Error:
        raise MalformedInputError("table-unreadable", why="quotes") from None
    return found
