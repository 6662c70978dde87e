"""Offering, taking and withdrawing as two couriers type it."""

import json

from tests.kit import cast
from tests.kit.typed import Run

OFFER = ("offer", "--giver", cast.COURIER, "--receiver", cast.COURIER_2)


def test_what_is_offered_waits_and_what_is_not_found_stays(run: Run, day: cast.Day):
    first, second = day.numbers[5:7]
    offered = json.loads(run(*OFFER, first, second, "--json").stdout)
    assert (offered["to"], offered["count"]) == (cast.COURIER_2, 2)
    [waiting] = json.loads(run("offers", "--json", at="10:21").stdout)["offers"]
    assert (waiting["seq"], waiting["giver"], waiting["age"]) == (offered["seq"], cast.COURIER, 60)
    assert f"#{offered['seq']}" in run("offers", "nv012").stdout
    assert json.loads(run("offers", cast.CLERK, "--json").stdout) == {"offers": []}
    taken = run("take", f"#{offered['seq']}", first, "--receiver", cast.COURIER_2)
    assert "6826" in taken.stderr  # what was not found is named before anybody agrees
    assert "1" in taken.stdout
    held = json.loads(run("holder", cast.COURIER_2, "--json").stdout)["items"]
    assert [item["number"] for item in held] == [f"{first:012d}"]
    assert json.loads(run("offers", "--json").stdout) == {"offers": []}


def test_a_withdrawn_offer_is_taken_by_nobody(run: Run, day: cast.Day):
    seq = json.loads(run(*OFFER, day.numbers[5], "--json").stdout)["seq"]
    run("withdraw", seq, "--giver", cast.COURIER_2, code=3)
    run("withdraw", seq, "--giver", cast.COURIER)
    run("take", seq, day.numbers[5], "--receiver", cast.COURIER_2, code=3)


def test_a_code_is_never_written_over_a_file(run: Run, day: cast.Day):
    run(*OFFER, day.numbers[5], "--qr", "{f}/offer.png")
    run(*OFFER, day.numbers[6], "--qr", "{f}/offer.png", code=3)
    assert len(json.loads(run("offers", "--json").stdout)["offers"]) == 1
