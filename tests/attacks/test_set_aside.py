"""Authentic acts that move nothing, and what they must not do to others: their judgement, their state, their time."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kt1custody.cli import outgoing
from kt1custody.core.custody import aside, custody_chain, history
from kt1custody.core.custody.offer import link_of
from kt1custody.core.custody.table import Step
from kt1custody.core.formats import numbers
from kt1custody.core.log.entry import Entry
from kt1custody.errors import NotAllowedError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.services.people import alarms
from kt1custody.services.registration import search
from kt1custody.services.seals import spoiled
from kt1custody.services.session import print_book, slips
from kt1custody.services.session import receive as receiving
from kt1custody.services.session.receive import receive_all
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, forge
from tests.kit.judges import Page, by_script
from tests.kit.phone import Fields, Phone, entries, give, is_sound, receive, states

SERIAL = 66_000  # far behind those of the sample's day, and within reach of the row
MARK_A = 3
FOREIGN, COMMUNE = cast.COMMUNE_CLERK, 680_175
TO_COMMUNE = 152  # row of the sample
Sealed = dict[int, tuple[int, bytes]]  # by item number: its seal, and the step that bound it


def number(running: int) -> int:
    return numbers.item_number(log_number=68, year=2026, running=running)


def sealed_by_file(world: cast.World, phone: Phone, count: int) -> Sealed:
    """Have a clerk register, print and bind items of mark A on a device of its own."""
    serials = {number(100 + place): SERIAL + place for place in range(count)}
    common: Fields = {"mark": MARK_A, "urgency": 0, "kind": 0, "appt": None, "dest": cast.OFFICE}
    items = [*serials]
    for some in (items[begin : begin + 200] for begin in range(0, count, 200)):
        lines: list[Fields] = [{"n": n, "commit": os.urandom(32), **common} for n in some]
        act = phone.act("register", cast.CLERK, {"office": cast.OFFICE, "list": bytes(32)}, lines)
        receive(world.session, phone.spell(act))
        heads = dict.fromkeys(some, phone.step(act))
        prints: list[Fields] = [
            {"n": n, "serial": serials[n], "job": serials[some[0]], "copy": 1} for n in some
        ]
        act = phone.act("print", cast.CLERK, {"office": cast.OFFICE}, prints)
        receive(world.session, phone.spell(act))
        own: Fields = {"office": cast.OFFICE, "witness": cast.CONTROLLER}
        act = phone.act("bind", cast.CLERK, own, [line(n, serials[n], heads[n]) for n in some])
        receive(world.session, phone.spell(act))
    return {state.n: (state.seal or 0, state.head) for state in states(world) if state.n in serials}


def line(n: int, seal: int | None, prev: bytes | None) -> Fields:
    return {"n": n, "seal": seal, "cond": "intact", "prev": prev}


def handed(
    world: cast.World, phone: Phone, giver: str, to: str, lines: Sequence[Fields], **over: object
) -> Entry:
    own: Fields = {"to": to, "office": None, "witness": None, **over}  # type: ignore[dict-item]  # as the form says
    return receive(world.session, phone.spell(phone.act("handover", giver, own, lines))).entry


def holder(world: cast.World, n: int) -> str:
    return next(one.holder for one in states(world) if one.n == n)


def holders_told(world: cast.World, n: int, folder: Path) -> list[str]:
    """Who held an item at last, by the table, the story, and what verify.py makes of a dossier."""
    story = look.story(world.session, str(n)).custody
    assert story is not None
    outgoing.dossier(world.session, str(n), folder)
    told = by_script(folder).told["story"]["holders"]
    return [holder(world, n), story.holders[-1].holder, told[-1]["holder"]]


# A judgement is never cut.


def test_an_act_of_many_lines_says_of_each_what_is_wrong(
    world: cast.World, phone: Phone, tmp_path: Path
):
    """The honest twin: one handover without its witness is disputed, one with it is taken."""
    [n, other] = sealed = sealed_by_file(world, phone, 2)
    for each in sealed:
        handed(world, phone, cast.CLERK, cast.COURIER_2, [line(each, *sealed[each])],
               witness=cast.CONTROLLER)  # fmt: skip
    heads = {state.n: state.head for state in states(world)}
    wrong = handed(world, phone, cast.COURIER_2, cast.COURIER, [line(n, sealed[n][0], heads[n])])
    assert (0, "witness-missing") in wrong.judgement
    right = handed(world, phone, cast.COURIER_2, cast.COURIER,
                   [line(other, sealed[other][0], heads[other])], witness=cast.CONTROLLER)  # fmt: skip
    assert {place for place, _ in right.judgement} <= {-1}
    assert holders_told(world, n, tmp_path / "n") == [cast.COURIER_2] * 3
    assert holders_told(world, other, tmp_path / "other") == [cast.COURIER] * 3
    assert is_sound(world)


def test_no_line_counts_because_too_much_is_wrong_with_the_others(
    world: cast.World, phone: Phone, tmp_path: Path
):
    """Hundreds of wrong lines before it, and what is wrong with the last one finds no room."""
    sealed = sealed_by_file(world, phone, 460)
    n, *others = reversed(sealed)
    handed(world, phone, cast.CLERK, cast.COURIER_2, [line(n, *sealed[n])],
           witness=cast.CONTROLLER)  # fmt: skip
    head = next(state.head for state in states(world) if state.n == n)
    lines = [line(each, SERIAL + 5_000, sealed[each][1]) for each in others]
    lines.append(line(n, sealed[n][0], head))
    told = handed(world, phone, cast.COURIER_2, cast.COURIER, lines, office=cast.OFFICE)
    assert (-1, "too-many-faults") in told.judgement
    assert {place for place, _ in told.judgement} == {-1}
    assert holders_told(world, n, tmp_path / "dossier") == [cast.COURIER_2] * 3
    assert is_sound(world)
    again = handed(world, phone, cast.COURIER_2, cast.COURIER, [line(n, sealed[n][0], head)],
                   witness=cast.CONTROLLER)  # fmt: skip
    assert {place for place, _ in again.judgement} <= {-1}
    assert holder(world, n) == cast.COURIER


# What waits has not happened.


def foreign_phone(world: cast.World) -> Phone:
    """A phone that has seen the whole log, with the key of a clerk of a commune post too."""
    world.session.unlock([FOREIGN])
    phone = Phone(world)
    phone.keys[FOREIGN] = world.session.person(FOREIGN).signing
    with world.session.database.read() as connection:
        book = LogBook(connection)
        phone.seen = [book.seq, book.leaf]
    return phone


def reads(world: cast.World, n: int) -> bool:
    """Whether the clerk of the commune post opens the slip of an item."""
    with world.session.database.read() as connection:
        book = LogBook(connection)
        state = book.item(n)
        assert state is not None
        try:
            return (
                slips.Reader(book, world.session.opener(FOREIGN)).slip(state.commit, n) is not None
            )
        except NotAllowedError:
            return False


def look_into(world: cast.World, minutes: int, n: int) -> None:
    """Have an officer read the slip, which seals it to offices where the item was sent."""
    at_counter.open_slip(
        world.at(minutes), cast.OFFICERS[0], [str(n)], "inspection", confirm=cast.yes
    )


def to_the_commune(world: cast.World) -> int:
    """Register an item that the commune post delivers; its envelope lies without a seal."""
    file = cast.write_manifest(world.folder / "commune.csv", 1, begin=TO_COMMUNE)
    [n] = at_counter.import_manifest(world.at(201), lambda: cast.CLERK, file).numbers
    return n


@pytest.mark.parametrize("is_known", [True, False])
def test_an_offer_of_what_one_never_held_sends_no_slip(world: cast.World, is_known: bool):
    phone = foreign_phone(world)
    n = to_the_commune(world)
    head = next(one.head for one in states(world) if one.n == n)
    own: Fields = {"to": cast.COURIER, "office": None}
    act = phone.act("offer", cast.COURIER_2, own, [line(n, None, head if is_known else None)])
    assert receive(world.at(203), phone.spell(act)).entry.judgement
    look_into(world, 204, n)
    assert not reads(world, n)


def test_what_is_handed_on_is_sent_though_its_first_step_came_last(world: cast.World):
    """The honest twin: the step waited when it came, and holds since."""
    phone = foreign_phone(world)
    n = to_the_commune(world)
    look_into(world, 204, n)
    assert not reads(world, n)
    first = next(one.head for one in states(world) if one.n == n)
    prints: list[Fields] = [{"n": n, "serial": SERIAL, "job": SERIAL, "copy": 1}]
    printed = phone.act("print", cast.CLERK, {"office": cast.OFFICE}, prints)
    bound = phone.act("bind", cast.CLERK, {"office": cast.OFFICE, "witness": cast.CONTROLLER},
                      [line(n, SERIAL, first)])  # fmt: skip
    own: Fields = {"to": cast.COURIER_2, "office": None, "witness": cast.CONTROLLER}
    given = phone.act("handover", cast.CLERK, own, [line(n, SERIAL, phone.step(bound))])
    for act in (given, printed, bound):
        told = receive(world.at(205), phone.spell(act)).entry
        is_early = act is given
        assert ((0, "predecessor-missing") in told.judgement) == is_early
    assert holder(world, n) == cast.COURIER_2
    look_into(world, 206, n)
    assert reads(world, n)


def labels_of(world: cast.World, n: int) -> list[tuple[int, str, str | None, int | None]]:
    job = print_book.job(world.session, str(n))
    return [(one.serial, one.state, one.reason, one.new) for one in job.labels]


def test_a_void_that_waits_writes_into_no_register_of_labels(world: cast.World, tmp_path: Path):
    phone = foreign_phone(world)
    file = cast.write_manifest(world.folder / "two.csv", 2, begin=12)
    made = at_counter.import_manifest(world.at(201), lambda: cast.CLERK, file)
    n, other = made.numbers
    job = at_counter.print_seals(
        world.at(202), cast.CLERK, [], tmp_path / "a.pdf", confirm=cast.yes
    )
    at_counter.void(world.at(203), cast.CLERK, None, str(n), "torn", confirm=cast.yes)
    registered = spoiled.register(world.session)
    listed = labels_of(world, other)
    assert [(one.n, one.reason) for one in registered] == [(n, "torn")]  # the honest twin
    void: Fields = {**line(n, dict(job.serials)[n], None), "reason": "lost-label", "new": 99_999}
    own: Fields = {"office": COMMUNE, "witness": None}
    told = receive(world.at(204), phone.spell(phone.act("void", FOREIGN, own, [void]))).entry
    assert (0, "predecessor-missing") in told.judgement
    assert spoiled.register(world.session) == registered
    assert labels_of(world, other) == listed


# An act is found through the state that it made.


def test_a_disputed_registration_captures_no_correction(world: cast.World, tmp_path: Path):
    """The honest twin goes before: a number that nobody else has named is corrected."""
    phone = foreign_phone(world)
    file = cast.write_manifest(tmp_path / "one.csv", 1, begin=12)
    [honest] = at_counter.import_manifest(world.at(201), lambda: cast.CLERK, file).numbers
    later = [number(honest // 10 % 10**7 + 1 + place) for place in range(3)]
    common: Fields = {"mark": 0, "urgency": 0, "kind": 0, "appt": None, "dest": COMMUNE}
    lines: list[Fields] = [{"n": n, "commit": os.urandom(32), **common} for n in later]
    act = phone.act("register", FOREIGN, {"office": cast.OFFICE, "list": bytes(32)}, lines)
    assert (-1, "wrong-office") in receive(world.at(202), phone.spell(act)).entry.judgement
    file = cast.write_manifest(tmp_path / "three.csv", 3, begin=19)
    made = at_counter.import_manifest(world.at(205), lambda: cast.CLERK, file)
    assert [*made.numbers] == later
    for n, who in ((honest, None), (later[0], None), (later[1], cast.OFFICERS)):
        done = at_counter.correct_item(
            world.at(206), str(n), {"weight": "99"}, "mistyped", who, confirm=cast.yes
        )
        assert [one.judgement for one in done.entries] == [()], done.findings
        state = next(one for one in states(world) if one.n == n)
        assert state.commit == done.entries[-1].act.octets("value")
    rows = search.Finder(world.session, cast.CLERK).search(str(later[2])).best
    assert [one.state.n for one in rows].count(later[2]) == 1
    assert is_sound(world)


# An alarm says what is so, in whatever order it came.


@pytest.mark.parametrize("order", ["A12", "12A", "1A2"])
def test_a_fork_is_an_alarm_in_whatever_order_it_came(world: cast.World, phone: Phone, order: str):
    item = phone.held[4]
    given = phone.handover(item)
    onward: Fields = {"to": cast.DRIVER, "office": None, "witness": None}
    other: Fields = {"to": cast.COURIER, "office": None, "witness": cast.CONTROLLER}
    lines = [line(item.n, item.seal, phone.step(given))]
    acts = {
        "A": given,
        "1": phone.act("handover", cast.COURIER_2, onward, lines),
        "2": phone.act("handover", cast.COURIER_2, other, lines),
    }
    came: dict[str, Entry] = {}
    for place, name in enumerate(order):
        assert [one for one in alarms.alarms(world.session) if one.code == "forked"] == []
        came[name] = receive(world.at(201 + place), phone.spell(acts[name])).entry
    since = came[order[-1]].accepted_at
    for begin in (0, since):  # who looks at what came since yesterday hears of it too
        heard = [one for one in alarms.alarms(world.session, begin) if one.code == "forked"]
        assert [(one.seq, one.at, one.items) for one in heard] == [
            (came["2"].seq, since, (item.n,))
        ]
    at_counter.settle(
        world.at(210), str(item.n), str(came["1"].seq), "statements", cast.OFFICERS,
        confirm=cast.yes,
    )  # fmt: skip
    heard = [one for one in alarms.alarms(world.session) if one.code == "forked"]
    assert [(one.seq, one.at) for one in heard] == [(came["2"].seq, since)]


# However much one person signs, nobody waits for it.


def junk(phone: Phone, by: str, n: int, seal: int | None, count: int) -> list[bytes]:
    """Sign deliveries of one item, each upon a step that nobody has."""
    own: Fields = {"commit": bytes(32), "remark": False}
    return [
        phone.spell(phone.act("deliver", by, own, [line(n, seal, os.urandom(32))]))
        for _ in range(count)
    ]


def is_aside(entry: Entry) -> bool:
    return (0, aside.CODE) in entry.judgement


@pytest.mark.parametrize("by", [cast.COURIER, cast.COURIER_2])
def test_what_waits_in_hundreds_costs_nobody_more_than_the_first(
    world: cast.World, phone: Phone, monkeypatch: pytest.MonkeyPatch, by: str
):
    """By who holds the item, or by who never did; the honest twins follow in their midst."""
    item = phone.held[4]
    looked_at: list[int] = []
    real = history.step_of

    def counted(*given: Any) -> Step:
        looked_at.append(given[1].seq)
        return real(*given)

    monkeypatch.setattr(history, "step_of", counted)
    costs = []
    for told in junk(phone, by, item.n, item.seal, 3 * aside.MOST):
        looked_at.clear()
        kept = receive(world.session, told).entry
        costs.append(len(looked_at))
        assert is_aside(kept) == (len(costs) > aside.MOST)
    assert max(costs[aside.MOST :]) <= aside.MOST + len(costs[:5])
    late = phone.handover(item)
    onward: Fields = {"to": cast.DRIVER, "office": None, "witness": cast.CONTROLLER}
    follower = phone.act(
        "handover", cast.COURIER_2, onward, [line(item.n, item.seal, phone.step(late))]
    )
    for act in (follower, late):  # what comes late falls into place all the same
        looked_at.clear()
        assert not is_aside(receive(world.session, phone.spell(act)).entry)
        assert len(looked_at) <= 2 * (aside.MOST + 5)
    assert holder(world, item.n) == cast.DRIVER
    before = states(world)
    assert is_sound(world)
    verify.rebuild(world.session)
    assert states(world) == before


def test_branches_rulings_and_acts_of_the_revoked_are_bounded_too(world: cast.World, phone: Phone):
    item, other, third = phone.held[4:7]
    own: Fields = {"commit": bytes(32), "remark": False}
    given = phone.handover(item)
    receive(world.session, phone.spell(given))
    upon = [line(item.n, item.seal, item.head)]
    kept = [
        receive(world.session, phone.spell(phone.act("deliver", cast.COURIER, own, upon))).entry
        for _ in range(aside.MOST + 3)
    ]
    assert [*map(is_aside, kept)] == [False] * aside.MOST + [True] * 3
    fix: Fields = {"officers": False, "by2": None, "by3": None, "of": bytes(32), "field": "cond",
                   "value": "intact", "reason": "misread"}  # fmt: skip
    kept = [
        receive(world.session, phone.spell(
            phone.act("correct", cast.COURIER, fix, [{"n": other.n}]))).entry
        for _ in range(aside.MOST + 3)
    ]  # fmt: skip
    assert [*map(is_aside, kept)] == [False] * aside.MOST + [True] * 3
    at_counter.revoke(world.at(205), cast.COURIER_2, "stolen", None, cast.OFFICERS)
    receive_all(world.at(206), junk(phone, cast.COURIER_2, third.n, third.seal, aside.MOST + 3))
    with world.session.database.read() as connection:
        book = LogBook(connection)
        assert len(book.past(third.n)) == aside.MOST + 3  # it was registered, bound and given
    assert give(world, third.n, to=cast.DRIVER).judgement == ((0, "seal-not-seen"),)
    assert is_sound(world)


def test_every_story_is_told_though_a_thousand_steps_are_set_aside(
    world: cast.World, phone: Phone, page: Page, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    item = phone.held[0]
    for module in (custody_chain, forge.verifier):  # the page has the true one
        monkeypatch.setattr(module, "MOST_MOVES", aside.MOST + 10)
    receive_all(world.session, junk(phone, cast.COURIER_2, item.n, item.seal, aside.MOST + 20))
    give(world, item.n)
    assert holders_told(world, item.n, tmp_path / "a") == [cast.COURIER_2] * 3
    told = page(tmp_path / "a").told["story"]
    assert told == by_script(tmp_path / "a").told["story"]
    effects = [one["effect"] for one in told["steps"] if one["act"] == "deliver"]
    assert effects == ["waits"] * aside.MOST + ["disputed"] * 20


def test_a_hold_is_taken_while_a_long_file_comes_in(
    world: cast.World, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    item, other = phone.held[0], world.new_session()
    other.admit_all(world.session.unlocked())
    other.as_of = world.session.as_of
    acts = junk(phone, cast.COURIER, item.n, item.seal, 3)

    def meanwhile(_: float) -> None:
        at_counter.hold(other, cast.CLERK, cast.COURIER, "suspected")

    monkeypatch.setattr(receiving, "_SECONDS", 0.0)
    monkeypatch.setattr("time.sleep", meanwhile)
    receive_all(world.session, acts)
    kinds = [one.act.type for one in entries(world)[-5:]]
    assert kinds == ["deliver", "hold", "deliver", "hold", "deliver"]
    assert is_sound(world)


def test_answers_to_an_offer_in_hundreds_are_not_asked_again(
    world: cast.World, phone: Phone, tmp_path: Path
):
    """Who is not named takes and withdraws without end; whom it names takes it all the same."""
    item = phone.held[4]
    own: Fields = {"to": cast.COURIER_2, "office": None}
    offered = phone.act("offer", cast.COURIER, own, [line(item.n, item.seal, item.head)])
    of = link_of(offered, phone.signatures(offered))
    assert of is not None
    receive(world.session, phone.spell(offered))
    short: Fields = {"of": of, "short": [item.n], "witness": None}
    acts = [
        phone.spell(phone.act(*one))
        for _ in range(5)
        for one in (("take", cast.DRIVER, short), ("withdraw", cast.DRIVER, {"of": of}))
    ]
    receive_all(world.session, acts)
    with world.session.database.read() as connection:
        assert len(LogBook(connection).links(of)) == 3  # the offer, and one of each
    found: Fields = {"n": item.n, "seal": item.seal, "cond": "intact"}
    taken = phone.act(
        "take", cast.COURIER_2, {**short, "short": [], "witness": cast.CONTROLLER}, [found]
    )
    receive(world.session, phone.spell(taken))
    assert holders_told(world, item.n, tmp_path / "dossier") == [cast.COURIER_2] * 3
    before = states(world)
    assert is_sound(world)
    verify.rebuild(world.session)
    assert states(world) == before
    assert is_sound(world)
