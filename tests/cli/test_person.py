"""People at the command line: stopped, let go on, ended, given another duty."""

import json
from typing import Any

from tests.kit import cast
from tests.kit.typed import Run

OFFICERS = ("--officer", *cast.OFFICERS)


def listed(run: Run, who: str, *words: str) -> dict[str, Any]:
    people = json.loads(run("person", "list", "--json", *words).stdout)["people"]
    [person] = [person for person in people if person["number"] == who]
    return dict(person)


def test_hold_stops_a_courier_and_lift_lets_him_go_on(run: Run, day: cast.Day):
    number, courier = day.numbers[5], cast.COURIER_2
    giving = ("--giver", cast.COURIER, "--receiver", courier, "--witness", cast.CONTROLLER)
    run("person", "hold", courier, "--by", cast.CLERK, "--reason", "phone-lost")
    run("person", "hold", "NV099", "--by", cast.CLERK, "--reason", "other", code=3)
    assert "tạm khoá" in run("handover", *giving, number, code=3).output
    run("person", "lift", courier, *OFFICERS, "--reason", "cleared")
    run("handover", *giving, number)
    run("person", "revoke", courier, *OFFICERS, "--reason", "left")
    assert "1 bưu gửi" in run("holder", courier).stdout
    assert listed(run, courier)["revoked"]


def test_the_list_says_role_office_term_and_hold_and_names_only_to_a_reader(run: Run):
    held = json.loads(
        run(
            "person", "hold", cast.DRIVER, "--by", cast.CLERK, "--reason", "absent", "--json"
        ).stdout
    )  # fmt: skip
    line = next(text for text in run("person", "list").stdout.splitlines() if cast.DRIVER in text)
    assert "lái xe" in line
    assert f"({cast.OFFICE})" in line
    assert f"#{held['seq']}" in line
    assert (listed(run, cast.DRIVER)["name"], listed(run, cast.DRIVER)["hold"]) == (
        None, held["seq"],
    )  # fmt: skip
    named = listed(run, cast.DRIVER, "--reader", cast.CLERK)
    assert named["name"] == "Võ Mạnh Cường"


def test_another_duty_has_a_term_and_a_wrong_time_is_named(run: Run):
    until = ("--until", "31/12/2027 17:00")
    assert "#" not in run("person", "assign", cast.DRIVER, *until, *OFFICERS).stdout.split(".")[0]
    assert listed(run, cast.DRIVER)["until"] == "2027-12-31T17:00:00+07:00"
    run("person", "assign", cast.DRIVER, "--until", "soon", *OFFICERS, code=2)
    run("person", "assign", cast.DRIVER, *until, *OFFICERS, code=3)  # nothing changes
    run("person", "assign", cast.DRIVER, "--endless", *OFFICERS)
    assert listed(run, cast.DRIVER)["until"] is None


def test_a_new_key_ends_the_old_one(run: Run):
    shown = run("person", "rotate", cast.COURIER_2, *OFFICERS).stdout
    assert cast.COURIER_2 in shown
    assert not listed(run, cast.COURIER_2)["revoked"]
