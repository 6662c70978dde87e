"""What the server says to bad input when items are registered: nothing is proposed, nothing written."""

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter
from tests.kit.old_text import encode_1258
from tests.kit.pages_here import PagesHere

RIGHT = {
    "sender": "LD-S-TC", "recipient": "Ủy ban nhân dân phường Lang Biang - Đà Lạt",
    "reference": "900-STC", "kind": "Thư", "layers": "1", "weight": "20",
}  # fmt: skip
ENVELOPE = ["intact", "glued", "stamped", "no-word", "two-for-a"]
WRONG = [
    ({"recipient": "Ủy ban"}, {"recipient": "unknown-agency"}),
    ({"recipient": RIGHT["sender"]}, {"recipient": "same-sender-and-recipient"}),
    ({"recipient": "../../etc/passwd"}, {"recipient": "unknown-agency"}),
    ({"mark": "A"}, {"reference": "reference-not-allowed", "layers": "two-layers-required"}),
    ({"mark": "B", "reference": ""}, {"reference": "reference-required"}),
    ({"mark": "Mật"}, {"mark": "unknown-secrecy-mark"}),
    ({"urgency": "Hẹn giờ"}, {"appt": "appointment-required"}),
    ({"urgency": "Hẹn giờ", "appt": "01/01/2020 08:00"}, {"appt": "appointment-too-soon"}),
    ({"urgency": "Hẹn giờ", "appt": "31/02/2027 00:00"}, {"appt": "bad-date"}),
    ({"appt": "01/01/2030 08:00"}, {"appt": "appointment-not-allowed"}),
    ({"note": "Về việc bổ nhiệm"}, {"note": "subject-not-allowed"}),
    ({"named": "Nguyễn\u202eVăn"}, {"named": "control-character"}),
    ({"reference": "1" * 300}, {"reference": "reference-too-long"}),
    ({"weight": ""}, {"weight": "bad-weight"}),
    ({"weight": "-5", "layers": "3"}, {"weight": "bad-weight", "layers": "bad-layers"}),
]


def ask(page: Page, path: str, body: object) -> tuple[int, Any]:
    status, told = page.evaluate(
        f"fetch({json.dumps(path)}, {{method: 'POST', body: {json.dumps(json.dumps(body))}, "
        "headers: {'content-type': 'application/json'}})"
        ".then(async (told) => [told.status, await told.text()])"
    )
    return status, json.loads(told)


@pytest.fixture(scope="module")
def page(counter: Counter) -> Any:
    with counter.browser(cast.CLERK) as page:
        yield page


@pytest.mark.parametrize(("cells", "codes"), WRONG)
def test_each_wrong_field_is_named_with_its_reason(
    page: Page, cells: dict[str, str], codes: dict[str, str]
):
    asked = {"rows": [{**RIGHT, **cells}], "envelope": ENVELOPE}
    status, told = ask(page, "/api/register/check", asked)
    assert status == 200
    assert {one["key"]: one["code"] for one in told["findings"]} == codes
    assert all(one["text"] and "kt1 " not in one["text"] for one in told["findings"])
    assert told["preview"] is None
    assert ask(page, "/api/register/propose", asked)[1]["error"]["code"] == "changed-meanwhile"


def test_what_is_right_is_described_as_it_will_be_signed(page: Page):
    status, told = ask(page, "/api/register/check", {"rows": [RIGHT]})
    assert status == 200
    assert told["findings"] == []
    assert told["people"] == [cast.CLERK]
    [row] = told["preview"]["rows"]
    assert row["recipient"] == RIGHT["recipient"]
    assert {key: row[key] for key in ("mark", "urgency", "kind", "appt")} == {
        "mark": 0, "urgency": 0, "kind": 0, "appt": None,
    }  # fmt: skip


def test_the_first_time_that_may_be_agreed_is_said_and_taken(page: Page):
    timed = {**RIGHT, "urgency": "Hẹn giờ"}
    first = ask(page, "/api/register/check", {"rows": [timed]})[1]["earliest"]
    assert ask(page, "/api/register/check", {"rows": [RIGHT]})[1]["earliest"] is None
    later = {**timed, "appt": f"{first[:-5]}23:59"}
    assert ask(page, "/api/register/check", {"rows": [later]})[1]["findings"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"rows": [RIGHT]}, "envelope-unchecked"),
        ({"rows": [RIGHT], "envelope": ENVELOPE[:-1]}, "envelope-unchecked"),
        ({"rows": [], "envelope": ENVELOPE}, "request-malformed"),
        ({"rows": [RIGHT] * 201, "envelope": ENVELOPE}, "request-malformed"),
        ({"rows": [{**RIGHT, "by": "NV999"}], "envelope": ENVELOPE}, "request-malformed"),
        ({"rows": [RIGHT, RIGHT], "again": "x", "envelope": ENVELOPE}, "request-malformed"),
        ({"rows": [{**RIGHT, "weight": 20}], "envelope": ENVELOPE}, "request-malformed"),
        ({"rows": [RIGHT, RIGHT], "envelope": ENVELOPE}, "changed-meanwhile"),
    ],
)
def test_what_cannot_be_proposed_is_refused(page: Page, body: object, code: str):
    status, told = ask(page, "/api/register/propose", body)
    assert status >= 400
    assert told["error"]["code"] == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "table-unreadable"),
        (b"%PDF-1.7", "table-unreadable"),
        (b"\x00\x01", "table-unreadable"),
        ("no base64", "request-malformed"),
    ],
)
def test_a_file_that_is_no_list_is_refused(page: Page, content: bytes | str, code: str):
    spelled = content if isinstance(content, str) else base64.b64encode(content).decode()
    asked = {"name": "../../x.xlsx", "content": spelled}
    status, told = ask(page, "/api/register/file/check", asked)
    assert status == 400
    assert told["error"]["code"] == code


@pytest.mark.parametrize("path", ["agencies", "draft-key", "check", "propose", "file/check"])
def test_who_is_not_signed_in_is_told_nothing(counter: Counter, path: str):
    assert counter.ask(f"/api/register/{path}", {})[0] == 401


def test_a_courier_registers_nothing_and_gets_no_receipt(counter: Counter):
    with counter.browser(cast.COURIER) as page:
        for path in ("agencies", "draft-key", "check", "propose"):
            assert ask(page, f"/api/register/{path}", {"rows": [RIGHT]})[0] == 403
        assert page.evaluate("fetch('/register/receipt/18.pdf').then((told) => told.status)") == 403


def sheet(change: Callable[[Workbook, Worksheet], None]) -> bytes:
    """A list of five items as XLSX, of which something was changed."""
    book = openpyxl.load_workbook(cast.DATA / "cases" / "manifests" / "part-in-capitals.xlsx")
    assert isinstance(book.active, Worksheet)
    change(book, book.active)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def put(**cells: object) -> bytes:
    def change(_: Workbook, one: Worksheet) -> None:
        for place, value in cells.items():
            one[place] = value

    return sheet(change)


def hide(book: Workbook, one: Worksheet) -> None:
    hidden = book.copy_worksheet(one)
    hidden.sheet_state = "hidden"


def blank(_: Workbook, one: Worksheet) -> None:
    for row in range(10, 20_010):
        one.cell(row, 1, " ")


def merged(_: Workbook, one: Worksheet) -> None:
    one.merge_cells("B1:C1")


ALIKE = {"B3": "700-HP/TU", "E3": "LD-TU-BTC", "F3": "Ban Tổ chức Tỉnh ủy Lâm Đồng"}
FILES = {
    "a header that is merged": (sheet(merged), "missing-column"),
    "a formula": (put(B2="=1+1"), "formula-without-value"),
    "a day instead of a number": (put(B2="01/02/2026"), "changed-by-spreadsheet"),
    "a number that was rounded": (put(B2="1.2E+10"), "changed-by-spreadsheet"),
    "a name in an old code page": (put(G2="Nguy\xd4n V\xa8n H\xb6i"), "old-font-tcvn3"),
    "one envelope too few": (put(B7="Tổng số: 6"), "count-mismatch"),
    "two rows alike": (put(**ALIKE), "duplicate-reference"),
    "a hidden sheet": (sheet(hide), ""),
    "20,000 blank rows": (sheet(blank), ""),
}


@pytest.mark.parametrize("name", FILES)
def test_what_spreadsheets_do_is_named_by_row_or_does_no_harm(pages: PagesHere, name: str):
    content, code = FILES[name]
    asked = {"name": f"{name}.xlsx", "content": base64.b64encode(content).decode()}
    told = pages.enter(cast.CLERK).do("/api/register/file/check", asked)
    assert {one["code"] for one in told["findings"]} >= ({code} if code else set())
    assert (told["preview"] is None) == bool(code)


def test_a_csv_of_the_old_windows_page_is_read(pages: PagesHere, tmp_path: Path):
    text = cast.write_manifest(tmp_path / "x.csv", 2, 40).read_text("utf-8")
    asked = {"name": "x.csv", "content": base64.b64encode(encode_1258(text)).decode()}
    told = pages.enter(cast.CLERK).do("/api/register/file/check", asked)
    assert told["findings"] == []
    assert told["preview"]["total"] == 2
