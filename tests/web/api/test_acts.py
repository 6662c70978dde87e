"""Acts over the wire: asked of the rules, proposed, signed elsewhere, committed once."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from kt1custody.services.custody import look
from kt1custody.services.session import proposal
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.pages_here import PagesHere
from tests.kit.phone import size
from tests.kit.visitor import Visitor, spell

PEOPLE = (cast.COURIER, cast.CLERK)


def held(pages: PagesHere, holder: str = cast.COURIER) -> list[str]:
    return [str(state.n) for state in look.held(pages.world.session, holder)]


def wanted(*scans: str, giver: str = cast.COURIER, receiver: str = cast.CLERK) -> dict[str, Any]:
    return {"scans": scans, "giver": giver, "receiver": receiver}


@pytest.fixture
def clerk(pages: PagesHere) -> Visitor:
    return pages.enter(cast.CLERK)


def test_checked_proposed_signed_by_both_and_committed(pages: PagesHere, clerk: Visitor):
    [n, *_] = held(pages)
    before = size(pages.world)
    checked = clerk.do("/api/handover/check", wanted(n))
    assert (checked["people"], [str(item["n"]) for item in checked["items"]]) == ([*PEOPLE], [n])
    proposed = clerk.do("/api/handover/propose", wanted(n))
    assert proposed["people"] == [*PEOPLE]
    assert size(pages.world) == before
    told = clerk.do("/api/commit", clerk.sign(proposed))
    assert told["entries"] == [{"seq": before, "type": "handover"}]
    assert [line for line in told["notes"] if "không đọc số tem" in line]  # typed, not scanned
    assert n not in held(pages)


def test_a_second_commit_of_the_same_changes_nothing(pages: PagesHere, clerk: Visitor):
    signed = clerk.sign(clerk.do("/api/handover/propose", wanted(*held(pages)[:2])))
    first = clerk.do("/api/commit", signed)
    end = size(pages.world)
    assert clerk.do("/api/commit", signed)["entries"] == first["entries"]
    assert size(pages.world) == end


def altered(told: dict[str, Any]) -> list[str]:
    """Each with another bit turned, all over it."""
    raw = base64.b64decode(told["proposal"])
    return [
        spell(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        for at in range(0, len(raw), max(1, len(raw) // 40))
    ]


def test_what_was_altered_on_its_way_is_refused(pages: PagesHere, clerk: Visitor):
    proposed = clerk.do("/api/handover/propose", wanted(*held(pages)[:1]))
    signed, before = clerk.sign(proposed), size(pages.world)
    for other in altered(proposed):
        status, told = clerk.ask("/api/commit", {**signed, "proposal": other})
        assert status in (400, 409, 422), told
    assert clerk.error("/api/commit", {**signed, "signed": spell(b"\x80")})[0] == 400
    assert size(pages.world) == before


def test_a_commit_by_another_device_is_refused(pages: PagesHere, clerk: Visitor):
    signed = clerk.sign(clerk.do("/api/handover/propose", wanted(*held(pages)[:1])))
    other = pages.enter(cast.CLERK, "WEB2")
    before = size(pages.world)
    assert other.error("/api/commit", signed) == (409, "not-this-device")
    assert size(pages.world) == before
    assert clerk.ask("/api/commit", signed)[0] == 200


def test_signatures_of_others_or_of_one_alone_commit_nothing(pages: PagesHere, clerk: Visitor):
    proposed = clerk.do("/api/handover/propose", wanted(*held(pages)[:1]))
    before = size(pages.world)
    half = clerk.sign(proposed, cast.COURIER)
    assert clerk.ask("/api/commit", half)[0] in (409, 422)
    other = replace(pages.keys[cast.COURIER_2], staff=cast.COURIER)
    clerk.keys = {**pages.keys, cast.COURIER: other}
    assert clerk.ask("/api/commit", clerk.sign(proposed))[0] in (403, 422)
    assert size(pages.world) == before


def test_what_has_changed_meanwhile_is_not_committed(pages: PagesHere, clerk: Visitor):
    [n, *_] = held(pages)
    signed = clerk.sign(clerk.do("/api/handover/propose", wanted(n)))
    handover = at_counter.Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER)
    at_counter.hand_over(pages.world.session, handover, [n], confirm=cast.yes)
    assert clerk.error("/api/commit", signed) == (409, "changed-meanwhile")
    assert n in held(pages, cast.COURIER_2)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"giver": cast.DRIVER}, 409, "not-possible"),
        ({"giver": cast.CLERK}, 409, "one-person-twice"),
        ({"giver": "@"}, 400, "staff-number"),
        ({"receiver": cast.ADMIN}, 403, "role-may-not"),
        ({"scans": []}, 409, "nothing-given"),
        ({"scans": ["1"] * 2_001}, 400, "request-malformed"),
        ({"cond": "fine"}, 400, "request-malformed"),
        ({"path": "/etc/passwd"}, 400, "request-malformed"),
    ],
)
def test_what_stands_in_the_way_is_said(
    pages: PagesHere, clerk: Visitor, change: dict[str, Any], status: int, code: str
):
    for verb in ("check", "propose"):
        asked = wanted(*held(pages)[:1]) | change
        assert clerk.error(f"/api/handover/{verb}", asked) == (status, code)


def test_a_clock_that_is_behind_the_log_signs_nothing(pages: PagesHere):
    with pages.world.session.database.read() as connection:
        newest = LogBook(connection).accepted_at
    wanted_now = wanted(*held(pages)[:1])
    pages.site.session.as_of = newest - 121
    clerk = pages.enter(cast.CLERK)
    for verb in ("check", "propose"):
        assert clerk.error(f"/api/handover/{verb}", wanted_now) == (503, "clock-behind")


def test_a_lost_answer_is_asked_for_by_the_hash_of_its_act(pages: PagesHere, clerk: Visitor):
    [n, *_] = held(pages)
    signed = clerk.sign(clerk.do("/api/handover/propose", wanted(n)))
    [act] = proposal.read(base64.b64decode(signed["proposal"])).acts
    asked = {"acts": [spell(act.hash), spell(bytes(32))]}
    assert clerk.do("/api/recorded", asked) == {"entries": []}
    [entry] = clerk.do("/api/commit", signed)["entries"]
    assert clerk.do("/api/recorded", asked)["entries"] == [{**entry, "numbers": [int(n)]}]
    assert pages.enter(cast.CONTROLLER, "WEB2").do("/api/recorded", asked) == {"entries": []}
    assert clerk.error("/api/recorded", {"acts": ["?"]}) == (400, "request-malformed")


def test_who_may_not_hand_over_is_told_so(pages: PagesHere):
    officer = pages.enter(cast.OFFICERS[0])
    assert officer.error("/api/handover/check", wanted("1")) == (403, "not-your-work")
    admin = pages.enter(cast.ADMIN)
    assert admin.error("/api/commit", {"proposal": "", "signed": ""}) == (403, "not-your-work")
    stranger = pages.browser()
    assert stranger.error("/api/handover/propose", wanted("1")) == (401, "sign-in-needed")


def test_wrong_pins_at_a_browser_are_told_by_the_persons_next_act_once(
    pages: PagesHere, clerk: Visitor
):
    kid, proof = spell(clerk.keys[cast.CLERK].signing.kid), spell(b"p" * 32)
    clerk.do("/api/keys/known", {**clerk.proof_of(cast.CLERK), "proof": proof})
    for _ in range(2):
        wrong = {"kid": kid, "proof": spell(b"x" * 32)}
        assert clerk.error("/api/keys/release", wrong) == (403, "wrong-pin")
    first, second, *_ = held(pages)
    signed = clerk.sign(clerk.do("/api/handover/propose", wanted(first)))
    for _ in range(2):  # a commit that is asked for again takes nothing more off the count
        clerk.do("/api/commit", signed)
    clerk.do("/api/commit", clerk.sign(clerk.do("/api/handover/propose", wanted(second))))
    with pages.world.session.database.read() as connection:
        acts = [entry.act for entry in LogBook(connection).newest("handover", 2)]
    assert sorted(dict(act.tries) == {cast.CLERK: 2} for act in acts) == [False, True]
    assert [dict(act.tries) for act in acts].count({}) == 1
