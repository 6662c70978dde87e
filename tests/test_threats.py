"""The threat page names code, sections and tests that are there, for every line of it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / ".docs" / "threats.md"
LINES = [f"G{number}" for number in range(1, 23)]
PARTS = ("Met by", "Shown by", "Not promised")
_TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)::([a-z0-9_]+)`")
_PATH = re.compile(r"`((?:tests|kt1custody)/[A-Za-z0-9_./]+?)(?:::[a-z0-9_]+)?`")


def sections() -> dict[str, str]:
    """Give the text of every line of the page, by its number."""
    found = re.split(r"^## (G[0-9]+)\. ", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_line_is_there_once_in_order():
    assert re.findall(r"^## (G[0-9]+)\. ", PAGE.read_text("utf-8"), re.MULTILINE) == LINES


@pytest.mark.parametrize("line", LINES)
def test_a_line_says_how_it_is_met_what_shows_it_and_what_is_not_promised(line: str):
    told = sections()[line].split("\n## ")[0]
    assert re.findall(r"^- \*\*([A-Z][a-z ]+?):?\*\*", told, re.MULTILINE) == list(PARTS)
    assert _TEST.search(told)


def test_every_test_that_is_named_exists():
    named = _TEST.findall(PAGE.read_text("utf-8"))
    assert len(named) > 80
    for path, name in named:
        assert name in functions(path), f"{path}::{name}"


def test_every_file_that_is_named_exists():
    for path in _PATH.findall(PAGE.read_text("utf-8")):
        assert (ROOT / path).exists(), path


def test_every_section_of_the_formats_page_that_is_named_exists():
    formats = (ROOT / ".docs" / "formats.md").read_text("utf-8")
    known = set(re.findall(r"^## ([0-9]+)\. ", formats, re.MULTILINE))
    named = set(re.findall(r"§([0-9]+)", PAGE.read_text("utf-8")))
    assert named
    assert named <= known


def test_every_attack_stands_on_the_page():
    text = PAGE.read_text("utf-8")
    attacks = sorted((ROOT / "tests" / "attacks").glob("test_*.py"))
    assert len(attacks) > 8
    for path in attacks:
        assert path.relative_to(ROOT).as_posix() in text, path.name
