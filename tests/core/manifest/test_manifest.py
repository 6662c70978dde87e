"""Rules of acceptance: what is right, and every reason for which a row is refused."""

import csv
import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kt1custody.core.formats import spelling
from kt1custody.core.formats.item import Kind, Mark, Slip, Urgency
from kt1custody.core.formats.places import Agency, Office, places
from kt1custody.core.manifest import manifest
from kt1custody.core.manifest.layout import (
    COLUMNS,
    OPTIONAL,
    RETURNED,
    SYNONYMS,
    WHOLE_ROW,
    RowFinding,
    Spot,
    has_header,
)
from kt1custody.core.manifest.manifest import CODES, NOTICES, CheckedManifest
from kt1custody.core.manifest.row import Counter, duplicate_key
from kt1custody.sheets import catalogues
from kt1custody.sheets.table import read_file
from tests.kit import cast

HEADER = tuple(COLUMNS.values())
RIGHT = {
    "stt": "1",
    "reference": "12/CV",
    "sender": "S1",
    "sender_name": "Sở Hòa Bình",
    "recipient": "R1",
    "recipient_name": "Đảng ủy xã Một",
    "kind": "Thư",
    "layers": "1",
    "weight": "40",
}
OFFICES = (
    Office(cast.OFFICE, "HE1", "Bưu cục Hệ 1", "kt1-office", "68"),
    Office(680_101, "BDX", "Bưu điện xã", "commune", "24805"),
    Office(100_900, "TW", "Cục Bưu điện Trung ương", "central", "01"),
)
AGENCIES = (
    Agency("S1", "Sở Hòa Bình", "so", "68", "-", "HE1", "2025-07-01"),
    Agency("R1", "Đảng ủy xã Một", "du", "24805", "-", "BDX", "2025-07-01"),
    Agency("R2", "Ban Hai", "tw", "01", "-", "TW", "2025-07-01"),
    Agency("NEW", "Sở Mới", "so", "68", "-", "HE1", "2026-11-24"),
    Agency("LOST", "Sở Lạc", "so", "68", "-", "NOWHERE", "2025-07-01"),
)
WORLD = places(OFFICES, AGENCIES)


def counter(
    known: frozenset[tuple[str, str, str]] = frozenset(), at: int = cast.MORNING
) -> Counter:
    return Counter(WORLD, catalogues.tables(), cast.OFFICE, at, cast.ZONE, known)


def rows_of(*told: dict[str, str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for number, cells in enumerate(told, start=2):
        yield number, tuple({**RIGHT, **cells}.get(key, "") for key in COLUMNS)


def check_table(
    header: tuple[str, ...],
    rows: Iterable[tuple[int, tuple[str, ...]]],
    where: Counter | None = None,
    spots: Iterable[Spot] = (),
) -> CheckedManifest:
    return manifest.check([(1, header), *rows], where or counter(), spots)


def check(*told: dict[str, str]) -> CheckedManifest:
    return check_table(HEADER, rows_of(*told))


def codes(*told: dict[str, str]) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.code) for one in check(*told).findings]


def hours(count: int, seconds: int = 0) -> str:
    moment = datetime.fromtimestamp(cast.MORNING + 3600 * count + seconds, cast.ZONE)
    return moment.strftime("%d/%m/%Y %H:%M")


def catalogue(name: str) -> list[list[str]]:
    with (cast.DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.fixture(scope="module")
def province() -> Counter:
    offices = [Office(int(row[1]), row[0], *row[2:5]) for row in catalogue("offices.csv")]
    agencies = [Agency(*row[:7]) for row in catalogue("agencies.csv")]
    return dataclasses.replace(counter(), places=places(offices, agencies))


def check_file(path: Path, where: Counter) -> CheckedManifest:
    sheet = read_file(path.name, path.read_bytes(), has_header)
    return manifest.check(sheet.lines, where, sheet.spots)


def test_sample_manifest_is_right(province: Counter) -> None:
    checked = check_file(cast.MANIFEST, province)
    assert (len(checked.consignments), checked.findings) == (200, [])


def test_faulty_manifest_gives_exactly_the_expected_findings(province: Counter) -> None:
    with (cast.DATA / "manifests" / "faulty.expected.csv").open(encoding="utf-8-sig") as file:
        expected = [tuple(row) for row in list(csv.reader(file))[1:]]
    checked = check_file(cast.DATA / "manifests" / "faulty.csv", province)
    assert [(one.stt, one.code) for one in checked.findings] == expected
    assert len(expected) == 14
    assert checked.consignments == []


def test_right_row_becomes_a_consignment() -> None:
    told = {
        "mark": "b",
        "urgency": "HOẢ TỐC",
        "named": " Ông  Ba ",
        "note": "hai\tba",
        "weight": "４0",
    }
    [one] = check(told).consignments
    assert (one.mark, one.urgency, one.kind, one.appt) == (
        Mark.B,
        Urgency.EXPRESS,
        Kind.LETTER,
        None,
    )
    assert one.dest == 680_101
    assert one.slip == Slip(
        sender="S1",
        recipient="R1",
        reference="12/CV",
        named="Ông Ba",
        layers=1,
        weight=40,
        note="hai ba",
    )


# Each wrong row, the column it is told under, and the code.
WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"sender": "NEW", "sender_name": "Sở Mới"}, "sender", "agency-not-yet-valid"),
    ({"appt": "24/11/2026 15:00"}, "appt", "appointment-not-allowed"),
    ({"urgency": "Hẹn giờ"}, "appt", "appointment-required"),
    ({"urgency": "Hẹn giờ", "appt": hours(12, -60)}, "appt", "appointment-too-soon"),
    ({"urgency": "Hẹn giờ", "appt": "01/01/0001 00:00"}, "appt", "appointment-too-soon"),
    ({"note": "a\u202eb"}, "note", "control-character"),
    ({"named": "a\u200fb"}, "named", "control-character"),
    ({"recipient_name": "Đảng ủy\u200b xã Một"}, "recipient_name", "control-character"),
    ({"note": "a\x1b[2Jb"}, "note", "control-character"),
    ({"reference": "a\ue000"}, "reference", "control-character"),
    ({"layers": "3"}, "layers", "bad-layers"),
    ({"layers": "١"}, "layers", "bad-layers"),
    ({"layers": ""}, "layers", "bad-layers"),
    *(
        ({"weight": text}, "weight", "bad-weight")
        for text in ("1e3", "١٢", "-5", "+5", "0", "50001", "1.5", "1_0", "", "9999999", "²")
    ),
    *(
        ({"urgency": "Hẹn giờ", "appt": text}, "appt", "bad-date")
        for text in (
            "31/02/2027 09:00",
            "24/11/2026 24:00",
            "24/11/26 09:00",
            "2026-11-24 09:00",
            "٢4/11/2026 09:00",
            "11/24/2026 09:00",
            "24/11/2026",
            "24/11/2026 09:00:00",
            "24/11/2026 09:00 +0",
        )
    ),
    ({"sender_name": "Sở Hòa Binh"}, "sender_name", "name-does-not-match-code"),
    ({"recipient_name": ""}, "recipient_name", "name-does-not-match-code"),
    ({"mark": "A", "layers": "2"}, "reference", "reference-not-allowed"),
    ({"reference": ""}, "reference", "reference-required"),
    (
        {"recipient": "S1", "recipient_name": "Sở Hòa Bình"},
        "recipient",
        "same-sender-and-recipient",
    ),
    *(
        ({key: text}, key, "subject-not-allowed")
        for key in ("reference", "named", "note")
        for text in (
            "V/v nhân sự",
            "v/v: lương",
            "xem V/V",
            "trích yếu",
            unicodedata.normalize("NFD", "Trích  yếu"),
            "Về  việc họp",
            "NỘI DUNG: họp",
        )
    ),
    *(
        ({"reference": text}, "reference", "changed-by-spreadsheet")
        for text in (
            "1.2E+10",
            "1,2E+10",
            "05/11/2026",
            "5/11/2026 00:00",
            "05-Nov",
            "Nov-26",
            "05-Thg11",
            "12:30",
        )
    ),
    ({"reference": "x" * 61}, "reference", "reference-too-long"),
    ({"named": "x" * 101}, "named", "text-too-long"),
    ({"note": "x" * 201}, "note", "text-too-long"),
    ({"sender_name": "x" * 10_000}, "sender_name", "text-too-long"),
    ({"mark": "A", "reference": ""}, "layers", "two-layers-required"),
    ({"sender": "S2"}, "sender", "unknown-agency"),
    ({"sender": "Sl"}, "sender", "letter-or-digit"),
    ({"recipient": "RI"}, "recipient", "letter-or-digit"),
    ({"weight": "4O"}, "weight", "letter-or-digit"),
    ({"layers": "l"}, "layers", "letter-or-digit"),
    (
        {"urgency": "Hẹn giờ", "appt": "24/11/2O26 15:00"},
        "appt",
        "letter-or-digit",
    ),
    ({"reference": "12/CЖ"}, "reference", "foreign-letter"),
    ({"reference": "12/公文"}, "reference", "foreign-letter"),
    ({"note": "giao tËn tay"}, "note", "old-font-tcvn3"),
    ({"reference": "12/Q§-UBND"}, "reference", "old-font-tcvn3"),
    ({"named": "§ång chÝ NguyÔn V¨n H¶i"}, "named", "old-font-tcvn3"),
    ({"sender_name": "Sôû Hoøa Bình"}, "sender_name", "old-font-vni"),
    ({"kind": "Kieän"}, "kind", "old-font-vni"),
    ({"named": "Nguy­n Vån T\xfdnh, phß¶ng V¸ Xuyên"}, "named", "old-font-viscii"),
    ({"named": "Nguye^~n Va(n Ha?i"}, "named", "old-font-viqr"),
    ({"named": "Nguy&#7877;n Văn Hải"}, "named", "old-font-unknown"),
    ({"recipient_name": "Ä\x90áº£ng á»§y xÃ£ Má»™t"}, "recipient_name", "letters-saved-twice"),
    ({"named": "Nguy?n V?n H?i"}, "named", "letters-lost"),
    ({"named": "Nguy\ufffdn"}, "named", "letters-lost"),
    ({"recipient": ""}, "recipient", "unknown-agency"),
    ({"recipient": "LOST", "recipient_name": "Sở Lạc"}, "recipient", "unknown-delivery-point"),
    ({"kind": ""}, "kind", "unknown-kind"),
    ({"kind": "Thu"}, "kind", "unknown-kind"),
    ({"mark": "D"}, "mark", "unknown-secrecy-mark"),
    ({"mark": "Д"}, "mark", "unknown-secrecy-mark"),
    ({"note": "a\u3164b"}, "note", "control-character"),
    ({"urgency": "hoa toc"}, "urgency", "unknown-urgency"),
]


@pytest.mark.parametrize(("told", "key", "code"), WRONG)
def test_wrong_row_gives_one_finding(told: dict[str, str], key: str, code: str) -> None:
    assert codes(told) == [(2, COLUMNS[key], code)]


# Each wrong header or table, and the code.
WRONG_HEADERS: list[tuple[tuple[str, ...], str, str]] = [
    ((*HEADER, "Trích yếu"), "Trích yếu", "subject-not-allowed"),
    (
        (*HEADER, unicodedata.normalize("NFD", "TRÍCH  YẾU công văn")),
        "TRÍCH YẾU công văn",
        "subject-not-allowed",
    ),
    ((*HEADER, "V / v"), "V / v", "subject-not-allowed"),
    ((*HEADER, "Noi dung CV"), "Noi dung CV", "subject-not-allowed"),
    ((*HEADER, "TrÝch yÕu"), "Trích yếu", "subject-not-allowed"),
    ((*HEADER, "Nơi cất"), "Nơi cất", "unknown-column"),
    ((*HEADER, "x" * 10_000), "x" * 60, "unknown-column"),
    ((*HEADER, "a\x1b[2J"), "a\ufffd[2J", "unknown-column"),
    ((*HEADER, "độ  MẬT"), "độ MẬT", "double-column"),
    *(
        ((*HEADER[:place], "", *HEADER[place + 1 :]), HEADER[place], "missing-column")
        for place, key in enumerate(COLUMNS)
        if key not in OPTIONAL
    ),
]


@pytest.mark.parametrize(("header", "column", "code"), WRONG_HEADERS)
def test_wrong_header_gives_one_finding(header: tuple[str, ...], column: str, code: str) -> None:
    checked = check_table(header, ())
    assert checked == CheckedManifest([], [RowFinding(1, "", column, code)])


A, B = (cells for _, cells in rows_of({}, {"reference": "13/CV"}))
TOTAL = ("", "Cộng:")
Told = dict[int, tuple[str, ...]]
# Each table that is wrong as a whole: its rows, what the file tells beside text, row and code.
WRONG_TABLES: list[tuple[Told, list[Spot], int, str]] = [
    ({1: ("BẢNG KÊ",), 3: A}, [], 1, "not-a-list"),
    ({1: HEADER[:5], 3: A}, [], 1, "not-a-list"),
    ({21: HEADER, 22: A}, [], 21, "not-a-list"),
    ({1: ("BẢNG KÊ",), 4: (*HEADER[:5], "Đơn vị"), 5: A}, [], 4, "not-a-list"),
    ({1: ("BẢNG KÊ", *HEADER[:2]), 3: A}, [], 1, "not-a-list"),
    ({1: HEADER}, [], 1, "no-rows"),
    ({1: ("BẢNG KÊ",), 4: HEADER, 6: (*TOTAL, "0")}, [], 4, "no-rows"),
    ({1: HEADER} | dict.fromkeys(range(2, manifest.MAX_ITEMS + 3), A), [], 20_002, "too-many-rows"),
    ({1: HEADER, 2: (*A, "more")}, [], 2, "too-many-columns"),
    ({1: HEADER, 2: A, 3: HEADER, 4: B}, [], 3, "second-header"),
    ({1: HEADER, 2: A, 3: ("", "Đề nghị chuyển gấp")}, [], 3, "not-an-item"),
    ({1: HEADER, 2: A, 3: ("2", "13/CV")}, [], 3, "unknown-agency"),
    ({1: A, 2: HEADER, 3: B}, [], 1, "row-outside-list"),
    ({1: HEADER, 2: A, 3: (*TOTAL, "1"), 4: B}, [], 4, "row-outside-list"),
    ({1: HEADER, 2: A, 3: (*TOTAL, "1"), 4: ("2", "13/CV")}, [], 4, "row-outside-list"),
    ({1: HEADER, 2: A, 3: (*TOTAL, "2")}, [], 3, "count-mismatch"),
    ({1: HEADER, 2: A, 3: ("", "Tổng cộng: 2 bưu gửi")}, [], 3, "count-mismatch"),
    ({1: HEADER, 2: A, 3: (*TOTAL, "1"), 4: ("Tổng số", "2")}, [], 4, "count-mismatch"),
    ({1: HEADER, 2: A, 3: (*TOTAL, *[""] * 10, "41")}, [], 3, "count-mismatch"),
    ({1: HEADER, 2: A, 3: (*TOTAL, *[""] * 9, "2")}, [], 3, "count-mismatch"),
    ({1: HEADER, 2: A}, [Spot(2, WHOLE_ROW, "hidden-row")], 2, "hidden-row"),
    ({1: HEADER, 2: A}, [Spot(1, WHOLE_ROW, "hidden-row")], 1, "hidden-row"),
    ({1: HEADER, 2: A}, [Spot(0, 2, "hidden-column")], 1, "hidden-column"),
    ({1: HEADER, 2: A}, [Spot(2, 13, "merged-cells")], 2, "merged-cells"),
    ({1: HEADER, 2: A}, [Spot(2, WHOLE_ROW, "row-cut-off")], 2, "row-cut-off"),
    ({1: HEADER, 2: A}, [Spot(2, 12, "formula-without-value")], 2, "formula-without-value"),
    ({1: HEADER, 2: A}, [Spot(2, 40, "error-value")], 2, "error-value"),
    ({1: HEADER, 2: A}, [Spot(2, 11, "truth-value")], 2, "truth-value"),
    ({1: HEADER, 2: A}, [Spot(2, 1, "changed-by-spreadsheet")], 2, "changed-by-spreadsheet"),
    ({1: HEADER, 2: A}, [Spot(2, 12, "changed-by-spreadsheet")], 2, "changed-by-spreadsheet"),
    (
        {1: HEADER, 2: A},
        [Spot(2, 1, "changed-by-spreadsheet", is_same=True)],
        2,
        "changed-by-spreadsheet",
    ),
    ({1: HEADER, 2: A}, [Spot(2, WHOLE_ROW, "struck-through")], 2, "struck-through"),
    ({1: HEADER, 2: A}, [Spot(2, 3, "hidden-text")], 2, "hidden-text"),
    ({1: HEADER, 2: A}, [Spot(2, 3, "conditional-format")], 2, "conditional-format"),
    ({1: HEADER, 2: A}, [Spot(2, 1, "formula-text")], 2, "formula-text"),
    (
        {1: HEADER, 2: A, 3: (*TOTAL, "=")},
        [Spot(3, 2, "formula-without-value")],
        3,
        "formula-without-value",
    ),
]


@pytest.mark.parametrize(("told", "spots", "row", "code"), WRONG_TABLES)
def test_wrong_table_gives_its_row_and_code(
    told: Told, spots: list[Spot], row: int, code: str
) -> None:
    checked = manifest.check(list(told.items()), counter(), spots)
    assert {(one.row, one.code) for one in checked.findings} >= {(row, code)}
    assert {one.row for one in checked.findings} == {row}
    assert (checked.consignments, checked.rows) == ([], [])


RIGHT_TABLES: list[tuple[Told, list[Spot], int | None]] = [
    ({1: ("BẢNG KÊ",), 2: ("", "Ngày 23 tháng 11"), 20: HEADER, 21: A}, [], None),
    ({1: HEADER, 2: tuple(f"({n})" for n in range(1, 15)), 3: A}, [], None),
    ({1: HEADER, 9: A, 11: (*TOTAL, "1")}, [], 1),
    ({1: HEADER, 2: A, 3: TOTAL}, [], None),
    ({1: HEADER, 2: A, 3: ("TỔNG SỐ BƯU GỬI: 01 (một)",)}, [], 1),
    ({1: HEADER, 2: A, 3: (*TOTAL, "1", *[""] * 8, "1", "40")}, [], 1),
    ({1: HEADER, 2: A, 3: (*TOTAL, "1"), 5: ("Người lập", "", "Thủ trưởng"), 9: ("Ba",)}, [], 1),
    ({1: HEADER, 2: A, 3: ("", "Đà Lạt, ngày 23 tháng 11 năm 2026"), 7: ("", "Ba")}, [], None),
    ({1: HEADER, 2: A, 4: ("", "Người lập biểu", "", "Thủ trưởng"), 9: ("", "Ba")}, [], None),
    (
        {1: ("BẢNG KÊ",), 4: HEADER, 5: A, 6: (*TOTAL, "1"), 8: ("", "Ba")},
        [
            Spot(1, 3, "merged-cells"),
            Spot(6, 3, "merged-cells"),
            Spot(6, 2, "changed-by-spreadsheet"),
            Spot(5, 0, "changed-by-spreadsheet"),
            Spot(5, 20, "merged-cells"),
            Spot(0, 20, "hidden-column"),
            Spot(8, WHOLE_ROW, "hidden-row"),
        ],
        1,
    ),
]


@pytest.mark.parametrize(("told", "spots", "total"), RIGHT_TABLES)
def test_title_total_and_signatures_are_no_items(
    told: Told, spots: list[Spot], total: int | None
) -> None:
    checked = manifest.check(list(told.items()), counter(), spots)
    assert (checked.findings, len(checked.consignments)) == ([], 1)
    assert checked.total == total
    assert checked.rows == [row for row, cells in told.items() if cells is A]


def test_every_code_is_reached() -> None:
    reached = {code for _, _, code in (*WRONG, *WRONG_HEADERS)}
    reached |= {code for *_, code in WRONG_TABLES}
    reached |= {code for _, _, code in codes({}, {})}
    assert reached == set(CODES)


def test_every_code_is_in_the_manual_with_its_example() -> None:
    text = (cast.DATA.parent.parent / ".docs" / "manifest.md").read_text("utf-8")
    for heading, codes_there in (("Reasons", CODES), ("What the preview names", NOTICES)):
        part = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
        listed = re.findall(r"^\| `([a-z0-9-]+)` \| [^|]{10,} \| [^|]+ \|$", part, re.MULTILINE)
        assert listed == sorted(codes_there)


@pytest.mark.parametrize(
    "heading", [title for key in COLUMNS for title in (COLUMNS[key], *SYNONYMS[key])]
)
def test_heading_is_found_by_any_name_in_any_spelling(heading: str) -> None:
    key = next(key for key in COLUMNS if heading in (COLUMNS[key], *SYNONYMS[key]))
    place = list(COLUMNS).index(key)
    for spelled in (
        heading.upper(),
        unicodedata.normalize("NFD", f" {heading}\n"),
        spelling.plain(heading),
        heading.replace(" ", "  ") + ":",
    ):
        header = (*HEADER[:place], spelled, *HEADER[place + 1 :])
        assert len(check_table(header, rows_of({})).consignments) == 1, spelled


def test_optional_columns_may_be_missing_and_nothing_is_guessed() -> None:
    needed = [key for key in COLUMNS if key not in OPTIONAL]
    header = tuple(COLUMNS[key] for key in needed)
    timed = {**RIGHT, "urgency": "Hẹn giờ", "reference": "13/CV"}
    rows = [(n, tuple(told.get(key, "") for key in needed)) for n, told in ((2, RIGHT), (3, timed))]
    assert len(check_table(header, rows[:1]).consignments) == 1
    assert check_table(header, rows).findings == [
        RowFinding(3, "", "Giờ hẹn", "appointment-required")
    ]


def test_columns_that_the_post_added_are_left_aside() -> None:
    header = (*HEADER, *RETURNED)
    rows = [(2, (*A, "bad-weight", "khối lượng phải là số nguyên"))]
    assert len(check_table(header, rows).consignments) == 1


def test_columns_may_stand_in_any_order_with_empty_headings() -> None:
    [(number, cells)] = rows_of({})
    header = ("", *reversed(HEADER), " ")
    checked = check_table(header, [(number, ("", *reversed(cells), " "))])
    assert len(checked.consignments) == 1


@pytest.mark.parametrize("place", [0, 5, len(HEADER)])
def test_text_under_an_empty_heading_is_refused(place: int) -> None:
    [(number, cells)] = rows_of({})
    header = (*HEADER[:place], "", *HEADER[place:])
    row = (number, (*cells[:place], "kín", *cells[place:]))
    assert [one.code for one in check_table(header, [row]).findings] == ["too-many-columns"]


def test_short_row_counts_as_empty_cells() -> None:
    checked = check_table(HEADER, [(2, next(rows_of({}))[1][:13])])
    assert len(checked.consignments) == 1


def test_blank_rows_are_left_out() -> None:
    rows = [(2, ("", " ")), (3, next(rows_of({}))[1]), (4, ())]
    assert len(check_table(HEADER, rows).consignments) == 1


def test_finding_quotes_the_row_number_safely() -> None:
    assert check({"stt": "\x1b[31m" + "7" * 30}).findings == [
        RowFinding(2, "\ufffd[31m" + "7" * 15, "STT", "control-character")
    ]


@pytest.mark.parametrize(
    "name",
    ["Sở Hoà Bình", "SỞ HÒA BÌNH", " sở  hòa bình", unicodedata.normalize("NFD", "Sở Hòa Bình")],
)
def test_name_matches_in_any_spelling(name: str) -> None:
    assert codes({"sender_name": name}) == []


@pytest.mark.parametrize("text", ["v/vx", "Nội dụng", "biên về việcx", "tv/v"])
def test_longer_word_is_no_subject(text: str) -> None:
    assert codes({"note": text}) == []


@pytest.mark.parametrize(
    ("recipient", "name", "lead"), [("R1", "Đảng ủy xã Một", 12), ("R2", "Ban Hai", 24)]
)
@pytest.mark.parametrize(("late", "expected"), [(0, []), (1, ["appointment-too-soon"])])
def test_appointment_at_the_border_second(
    recipient: str, name: str, lead: int, late: int, expected: list[str]
) -> None:
    told = {"recipient": recipient, "recipient_name": name, "urgency": "Hẹn giờ"}
    rows = rows_of({**told, "appt": hours(lead)})
    found = check_table(HEADER, rows, counter(at=cast.MORNING + late)).findings
    assert [one.code for one in found] == expected


@pytest.mark.parametrize(("lead", "right"), [(4, 1), (3, 0)])
def test_appointment_in_the_own_office_needs_four_hours(lead: int, right: int) -> None:
    told = {"sender": "R1", "sender_name": "Đảng ủy xã Một", "urgency": "Hỏa tốc hẹn giờ"}
    told |= {"recipient": "S1", "recipient_name": "Sở Hòa Bình", "appt": hours(lead)}
    assert len(check(told).consignments) == right


def test_mark_a_without_reference_in_two_layers_is_right() -> None:
    told = {"mark": "A", "reference": "", "layers": "2"}
    assert [one.slip.reference for one in check(told, told).consignments] == [None, None]


@pytest.mark.parametrize("again", ["12/CV", "12 / cv", "１2／ＣＶ"])
def test_reference_twice_is_a_duplicate(again: str) -> None:
    assert codes({}, {"reference": again}) == [(3, "Số công văn", "duplicate-reference")]


def test_reference_to_several_recipients_is_right() -> None:
    assert codes({}, {"recipient": "R2", "recipient_name": "Ban Hai"}) == []


def test_reference_of_earlier_this_year_is_a_duplicate() -> None:
    [one] = check({}).consignments
    key = duplicate_key(one.slip)
    assert key is not None
    found = check_table(HEADER, rows_of({}), counter(frozenset([key]))).findings
    assert [one.code for one in found] == ["duplicate-reference"]


def test_one_wrong_row_leaves_no_consignment() -> None:
    assert check({}, {"reference": "13", "weight": "0"}, {"reference": "14"}).consignments == []


def test_unknown_agencies_do_not_hide_other_faults() -> None:
    told = {"sender": "X", "recipient": "Y", "weight": "0", "layers": "0", "kind": "?"}
    assert [code for _, _, code in codes(told)] == [
        "unknown-agency",
        "unknown-agency",
        "unknown-kind",
        "bad-layers",
        "bad-weight",
    ]


WORDS = st.sampled_from(
    [
        *RIGHT.values(),
        "",
        "A",
        "2",
        "Hẹn giờ",
        "24/11/2026 15:00",
        "R2",
        "S1",
        "V/v",
        "\u202e",
        "\ud800",
    ]
)
CELL = WORDS | st.text(max_size=12)


@given(
    st.just(HEADER) | st.lists(CELL | st.sampled_from(HEADER), max_size=16).map(tuple),
    st.lists(st.lists(CELL, max_size=16).map(tuple), max_size=4),
)
@example(HEADER, [next(rows_of({}))[1]])
@example(HEADER, [next(rows_of({"urgency": "Hẹn giờ", "appt": "31/12/9999 23:59"}))[1]])
def test_any_table_gives_findings_or_consignments(
    header: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    checked = check_table(header, list(enumerate(rows, start=2)))
    assert bool(checked.findings) != bool(checked.consignments)
    assert {one.code for one in checked.findings} <= set(CODES)
