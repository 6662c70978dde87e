"""What is judged of an act when it comes, and acts that try to make more of themselves."""

import itertools
from dataclasses import replace

import pytest

from kt1custody.core.custody import judgement
from kt1custody.core.custody.table import NOTES, Status
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.entry import read_entry
from tests.kit import cast, paper_log
from tests.kit.key_acts import officers
from tests.kit.paper_log import Office, PaperLog, Signed, line, number, step_of

Sealed = tuple[PaperLog, int, Signed]
Fields = dict[str, cbor.Value]
LATER = paper_log.BEGIN + 86_400  # as `PaperLog.take` has it


def test_a_role_is_never_that_of_a_later_moment(office: Office, sealed: Sealed):
    paper, n, last = sealed
    told = line(n, step_of(last), 70_000)
    own: Fields = {"to": cast.COURIER, "office": None, "witness": None}
    ahead: list[cbor.Value] = [10**6, bytes(32)]
    given = office.signed("handover", cast.CLERK, {**own, "seen": ahead}, [told])
    paper.take(given)
    assert paper.state(n).holder == cast.COURIER
    kid = office.sign(given[0])[1].kid
    change: Fields = {"by2": cast.OFFICERS[1], "kid": kid, "role": "admin",
                      "office": cast.OFFICE, "from": 0, "to": None}  # fmt: skip
    paper.take(office.signed("assign", cast.OFFICERS[0], change))
    offer_ = paper_log.offered(office, cast.DRIVER, cast.COURIER_2, line(n, None))
    paper.take(paper_log.taken(office, cast.COURIER_2, offer_, [n]))
    paper.take(offer_)  # the item is folded again
    assert paper.state(n).holder == cast.COURIER


def test_the_number_of_another_log_stays_taken(office: Office):
    paper = PaperLog(office)
    n = 772_600_000_000
    n = next(n + place for place in range(10) if numbers.damm(str(n + place)) == 0)
    accepted = paper_log.register(office, n)
    assert paper.codes(accepted) == {"number-taken"}
    paper.take(paper_log.corrected(office, accepted, "kind", 1, cast.CLERK, officers=False, n=n))
    assert paper.replay.item(n) is None


def test_a_way_to_another_founding_office_is_seen_in_every_order(office: Office):
    n, outcomes = number(1), set()
    accepted = paper_log.register(office, n, dest=100_900)
    bind = paper_log.bound(office, n, 70_000, step_of(accepted))
    given = paper_log.handed(office, cast.CLERK, cast.DRIVER, line(n, step_of(bind), 70_000))
    acts = [accepted, paper_log.printed(office, n, 70_000), bind, given]
    for order in itertools.permutations(acts):
        paper = PaperLog(office)
        for act in order:
            paper.take(act)
        outcomes.add(paper.state(n).status)
    assert outcomes == {Status.SENT}


def test_reports_and_new_rulings_know_what_was_settled(office: Office, sealed: Sealed):
    paper, n, last = sealed
    told = line(n, step_of(last), 70_000)
    first, second = (
        paper_log.handed(office, cast.CLERK, to, told) for to in (cast.COURIER, cast.COURIER_2)
    )
    for act in (first, second, paper_log.settled(office, n, last, first)):
        paper.take(act)
    stray = paper_log.offered(office, cast.DRIVER, cast.COURIER_2, line(n, None))
    paper.take(paper_log.taken(office, cast.COURIER_2, stray, [n]))
    report = paper_log.offered(office, cast.COURIER, cast.DRIVER, line(n, step_of(first), 70_000))
    assert paper.codes(report) == {"device-unknown"}
    assert paper.take(paper_log.settled(office, n, last, second, **paper.now)) == ()
    assert paper.state(n).holder == cast.COURIER_2
    assert paper.codes(paper_log.settled(office, n, last, stray, **paper.now)) == {"fork-missing"}
    assert paper.state(n).holder == cast.COURIER_2


def test_an_assignment_that_nobody_judged_right_brings_no_role(office: Office):
    paper = PaperLog(office)
    own: Fields = {"by2": cast.OFFICERS[1], "kid": bytes(8), "role": "clerk",
                   "office": cast.OFFICE, "from": 0, "to": None}  # fmt: skip
    paper.take(office.signed("assign", cast.OFFICERS[0], own))
    entry = read_entry(paper.raws[-1])
    assert entry.judgement == ((-1, "not-assignable"),)
    control = paper.replay.control
    control.take(replace(entry, judgement=()))
    assert bytes(8) not in control.keys


def test_a_second_key_of_an_office_that_nobody_judged_right_names_none(office: Office):
    paper = PaperLog(office)
    own: Fields = {"office": cast.OFFICE, "year": 2026}
    known = set(paper.replay.control.office_keys)
    for by, enc in ((cast.OFFICERS[0], b"\x01" * 1216), (cast.CLERK, b"\x02" * 1216)):
        paper.take(office.signed("office_key", by, {**own, "enc": enc}))
    first, second = map(read_entry, paper.raws[-2:])
    assert "key-not-nameable" not in {code for _, code in first.judgement}
    assert (-1, "key-not-nameable") in second.judgement
    control = paper.replay.control
    control.take(replace(second, judgement=()))
    [fresh] = control.office_keys.keys() - known
    assert control.office_keys[fresh].enc == b"\x01" * 1216


@pytest.mark.parametrize("kind", ["handover", "print", "offer"])
def test_what_finds_no_room_for_its_judgement_moves_nothing_at_all(
    office: Office, sealed: Sealed, monkeypatch: pytest.MonkeyPatch, kind: str
):
    paper, n, last = sealed
    others = [number(running) for running in range(50, 54)]
    lines = [line(other, None, cond="doubtful") for other in others]
    if kind == "handover":
        told = paper_log.handed(office, cast.CLERK, cast.COURIER, *lines, line(n, step_of(last)))
    elif kind == "offer":
        told = paper_log.offered(office, cast.CLERK, cast.COURIER, *lines, line(n, step_of(last)))
    else:
        prints: list[Fields] = [
            {"n": one, "serial": 70_001 + at, "job": 70_001, "copy": 1}
            for at, one in enumerate((*others, n))
        ]
        told = office.signed("print", cast.CLERK, {"office": cast.OFFICE}, prints)
    full = judgement.take_in(
        paper.replay, seq=len(paper.raws), accepted_at=LATER, act=told[0], signatures=told[1]
    )
    around = len(told[0].body) + 100 * len(told[1]) + 256
    room = around + sum(len(code) + 6 for _, code in full.judgement if code not in NOTES)
    monkeypatch.setattr(judgement, "MAX_ENTRY_BYTES", room - 1)
    assert paper.take(told) == ((-1, "too-many-faults"),)
    assert paper.state(n).holder == str(cast.OFFICE)
    assert paper.replay.printed(70_005) is None
    taken = paper_log.taken(office, cast.COURIER, told, [n]) if kind == "offer" else None
    assert taken is None or paper.codes(taken) >= {"offer-missing"}
    assert paper.state(n).holder == str(cast.OFFICE)


def test_notes_give_way_before_anything_is_disputed(
    office: Office, sealed: Sealed, monkeypatch: pytest.MonkeyPatch
):
    """The honest twin: what the lines show themselves is left out, and the item moves."""
    paper, n, last = sealed
    doubted = line(n, step_of(last), cond="doubtful")
    told = paper_log.handed(office, cast.CLERK, cast.COURIER, doubted)
    room = len(told[0].body) + 100 * len(told[1]) + 256
    monkeypatch.setattr(judgement, "MAX_ENTRY_BYTES", room)
    assert paper.take(told) == ()
    assert paper.state(n).holder == cast.COURIER


N = number(1)


POLICY: dict[str, cbor.Value] = {
    "witness": {"A": ["bind", "handover", "void"], "B": [], "C": []},
    "carry": {"0": ["clerk", "courier"], "A": ["clerk"], "B": [], "C": []},
    "max_offline": 3_600,
}


def test_a_stricter_policy_is_a_note_within_and_a_dispute_beyond_the_offline_time(office: Office):
    paper = PaperLog(office)
    accepted = paper_log.register(office, N)
    bind = paper_log.bound(office, N, 72_000, paper_log.step_of(accepted))
    for signed in (accepted, paper_log.printed(office, N, 72_000), bind):
        paper.take(signed)
    strict: dict[str, cbor.Value] = {**POLICY, "carry": {mark: ["clerk"] for mark in "0ABC"}}
    changed = officers(office, "policy", policy=strict, **{"from": 1})
    paper.take(changed, cast.MORNING + 600)
    told = line(N, paper_log.step_of(bind), 72_000)
    signed = paper_log.handed(office, cast.CLERK, cast.COURIER, told, at=cast.MORNING + 700)
    assert paper.codes(signed, cast.MORNING + 1_200) == {"policy-newer"}
    assert paper.state(N).holder == cast.COURIER
    later = paper_log.handed(
        office,
        cast.COURIER,
        cast.COURIER_2,
        line(N, paper_log.step_of(signed)),
        at=cast.MORNING + 800,
    )
    codes = paper.codes(later, cast.MORNING + 20_000)
    assert "may-not-hold" in codes
    assert paper.state(N).holder == cast.COURIER


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"seen": [0, bytes(32)]}, "seen-fork"),
        ({"seen": [9_999, bytes(32)]}, "seen-ahead"),
        ({"at": 1}, "time-outside"),
        ({"dev": "PHONE9"}, "device-unknown"),
        ({"office": 224_787}, "wrong-office"),
    ],
)
def test_what_speaks_of_the_whole_act_is_judged(
    office: Office, over: dict[str, cbor.Value], code: str
):
    paper = PaperLog(office)
    told = {"n": N, "mark": 0, "urgency": 0, "kind": 0, "appt": None, "dest": cast.OFFICE}
    own = {"office": cast.OFFICE, "list": bytes(32), **over}
    signed = office.signed("register", cast.CLERK, own, [{**told, "commit": bytes(32)}])
    assert code in paper.codes(signed)


def test_a_witness_is_missed_and_a_number_is_taken_once(office: Office):
    paper = PaperLog(office)
    accepted = paper_log.register(office, N, mark=3)
    paper.take(accepted)
    paper.take(paper_log.printed(office, N, 73_000))
    bind = paper_log.bound(office, N, 73_000, paper_log.step_of(accepted))
    assert paper.codes(bind) == {"witness-missing"}
    assert paper.codes(paper_log.register(office, N)) == {"number-taken"}
    assert paper.codes(paper_log.printed(office, number(2), 73_000)) >= {"serial-taken"}
    other = paper_log.register(office, number(3))
    paper.take(other)
    stolen = paper_log.bound(office, number(3), 73_000, paper_log.step_of(other))
    assert paper.codes(stolen) == {"serial-of-another"}


def test_an_item_for_another_founding_office_goes_out_to_it(office: Office):
    paper = PaperLog(office)
    accepted = paper_log.register(office, N, dest=100_900)
    bind = paper_log.bound(office, N, 74_000, paper_log.step_of(accepted))
    for signed in (accepted, paper_log.printed(office, N, 74_000), bind):
        paper.take(signed)
    told = line(N, paper_log.step_of(bind), 74_000)
    paper.take(paper_log.handed(office, cast.CLERK, cast.DRIVER, told))
    assert paper.state(N).status == "sent"
