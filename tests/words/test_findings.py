"""What is wrong with a cell, in words, and where it stands."""

from kt1custody.core.manifest import lists
from kt1custody.core.manifest.layout import RowFinding
from kt1custody.errors import MalformedInputError
from kt1custody.words.errors import error_lines
from kt1custody.words.findings import finding_line, list_finding_line
from tests.kit.words import EN, VI


def test_a_list_names_the_words_that_are_allowed() -> None:
    finding = {"row": 3, "stt": "1", "column": "Chức danh", "code": "unknown-role"}
    error = MalformedInputError("list-wrong", what="people", findings=[finding])
    assert error_lines(EN, error)[0].startswith("row 3 (STT 1), column “Chức danh”: ")
    assert error_lines(VI, error)[0].startswith("dòng 3 (STT 1), cột “Chức danh”: ")


def test_a_finding_names_its_cell_as_people_find_it_and_its_code():
    finding = RowFinding(row=4, stt="3", column="Loại", code="unknown-kind")
    line = finding_line(EN, finding)
    assert line.startswith("row 4 (STT 3), column “Loại”: ")
    assert line.endswith(" [unknown-kind]")
    assert EN.word("finding", "unknown-kind") in line
    whole = finding_line(VI, RowFinding(row=1, stt="", column="", code="not-a-list"))
    assert whole.startswith("dòng 1: ")


def test_a_word_that_is_not_known_is_answered_with_those_that_are():
    title = lists.COLUMNS[lists.PEOPLE]["role"].title
    finding = {"row": 3, "stt": "", "column": title, "code": "unknown-word"}
    line = list_finding_line(VI, lists.PEOPLE, finding)
    for word in lists.ROLE_WORDS.values():
        assert word in line
    other = list_finding_line(VI, lists.PEOPLE, {**finding, "code": "control-character"})
    assert VI.word("finding", "control-character") in other
