"""Parts of a workbook: found by their relations, whatever they are called; and what reading costs."""

import io
import resource
import sys
import time
import zipfile

import pytest

from kt1custody.core.manifest.layout import WHOLE_ROW, Spot
from kt1custody.errors import MalformedInputError
from kt1custody.sheets.table import read_table
from tests.kit.books import MAIN, TYPES, book, pack, row, sheet

TYPE = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def relations(*listed: tuple[str, str], more: str = "") -> str:
    return (
        "<Relationships>"
        + "".join(
            f'<Relationship Id="r{n}" Type="{TYPE}/{kind}" Target="{target}" {more}/>'
            for n, (kind, target) in enumerate(listed, 1)
        )
        + "</Relationships>"
    )


def packed(main: str, sheet_target: str, strings_target: str, names: tuple[str, str, str]) -> bytes:
    """Pack a workbook whose parts are called by `names`, in the order main, sheet, strings."""
    folder, _, base = names[0].rpartition("/")
    return pack(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": relations(("officeDocument", main)),
            names[
                0
            ]: '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>',
            f"{folder}/_rels/{base}.rels".lstrip("/"): relations(
                ("worksheet", sheet_target), ("sharedStrings", strings_target)
            ),
            names[1]: sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
            names[2]: "<sst><si><t>Hà Nội</t></si></sst>",
        }
    )


CUSTOMARY = ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")


@pytest.mark.parametrize(
    ("main", "sheet_target", "strings_target", "names"),
    [
        ("xl/workbook.xml", "worksheets/sheet1.xml", "sharedStrings.xml", CUSTOMARY),
        ("/xl/workbook.xml", "/xl/worksheets/sheet1.xml", "/xl/sharedStrings.xml", CUSTOMARY),
        ("./xl/workbook.xml", "./worksheets/./sheet1.xml", "../xl/sharedStrings.xml", CUSTOMARY),
        ("XL/Workbook.xml", "Worksheets/SHEET1.xml", "SharedStrings.xml", CUSTOMARY),
        (
            "xl/workbook.xml",
            "worksheets/sheet1.xml",
            "sharedstrings.xml",
            ("xl/workbook.xml", "xl/Worksheets/Sheet1.XML", "XL/SHAREDSTRINGS.XML"),
        ),
        (
            "xl/workbook.xml",
            "worksheets/trang%20m%E1%BB%99t.xml",
            "/strings.xml",
            ("xl/workbook.xml", "xl/worksheets/trang một.xml", "strings.xml"),
        ),
        (
            "xl\\workbook.xml",
            "worksheets\\sheet1.xml",
            "sharedStrings.xml",
            ("xl/workbook.xml", "xl\\worksheets\\sheet1.xml", "xl\\sharedStrings.xml"),
        ),
        ("book.xml", "one.xml", "two/three.xml", ("book.xml", "one.xml", "two/three.xml")),
    ],
)
def test_parts_are_found_by_their_relations(
    main: str, sheet_target: str, strings_target: str, names: tuple[str, str, str]
) -> None:
    raw = packed(main, sheet_target, strings_target, names)
    assert read_table(raw).lines == ((1, ("Hà Nội",)),)


def refusal(raw: bytes) -> object:
    with pytest.raises(MalformedInputError) as caught:
        read_table(raw)
    return caught.value.detail["why"]


def test_a_part_that_is_not_there_or_there_twice_is_refused() -> None:
    missing = packed("xl/workbook.xml", "worksheets/sheet2.xml", "sharedStrings.xml", CUSTOMARY)
    assert refusal(missing) == "broken"
    twice = {"XL/Worksheets/Sheet1.xml": sheet(row(1, "x"))}
    assert refusal(book(sheet(row(1, "a")), more=twice)) == "broken"
    elsewhere = pack(
        {"[Content_Types].xml": TYPES, "_rels/.rels": relations(("officeDocument", "../../a.xml"))}
    )
    assert refusal(elsewhere) == "broken"
    assert refusal(pack({"[Content_Types].xml": TYPES, **MAIN, "xl/workbook.xml": "<a/>"})) == (
        "not-a-workbook"
    )


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("vbaProject", "macros"),
        ("xlMacrosheet", "macros"),
        ("xlIntlMacrosheet", "macros"),
        ("externalLink", "external-links"),
    ],
)
def test_what_runs_is_refused_whatever_its_part_is_called(kind: str, why: str) -> None:
    more: dict[str, bytes | str] = {
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"), (kind, "harmless.bin")
        ),
        "xl/harmless.bin": b"\0",
    }
    assert refusal(book(sheet(row(1, "a")), more=more)) == why
    for name in ("XL/VBAPROJECT.BIN", "xl/vbaProject.bin"):
        assert refusal(book(sheet(row(1, "a")), more={name: b"\0"})) == "macros"


def test_relations_to_other_files_are_not_followed() -> None:
    outside = relations(("worksheet", "file:///etc/passwd"), more='TargetMode="External"')
    raw = book(sheet(row(1, "a")), more={"xl/_rels/workbook.xml.rels": outside})
    assert refusal(raw) == "empty"


# What one cell and one file may cost.

LONG = "x" * 32_000
BOUNDS = {
    "column-below-one": (sheet(row(1, "a"), before='<col min="-999999999" max="3" hidden="1"/>'), ""),
    "row-beyond-all": (sheet('<row r="99999999999"><c><v>1</v></c></row>'), ""),
    "reference-backwards": (sheet(row(1, "a"), behind='<mergeCell ref="B2:A1"/>'), ""),
    "digits": (sheet(f'<row r="1"><c s="{"9" * 5_000}"><v>1</v></c></row>'), ""),
    "long-text-often": (
        sheet("<row>" + '<c t="s"><v>0</v></c>' * 60 + "</row>" + "<row/>" * 9
              + ("<row>" + '<c t="s"><v>0</v></c>' * 60 + "</row>") * 400),
        f"<si><t>{LONG}</t></si>",
    ),
    "nested-strings": (sheet(row(1, "a")), "<si>" * 70 + "</si>" * 70),
    "conditions": (
        sheet(
            "".join(row(n, "a") for n in range(1, 400)),
            behind='<conditionalFormatting sqref="'
            + "A1:XFD1048576 " * 5_000
            + '"><cfRule><iconSet showValue="0"/></cfRule></conditionalFormatting>',
        ),
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOUNDS)
def test_what_costs_too_much_is_refused_in_a_moment(name: str) -> None:
    xml, strings = BOUNDS[name]
    raw = book(xml, strings=strings)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.process_time()
    assert refusal(raw) in ("broken", "too-large")
    took = time.process_time() - begin
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used
    assert took < (20 if sys.gettrace() else 4)
    assert more * (1 if sys.platform == "darwin" else 1024) < 150_000_000


def test_columns_beyond_all_are_hidden_as_far_as_the_table_goes() -> None:
    xml = sheet(row(1, "a"), before='<col min="1" max="999999999999" hidden="1"/>')
    assert read_table(book(xml)).spots == (Spot(0, 0, "hidden-column"),)


def test_a_name_that_twenty_thousand_cells_share_is_kept_once() -> None:
    rows = '<row><c t="s"><v>0</v></c></row>' * 20_000
    read = read_table(book(sheet(rows), strings="<si><t>Văn_x0020_phòng Tỉnh ủy</t></si>"))
    assert len(read.lines) == 20_000
    assert len({id(cells[0]) for _, cells in read.lines}) == 1


def test_a_hidden_row_far_below_is_still_told() -> None:
    xml = sheet(row(1, "a") + row(1_048_576, "b", more='hidden="1"'))
    assert read_table(book(xml)).spots == (Spot(1_048_576, WHOLE_ROW, "hidden-row"),)


def test_a_package_inside_a_stored_archive_is_read_too() -> None:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book(sheet(row(1, "a"))))) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert read_table(file.getvalue()).lines == ((1, ("a",)),)
