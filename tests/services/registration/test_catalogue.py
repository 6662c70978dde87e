"""Lists of offices and agencies: as a whole or not at all, and what changes is known before."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from kt1custody.cli import given_files
from kt1custody.errors import MalformedInputError, NotAllowedError, RefusedError
from kt1custody.services.people import staff
from kt1custody.services.registration import catalogue
from tests.kit import at_counter, cast
from tests.kit.at_counter import found

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
    before = world.session.data.joinpath("kt1.db").stat().st_size
    for act in (
        lambda: catalogue.read(world.session, kind, given_files.table(file)),
        lambda: at_counter.load_list(world.session, kind, file, cast.OFFICERS),
    ):
        with pytest.raises(MalformedInputError, match="list-wrong") as caught:
            act()
    assert world.session.data.joinpath("kt1.db").stat().st_size == before
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
        content = catalogue.read(founded.session, kind, given_files.table(source)).content
        for file in files:
            made = catalogue.read(founded.session, kind, given_files.table(file))
            assert made.content == content, file
            assert (made.new, made.changed, made.gone) == ((), (), ())


def test_what_a_list_changes_is_said_before_anybody_signs(founded: cast.World, tmp_path: Path):
    table = rows(OFFICES)
    table[2][2] = "Cục Bưu điện Trung ương"
    table.append(["BDX-MOI", "680999", "Bưu điện xã Mới", "Bưu điện xã", "24999"])
    table = [row for row in table if row[0] != "BDX-22924"]
    made = catalogue.read(
        founded.session, "offices", given_files.table(as_xlsx(tmp_path / "a.xlsx", table))
    )
    assert (made.new, made.changed, made.gone) == (("BDX-MOI",), ("CBDTW-HN",), ("BDX-22924",))
    assert made.words["commune"] == 124
    assert not made.is_in_force
    pins = dict(founded.pins)
    founded.pins.clear()  # the rules are asked before the PINs
    with pytest.raises(NotAllowedError, match="role-may-not"):
        at_counter.bring_list(founded.at(9), made, (cast.CLERK, cast.OFFICERS[0]))
    founded.pins.update(pins)
    at_counter.bring_list(founded.at(10), made, cast.OFFICERS)
    again = catalogue.read(founded.session, "offices", given_files.table(tmp_path / "a.xlsx"))
    assert (again.new, again.changed, again.gone) == ((), (), ())
    assert again.is_in_force


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
    found(world.session, cast.FOUNDING)
    for act in (
        lambda: catalogue.read(world.session, "agencies", given_files.table(AGENCIES)),
        lambda: staff.read(world.session, given_files.table(cast.DATA / "people.csv")),
    ):
        with pytest.raises(RefusedError, match="no-catalogue"):
            act()
    at_counter.load_list(world.at(1), "offices", OFFICES, cast.OFFICERS)
    assert len(staff.read(world.session, given_files.table(cast.DATA / "people.csv")).new) == 12
    world.session.close()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Văn", "Ѵăn"), ("Đảng", "Ðảng"), ("ủy", "ủу"), ("phòng", "phօ̀ng"), ("Văn", "Ꮩăn"),
        ("phòng", "рhòng"), ("Văn", "Ꮩӑn"), ("Đảng", "D̵ảng"), ("Đảng", "Đảnɡ"), ("Văn", "Vǎn"),
        ("phòng", "phòռg".replace("ռ", "ո")), ("Văn", "𝐕ăn"), ("Văn", "Ｖăn"), ("ủy", "υ̉y"),
        ("Văn", "Văn̸"),
    ],
)  # fmt: skip
def test_two_names_that_look_the_same_are_refused_and_both_rows_named(
    founded: cast.World, tmp_path: Path, old: str, new: str
):
    table = rows(AGENCIES)
    place = next(n for n, row in enumerate(table) if old in row[1])
    double = [f"{table[place][0]}-2", table[place][1].replace(old, new), *table[place][2:]]
    file = as_csv(tmp_path / "a.csv", [*table, double], "utf-8", ",")
    assert wrong(founded, "agencies", file) == [
        (place + 1, "Tên", "names-alike"),
        (len(table) + 1, "Tên", "names-alike"),
    ]


def test_names_that_differ_only_in_the_place_of_a_tone_or_not_at_all_are_taken(
    founded: cast.World, tmp_path: Path
):
    table = rows(AGENCIES)
    code, name, *rest = table[1]
    more = [[f"{code}-2", name, *rest], [f"{code}-3", name.replace("ủy", "uỷ"), *rest]]
    file = as_csv(tmp_path / "a.csv", [*table, *more], "utf-8", ",")
    assert (
        catalogue.read(founded.session, "agencies", given_files.table(file)).rows == len(table) + 1
    )


def test_look_alikes_are_stored_as_what_they_are_meant_as(founded: cast.World, tmp_path: Path):
    table = [[cell.replace("Đảng ủy", "Ðảng ủу") for cell in row] for row in rows(AGENCIES)]
    table = [[row[0].replace("-", "–"), *row[1:]] for row in table]
    file = as_csv(tmp_path / "a.csv", table, "utf-8", ",")
    made, same = (
        catalogue.read(founded.session, "agencies", given_files.table(path))
        for path in (file, AGENCIES)
    )
    assert made.content == same.content


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("V¨n phßng TØnh ñy", "old-font-tcvn3"),
        ("Vaên phoøng", "old-font-vni"),
        ("VÄƒn phÃ²ng", "letters-saved-twice"),
        ("V?n phòng T?nh ?y", "letters-lost"),
    ],
)
def test_a_name_in_an_old_font_is_refused_by_row_and_column(
    founded: cast.World, tmp_path: Path, name: str, code: str
):
    table = rows(AGENCIES)
    table[4][1] = table[9][4] = name
    file = as_csv(tmp_path / "a.csv", table, "utf-8", ",")
    assert wrong(founded, "agencies", file) == [(5, "Tên", code), (10, "Địa chỉ", code)]


def test_headings_in_an_old_font_are_named(founded: cast.World, tmp_path: Path):
    table = [["M·", "M· sè", "Tªn", "Lo¹i", "§¬n vÞ hµnh chÝnh"], *rows(OFFICES)[1:]]
    file = as_csv(tmp_path / "a.csv", table, "utf-8", ",")
    assert {code for _, _, code in wrong(founded, "offices", file)} == {"old-font-tcvn3"}
