"""The page of ASVS items names tests that are there; and two items that no other test shows."""

import ast
import re
from functools import cache

from fastapi.routing import APIRoute

from kt1custody.web import app
from tests.kit import cast
from tests.kit.package import PACKAGE, ROOT
from tests.kit.pages_here import PagesHere
from tests.kit.phone import size

PAGE = ROOT / ".docs" / "asvs.md"
ROW = re.compile(r"^\| ([0-9]+\.[0-9]+\.[0-9]+) \| (.+) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)::([a-z0-9_]+)`")
# Of what is asked for; none of them names an item, a seal, a slip or a secret.
QUERIES = {
    "after", "beside", "blind", "count", "day", "days", "dpi", "due", "envelope", "holder", "mark", "name",
    "number",  # of a page of a list
    "suggestion",  # its number
    "to",  # a page for anybody, behind the choice of a language
    "code", "q",  # of an office or agency, which are known to everybody
    "urgent",
}  # fmt: skip
NEEDED = {  # by the design
    "2.3.1", "2.3.3", "2.3.4", "2.3.5", "2.4.1", "2.4.2", "6.3.3", "6.4.4", "6.4.6", "6.5.6",
    "7.3.1", "7.3.2", "7.5.3", "14.2.1", "14.2.6", "14.3.3", "16.2.2", "16.3.1", "16.3.2", "16.4.2",
    "16.5.3",
}  # fmt: skip


def rows() -> list[tuple[str, str, str]]:
    return ROW.findall(PAGE.read_text("utf-8"))


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_item_stands_there_once_in_order_with_tests_that_exist():
    items = [tuple(map(int, number.split("."))) for number, _, _ in rows()]
    assert items == sorted(set(items))
    assert {number for number, _, _ in rows()} >= NEEDED
    for number, _, shown in rows():
        named = TEST.findall(shown)
        assert named, number
        assert [name for path, name in named if name not in functions(path)] == [], number
    lines = PAGE.read_text("utf-8").splitlines()
    assert len(rows()) == len([line for line in lines if re.match(r"\| [0-9]", line)])


def routes() -> list[tuple[str, APIRoute]]:
    return [
        (prefix, route)
        for prefix, parts in (("", app.PAGES), ("/api", app.ANSWERS))
        for part in parts
        for route in part.router.routes
        if isinstance(route, APIRoute)
    ]


def test_no_item_and_no_secret_stands_in_a_query():
    asked = {param.alias for _, route in routes() for param in route.dependant.query_params}
    assert asked <= QUERIES
    web = PACKAGE / "web"
    for path in (*web.glob("templates/*.html"), *web.glob("static/js/*.js"), *web.rglob("*.py")):
        linked = re.findall(r"/[a-z0-9}]+[?&]([a-z]+)=", path.read_text("utf-8"))
        assert set(linked) <= QUERIES, path


def test_what_is_only_read_changes_nothing(pages: PagesHere, day: cast.Day):
    named = {
        "n": day.numbers[5], "number": f"{day.numbers[5]:012d}", "seq": 5, "job": 1, "code": "en",
        "staff": cast.CLERK,
    }  # fmt: skip
    officer, clerk = pages.enter(cast.OFFICERS[0], "WEB1"), pages.enter(cast.CLERK, "WEB2")
    before, given = size(pages.world), 0
    for prefix, route in routes():
        if route.methods == {"GET"}:
            path = prefix + re.sub(
                r"{(\w+)[^}]*}", lambda part: str(named.get(part[1], 1)), route.path
            )
            status = officer.ask(path)[0]
            if status == 403:
                status = clerk.ask(path)[0]
            assert status < 500, path
            given += status == 200
    assert given > 20
    assert size(pages.world) == before
