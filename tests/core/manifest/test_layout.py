"""Where the list stands in what an office sends."""

import re

import pytest

from kt1custody.core.manifest import layout
from kt1custody.core.manifest.layout import (
    COLUMNS,
    OPTIONAL,
    RETURNED,
    SYNONYMS,
    WHOLE_ROW,
)
from tests.kit import cast


def test_every_heading_and_synonym_is_in_the_manual() -> None:
    text = (cast.DATA.parent.parent / ".docs" / "manifest.md").read_text("utf-8")
    for key, title in COLUMNS.items():
        [row] = re.findall(rf"^\| {re.escape(title)} \|.*$", text, re.MULTILINE)
        assert row.split("|")[2].strip() == ("no" if key in OPTIONAL else "yes")
        assert row.split("|")[3].strip() == "; ".join(SYNONYMS[key])


HEADER = tuple(COLUMNS.values())
ITEM = ("1", "12/CV", "SO-1", "Sở Một", "DU-1", "Đảng ủy Một", "", "", "", "", "Thư", "1", "40")


def test_title_headings_items_total_and_signatures_are_told_apart() -> None:
    numbers = tuple(str(place) for place in range(1, len(HEADER) + 1))
    lines = [
        (1, ("BẢNG KÊ",)), (3, HEADER), (4, numbers), (5, ITEM), (7, ITEM),
        (8, ("Tổng cộng:", "2")), (9, ("Người lập",)),
    ]  # fmt: skip
    parts = layout.lay_out(lines, ())
    assert (parts.header, parts.findings) == (3, [])
    assert parts.order == {key: place for place, key in enumerate(COLUMNS)}
    assert [number for number, _ in parts.items] == [5, 7]
    assert [number for number, _ in parts.totals] == [8]


def test_without_headings_the_row_that_is_most_like_them_is_named() -> None:
    few = ("Số CV", "Nơi gửi", "Nơi nhận")
    for lines, row in (([(1, ("BẢNG KÊ",)), (2, few)], 2), ([(1, ITEM)], 1), ([], 1)):
        [finding] = layout.lay_out(lines, ()).findings
        assert (finding.row, finding.code) == (row, "not-a-list")
        assert layout.header_row(lines) is None
        assert not layout.has_header(lines)


def test_headings_too_far_below_are_none() -> None:
    assert layout.header_row([(20, HEADER)]) == 20
    assert layout.header_row([(21, HEADER)]) is None


def test_what_stands_below_a_heading_that_is_refused_is_no_item_s() -> None:
    parts = layout.lay_out([(1, (*HEADER[:-1], "Trích yếu", *RETURNED))], ("trích yếu",))
    assert [(finding.column, finding.code) for finding in parts.findings] == [
        ("Trích yếu", "subject-not-allowed")
    ]
    place = len(HEADER) - 1
    assert (parts.refused, parts.aside) == ({place}, {place + 1, place + 2})
    assert parts.unclear == set()  # a note may be missing


@pytest.mark.parametrize(
    ("cells", "counts"),
    [
        (("Tổng cộng: 12",), {WHOLE_ROW: 12}),
        (("Cộng", "", "1.790 g"), {2: 1_790}),
        (("Tổng số bưu gửi", "12", "3"), {1: 12, 2: 3}),
        (("Cộng",), {}),
    ],
)
def test_the_numbers_of_a_total_are_read_by_column(
    cells: tuple[str, ...], counts: dict[int, int]
) -> None:
    assert layout.counts(cells) == counts
