"""One scan, one answer: which item it is, or why it is none."""

import pytest

from kt1custody.core.formats import numbers
from kt1custody.printing.read import symbol_texts
from tests.kit import cast
from tests.kit.pages_here import PagesHere
from tests.kit.visitor import Visitor


@pytest.fixture
def clerk(pages: PagesHere) -> Visitor:
    return pages.enter(cast.CLERK)


def test_a_seal_and_a_number_name_the_same_item(pages: PagesHere, clerk: Visitor, day: cast.Day):
    picture = sorted((pages.world.folder / "seals").glob("*.png"))[5]
    [seal] = symbol_texts(picture.read_bytes())
    scanned = clerk.do("/api/scan", {"text": seal})
    typed = clerk.do("/api/scan", {"text": numbers.format_item_number(day.numbers[5])})
    assert scanned["item"] == typed["item"]
    assert scanned["item"]["n"] == day.numbers[5]
    assert isinstance(scanned["serial"], int)
    assert typed["serial"] is None


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 400),
        ("https://example.com/?id=1", 400),
        ("../../etc/passwd", 400),
        ("1" * 10_000, 400),
        ("682600000015", 400),  # a digit that was misread
        ("=HYPERLINK(1)", 400),
        ("<b>682600000014</b>", 400),
        ("\u202e410000006286", 400),
        ("\x00", 400),
        ("KT1/1/" + "A" * 200, 400),
    ],
)
def test_what_is_no_item_is_said_in_words(clerk: Visitor, text: str, status: int):
    answered, told = clerk.ask("/api/scan", {"text": text})
    assert answered == status
    assert told["error"]["code"]
    assert text not in told["error"].get("message", "") or not text


def test_an_item_that_nobody_has_registered_is_not_here(clerk: Visitor, day: cast.Day):
    unknown = numbers.item_number(log_number=68, year=2026, running=8_000_000)
    assert clerk.error("/api/scan", {"text": str(unknown)}) == (404, "no-such-item")


def test_an_administrator_sees_no_item(pages: PagesHere, day: cast.Day):
    admin = pages.enter(cast.ADMIN)
    assert admin.error("/api/scan", {"text": str(day.numbers[0])}) == (403, "not-your-work")
