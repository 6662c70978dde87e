"""The style sheets: a rule that is not closed swallows all that follow it."""

import re
from pathlib import Path

import pytest

from tests.kit.package import PACKAGE

SHEETS = sorted((PACKAGE / "web" / "static" / "css").glob("*.css"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_rule_is_closed_where_it_ends(sheet: Path):
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    depth = 0
    for line in text.splitlines():
        is_rule_of_page = line[:1] not in ("", " ", "}")
        assert not (is_rule_of_page and depth), line
        depth += line.count("{") - line.count("}")
    assert depth == 0
