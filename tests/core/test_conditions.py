"""Conditions: each operation means the same in Python, in the pages' script and on the page."""

import re
from typing import Any

import pytest

from kt1custody.core import conditions
from kt1custody.core.conditions import Condition, Rules, make_evaluator
from tests.kit import node
from tests.kit.package import ROOT

FACTS: dict[str, Any] = {
    "word": "held", "number": 7, "large": 2**40, "nothing": None, "yes": True, "no": False,
    "words": ["held", "out"], "empty": [], "table": {"held": {"take": "out"}}, "path": "take",
}  # fmt: skip
WORD, NUMBER, NOTHING = ("at", "word"), ("at", "number"), ("at", "nothing")
YES, NO, TABLE = ("at", "yes"), ("at", "no"), ("at", "table", "held")
CASES: list[tuple[Condition, object]] = [
    ("text", "text"),
    ('it\'s "quoted" \\ so', 'it\'s "quoted" \\ so'),
    (3, 3),
    (None, None),
    (True, True),
    (WORD, "held"),
    (("at", "table", WORD, ("at", "path")), "out"),
    (("at", "table", WORD, "give"), None),
    (("at", "table", "gone", "take"), None),
    (("at", "table", "toString"), None),
    (("at", "nothing", "take"), None),
    (("and", YES, YES, YES), True),
    (("and", YES, NO, YES), False),
    (("or", NO, NO, YES), True),
    (("or", NO, NO), False),
    (("not", YES), False),
    (("not", NO), True),
    (("if", YES, WORD, NUMBER), "held"),
    (("if", NO, WORD, NUMBER), 7),
    (("if", NO, WORD, YES, NUMBER, "last"), 7),
    (("if", NO, WORD, NO, NUMBER, "last"), "last"),
    (("is", WORD, "held"), True),
    (("is", WORD, "out", ("at", "word")), True),
    (("is", NOTHING, None), True),
    (("is", NUMBER, None, "7"), False),
    (("in", WORD, ("at", "words")), True),
    (("in", NOTHING, ("at", "words")), False),
    (("in", WORD, ("at", "empty")), False),
    (("in", WORD, NOTHING), False),
    (("less", NUMBER, 8), True),
    (("less", NUMBER, 7), False),
    (("less", NUMBER, ("at", "large")), True),
    (("less", NUMBER, NOTHING), False),
    (("less", NOTHING, NUMBER), False),
    (("plus", NUMBER, ("at", "large")), 2**40 + 7),
    (("plus", NUMBER, NOTHING), None),
    (("plus", NOTHING, NUMBER), None),
]


def test_an_operation_gives_in_the_pages_what_it_gives_here():
    given = {"facts": FACTS, "asked": [condition for condition, _ in CASES]}
    script = "({ facts, asked }) => asked.map((condition) => rules.evaluate(condition, facts))"
    values = [value for _, value in CASES]
    assert node.run("rules", script, given) == values
    here = make_evaluator({str(place): condition for place, (condition, _) in enumerate(CASES)})
    assert [*here(FACTS).values()] == values
    assert {case[0] for case, _ in CASES if isinstance(case, tuple)} == conditions.OPERATIONS.keys()


@pytest.mark.parametrize("wrong", [("of", WORD), ("and", YES, ("at", "another"))], ids=str)
def test_an_operation_or_a_fact_that_does_not_exist_is_a_mistake(wrong: Condition):
    with pytest.raises(KeyError):
        make_evaluator({"rule": wrong})(FACTS)
    script = "({ facts, wrong }) => { try { rules.evaluate(wrong, facts) } catch { return 1 } }"
    assert node.run("rules", script, {"facts": FACTS, "wrong": wrong}) == 1


def test_the_first_stage_that_says_anything_counts_and_the_rest_is_said_besides():
    rules = Rules(
        stages=({"a": NO}, {"b": YES, "c": NO, "d": YES}, {"e": YES}), always={"x": YES, "y": NO}
    )
    assert rules.codes(FACTS) == ["b", "d", "x"]
    assert rules.codes_always(FACTS) == ["x"]
    assert Rules(stages=({"a": NO},), always={"x": YES}).codes(FACTS) == ["x"]
    script = "({ facts, data }) => rules.codesOf(data, facts)"
    given = {"facts": FACTS, "data": rules.data()}
    assert node.run("rules", script, given) == ["b", "d", "x"]


def test_the_page_of_prose_names_every_operation_and_no_other():
    prose = (ROOT / ".docs" / "fold.md").read_text("utf-8").partition("## Rules as data")[2]
    assert set(re.findall(r"^\| `([a-z]+) ", prose, re.MULTILINE)) == conditions.OPERATIONS.keys()
