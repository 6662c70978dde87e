"""The closed lists of offices and agencies: read from a file, brought into force by two officers.

**Rule:** an act names a list by the hash of its bytes; what is not in the list in force can
neither send nor receive.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from kt1custody.core import cbor, old_fonts, places, spelling
from kt1custody.core.entry import Entry
from kt1custody.errors import MalformedInputError
from kt1custody.services.append import writing
from kt1custody.services.desk import Desk
from kt1custody.sheets import table
from kt1custody.store import records

OFFICE_COLUMNS = ("ma", "ma_so", "ten", "loai", "don_vi_hc")
AGENCY_COLUMNS = ("ma", "ten", "loai", "don_vi_hc", "dia_chi", "diem_phat", "hieu_luc_tu")


def load(desk: Desk, kind: str, file: Path, officers: tuple[str, str]) -> Entry:
    """Bring a new list of offices or agencies into force.

    Args:
        kind: `offices` or `agencies`.
        file: Untrusted CSV.

    Raises:
        MalformedInputError: What `sheets` and `core.places` refuse; nothing was written.
    """
    if kind == "offices":
        content = places.write_offices(_offices(file))
    else:
        content = places.write_agencies(_agencies(file))
    digest = hashlib.sha256(content).digest()
    desk.unlock(officers)
    with writing(desk) as pen:
        records.put_catalogue(pen.book.connection, digest, content)
        own: dict[str, cbor.Value] = {
            "by2": officers[1],
            "kind": kind,
            "hash": digest,
            "from": pen.now,
        }
        return pen.add(pen.draft("catalogue", officers[0], own))


def read_rows(file: Path, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Read a list whose columns are exactly these; cells are tidy, look-alikes as they are.

    Args:
        file: Untrusted.

    Raises:
        MalformedInputError: `wrong-columns`; `wrong-letters`: a cell was typed in an old font or
            damaged; or as `sheets.table.read_file`.
    """
    sheet = table.read_file(file)
    if tuple(sheet.header) != tuple(columns):
        raise MalformedInputError("wrong-columns", expected=", ".join(columns))
    for line, cells in sheet.rows:
        for column, cell in zip(columns, cells, strict=True):
            if code := old_fonts.code_of(cell):
                raise MalformedInputError("wrong-letters", line=line, column=column, letters=code)
    return [(number, [spelling.tidy(cell) for cell in cells]) for number, cells in sheet.rows]


def _offices(file: Path) -> list[places.Office]:
    found = []
    rows = read_rows(file, OFFICE_COLUMNS)
    _refuse_alike((line, cells[2]) for line, cells in rows)
    for line, (code, number, name, kind, unit) in rows:
        if not (number.isascii() and number.isdecimal()):
            raise MalformedInputError(
                "catalogue-malformed", what="offices", why="number", line=line
            )
        found.append(places.Office(int(number[:9]), code, spelling.canonical(name), kind, unit))
    return found


def _agencies(file: Path) -> list[places.Agency]:
    rows = read_rows(file, AGENCY_COLUMNS)
    _refuse_alike((line, cells[1]) for line, cells in rows)
    return [places.Agency(*map(spelling.canonical, cells)) for _, cells in rows]


def _refuse_alike(names: Iterable[tuple[int, str]]) -> None:
    """Refuse two names that look the same but are of different letters: `names-alike`."""
    for first, line in places.alike(names):
        raise MalformedInputError("names-alike", line=line, other=first)
