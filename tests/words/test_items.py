"""Items in words."""

from dataclasses import replace

import pytest

from kt1custody.core.custody.table import ItemState, Status
from kt1custody.core.formats.item import Urgency
from kt1custody.words import items
from tests.kit import cast
from tests.kit.words import EN, VI

STATE = ItemState(
    n=682_600_000_014, mark=2, urgency=Urgency.NORMAL, kind=0, appt=None, dest=680_101,
    commit=bytes(32), status=Status.HELD, holder="680900", seal=65_536, voided=(), head=b"",
    head_seq=7, since=cast.MORNING,
)  # fmt: skip


def place(holder: str) -> str:
    return f"<{holder}>"


def test_an_item_is_given_as_machines_read_it():
    timed = replace(STATE, urgency=Urgency.TIMED, appt=cast.MORNING + 3_600)
    assert items.plain_item(timed, cast.ZONE) == {
        "number": "682600000014",
        "mark": "B",
        "urgency": "timed",
        "kind": "letter",
        "appointment": "2026-11-23T08:00:00+07:00",
        "destination": 680_101,
        "status": "held",
        "holder": "680900",
        "seal": "00000655365",
        "since": "2026-11-23T07:00:00+07:00",
        "contested": False,
        "waiting": 0,
    }
    over = items.plain_item(replace(STATE, mark=0, status=Status.DELIVERED, seal=None), cast.ZONE)
    assert (over["mark"], over["holder"], over["seal"]) == ("", None, None)


def test_a_line_says_where_it_stands_and_what_is_odd_about_it():
    line = items.item_line(EN, STATE, cast.ZONE, place)
    assert line.startswith("6826 0000 0014 [B]")
    assert line.endswith("<680900>, since 23/11/2026 07:00")
    odd = replace(STATE, urgency=Urgency.EXPRESS, contested=True, waiting=2)
    parts = items.item_line(EN, odd, cast.ZONE, place).split(" · ")
    assert parts[1:] == [EN.word("service", "EXPRESS"), "DISPUTED", "2 acts are waiting"]
    assert "DISPUTED" not in items.item_line(VI, odd, cast.ZONE, place)


def test_nobody_holds_what_has_left_our_hands():
    over = replace(STATE, status=Status.DELIVERED)
    assert items.item_standing(EN, over, place) == EN.word("status", "delivered")
    assert items.item_standing(EN, STATE, place, "on its way") == "on its way: <680900>"


def test_a_list_ends_with_its_totals_by_mark():
    states = [STATE, replace(STATE, mark=0), replace(STATE, mark=0)]
    lines = items.item_lines(EN, states, cast.ZONE, place)
    assert (len(lines), lines[-1]) == (4, "3 items (B: 1, –: 2)")
    assert items.item_lines(EN, [], cast.ZONE, place) == ["No items."]
    assert items.totals_line(VI, {3: 1_200}) == "1.200 bưu gửi (A: 1.200)"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ([], ""),
        ([STATE.n, 0], "6826 0000 0014, the whole act"),
        ([STATE.n] * 5, ", ".join(["6826 0000 0014"] * 5)),
        ([STATE.n] * 1_206, ", ".join(["6826 0000 0014"] * 5) + " and 1,201 more"),
    ],
)
def test_the_first_of_many_items_are_named(given: list[int], named: str):
    assert items.some_items(EN, given) == named
