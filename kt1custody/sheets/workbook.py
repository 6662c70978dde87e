"""XLSX files: what they may hold, and which of their sheets is read.

**Rule:** only a plain workbook is read: no macros, no password, no values from other files. Hidden
sheets are left aside; two visible lists are refused, since nobody could tell which one is meant.
openpyxl writes our workbooks but does not read them: when it streams it does not tell hidden rows,
merged cells and formulas without a value, and it fills up whatever a cell far away spans.
"""

import io
import zipfile
import zlib

from openpyxl.styles.numbers import BUILTIN_FORMATS

from kt1custody.core.layout import Line, Spot
from kt1custody.errors import MalformedInputError
from kt1custody.sheets import worksheet
from kt1custody.sheets.delimited import IsList
from kt1custody.sheets.xml_parts import Happenings, Parts, broken, local

_MAX_PARTS = 2_000
_MAX_UNPACKED = 128 * 1024 * 1024  # bytes of all parts; 20 000 full rows have about 25 MB
_FORBIDDEN = {"vbaProject.bin": "macros", "externalLinks/": "external-links"}
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"


def read(unverified: bytes, is_list: IsList | None, most: int) -> tuple[list[Line], list[Spot]]:
    """Read the one visible sheet that is a list; if none is, the first that holds something.

    Args:
        is_list: Tells whether rows hold the headings that are looked for.
        most: Rows as written, blank ones included.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `broken`, `not-a-workbook`, `locked`,
            `macros`, `external-links`, `too-large`, `rows`, `too-wide`, `several-sheets`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(unverified)) as archive:
            _check_parts(archive)
            return _read(Parts(archive), is_list, most)
    # RuntimeError: ways of packing that the library knows of and does not read.
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, RuntimeError):
        raise broken() from None


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if _BOOK not in names:
        raise MalformedInputError("table-unreadable", why="not-a-workbook")
    if any(part.flag_bits & 1 for part in parts):
        raise MalformedInputError("table-unreadable", why="locked")
    packings = {part.compress_type for part in parts}
    if len(names) != len(parts) or not packings <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise broken()
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
        raise MalformedInputError("table-unreadable", why="too-large")
    for piece, why in _FORBIDDEN.items():
        if any(piece in name for name in names):
            raise MalformedInputError("table-unreadable", why=why)


def _read(parts: Parts, is_list: IsList | None, most: int) -> tuple[list[Line], list[Spot]]:
    sheets, is_1904 = _visible_sheets(parts)
    strings = _strings(parts.read(_STRINGS)) if _STRINGS in parts.names else []
    formats = _formats(parts.read(_STYLES)) if _STYLES in parts.names else []
    book = worksheet.Book(strings, formats, is_1904)
    filled = [one for one in (worksheet.read(parts.read(n), book, most) for n in sheets) if one[0]]
    lists = [one for one in filled if is_list is None or is_list(one[0])]
    if len(lists) > 1:
        raise MalformedInputError("table-unreadable", why="several-sheets")
    return next(iter(lists or filled), ([], []))


def _visible_sheets(parts: Parts) -> tuple[list[str], bool]:
    """Find the parts of the visible worksheets, and whether days are counted from 1904."""
    targets = {
        told["Id"]: told["Target"]
        for name, told, _ in parts.read(_RELATIONS)
        if name == "Relationship" and told and told.get("Type", "").endswith("/worksheet")
    }
    found, is_1904 = [], False
    for name, told, _ in parts.read(_BOOK):
        if name == "workbookPr" and told:
            is_1904 = told.get("date1904") in ("1", "true")
        elif name == "sheet" and told and told.get("state", "visible") == "visible":
            relation = next((told[key] for key in told if local(key) == "id"), "")
            target = targets.get(relation)
            if target:
                found.append(target[1:] if target.startswith("/") else f"xl/{target}")
    return found, is_1904


def _strings(part: Happenings) -> list[str]:
    """Read the shared strings, without the readings that East Asian text may carry."""
    found: list[str] = []
    for name, told, _ in part:
        if name == "si" and told is not None:
            found.append(worksheet.read_text(part, "si"))
    return found


def _formats(part: Happenings) -> list[str]:
    """Read the number format of each style."""
    own: dict[str, str] = {}
    found: list[str] = []
    is_cell = False
    for name, told, _ in part:
        if name == "numFmt" and told:
            own[told["numFmtId"]] = told.get("formatCode", "")
        elif name == "cellXfs":
            is_cell = told is not None
        elif name == "xf" and is_cell and told is not None:
            number = told.get("numFmtId", "0")
            found.append(own.get(number) or BUILTIN_FORMATS.get(int(number), "General"))
    return found
