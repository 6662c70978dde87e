"""Lists of offices and agencies: as a whole or not at all, and what changes is known before."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services import catalogue, staff, template
from kt1custody.services.found import found
from tests.kit import cast

OFFICES, AGENCIES = cast.DATA / "offices.csv", cast.DATA / "agencies.csv"


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def as_xlsx(path: Path, table: list[list[str]]) -> Path:
    """Write a list as a post would: a title above, everything as text."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "DANH MỤC"
    for row in table:
        sheet.append(row)
    book.save(path)
    return path


def as_csv(path: Path, table: list[list[str]], encoding: str, sign: str) -> Path:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=sign).writerows(table)
    path.write_bytes(file.getvalue().encode(encoding))
    return path


def wrong(world: cast.World, kind: str, file: Path) -> list[tuple[object, object, object]]:
    before = world.desk.data.joinpath("kt1.db").stat().st_size
    for act in (
        lambda: catalogue.read(world.desk, kind, file),
        lambda: catalogue.load(world.desk, kind, file, cast.OFFICERS),
    ):
        with pytest.raises(MalformedInputError, match="list-wrong") as caught:
            act()
    assert world.desk.data.joinpath("kt1.db").stat().st_size == before
    found = caught.value.detail["findings"]
    assert isinstance(found, list)
    return [(one["row"], one["column"], one["code"]) for one in found]


def test_lists_are_read_from_any_file_a_post_would_write(founded: cast.World, tmp_path: Path):
    for kind, source in (("offices", OFFICES), ("agencies", AGENCIES)):
        table = rows(source)
        files = [
            as_xlsx(tmp_path / f"{kind}.xlsx", table),
            as_csv(tmp_path / "a.csv", table, "utf-8-sig", ";"),
            as_csv(tmp_path / "b.csv", table, "utf-16", "\t"),
        ]
        content = catalogue.read(founded.desk, kind, source).content
        for file in files:
            made = catalogue.read(founded.desk, kind, file)
            assert made.content == content, file
            assert (made.new, made.changed, made.gone) == ((), (), ())


def test_what_a_list_changes_is_said_before_anybody_signs(founded: cast.World, tmp_path: Path):
    table = rows(OFFICES)
    table[2][2] = "Cục Bưu điện Trung ương"
    table.append(["BDX-MOI", "680999", "Bưu điện xã Mới", "Bưu điện xã", "24999"])
    table = [row for row in table if row[0] != "BDX-22924"]
    made = catalogue.read(founded.desk, "offices", as_xlsx(tmp_path / "a.xlsx", table))
    assert (made.new, made.changed, made.gone) == (("BDX-MOI",), ("CBDTW-HN",), ("BDX-22924",))
    assert made.words["commune"] == 124
    catalogue.bring(founded.at(10), made, cast.OFFICERS)
    again = catalogue.read(founded.desk, "offices", tmp_path / "a.xlsx")
    assert (again.new, again.changed, again.gone) == ((), (), ())


def test_every_wrong_row_is_named_and_nothing_is_loaded(founded: cast.World, tmp_path: Path):
    table = rows(AGENCIES)
    table[1][5] = "HE9"
    table[3][2] = "công ty"
    table[4][6] = "30/02/2026"
    table[5][0] = table[6][0]
    assert wrong(founded, "agencies", as_csv(tmp_path / "a.csv", table, "utf-8", ",")) == [
        (2, "Điểm phát", "unknown-office"),
        (4, "Loại", "unknown-word"),
        (5, "Hiệu lực từ", "bad-day"),
        (7, "Mã", "double-code"),
    ]


def test_numbers_that_a_spreadsheet_has_spoiled_are_named(founded: cast.World, tmp_path: Path):
    path = as_xlsx(tmp_path / "a.xlsx", rows(OFFICES))
    book = openpyxl.load_workbook(path)
    sheet = book.active
    sheet["B3"] = 680900  # a plain number is what it shows
    sheet["E4"], sheet["E4"].number_format = 1, "00"
    book.save(path)
    assert wrong(founded, "offices", path) == [(4, "Đơn vị hành chính", "changed-by-spreadsheet")]


def test_lists_come_in_their_order(tmp_path: Path):
    world = cast.World(tmp_path)
    found(world.desk, cast.FOUNDING)
    for act in (
        lambda: catalogue.read(world.desk, "agencies", AGENCIES),
        lambda: staff.read(world.desk, cast.DATA / "people.csv"),
    ):
        with pytest.raises(RefusedError, match="no-catalogue"):
            act()
    catalogue.load(world.at(1), "offices", OFFICES, cast.OFFICERS)
    assert len(staff.read(world.desk, cast.DATA / "people.csv").new) == 12
    world.desk.close()


def test_templates_are_written_before_there_is_a_log_and_never_over_a_file(tmp_path: Path):
    world = cast.World(tmp_path)
    for kind in ("offices", "agencies", "people"):
        for ending in ("xlsx", "csv"):
            path = tmp_path / f"{kind}.{ending}"
            assert template.write_list(world.desk, kind, path) == 0
            with pytest.raises(RefusedError, match="file-exists"):
                template.write_list(world.desk, kind, path)
    with pytest.raises(MalformedInputError, match="wrong-ending"):
        template.write_list(world.desk, "people", tmp_path / "people.ods")
    assert not world.desk.data.exists()


def test_templates_offer_the_offices_in_force(founded: cast.World, tmp_path: Path):
    assert template.write_list(founded.desk, "people", tmp_path / "people.xlsx") == 126
