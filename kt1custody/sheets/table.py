"""Tables as people hand them in, CSV or XLSX: read within limits, or refused with a reason."""

from dataclasses import dataclass, field

from kt1custody.core.manifest.layout import Line, Spot
from kt1custody.errors import MalformedInputError
from kt1custody.sheets import delimited, kinds, letters, workbook
from kt1custody.sheets.delimited import IsList
from kt1custody.sheets.look import Look

MAX_BYTES = 8 * 1024 * 1024
MAX_ROWS = 50_000  # as written in the file, blank ones included
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file.

    Attributes:
        lines: Row number in the file (the first is 1) and cells; blank rows are left out.
        spots: What the file holds beside text.
        sign: Sign between the cells of CSV.
        look: How a sheet of a workbook looks.
    """

    lines: tuple[Line, ...]
    spots: tuple[Spot, ...] = ()
    sign: str = field(default=",", compare=False)
    look: Look | None = field(default=None, compare=False)

    @property
    def rows(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The rows below the first."""
        return tuple((number, tuple(cells)) for number, cells in self.lines[1:])


def read_file(name: str, unverified: bytes, is_list: IsList | None = None) -> Table:
    """Read a table whose headings may stand anywhere; spots are for the caller to judge.

    Args:
        name: What the file is called.
        unverified: What it holds; of a longer one at least `MAX_BYTES` + 1 bytes.
        is_list: Tells whether rows hold the headings that are looked for; without it any sheet that
            holds something is taken.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `lock-file`, or as `read_table`.
    """
    if kinds.of_lock(name, unverified):
        raise MalformedInputError("table-unreadable", why="lock-file")
    return read_table(unverified, is_list)


def read_table(unverified: bytes, is_list: IsList | None = None) -> Table:
    """Read the bytes of a CSV or XLSX file, told apart by their content.

    Args:
        is_list: See `read_file`.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `too-large`, `empty`, `binary`,
            `letters`, one of `kinds.of_bytes`, or as `delimited.read` and `workbook.read`.
    """
    if len(unverified) > MAX_BYTES:
        raise MalformedInputError("table-unreadable", why="too-large")
    if kind := kinds.of_bytes(unverified):
        raise MalformedInputError("table-unreadable", why=kind)
    sign, look = ",", None
    if unverified.startswith(_ZIP):
        sheet = workbook.read(unverified, is_list, MAX_ROWS)
        lines, spots, look = sheet.lines, sheet.spots, sheet.look
    else:
        lines, spots, sign = delimited.read(letters.decode(unverified), is_list, MAX_ROWS)
    filled = tuple((number, cells) for number, cells in lines if any(map(str.strip, cells)))
    if not filled:
        raise MalformedInputError("table-unreadable", why="empty")
    numbers = {0, *(number for number, _ in filled)}
    width = max(len(cells) for _, cells in filled)
    seen = tuple(spot for spot in spots if spot.row in numbers and spot.place < width)
    return Table(filled, seen, sign, look)
