"""Rows of the post's own lists: values, or every wrong cell by row and column."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats.places import Agency, Office
from kt1custody.core.manifest import list_rows, lists, old_fonts
from kt1custody.core.manifest.layout import WHOLE_ROW, Line, Spot
from kt1custody.core.manifest.list_rows import CheckedList, Person

OWN = Office(680_900, "HE1-LD", "Bưu cục Hệ 1", "kt1-office", "68")
POST = Office(680_100, "BDX-1", "Bưu điện xã Một", "commune", "24787")
TITLES = {
    "offices": ("Mã", "Mã số", "Tên", "Loại", "Đơn vị hành chính"),
    "agencies": ("Mã", "Tên", "Loại", "Đơn vị hành chính", "Địa chỉ", "Điểm phát", "Hiệu lực từ"),
    "people": ("Mã", "Họ tên", "Vai trò", "Đơn vị"),
}
ROWS = {
    "offices": ("HE1-LD", "680900", "Bưu cục Hệ 1", "Bưu cục KT1", "68"),
    "agencies": ("S-YT", "Sở Y tế", "Nhà nước", "68", "36 Trần Phú", "HE1-LD", "01/07/2026"),
    "people": ("NV001", "Nguyễn Thị An", "Giao dịch viên", "HE1-LD"),
}


def check(kind: str, *rows: Sequence[str], spots: Sequence[Spot] = ()) -> CheckedList[object]:
    """Check rows below the headings, the first being row 4."""
    lines: list[Line] = [(1, ("DANH MỤC",)), (3, TITLES[kind]), *enumerate(rows, start=4)]
    made: CheckedList[object]
    if kind == "offices":
        made = list_rows.check_offices(lines, spots, OWN.number)  # type: ignore[assignment]
    elif kind == "agencies":
        made = list_rows.check_agencies(lines, spots, (OWN, POST))  # type: ignore[assignment]
    else:
        made = list_rows.check_people(lines, spots, (OWN, POST))  # type: ignore[assignment]
    assert not (made.values and made.findings)
    return made


def told(made: CheckedList[object]) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.code) for one in made.findings]


def with_cell(kind: str, title: str, text: str) -> tuple[str, ...]:
    return tuple(
        text if name == title else cell for name, cell in zip(TITLES[kind], ROWS[kind], strict=True)
    )


def test_rows_become_what_the_log_stores():
    assert check("offices", ROWS["offices"]).values == [OWN]
    assert check("agencies", ROWS["agencies"]).values == [
        Agency("S-YT", "Sở Y tế", "nha-nuoc", "68", "36 Trần Phú", "HE1-LD", "2026-07-01")
    ]
    assert check("people", ROWS["people"]).values == [
        Person(number="NV001", name="Nguyễn Thị An", role="clerk", office=OWN.number)
    ]


@pytest.mark.parametrize(
    ("kind", "title", "text"),
    [
        ("offices", "Loại", "kt1-office"),
        ("offices", "Loại", "BUU CUC  kt1"),
        ("offices", "Mã số", "６８０９００"),
        ("agencies", "Loại", "nha nuoc"),
        ("agencies", "Hiệu lực từ", "2026-07-01"),
        ("agencies", "Hiệu lực từ", "1/7/2026"),
        ("people", "Mã", " nv001 "),
        ("people", "Vai trò", "giao dich vien"),
        ("people", "Vai trò", "CLERK"),
    ],
)
def test_other_spellings_mean_the_same(kind: str, title: str, text: str):
    made = check(kind, with_cell(kind, title, text))
    assert told(made) == []
    assert made.values == check(kind, ROWS[kind]).values


@pytest.mark.parametrize(
    ("kind", "title", "text", "code"),
    [
        ("offices", "Mã", "HE1 LD", "bad-code"),
        ("offices", "Mã", "", "cell-empty"),
        ("offices", "Mã số", "68090", "bad-office-number"),
        ("offices", "Mã số", "068090", "bad-office-number"),
        ("offices", "Mã số", "٦٨٠٩٠٠", "bad-office-number"),
        ("offices", "Tên", "", "cell-empty"),
        ("offices", "Tên", "x" * 201, "text-too-long"),
        ("offices", "Tên", "a\u202eb", "control-character"),
        ("offices", "Loại", "Bưu cục", "unknown-word"),
        ("offices", "Đơn vị hành chính", "tỉnh", "bad-code"),
        ("agencies", "Loại", "doanh nghiệp", "unknown-word"),
        ("agencies", "Địa chỉ", "", "cell-empty"),
        ("agencies", "Điểm phát", "HE9-LD", "unknown-office"),
        ("agencies", "Hiệu lực từ", "31/02/2026", "bad-day"),
        ("agencies", "Hiệu lực từ", "07/2026", "bad-day"),
        ("agencies", "Hiệu lực từ", "01/07/26", "bad-day"),
        ("agencies", "Hiệu lực từ", "", "cell-empty"),
        ("people", "Mã", "001", "bad-staff-number"),
        ("people", "Mã", "LOG", "bad-staff-number"),
        ("people", "Mã", "../NV", "bad-staff-number"),
        ("people", "Họ tên", "x" * 101, "text-too-long"),
        ("people", "Vai trò", "nhân viên", "unknown-word"),
        ("people", "Vai trò", "", "cell-empty"),
        ("people", "Đơn vị", "680900", "unknown-office"),
    ],
)
def test_wrong_cell_is_named(kind: str, title: str, text: str, code: str):
    made = check(kind, with_cell(kind, title, text))
    assert told(made) == [(4, title, code)]
    assert made.values == []


def test_all_wrong_cells_are_named_at_once():
    made = check(
        "people",
        ("NV001", "", "thợ", "HE1-LD"),
        ROWS["people"],
        ("x y", "An", "Bưu tá", "HE9"),
        ("NV001", "Bình", "Bưu tá", "HE1-LD", "thừa"),
    )
    assert told(made) == [
        (4, "Họ tên", "cell-empty"),
        (4, "Vai trò", "unknown-word"),
        (5, "Mã", "double-code"),
        (6, "Mã", "bad-staff-number"),
        (6, "Đơn vị", "unknown-office"),
        (7, "", "too-many-columns"),
        (7, "Mã", "double-code"),
    ]


def test_codes_and_numbers_stand_once():
    other = ("BDX-1", "680900", "Bưu điện xã Một", "commune", "24787")
    assert told(check("offices", ROWS["offices"], other)) == [(5, "Mã số", "double-code")]
    twice = ("HE1-LD", "680100", "Bưu điện xã Một", "commune", "24787")
    assert told(check("offices", ROWS["offices"], twice)) == [(5, "Mã", "double-code")]


def test_list_of_offices_holds_the_office_of_the_log():
    other = ("BDX-1", "680100", "Bưu điện xã Một", "commune", "24787")
    assert told(check("offices", other)) == [(3, "Mã số", "own-office-missing")]


def lay(kind: str, *lines: Line) -> list[tuple[int, str, str]]:
    return told(list_rows.check_people(lines, (), (OWN,)))  # type: ignore[arg-type]


def test_wrong_headings_are_named_and_no_row_is_judged():
    titles = ("Mã", "Họ tên", "Họ và tên", "Vai trò", "Lương")
    assert lay("people", (2, titles), (3, ("", "", "", "", ""))) == [
        (2, "Đơn vị", "missing-column"),
        (2, "Họ và tên", "double-column"),
        (2, "Lương", "unknown-column"),
    ]
    assert lay("people", (1, ("a", "b"))) == [(1, "", "not-a-list")]
    assert lay("people") == [(1, "", "not-a-list")]
    twice = ("STT", "TT", *TITLES["people"])
    assert lay("people", (1, twice)) == [(1, "TT", "double-column")]
    assert lay("people", (1, TITLES["people"])) == [(1, "", "no-rows")]


def test_examples_are_left_aside_and_counted():
    titles = ("STT", *TITLES["people"])
    lines: list[Line] = [
        (1, titles),
        (2, ("Ví dụ", "NV001", "ai đó", "bất kỳ", "đâu đó")),
        (3, ("1", *ROWS["people"])),
        (4, ("", "", "", "", "")),
    ]
    hidden = [Spot(2, WHOLE_ROW, "hidden-row")]
    made = list_rows.check_people(lines, hidden, (OWN,))
    assert (made.examples, len(made.values), made.findings) == (1, 1, [])
    assert told(list_rows.check_people(lines[:2], (), (OWN,))) == [  # type: ignore[arg-type]
        (1, "", "no-rows")
    ]


def test_what_a_file_hides_or_has_changed_is_refused_where_it_matters():
    spots = [
        Spot(1, 0, "merged-cells"),  # of the title
        Spot(4, 1, "changed-by-spreadsheet"),
        Spot(5, WHOLE_ROW, "hidden-row"),
        Spot(5, 9, "changed-by-spreadsheet"),  # below no heading
        Spot(0, 3, "hidden-column"),
    ]
    made = check("people", ROWS["people"], ROWS["people"], spots=spots)
    assert told(made) == [
        (3, "Đơn vị", "hidden-column"),
        (4, "Họ tên", "changed-by-spreadsheet"),
        (5, "", "hidden-row"),
    ]


CELLS = st.sampled_from(
    ["", "Mã", "Họ tên", "Vai trò", "Đơn vị", "STT", "NV001", "VÍ DỤ", "An", "clerk", "HE1-LD", "¼"]
) | st.text(max_size=6)


@given(st.lists(st.lists(CELLS, max_size=6), max_size=5))
def test_any_rows_are_values_or_findings(rows: list[list[str]]):
    lines = [(1, TITLES["people"]), *enumerate(rows, start=2)]
    made = list_rows.check_people(lines, (), (OWN,))
    assert bool(made.values) != bool(made.findings)
    assert all(
        one.code in {*lists.CODES, *old_fonts.CODES, "control-character"} for one in made.findings
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("29/02/2028", "2028-02-29"),
        ("2026-12-31", "2026-12-31"),
        ("29/02/2026", None),
        ("2026-13-01", None),
        ("0000-01-01", None),
        ("١/١/٢٠٢٦", None),
        ("01/07/2026 00:00", None),
        ("", None),
    ],
)
def test_day_is_read_or_not(text: str, day: str | None):
    assert list_rows.read_day(text) == day
