"""The XML parts of a workbook as a stream: what an attacker makes large is not held."""

import io

import pytest

from kt1custody.errors import MalformedInputError
from kt1custody.sheets import xml_parts
from kt1custody.sheets.table import read_table
from kt1custody.sheets.xml_parts import Budget
from tests.kit.books import book, row, sheet

AB = row(1, "a", "b")


def why(raw: bytes) -> object:
    with pytest.raises(MalformedInputError) as caught:
        read_table(raw)
    assert caught.value.code == "table-unreadable"
    return caught.value.detail["why"]


# Each `>` looks like an end, and is none.
ENDLESS = "a>" * 500_000
LONG = {
    "comment": f"<!--{ENDLESS}-->",
    "instruction": f"<?a {ENDLESS}?>",
    "attribute": f"<a b='{ENDLESS}'/>",
}


@pytest.mark.parametrize("name", LONG)
def test_what_does_not_end_for_long_is_not_read_again_and_again(name: str) -> None:
    for xml in (sheet(AB, before=LONG[name]), LONG[name] + sheet(AB)):
        assert why(book(xml)) == "broken"


def test_comments_and_instructions_are_passed_over() -> None:
    """The honest twin, of a length that no program writes."""
    short = f"<!--{'a>' * 30_000}--><?a {'a>' * 30_000}?>" * 20
    assert read_table(book(sheet(AB, before=short))).lines == ((1, ("a", "b")),)


def happenings(xml: str, most: int = 99) -> list[xml_parts.Happening]:
    return list(xml_parts.read(io.BytesIO(xml.encode()), Budget(most)))


def test_elements_come_as_they_begin_and_end_without_their_prefix() -> None:
    assert happenings("<a:x xmlns:a='n' b='1'>one<y/>two</a:x>") == [
        ("x", {"xmlns:a": "n", "b": "1"}, ""), ("y", {}, ""), ("y", None, ""), ("x", None, "two"),
    ]  # fmt: skip


def test_whoever_reads_may_stop_and_the_part_is_closed() -> None:
    part = io.BytesIO(b"<a><b/></a>")
    stream = xml_parts.read(part, Budget(99))
    assert next(stream)[0] == "a"
    del stream
    assert part.closed


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<a>",
        "<a></b>",
        "<!DOCTYPE a><a/>",
        "<a>" * 65 + "</a>" * 65,
        f"<a>{'x' * (xml_parts.MAX_TEXT + 1)}</a>",
    ],
    ids=["nothing", "open", "crossed", "doctype", "deep", "long"],
)
def test_what_does_not_hold_together_is_refused(xml: str) -> None:
    with pytest.raises(MalformedInputError) as caught:
        happenings(xml)
    assert caught.value.detail["why"] == "broken"


def test_all_parts_together_have_one_budget() -> None:
    budget = Budget(8)
    for _ in range(2):
        assert len(list(xml_parts.read(io.BytesIO(b"<a><b/></a>"), budget))) == 4
    with pytest.raises(MalformedInputError, match="table-unreadable") as caught:
        list(xml_parts.read(io.BytesIO(b"<a/>"), budget))
    assert caught.value.detail["why"] == "too-large"
