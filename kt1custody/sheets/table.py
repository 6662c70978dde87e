"""Tables as people hand them in, CSV or XLSX: read within limits, or refused with a reason."""

from dataclasses import dataclass
from pathlib import Path

from kt1custody.core.layout import Line, Spot
from kt1custody.errors import MalformedInputError, UnavailableError
from kt1custody.sheets import delimited, letters, workbook
from kt1custody.sheets.delimited import IsList

MAX_BYTES = 8 * 1024 * 1024
MAX_ROWS = 50_000  # as written in the file, blank ones included
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file.

    Attributes:
        lines: Row number in the file (the first is 1) and cells; blank rows are left out.
        spots: What the file holds beside text.
    """

    lines: tuple[Line, ...]
    spots: tuple[Spot, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The first row."""
        return tuple(self.lines[0][1])

    @property
    def rows(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The rows below the first."""
        return tuple((number, tuple(cells)) for number, cells in self.lines[1:])


def read_file(path: Path) -> Table:
    """Read a table whose first row is its header.

    Every row comes out as wide as the header.

    Raises:
        UnavailableError: `file-unreadable`.
        MalformedInputError: `table-unreadable` with `why`: as `read_table`, or `not-plain`.
    """
    table = read_table(_bytes_of(path))
    if table.spots:
        raise MalformedInputError("table-unreadable", why="not-plain")
    width = len(table.header)
    if any(cell.strip() for _, cells in table.rows for cell in cells[width:]):
        raise MalformedInputError("table-unreadable", why="too-wide")
    return Table(
        tuple((n, (*cells[:width], *[""] * (width - len(cells)))) for n, cells in table.lines)
    )


def read_manifest(path: Path, is_list: IsList) -> Table:
    """Read a table whose headings may stand anywhere; spots are for the caller to judge.

    Args:
        is_list: Tells whether rows hold the headings that are looked for.

    Raises:
        UnavailableError: `file-unreadable`.
        MalformedInputError: As `read_table`.
    """
    return read_table(_bytes_of(path), is_list)


def read_table(unverified: bytes, is_list: IsList | None = None) -> Table:
    """Read the bytes of a CSV or XLSX file, told apart by their content.

    Args:
        is_list: See `read_manifest`; without it any sheet that holds something is taken.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `directory`, `too-large`, `empty`,
            `binary`, `letters`, `delimiter`, `quotes`, `rows`, `old-or-locked`, `not-a-workbook`,
            `broken`, `locked`, `macros`, `external-links`, `too-wide`, `several-sheets`.
    """
    if len(unverified) > MAX_BYTES:
        raise MalformedInputError("table-unreadable", why="too-large")
    if unverified.startswith(_OLE):
        raise MalformedInputError("table-unreadable", why="old-or-locked")
    if unverified.startswith(_ZIP):
        lines, spots = workbook.read(unverified, is_list, MAX_ROWS)
    else:
        lines, spots = delimited.read(letters.decode(unverified), is_list, MAX_ROWS)
    filled = tuple((number, cells) for number, cells in lines if any(map(str.strip, cells)))
    if not filled:
        raise MalformedInputError("table-unreadable", why="empty")
    numbers = {0, *(number for number, _ in filled)}
    width = max(len(cells) for _, cells in filled)
    return Table(filled, tuple(s for s in spots if s.row in numbers and s.place < width))


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise MalformedInputError("table-unreadable", why="directory")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnavailableError("file-unreadable", name=path.name, why=error.strerror) from None
