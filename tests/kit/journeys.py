"""Journeys of people through the pages: each line of one, and the tests that show it."""

import ast
from collections.abc import Mapping
from functools import cache

from tests.kit.package import ROOT

# A line in a few words → the tests that show it, as `tests/web/test_x.py::test_y`, one a line.
Journey = Mapping[str, str]


def unknown_tests(journey: Journey) -> list[str]:
    """Give what a journey names and is no test: renamed, moved or misspelt."""
    named = (test for tests in journey.values() for test in tests.split())
    return [test for test in named if (parts := test.split("::"))[-1] not in _tests_in(parts[0])]


def lines_without_tests(journey: Journey) -> list[str]:
    """Give the lines that no test shows."""
    return [line for line, tests in journey.items() if not tests.split()]


@cache
def _tests_in(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    body = ast.parse(file.read_text("utf-8")).body
    return frozenset(
        node.name
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )
