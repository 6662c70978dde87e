"""Handing over and delivering as a clerk and a courier type it."""

import json

import pytest

from tests.kit import cast
from tests.kit.typed import Run

GIVING = ("handover", "--giver", cast.COURIER, "--receiver", cast.COURIER_2)


def holders(run: Run, who: str) -> list[str]:
    held = json.loads(run("holder", who, "--json").stdout)["items"]
    return [item["number"] for item in held]


def test_a_handover_is_answered_with_its_items_and_its_place(run: Run, day: cast.Day):
    given = [f"{n:012d}" for n in day.numbers[5:7]]
    answer = json.loads(run(*GIVING, "--witness", cast.CONTROLLER, *given, "--json").stdout)
    assert answer["numbers"] == given
    assert holders(run, cast.COURIER_2) == given
    said = run("handover", "--giver", cast.COURIER_2, "--receiver", cast.COURIER, given[0]).stdout
    assert f"{answer['seq'] + 1}" in said


def test_an_item_without_a_seal_is_handed_to_nobody(run_printing: Run):
    giving = ("--giver", cast.CLERK, "--receiver", cast.COURIER, "--witness", cast.CONTROLLER)
    shown = run_printing("handover", *giving, "682600000014", code=3).output
    assert "(đã chấp nhận, chưa gắn tem)" in shown
    assert "in tem rồi gắn tem trước đã" in shown


@pytest.mark.parametrize(("command", "reason"), [("refuse", "damaged"), ("absent", "closed")])
def test_a_report_leaves_the_item_where_it_is(run: Run, day: cast.Day, command: str, reason: str):
    before = holders(run, cast.COURIER)
    run(command, "--giver", cast.COURIER, "--reason", reason, day.numbers[5])
    assert holders(run, cast.COURIER) == before
    run(command, "--giver", cast.COURIER, "--reason", "bored", day.numbers[5], code=2)
    run(command, "--giver", cast.COURIER, day.numbers[5], code=2)


def test_a_delivery_and_a_return_name_who_received(run: Run, day: cast.Day):
    door = ("--giver", cast.COURIER, "--keeper", cast.CLERK, "--name", "Người Nhận")
    run("deliver", *door, "--note", "ký thay", day.numbers[5])
    run("return", *door, "--reason", "refused", day.numbers[6])
    assert {f"{n:012d}" for n in day.numbers[5:7]}.isdisjoint(holders(run, cast.COURIER))
    run("deliver", *door[:-1], "x" * 101, day.numbers[7], code=2)
    run("deliver", *door[:4], day.numbers[7], code=2)  # nobody is named, and nobody is asked


def test_whoever_is_not_known_is_not_called_somebody_who_holds_nothing(run: Run):
    assert holders(run, " nv014 ") == []
    run("holder", "NV999", code=3)
