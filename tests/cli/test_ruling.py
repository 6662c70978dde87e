"""Putting right what an act says, and settling a fork, as people type it."""

import json

import pytest

from kt1custody.signing.person_keys import PersonKey
from tests.kit import cast
from tests.kit.phone import Phone, receive
from tests.kit.typed import Run, typing

OFFICERS = ("--officer", *cast.OFFICERS)
MISTYPED = ("--reason", "mistyped")


def test_a_registration_is_put_right_by_the_rules_of_acceptance(run: Run, day: cast.Day):
    words = ("item", "correct", day.numbers[5], *MISTYPED)
    assert "unknown-kind" in run(*words, "--kind", "thùng", code=2).output
    assert "bản gốc vẫn còn" in run(*words, "--kind", "gói").output


def test_officers_who_put_a_registration_right_are_seen_to_have_opened_it(run: Run, day: cast.Day):
    n = day.numbers[5]
    answer = run(
        "item", "correct", n, "--note", "bì hai lớp", *MISTYPED, *OFFICERS, "--json"
    ).stdout
    [seq] = json.loads(answer)["seqs"]
    steps = json.loads(run("item", "show", n, "--json").stdout)["story"]
    assert [(step["seq"], step["act"]) for step in steps[-2:]] == [
        (seq - 1, "disclose"), (seq, "correct"),
    ]  # fmt: skip


def test_exactly_one_field_of_an_act_is_put_right(run: Run, day: cast.Day):
    made = ("absent", "--giver", cast.COURIER, "--reason", "nobody", day.numbers[5], "--json")
    seq = json.loads(run(*made).stdout)["seq"]
    run("correct", f"#{seq}", *MISTYPED, code=2)
    two = ("--act-reason", "moved", "--cond", "broken")
    run("correct", f"#{seq}", *two, *MISTYPED, code=2)
    shown = run("correct", f"#{seq}", *two[:2], *MISTYPED).stdout
    assert "bản gốc vẫn còn" in shown
    run("correct", "last", *two[:2], *MISTYPED, code=2)


@pytest.fixture
def run_forked(lived: cast.World, day: cast.Day, keys: dict[str, PersonKey]) -> Run:
    """Type commands over a log in which the courier has handed an item to two people."""
    lived.at(190).admit_all(keys)
    phone = Phone(lived)
    item = next(state for state in phone.held if state.n == day.numbers[5])
    for to in (cast.COURIER_2, cast.DRIVER):
        receive(lived.session, phone.spell(phone.handover(item, to=to, witness=None)))
    return typing(lived, "10:20")


def test_a_fork_is_listed_with_who_signed_and_settled_by_its_position(
    run_forked: Run, day: cast.Day
):
    n = day.numbers[5]
    branches = json.loads(run_forked("settle", n, "--json").stdout)["branches"]
    assert [step["act"] for step in branches] == ["handover"] * 2
    said = run_forked("settle", n).stdout
    assert f"#{branches[0]['seq']}" in said
    assert f"{cast.COURIER}, {cast.DRIVER}" in said
    run_forked("settle", n, "--keep", "#3", *OFFICERS, code=3)
    run_forked("settle", n, "--keep", f"#{branches[1]['seq']}", "--reason", "paper", *OFFICERS)
    held = json.loads(run_forked("holder", cast.DRIVER, "--json").stdout)["items"]
    assert [item["number"] for item in held] == [f"{n:012d}"]
