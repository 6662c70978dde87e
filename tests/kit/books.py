"""Workbooks written by hand, as any program or attacker may write them."""

import io
import zipfile
from collections.abc import Mapping

from kt1custody.sheets.table import read_table

TYPES = "<Types/>"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION = f"{_KIND}/worksheet"
MAIN = {
    "_rels/.rels": f'<Relationships><Relationship Id="r1" Type="{_KIND}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
}


def book(
    *sheets: str,
    states: tuple[str, ...] = (),
    formats: tuple[str, ...] = (),
    strings: str = "",
    more: Mapping[str, bytes | str] | None = None,
    begin: str = "",
) -> bytes:
    """Pack a workbook.

    Args:
        sheets: The XML of each sheet.
        states: `visible`, `hidden` or `veryHidden` for each.
        formats: Number formats; style 0 is General, then they follow.
        strings: The `si` elements of the shared strings.
        more: Further parts.
        begin: What stands before the sheets in the workbook's part.
    """
    places = range(1, len(sheets) + 1)
    shown = (*states, *["visible"] * len(sheets))
    named = "".join(
        f'<sheet name="S{n}" sheetId="{n}" state="{shown[n - 1]}" r:id="r{n}"/>' for n in places
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{RELATION}" Target="worksheets/sheet{n}.xml"/>'
        for n in places
    )
    related += "".join(
        f'<Relationship Id="{kind}" Type="{_KIND}/{kind}" Target="{kind}.xml"/>'
        for kind in ("styles", "sharedStrings")
    )
    own = "".join(
        f'<numFmt numFmtId="{n}" formatCode="{one}"/>' for n, one in enumerate(formats, 200)
    )
    xfs = "".join(f'<xf numFmtId="{n}"/>' for n in (0, *range(200, 200 + len(formats))))
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": TYPES,
        **MAIN,
        "xl/workbook.xml": f'<workbook xmlns:r="r">{begin}<sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{related}</Relationships>",
        "xl/styles.xml": f"<styleSheet><numFmts>{own}</numFmts><cellStyleXfs><xf numFmtId='9'/>"
        f"</cellStyleXfs><cellXfs>{xfs}</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f"<sst>{strings}</sst>",
        **{f"xl/worksheets/sheet{n}.xml": xml for n, xml in enumerate(sheets, 1)},
        **(more or {}),
    }
    return pack(parts)


def pack(parts: Mapping[str, bytes | str]) -> bytes:
    """Pack parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def sheet(rows: str, *, before: str = "", behind: str = "") -> str:
    """Write a sheet around its rows."""
    return f"<worksheet>{before}<sheetData>{rows}</sheetData>{behind}</worksheet>"


def row(number: int, *texts: str, more: str = "") -> str:
    """Write a row of inline strings."""
    cells = "".join(
        f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for n, text in enumerate(texts)
    )
    return f'<row r="{number}" {more}>{cells}</row>'


FONTS = (
    "<font><sz val='11'/></font>",
    "<font><strike/><sz val='11'/></font>",
    "<font><strike val='0'/></font>",
    "<font><color rgb='FFFFFFFF'/></font>",
    "<font><color theme='0'/></font>",
    "<font><color theme='0' tint='-0.5'/></font>",
    "<font><sz val='1'/></font>",
    "<font><color rgb='FF112233'/></font>",
    "<font><color indexed='9'/></font>",
)
PLAIN, STRUCK, NOT_STRUCK, WHITE, THEME_WHITE, GREY, TINY, DARK, INDEXED = range(len(FONTS))
FILLS = (
    "<fill><patternFill patternType='none'/></fill>",
    "<fill><patternFill patternType='gray125'/></fill>",
    "<fill><patternFill patternType='solid'><fgColor rgb='FF102030'/></patternFill></fill>",
)
NO_FILL, DOTS, NAVY = range(len(FILLS))


def styles_of(*cells: str, named: str = "<xf/>", conditional: str = "") -> dict[str, bytes | str]:
    """Write the part of styles: these for cells behind the plain one, with `FONTS` and `FILLS`."""
    return {
        "xl/styles.xml": f"<styleSheet><fonts>{''.join(FONTS)}</fonts><fills>{''.join(FILLS)}</fills>"
        f"<cellStyleXfs>{named}</cellStyleXfs><cellXfs><xf/>{''.join(cells)}</cellXfs>"
        f"<dxfs>{conditional}</dxfs></styleSheet>"
    }


def text_cell(place: str, style: int = 1, inner: str = "<t>x</t>") -> str:
    """Write a cell of text in a style."""
    return f'<c r="{place}" s="{style}" t="inlineStr"><is>{inner}</is></c>'


def codes_of(inner: str, more: Mapping[str, bytes | str]) -> list[str]:
    """Read a sheet with a plain cell and one of this text in style 1; gives the codes of its spots."""
    cells = f'<row r="1">{text_cell("A1", 0)}{text_cell("B1", 1, inner)}</row>'
    return [spot.code for spot in read_table(book(sheet(cells), more=more)).spots]
