"""The post's own lists: their columns and words."""

import gettext
from pathlib import Path

import pytest

from kt1custody.core.formats import spelling
from kt1custody.core.log.schema import CATALOGUE_KINDS, PEOPLE_ROLES
from kt1custody.core.manifest import lists
from kt1custody.core.manifest.layout import RowFinding
from kt1custody.i18n import DOMAIN, FOLDER

DOCS = (Path(__file__).parents[3] / ".docs" / "lists.md").read_text("utf-8")


def test_roles_are_called_as_on_screen():
    words = gettext.translation(DOMAIN, FOLDER, ["vi"])
    assert set(lists.ROLE_WORDS) == set(PEOPLE_ROLES)
    for code, word in lists.ROLE_WORDS.items():
        assert words.gettext(f"role.{code}").capitalize() == word


def test_kinds_are_those_of_the_log():
    assert lists.KINDS[:2] == CATALOGUE_KINDS


@pytest.mark.parametrize("kind", lists.KINDS)
def test_no_two_headings_or_words_are_alike(kind: str):
    columns = lists.COLUMNS[kind]
    titles = [
        spelling.plain(title) for one in columns.values() for title in (one.title, *one.others)
    ]
    assert len(set(titles)) == len(titles)
    for column in columns.values():
        by_word: dict[str, str] = {}
        for code, word in column.words.items():
            for spelled in (code, word):
                assert by_word.setdefault(spelling.plain(spelled), code) == code


@pytest.mark.parametrize("kind", lists.KINDS)
def test_every_heading_and_word_stands_in_the_docs(kind: str):
    for column in lists.COLUMNS[kind].values():
        for title in (column.title, *column.others, *column.words.values()):
            assert title in DOCS, title
        for code in column.words:
            assert f"`{code}`" in DOCS, code
        assert column.example in DOCS, column.example


def test_every_reason_stands_in_the_docs():
    for code in lists.CODES:
        assert f"`{code}`" in DOCS, code


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        ("offices", ("ma", "ma_so", "ten", "loai", "don_vi_hc")),
        ("offices", ("TT", "MÃ BƯU CỤC", "Ma so", "Tên bưu cục", "Loại", "Đơn vị HC")),
        ("agencies", ("ma", "ten", "loai", "don_vi_hc", "dia_chi", "diem_phat", "hieu_luc_tu")),
        ("people", ("ma", "ho_ten", "vai_tro", "don_vi")),
        ("people", ("Bưu cục", "Họ và tên", "", "Chức danh", "Số nhân viên")),
    ],
)
def test_headings_are_found_by_any_of_their_names(kind: str, titles: tuple[str, ...]):
    lines = [(1, ("Một tiêu đề",)), (4, titles), (5, ("x",) * len(titles))]
    assert lists.has_header(kind)(lines)
    findings: list[RowFinding] = []
    order, _ = lists.read_header(kind, lines[1], findings)
    assert findings == []
    assert set(order) == set(lists.COLUMNS[kind])


def test_headings_too_far_below_are_none():
    titles = ("ma", "ho_ten", "vai_tro", "don_vi")
    assert lists.has_header("people")([(20, titles)])
    assert not lists.has_header("people")([(21, titles)])
    assert not lists.has_header("people")([(1, titles[:2])])
