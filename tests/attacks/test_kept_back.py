"""What two people signed, kept back by one of them against what was decided since (G8, G13, G14)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control
from kt1custody.errors import RefusedError, VerificationError
from kt1custody.services.evidence import verify
from kt1custody.services.people import alarms
from kt1custody.services.people.people import Duty
from kt1custody.services.session import writer
from kt1custody.services.session.proposal import proposing
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.phone import Fields, Phone, entries, is_sound, receive

LATE = 200 + 200 * 24 * 60  # minutes after 07:00: 200 days later
POLICY: dict[str, cbor.Value] = {
    "witness": {"A": ["handover"], "B": [], "C": []},
    "carry": {mark: ["clerk", "controller", "courier", "driver"] for mark in "0ABC"},
    "max_offline": 86_400,
}
STRICT: dict[str, cbor.Value] = {**POLICY, "max_offline": 3_600}


def control(world: cast.World) -> Control:
    with world.session.database.read() as connection:
        return LogBook(connection).control


def officers(phone: Phone, kind: str, own: Fields) -> bytes:
    """Have two officers sign an act that one of them keeps."""
    told: Fields = {"by2": cast.OFFICERS[1], **own}
    return phone.spell(phone.act(kind, cast.OFFICERS[0], told))


def codes(entry: Entry) -> set[str]:
    noted = {"time-outside", "device-unknown"}  # of any phone that nobody has enrolled
    return {code for _, code in entry.judgement} - noted


def see(world: cast.World, phone: Phone) -> None:
    newest = entries(world)[-1]
    phone.seen = [newest.seq, newest.leaf]


def bring(world: cast.World, kept: bytes) -> Entry:
    return receive(world.at(LATE), kept).entry


def is_told_and_sound(world: cast.World, entry: Entry) -> bool:
    heard = [one.seq for one in alarms.alarms(world.session) if one.code == "decided-since"]
    before = control(world)
    verify.rebuild(world.session)
    return heard == [entry.seq] and control(world) == before and is_sound(world)


def lift(phone: Phone) -> bytes:
    return officers(phone, "lift", {"who": cast.COURIER, "reason": "cleared"})


def assign(phone: Phone, world: cast.World, role: str) -> bytes:
    key = control(world).current_key(cast.COURIER)
    assert key is not None
    own: Fields = {"kid": key.kid, "role": role, "office": cast.OFFICE, "from": 0, "to": None}
    return officers(phone, "assign", own)


# A hold.


def test_a_lift_that_was_kept_back_ends_no_newer_hold(world: cast.World, phone: Phone):
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    see(world, phone)
    kept = lift(phone)
    at_counter.lift(world.session, cast.COURIER, "cleared", cast.OFFICERS)
    at_counter.hold(world.at(300), cast.CLERK, cast.COURIER, "phone-lost")
    told = bring(world, kept)
    assert codes(told) == {"decided-since"}
    assert cast.COURIER in control(world).holds
    assert is_told_and_sound(world, told)


def test_a_second_hold_while_the_first_lasts_is_newer_too(world: cast.World, phone: Phone):
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    see(world, phone)
    kept = lift(phone)
    at_counter.hold(world.at(300), cast.CLERK_2, cast.COURIER, "phone-lost")
    assert codes(bring(world, kept)) == {"decided-since"}
    assert cast.COURIER in control(world).holds


def test_a_proposal_that_was_kept_back_is_refused_whatever_it_says_that_it_rests_on(
    world: cast.World,
):
    """What nobody signs of a proposal can be altered by whoever carries it."""
    at_counter.enrol_device(world.session, "QUAY02", "Quầy 2", cast.OFFICE, cast.OFFICERS)
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    quiet = world.new_session("QUAY02")
    quiet.as_of = world.session.as_of
    quiet.unlock(cast.OFFICERS)
    own: Fields = {"by2": cast.OFFICERS[1], "who": cast.COURIER, "reason": "cleared"}
    with proposing(quiet) as pen:
        pen.add(pen.draft("lift", cast.OFFICERS[0], own))
        kept = pen.done()
    signed = quiet.here.sign(kept)
    at_counter.lift(world.session, cast.COURIER, "cleared", cast.OFFICERS)
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "phone-lost")
    altered = replace(kept, control=control(world).head)
    with pytest.raises(VerificationError, match="proposal-altered"):
        writer.commit(quiet, altered, signed)
    of_this_machine = altered.with_mac(quiet.proposal_key(control(world)))
    with pytest.raises(RefusedError, match="decided-since"):
        writer.commit(quiet, of_this_machine, signed)
    assert cast.COURIER in control(world).holds


def test_a_late_lift_ends_the_hold_that_its_signers_saw(world: cast.World, phone: Phone):
    """The honest twin: what others have been put on hold for since is another matter."""
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    see(world, phone)
    kept = lift(phone)
    at_counter.hold(world.at(300), cast.CLERK, cast.COURIER_2, "phone-lost")
    assert codes(bring(world, kept)) == set()
    assert {*control(world).holds} == {cast.COURIER_2}
    assert is_sound(world)


# Roles, keys, policies, witnesses.


def test_a_role_that_was_kept_back_does_not_come_over_a_newer_one(world: cast.World, phone: Phone):
    kept = assign(phone, world, "clerk")
    at_counter.assign(world.session, cast.COURIER, Duty(role="driver"), cast.OFFICERS)
    told = bring(world, kept)
    key = control(world).current_key(cast.COURIER)
    assert codes(told) == {"decided-since"}
    assert key is not None
    assert key.role == "driver"
    assert is_told_and_sound(world, told)


def test_a_late_role_of_which_nobody_has_decided_since_comes(world: cast.World, phone: Phone):
    """The honest twin."""
    kept = assign(phone, world, "driver")
    at_counter.assign(world.session, cast.COURIER_2, Duty(role="driver"), cast.OFFICERS)
    assert codes(bring(world, kept)) == set()
    key = control(world).current_key(cast.COURIER)
    assert key is not None
    assert key.role == "driver"
    assert is_sound(world)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An act of two officers that is kept back, and the newer one about the same."""

    kind: str
    kept: Fields
    newer: Fields
    holds: Callable[[Control], bool]  # the newer one still does


DECISIONS = [
    Decision(
        kind="policy",
        kept={"policy": POLICY, "from": 1},
        newer={"policy": STRICT, "from": 1},
        holds=lambda now: now.policies[-1].max_offline == 3_600,
    ),
    Decision(
        kind="enrol",
        kept={"key": None, "who": "PHONE07", "role": "device", "office": cast.OFFICE, "from": 0,
              "to": None, "commit": bytes(32)},
        newer={"key": None, "who": "PHONE07", "role": "device", "office": 680_901, "from": 0,
               "to": None, "commit": bytes(32)},
        holds=lambda now: now.devices["PHONE07"] == 680_901,
    ),
]  # fmt: skip


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda one: str(one.kind))
def test_a_decision_that_was_kept_back_stands_behind_a_newer_one(
    world: cast.World, phone: Phone, decision: Decision
):
    kept = officers(phone, decision.kind, decision.kept)
    newer = receive(world.at(300), officers(phone, decision.kind, decision.newer)).entry
    assert codes(newer) == set()  # the honest twin: late, and nobody has decided since
    told = bring(world, kept)
    assert codes(told) == {"decided-since"}
    assert decision.holds(control(world))


@pytest.mark.parametrize("kind", ["hold", "revoke"])
def test_what_takes_a_right_away_counts_however_late(world: cast.World, phone: Phone, kind: str):
    key = control(world).current_key(cast.COURIER)
    assert key is not None
    if kind == "hold":
        kept = phone.spell(phone.act("hold", cast.CLERK, {"who": cast.COURIER, "reason": "other"}))
    else:
        kept = officers(phone, "revoke", {"kid": key.kid, "since": 1, "reason": "stolen"})
    at_counter.assign(world.session, cast.COURIER, Duty(role="driver"), cast.OFFICERS)
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    at_counter.lift(world.session, cast.COURIER, "cleared", cast.OFFICERS)
    assert codes(bring(world, kept)) == set()
    now = control(world)
    assert cast.COURIER in now.holds if kind == "hold" else key.kid in now.revoked


# Rulings.


def correction(phone: Phone, entry: Entry, n: int, value: int, by: tuple[str, ...]) -> bytes:
    own: Fields = {
        "by2": by[1] if by[1:] else None, "by3": None, "officers": len(by) > 1, "of": entry.act.hash,
        "field": "urgency", "value": value, "reason": "mistyped",
    }  # fmt: skip
    return phone.spell(phone.act("correct", by[0], own, [{"n": n}]))


def urgency(world: cast.World, n: int) -> int:
    with world.session.database.read() as connection:
        state = LogBook(connection).item(n)
    assert state is not None
    return state.urgency


def test_a_correction_that_was_kept_back_is_not_the_last_word(world: cast.World, phone: Phone):
    entry = next(one for one in entries(world) if one.act.type == "register")
    n = entry.act.lines[0].n
    kept = correction(phone, entry, n, 1, cast.OFFICERS)
    at_counter.correct(
        world.session, entry.seq, "urgency", 3, "mistyped", cast.OFFICERS, [str(n)],
        confirm=cast.yes,
    )  # fmt: skip
    told = bring(world, kept)
    assert codes(told) == {"decided-since"}
    assert urgency(world, n) == 3
    assert is_told_and_sound(world, told)


def test_one_person_s_word_overtakes_none_of_two_officers(world: cast.World, phone: Phone):
    entry = next(one for one in entries(world) if one.act.type == "register")
    n = entry.act.lines[0].n
    kept = correction(phone, entry, n, 1, cast.OFFICERS)
    alone = correction(phone, entry, n, 2, (entry.act.by,))
    assert codes(receive(world.at(300), alone).entry) == set()
    assert codes(bring(world, kept)) == set()
    assert urgency(world, n) == 1
    assert is_sound(world)


# What names something that must be where the log is.


def test_a_list_a_loss_or_a_key_of_the_service_does_not_come_by_file(
    world: cast.World, phone: Phone
):
    """Neither the bytes of a list nor a private half would be here; what was lost may be back."""
    before = control(world)
    register = next(one for one in entries(world) if one.act.type == "register")
    key: dict[str, cbor.Value] = {
        "owner": "log", "role": "log", "alg": -19, "pub": bytes(32), "enc": None, "kept": "file",
        "possess": bytes(64),
    }  # fmt: skip
    given: list[tuple[str, Fields]] = [
        ("catalogue", {"kind": "agencies", "hash": bytes(32), "from": 0}),
        ("lost", {"commits": [register.act.lines[0].octets("commit")], "reason": "other"}),
        ("rotate", {"kid": before.service_key("log").kid, "key": key, "consent": None, "from": 0,
                    "until": None}),
    ]  # fmt: skip
    for kind, own in given:
        answer = receive(world.session, officers(phone, kind, own))
        assert (answer.refused, answer.entry.act.type) == ("act-malformed", "refused")
        assert answer.entry.act.text("reason") == "malformed"
    now = control(world)
    assert now.catalogues == before.catalogues
    assert now.service_key("log") == before.service_key("log")
    assert is_sound(world)
