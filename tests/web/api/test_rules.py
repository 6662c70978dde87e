"""The rules as data, for whoever has signed in."""

import json

from kt1custody.core.custody import table
from kt1custody.web.api import rules
from tests.kit import cast
from tests.kit.pages_here import PagesHere


def test_who_has_signed_in_is_given_the_rules_and_once_only(pages: PagesHere):
    assert pages.ask("/api/rules")[0] == 401
    visitor = pages.enter(cast.CLERK)
    told = visitor.do("/api/rules")
    assert (told["version"], told["custody"]["rules"]) == (rules.VERSION, table.RULES)
    assert told == json.loads(rules.TEXT)
    tag = visitor.headers["etag"]
    assert visitor.ask("/api/rules", **{"if-none-match": tag}) == (304, "")
    assert visitor.ask("/api/rules", **{"if-none-match": '"other"'}) == (200, told)
