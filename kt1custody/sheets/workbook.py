"""XLSX files: what they may hold, and which of their sheets is read.

**Rule:** only a plain workbook is read: no macros, no password, no values from other files. Hidden
sheets are left aside; two visible lists are refused, since nobody could tell which one is meant.
openpyxl writes our workbooks but does not read them: when it streams it does not report hidden rows,
merged cells and formulas without a value, and it fills up whatever a cell far away spans.
"""

import io
import zipfile
import zlib
from collections.abc import Sequence

from kt1custody.errors import MalformedInputError
from kt1custody.sheets import rich_text, styles, worksheet
from kt1custody.sheets.delimited import IsList
from kt1custody.sheets.look import Look
from kt1custody.sheets.package import Package, Relation
from kt1custody.sheets.rich_text import RichText
from kt1custody.sheets.styles import Styles
from kt1custody.sheets.worksheet import SharedParts, Sheet
from kt1custody.sheets.xml_parts import broken, local

_MAX_STYLES = 300_000  # bytes of a part of styles that is kept for the file that goes back
# What runs or fetches, by words in names of parts and by kinds of relations.
_FORBIDDEN_NAMES = {"vbaproject.bin": "macros", "externallinks/": "external-links"}
_FORBIDDEN_KINDS = {
    "vbaProject": "macros",
    "xlMacrosheet": "macros",
    "xlIntlMacrosheet": "macros",
    "externalLink": "external-links",
}


def read(unverified: bytes, is_list: IsList | None, most: int) -> Sheet:
    """Read the one visible sheet that is a list; if none is, the first that holds something.

    Args:
        is_list: Tells whether rows hold the headings that are looked for.
        most: Rows as written, blank ones included.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `broken`, `not-a-workbook`, `locked`,
            `macros`, `external-links`, `too-large`, `rows`, `blank-rows`, `too-wide`,
            `several-sheets`, or one of `kinds.of_archive`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(unverified)) as archive:
            return _read(Package(archive), is_list, most)
    # RuntimeError: ways of packing that the library knows of and does not read.
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        ValueError,
        OverflowError,
        RuntimeError,
    ):
        raise broken() from None


def _read(package: Package, is_list: IsList | None, most: int) -> Sheet:
    main = next((one.target for one in package.relations() if one.kind == "officeDocument"), None)
    if main is None:
        raise MalformedInputError("table-unreadable", why="not-a-workbook")
    relations = package.relations(main)
    _refuse_what_runs(package, relations)
    sheets, is_1904 = _visible_sheets(package, main, relations)
    styles_part = _target(relations, "styles")
    looks = Styles() if styles_part is None else styles.read(package.read(styles_part))
    book = SharedParts(_strings(package, _target(relations, "sharedStrings")), looks, is_1904)
    read = (worksheet.read(package.read(name), book, most) for name in sheets)
    filled = [sheet for sheet in read if sheet.lines]
    lists = [sheet for sheet in filled if is_list is None or is_list(sheet.lines)]
    if len(lists) > 1:
        raise MalformedInputError("table-unreadable", why="several-sheets")
    sheet = next(iter(lists or filled), Sheet([], [], Look()))
    if styles_part is not None:
        sheet.look.styles_part = package.read_raw(styles_part, _MAX_STYLES)
    return sheet


def _refuse_what_runs(package: Package, relations: Sequence[Relation]) -> None:
    reasons = [_FORBIDDEN_KINDS.get(relation.kind, "") for relation in relations]
    reasons += [
        why for word, why in _FORBIDDEN_NAMES.items() if any(word in name for name in package.names)
    ]
    if any(reasons):
        raise MalformedInputError("table-unreadable", why=max(reasons))


def _target(relations: Sequence[Relation], kind: str) -> str | None:
    return next((relation.target for relation in relations if relation.kind == kind), None)


def _visible_sheets(
    package: Package, main: str, relations: Sequence[Relation]
) -> tuple[list[str], bool]:
    """Find the parts of the visible worksheets, and whether days are counted from 1904."""
    targets = {
        relation.number: relation.target for relation in relations if relation.kind == "worksheet"
    }
    sheets, is_1904, is_workbook = [], False, False
    for name, facts, _ in package.read(main):
        is_workbook |= name == "workbook"
        if name == "workbookPr" and facts:
            is_1904 = facts.get("date1904") in ("1", "true")
        elif name == "sheet" and facts and facts.get("state", "visible") == "visible":
            number = next((facts[key] for key in facts if local(key) == "id"), "")
            if number in targets:
                sheets.append(targets[number])
    if not is_workbook:
        raise MalformedInputError("table-unreadable", why="not-a-workbook")
    return sheets, is_1904


def _strings(package: Package, name: str | None) -> list[RichText]:
    """Read the shared strings."""
    strings: list[RichText] = []
    if name is not None:
        part = package.read(name)
        for element, facts, _ in part:
            if element == "si" and facts is not None:
                strings.append(rich_text.read(part, "si"))
    return strings
