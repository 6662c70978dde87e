"""Rules of acceptance: what is right, and every reason for which a row is refused."""

import csv
import dataclasses
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kt1custody.core import manifest
from kt1custody.core.item import Kind, Mark, Slip, Urgency
from kt1custody.core.manifest import CODES, COLUMNS, Checked, Counter, Finding
from kt1custody.core.places import Agency, Office, places
from kt1custody.sheets import catalogues
from kt1custody.sheets.table import read_file
from tests import cast

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


def check(*told: dict[str, str]) -> Checked:
    return manifest.check(HEADER, rows_of(*told), counter())


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


def check_file(path: Path, where: Counter) -> Checked:
    sheet = read_file(path)
    return manifest.check(sheet.header, sheet.rows, where)


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
    told = {"mark": "b", "urgency": "HOẢ TỐC", "named": " Ông  Ba ", "note": "hai\tba"}
    [one] = check(told).consignments
    assert (one.mark, one.urgency, one.kind, one.appt) == (
        Mark.B,
        Urgency.EXPRESS,
        Kind.LETTER,
        None,
    )
    assert one.dest == 680_101
    assert one.slip == Slip("S1", "R1", "12/CV", "Ông Ba", 1, 40, "hai ba")


# Each wrong row, the column it is told under, and the code.
WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"sender": "NEW", "sender_name": "Sở Mới"}, "sender", "agency-not-yet-valid"),
    ({"appt": "24/11/2026 15:00"}, "appt", "appointment-not-allowed"),
    ({"urgency": "Hẹn giờ"}, "appt", "appointment-required"),
    ({"urgency": "Hẹn giờ", "appt": hours(12, -60)}, "appt", "appointment-too-soon"),
    ({"urgency": "Hẹn giờ", "appt": "01/01/0001 00:00"}, "appt", "appointment-too-soon"),
    ({"note": "a\u202eb"}, "note", "bad-characters"),
    ({"named": "a\u200fb"}, "named", "bad-characters"),
    ({"recipient_name": "Đảng ủy\u200b xã Một"}, "recipient_name", "bad-characters"),
    ({"note": "a\x1b[2Jb"}, "note", "bad-characters"),
    ({"reference": "a\ue000"}, "reference", "bad-characters"),
    ({"layers": "3"}, "layers", "bad-layers"),
    ({"layers": "١"}, "layers", "bad-layers"),
    ({"layers": ""}, "layers", "bad-layers"),
    *(
        ({"weight": text}, "weight", "bad-weight")
        for text in ("1e3", "１２", "-5", "+5", "0", "50001", "1.5", "1_0", "", "9999999", "²")
    ),
    *(
        ({"urgency": "Hẹn giờ", "appt": text}, "appt", "bad-date")
        for text in (
            "31/02/2027 09:00",
            "24/11/2026 24:00",
            "24/11/26 09:00",
            "2026-11-24 09:00",
            "２4/11/2026 09:00",
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
    ({"reference": "x" * 61}, "reference", "too-long"),
    ({"named": "x" * 101}, "named", "too-long"),
    ({"note": "x" * 201}, "note", "too-long"),
    ({"sender_name": "x" * 10_000}, "sender_name", "too-long"),
    ({"mark": "A", "reference": ""}, "layers", "two-layers-required"),
    ({"sender": "s1"}, "sender", "unknown-agency"),
    ({"recipient": ""}, "recipient", "unknown-agency"),
    ({"recipient": "LOST", "recipient_name": "Sở Lạc"}, "recipient", "unknown-delivery-point"),
    ({"kind": ""}, "kind", "unknown-kind"),
    ({"kind": "Thu"}, "kind", "unknown-kind"),
    ({"mark": "D"}, "mark", "unknown-secrecy-mark"),
    ({"mark": "А"}, "mark", "unknown-secrecy-mark"),  # Cyrillic on purpose
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
    ((*HEADER, "Nơi cất"), "Nơi cất", "unknown-column"),
    ((*HEADER, "x" * 10_000), "x" * 60, "unknown-column"),
    ((*HEADER, "a\x1b[2J"), "a\ufffd[2J", "unknown-column"),
    ((*HEADER, "độ  MẬT"), "độ MẬT", "double-column"),
    (HEADER[:-1], "Ghi chú", "missing-column"),
]


@pytest.mark.parametrize(("header", "column", "code"), WRONG_HEADERS)
def test_wrong_header_gives_one_finding(header: tuple[str, ...], column: str, code: str) -> None:
    checked = manifest.check(header, rows_of({}), counter())
    assert checked == Checked([], [Finding(1, "", column, code)])


def test_every_code_is_reached() -> None:
    reached = {code for _, _, code in (*WRONG, *WRONG_HEADERS)}
    reached |= {code for _, _, code in codes({}, {})}
    reached |= {one.code for one in manifest.check(HEADER, (), counter()).findings}
    wide = [(2, (*next(rows_of({}))[1], "more"))]
    reached |= {one.code for one in manifest.check(HEADER, wide, counter()).findings}
    assert reached == set(CODES)


def test_columns_may_stand_in_any_order_with_empty_headings() -> None:
    [(number, cells)] = rows_of({})
    header = ("", *reversed(HEADER), " ")
    checked = manifest.check(header, [(number, ("", *reversed(cells), " "))], counter())
    assert len(checked.consignments) == 1


@pytest.mark.parametrize("place", [0, 5, len(HEADER)])
def test_text_under_an_empty_heading_is_refused(place: int) -> None:
    [(number, cells)] = rows_of({})
    header = (*HEADER[:place], "", *HEADER[place:])
    row = (number, (*cells[:place], "kín", *cells[place:]))
    assert [one.code for one in manifest.check(header, [row], counter()).findings] == [
        "too-many-columns"
    ]


def test_short_row_counts_as_empty_cells() -> None:
    checked = manifest.check(HEADER, [(2, next(rows_of({}))[1][:13])], counter())
    assert len(checked.consignments) == 1


def test_blank_rows_are_left_out() -> None:
    rows = [(2, ("", " ")), (3, next(rows_of({}))[1]), (4, ())]
    assert len(manifest.check(HEADER, rows, counter()).consignments) == 1


def test_finding_quotes_the_row_number_safely() -> None:
    assert check({"stt": "\x1b[31m" + "7" * 30}).findings == [
        Finding(2, "\ufffd[31m" + "7" * 15, "STT", "bad-characters")
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
    found = manifest.check(HEADER, rows, counter(at=cast.MORNING + late)).findings
    assert [one.code for one in found] == expected


@pytest.mark.parametrize(("lead", "right"), [(4, 1), (3, 0)])
def test_appointment_in_the_own_office_needs_four_hours(lead: int, right: int) -> None:
    told = {"sender": "R1", "sender_name": "Đảng ủy xã Một", "urgency": "Hỏa tốc hẹn giờ"}
    told |= {"recipient": "S1", "recipient_name": "Sở Hòa Bình", "appt": hours(lead)}
    assert len(check(told).consignments) == right


@pytest.mark.parametrize("text", ["5/12/2026 9:05", "05/12/2026 09:05"])
def test_time_is_read_with_and_without_leading_zeros(text: str) -> None:
    assert (
        manifest.read_time(text, cast.ZONE)
        == datetime(2026, 12, 5, 9, 5, tzinfo=cast.ZONE).timestamp()
    )


def test_mark_a_without_reference_in_two_layers_is_right() -> None:
    told = {"mark": "A", "reference": "", "layers": "2"}
    assert [one.slip.reference for one in check(told, told).consignments] == [None, None]


@pytest.mark.parametrize("again", ["12/CV", "12 / cv", "１2/CV".replace("１", "1")])
def test_reference_twice_is_a_duplicate(again: str) -> None:
    assert codes({}, {"reference": again}) == [(3, "Số công văn", "duplicate-reference")]


def test_reference_to_several_recipients_is_right() -> None:
    assert codes({}, {"recipient": "R2", "recipient_name": "Ban Hai"}) == []


def test_reference_of_earlier_this_year_is_a_duplicate() -> None:
    [one] = check({}).consignments
    key = manifest.duplicate_key(one.slip)
    assert key is not None
    found = manifest.check(HEADER, rows_of({}), counter(frozenset([key]))).findings
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
    checked = manifest.check(header, list(enumerate(rows, start=2)), counter())
    assert bool(checked.findings) != bool(checked.consignments)
    assert {one.code for one in checked.findings} <= set(CODES)
