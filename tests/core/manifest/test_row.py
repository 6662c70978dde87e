"""Every wrong cell of a row is named at once, each once, and none for the fault of another."""

import csv
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats.places import Agency, Office, places
from kt1custody.core.manifest import manifest
from kt1custody.core.manifest.layout import COLUMNS, WHOLE_ROW, Spot, has_header
from kt1custody.core.manifest.manifest import CheckedManifest
from kt1custody.core.manifest.row import Counter
from kt1custody.sheets import catalogues
from kt1custody.sheets.table import read_file, read_table
from tests.kit import cast
from tests.kit.old_text import as_western, in_tcvn3, in_viqr, in_vni, taken_for

KEYS = tuple(COLUMNS)
RIGHT = {
    "stt": "1",
    "reference": "12/CV",
    "sender": "LD-TU-VP",
    "sender_name": "Văn phòng Tỉnh ủy",
    "recipient": "LD-24805-DU",
    "recipient_name": "Đảng ủy xã Đạ Tẻh",
    "kind": "Thư",
    "layers": "1",
    "weight": "40",
}
OFFICES = (
    Office(cast.OFFICE, "HE1", "Bưu cục Hệ 1", "kt1-office", "68"),
    Office(680_101, "BDX", "Bưu điện xã", "commune", "24805"),
)
AGENCIES = (
    Agency("LD-TU-VP", "Văn phòng Tỉnh ủy", "vp", "68", "-", "HE1", "2025-07-01"),
    Agency("LD-24805-DU", "Đảng ủy xã Đạ Tẻh", "du", "24805", "-", "BDX", "2025-07-01"),
    Agency("LD-VL", "Trung tâm Nội dung số", "tt", "68", "-", "HE1", "2025-07-01"),
    Agency("LD-a", "Sở a", "so", "68", "-", "HE1", "2025-07-01"),
    Agency("LD-A", "Sở A", "so", "68", "-", "HE1", "2025-07-01"),
)
COUNTER = Counter(
    places(OFFICES, AGENCIES), catalogues.tables(), cast.OFFICE, cast.MORNING, cast.ZONE
)


def check(*rows: Mapping[str, str], spots: Mapping[str, str] | None = None) -> CheckedManifest:
    """Check rows from row 2 on; spots are those of row 2, by key."""
    lines = [(1, tuple(COLUMNS.values()))]
    lines += [
        (number, tuple({**RIGHT, **row}.get(key, "") for key in KEYS))
        for number, row in enumerate(rows, start=2)
    ]
    found = [
        Spot(2, KEYS.index(key) if key else WHOLE_ROW, code) for key, code in (spots or {}).items()
    ]
    return manifest.check(lines, COUNTER, found)


def told(checked: CheckedManifest) -> dict[str, str]:
    """Give the codes by column; a column that is told twice fails."""
    keys = {title: key for key, title in COLUMNS.items()}
    found = [(keys.get(finding.column, ""), finding.code) for finding in checked.findings]
    assert len(dict(found)) == len(found)
    return dict(found)


def test_every_wrong_cell_is_named_at_once() -> None:
    wrong = {
        "reference": "x" * 61,
        "sender_name": "Sở Không Có",
        "recipient_name": "a\u200bb",
        "named": "§ång chÝ H¶i",
        "mark": "D",
        "urgency": "Thượng khẩn",
        "kind": "Bao",
        "layers": "3",
        "weight": "4O",
        "note": "V/v nhân sự",
    }
    assert told(check(wrong)) == {
        "reference": "reference-too-long",
        "sender_name": "name-does-not-match-code",
        "recipient_name": "control-character",
        "named": "old-font-tcvn3",
        "mark": "unknown-secrecy-mark",
        "urgency": "unknown-urgency",
        "kind": "unknown-kind",
        "layers": "bad-layers",
        "weight": "letter-or-digit",
        "note": "subject-not-allowed",
    }


@pytest.mark.parametrize("code", ["merged-cells", "error-value", "truth-value"])
@pytest.mark.parametrize("key", [key for key in KEYS if key != "weight"])
def test_a_cell_that_cannot_be_read_hides_no_other_and_causes_none(key: str, code: str) -> None:
    assert told(check({key: "", "weight": "0"}, spots={key: code})) == {
        key: code,
        "weight": "bad-weight",
    }


def test_a_hidden_row_is_judged_and_one_cut_off_is_not() -> None:
    row = {"weight": "0", "kind": "?"}
    assert told(check(row, spots={"": "hidden-row"})) == {
        "": "hidden-row",
        "weight": "bad-weight",
        "kind": "unknown-kind",
    }
    assert told(check(row, spots={"": "row-cut-off"})) == {"": "row-cut-off"}


def test_a_duplicate_is_named_beside_other_faults() -> None:
    checked = check({}, {"weight": "0"}, {"reference": "12 – cv", "note": "Trích yếu"})
    assert [(one.row, one.code) for one in checked.findings] == [
        (3, "duplicate-reference"),
        (3, "bad-weight"),
        (4, "subject-not-allowed"),
    ]


def test_nothing_follows_from_what_is_unknown() -> None:
    assert told(check({"urgency": "?", "appt": "mai", "recipient": "X", "layers": "2"})) == {
        "urgency": "unknown-urgency",
        "recipient": "unknown-agency",
    }
    assert told(check({"mark": "V/v", "reference": ""})) == {"mark": "subject-not-allowed"}


@pytest.mark.parametrize("key", [key for key in KEYS if not key.endswith("_name")])
@pytest.mark.parametrize(
    "text", ["v / v nhân sự", "TRICH YEU", "VÒ viÖc", "Về\u200b việc", "Vv: x"]
)
def test_a_subject_is_found_in_every_cell_and_comes_first(key: str, text: str) -> None:
    assert told(check({key: text}))[key] == "subject-not-allowed"
    assert told(check({key: f"{text} {'x' * 300}"}, spots={key: "merged-cells"}))[key] == (
        "subject-not-allowed"
    )


def test_a_name_of_the_list_is_no_subject_but_another_text_in_its_place_is() -> None:
    row = {"recipient": "LD-VL", "recipient_name": "TRUNG TÂM NỘI DUNG SỐ"}
    assert check(row).findings == []
    assert told(check({**row, "recipient_name": "Nội dung: họp"})) == {
        "recipient_name": "subject-not-allowed"
    }


def test_under_a_wrong_heading_nothing_is_told_and_the_others_are_judged() -> None:
    titles = (*COLUMNS.values(), "Nơi cất", "Trích yếu", "Độ mật")
    cells = tuple({**RIGHT, "weight": "0"}.get(key, "") for key in KEYS)
    checked = manifest.check([(1, titles), (2, (*cells, "tủ 1", "Kế hoạch", "A"))], COUNTER)
    assert [(one.row, one.code) for one in checked.findings] == [
        (1, "unknown-column"),
        (1, "subject-not-allowed"),
        (1, "double-column"),
        (2, "bad-weight"),
    ]
    lost = [title for title in COLUMNS.values() if title != "Mã cơ quan gửi"]
    lines = [(1, lost), (2, (*cells[:2], *cells[3:]))]
    assert [(one.row, one.code) for one in manifest.check(lines, COUNTER).findings] == [
        (1, "missing-column"),
        (2, "bad-weight"),
    ]


def test_look_alikes_are_stored_as_what_they_are_meant_as() -> None:
    row = {
        "reference": "12–СV∕VР",  # Cyrillic С, Р
        "sender": "ld‑tu‑vp",
        "sender_name": "Văn phòng Tỉnh ủу",  # Cyrillic у
        "recipient_name": "Ðảng ủy xã Ðạ Tẻh",
        "named": "Ðồng chí\u00a0Аn",
        "note": "giao − tận　tay",
        "weight": "４０",
    }
    checked = check(row)
    assert checked.findings == []
    [made] = checked.consignments
    assert (made.slip.reference, made.slip.sender, made.slip.weight) == ("12-CV/VP", "LD-TU-VP", 40)
    assert (made.slip.named, made.slip.note) == ("Đồng chí An", "giao - tận tay")
    assert [(one.row, one.column, one.code) for one in checked.notices] == [
        (2, "Số công văn", "read-as-latin"),
        (2, "Người nhận đích danh", "read-as-latin"),
    ]


@pytest.mark.parametrize("text", ["1O66-CV", "12O/CV", "O12/CV", "1l6-CV", "12-3I4"])
def test_a_letter_among_digits_is_kept_and_noticed(text: str) -> None:
    checked = check({"reference": text})
    assert [made.slip.reference for made in checked.consignments] == [text]
    assert [one.code for one in checked.notices] == ["letter-among-digits"]


@pytest.mark.parametrize(
    "text", ["1266-CV/VPTU", "12/2020/NĐ-CP", "PV01", "12-CO2", "15a/QĐ", "OO"]
)
def test_an_ordinary_number_is_not_noticed(text: str) -> None:
    assert check({"reference": text}).notices == []


def test_a_mark_in_another_script_is_read_and_noticed() -> None:
    [made] = check({"mark": "В"}).consignments  # Cyrillic
    assert made.mark.name == "B"
    assert [one.code for one in check({"mark": "В"}).notices] == ["read-as-latin"]


def test_a_code_is_found_in_any_case_unless_two_differ_by_it_alone() -> None:
    assert check({"sender": "Ld-Tu-Vp"}).findings == []
    assert check({"sender": "LD-a", "sender_name": "Sở a"}).findings == []
    assert told(check({"sender": "ld-a", "sender_name": "Sở a"})) == {"sender": "unknown-agency"}


def test_notices_are_told_only_of_a_right_manifest() -> None:
    assert check({"reference": "1O66-CV"}, {"weight": "0"}).notices == []


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("look-alike-eth", set()),
        (
            "tcvn3-in-names",
            {("Người nhận đích danh", "old-font-tcvn3"), ("Ghi chú", "old-font-tcvn3")},
        ),
    ],
)
def test_files_that_went_wrong_once_have_their_right_answer(
    name: str, codes: set[tuple[str, str]]
) -> None:
    sheet = read_file(
        (cast.DATA / "cases" / "manifests" / f"{name}.csv").name,
        (cast.DATA / "cases" / "manifests" / f"{name}.csv").read_bytes(),
        has_header,
    )
    where = province()
    checked = manifest.check(sheet.lines, where, sheet.spots)
    assert {(one.column, one.code) for one in checked.findings} == codes
    rows = [number for number, _ in sheet.lines[1:]]
    if codes:
        assert [one.row for one in checked.findings] == sorted([*rows, *rows])
    else:
        assert [made.slip.named for made in checked.consignments][:2] == [
            "Đồng chí Nguyễn Văn Đạt"
        ] * 2


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (in_vni, "old-font-vni"),
        (in_tcvn3, "old-font-tcvn3"),
        (in_viqr, "old-font-viqr"),
        (taken_for("cp1252"), "letters-saved-twice"),
        (lambda text: text.encode().decode("cp1252", "replace"), "letters-saved-twice"),
        (as_western, "letters-saved-twice"),
    ],
)
def test_a_whole_list_in_an_old_font_is_told_once_in_the_row_of_its_headings(
    spoil: Callable[[str], str], code: str
) -> None:
    raw = spoil(cast.MANIFEST.read_text("utf-8-sig")).encode()
    checked = manifest.check(read_table(raw, has_header).lines, province())
    assert [(one.row, one.column, one.code) for one in checked.findings] == [(1, "", code)]


def province() -> Counter:
    """The offices and agencies of the sample data."""
    offices, agencies = (
        list(csv.reader((cast.DATA / f"{name}.csv").read_text("utf-8-sig").splitlines()))[1:]
        for name in ("offices", "agencies")
    )
    known = places(
        [Office(int(row[1]), row[0], *row[2:5]) for row in offices],
        [Agency(*row[:7]) for row in agencies],
    )
    return Counter(known, catalogues.tables(), cast.OFFICE, cast.MORNING, cast.ZONE)


SPOILT = st.sampled_from(
    ["", "V/v", "Héi ®ång", "x" * 201, "\u202e", "4O", "LD-0", "А", "12–СV", "Hẹn giờ", "mai"]
)


@given(st.dictionaries(st.sampled_from(KEYS), SPOILT, max_size=6), st.sampled_from([*KEYS, ""]))
def test_one_finding_a_cell_and_only_of_cells_that_were_spoilt(
    row: dict[str, str], merged: str
) -> None:
    checked = check(row, spots={merged: "merged-cells"} if merged else None)
    columns = [(one.row, one.column, one.place) for one in checked.findings]
    assert len(set(columns)) == len(columns)
    spoilt = {COLUMNS[key] for key in (*row, *filter(None, [merged]))}
    follow = {"Số công văn", "Số lớp bì", "Giờ hẹn", "Cơ quan gửi", "Cơ quan nhận"}
    assert {column for _, column, _ in columns} <= spoilt | follow
    assert bool(checked.findings) != bool(checked.consignments)
