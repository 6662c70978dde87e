"""A machine that was ahead once, and what its log does with the times that have not come (G12, G13)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody.cli import outgoing, registering
from kt1custody.core.custody.due import Standing
from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Policy
from kt1custody.errors import KtError
from kt1custody.services.custody import look, standing
from kt1custody.services.custody.deliver import Receiver
from kt1custody.services.evidence import day
from kt1custody.services.keys import clock
from kt1custody.services.people import alarms, roster
from kt1custody.services.people.people import Duty
from kt1custody.services.seals import spoiled
from kt1custody.services.session import checkpoint
from kt1custody.services.session.clock_check import FAR
from kt1custody.services.session.receive import receive_all
from kt1custody.services.session.writer import writing
from kt1custody.signing import person_keys
from kt1custody.store.log import LogBook
from tests.kit import at_counter, by_hand, cast, judges
from tests.kit.at_counter import Door, found
from tests.kit.judges import Page
from tests.kit.outsiders import paper
from tests.kit.phone import Phone, entries, give, is_sound, size

YEARS = 86_400 * 1_500
HOLD = ("NV014", "absent")


def yes(ahead: clock.Ahead) -> bool:
    """Both officers have looked at another clock."""
    return True


def set_back(world: cast.World) -> Entry:
    return at_counter.set_back(world.session, cast.OFFICERS, confirm=yes)[0]


def live_ahead(world: cast.World, phone: Phone) -> int:
    """Two acts under a clock that is ahead; then it is right again. Gives the position of the first."""
    at, first = world.session.as_of or 0, size(world)
    world.session.as_of = at + YEARS
    give(world, phone.held[0].n)
    at_counter.assign(world.session, cast.DRIVER, Duty(until=at + 2 * YEARS), cast.OFFICERS)
    world.session.as_of = at + 60
    return first


# The first act after a start of the machine.


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[cast.World]:
    """A log that is not for training, on a machine whose clock the test sets."""
    monkeypatch.setattr(person_keys, "NORMAL", person_keys.TRAINING)
    world = cast.World(tmp_path)
    world.session.as_of = None
    found(world.session, replace(cast.FOUNDING, training=False))
    yield world
    world.session.close()


def started(world: cast.World, after: int) -> None:
    """The machine is started so long after the newest entry, by what its clock shows."""
    at = entries(world)[-1].accepted_at + after
    world.session.clock = lambda: at
    world.session.counted = lambda: (f"started at {at}", 30)


def sign(world: cast.World) -> None:
    with writing(world.session) as pen:
        now: dict[str, cbor.Value] = {"was": pen.now, "now": pen.now}
        pen.sign_and_append(pen.draft("clock", "server", now))


def test_a_weekend_needs_no_word_and_a_clock_that_is_years_ahead_does(real: cast.World):
    for gap in (14 * 3_600, 62 * 3_600, FAR):  # a night, a weekend, one with a day off before it
        started(real, gap)
        sign(real)
    before = size(real)
    started(real, YEARS)
    with pytest.raises(KtError, match="clock-far") as raised:
        sign(real)
    assert raised.value.detail == {"seconds": YEARS}
    with pytest.raises(KtError, match="clock-far"):
        at_counter.enrol_device(real.session, "PHONE01", "Máy", cast.OFFICE, cast.OFFICERS)
    assert size(real) == before
    assert clock.take(real.session) is None  # a person has said that it is right, as after Tết
    sign(real)
    assert size(real) == before + 1


def test_a_hold_under_a_clock_that_nobody_vouches_for_carries_no_time_ahead(real: cast.World):
    started(real, YEARS)
    newest = entries(real)[-1].accepted_at
    real.session.unlock(cast.OFFICERS)
    held = at_counter.hold(real.session, cast.OFFICERS[0], cast.OFFICERS[1], "suspected")
    assert (held.accepted_at, held.act.at) == (newest, newest + YEARS)
    assert held.judgement == ((-1, "time-outside"),)
    assert is_sound(real)


# The log is ahead.


def test_two_officers_have_a_way_out_and_every_verifier_follows(
    world: cast.World, phone: Phone, tmp_path: Path, page: Page
):
    first = live_ahead(world, phone)
    right = world.session.as_of or 0
    for attempt in (
        lambda: give(world, phone.held[1].n),
        lambda: receive_all(world.session, [b"rubbish"]),
        lambda: at_counter.revoke(world.session, cast.DRIVER, "lost", None, cast.OFFICERS),
        lambda: clock.take(world.session),
    ):
        with pytest.raises(KtError, match="clock-behind"):
            attempt()
    told = set_back(world)
    newest = entries(world)[told.seq - 1]
    assert told.act.fields.items() >= {
        ("first", first), ("since", entries(world)[first - 1].accepted_at),
        ("was", newest.accepted_at), ("now", right),
    }  # fmt: skip
    assert (told.accepted_at, told.judgement, told.act.persons) == (right, (), cast.OFFICERS)
    world.session.as_of = right + 60
    after = give(world, phone.held[1].n)
    assert (after.accepted_at, after.judgement) == (right + 60, ((0, "seal-not-seen"),))
    [alarm] = [one for one in alarms.alarms(world.session) if one.code == "log-ahead"]
    assert (alarm.seq, alarm.at) == (told.seq, right)
    assert is_sound(world)
    outgoing.bundle(world.session, tmp_path / "bundle")
    genesis = entries(world)[0].leaf.hex()
    held = paper(checkpoint.sign(world.session).checkpoint)
    for ask in (judges.by_program, judges.by_script, page):
        assert ask(tmp_path / "bundle", genesis, held).verdict == "match"
    assert judges.of_machine(world, genesis, held).verdict == "match"


def test_a_story_says_of_a_time_ahead_that_it_was(
    world: cast.World, phone: Phone, tmp_path: Path, page: Page
):
    ahead, other = phone.held[:2]
    first = live_ahead(world, phone)
    told = set_back(world)
    world.session.as_of = told.accepted_at + 60
    after = give(world, other.n)
    genesis = entries(world)[0].leaf.hex()
    wanted = {ahead.n: {first: told.seq}, other.n: {}}
    for n, marked in wanted.items():
        folder = tmp_path / str(n)
        outgoing.dossier(world.session, str(n), folder)
        assert ("khi đó đồng hồ đi trước" in (folder / "story.html").read_text("utf-8")) == bool(
            marked
        )
        for ask in (judges.by_program, judges.by_script, page):
            steps = ask(folder, genesis).told["story"]["steps"]
            found = {one["seq"]: one["ahead"] for one in steps if one["ahead"] is not None}
            assert found == marked
    assert after.seq > told.seq


def test_terms_and_policies_that_began_ahead_count_from_now_on(world: cast.World, phone: Phone):
    at = world.session.as_of or 0
    world.session.as_of = at + YEARS
    policy = dict(entries(world)[0].act.maps("policy")[0])
    with writing(world.session) as pen:
        own: dict[str, cbor.Value] = {"by2": cast.OFFICERS[1], "policy": policy, "from": pen.now}
        by_hand.add(pen, pen.draft("policy", cast.OFFICERS[0], own))
    world.session.as_of = at + 60
    set_back(world)
    with world.session.database.read() as connection:
        control = LogBook(connection).control
    newest = control.policies[-1]
    assert isinstance(newest, Policy)
    assert newest.since <= at
    assert control.policy_at(10**6, at + 120) == newest


def test_what_a_phone_saw_while_the_log_was_ahead_is_judged_by_the_right_clock(
    world: cast.World, phone: Phone
):
    live_ahead(world, phone)
    with world.session.database.read() as connection:
        book = LogBook(connection)
        seen: list[cbor.Value] = [book.seq, book.leaf]
    set_back(world)
    act = phone.act("hold", cast.CONTROLLER, {"who": HOLD[0], "reason": HOLD[1], "seen": seen})
    world.session.as_of = act.at + 3_600
    [answer] = receive_all(world.session, [phone.spell(act)])
    assert "time-outside" not in {code for _, code in answer.entry.judgement}
    assert is_sound(world)


def test_what_was_accepted_ahead_is_due_by_the_right_clock(world: cast.World, phone: Phone):
    n = phone.held[1].n
    at = world.session.as_of or 0
    world.session.as_of = at + YEARS
    at_counter.report(world.session, "absent", cast.COURIER, "nobody", [str(n)], confirm=cast.yes)
    world.session.as_of = at + 60
    set_back(world)
    [row] = [row for row in standing.listing(world.session).rows if row.state.n == n]
    assert row.attempt is not None
    assert row.attempt.at == at + 60


@pytest.mark.parametrize("ahead", [0, YEARS], ids=["right", "ahead"])
def test_a_manifest_that_was_registered_ahead_is_not_registered_again(
    world: cast.World, tmp_path: Path, ahead: int
):
    at = world.session.as_of or 0
    file = cast.write_manifest(tmp_path / "more.csv", 3, begin=20)

    def bring(when: int) -> registering.Registered:
        world.session.as_of = when
        return at_counter.import_manifest(world.session, lambda: cast.CLERK, file)

    assert len(bring(at + ahead).numbers) == 3
    world.session.as_of = at + 60
    if ahead:
        set_back(world)
    with pytest.raises(KtError, match="manifest-registered-already"):
        bring(at + 120)
    [row] = file.read_text("utf-8").splitlines()[1:2]
    file.write_text("\n".join([*file.read_text("utf-8").splitlines()[:1], row]), "utf-8")
    assert {one.code for one in bring(at + 180).findings} == {"duplicate-reference"}


@pytest.mark.parametrize("ahead", [0, YEARS], ids=["right", "ahead"])
def test_what_was_delivered_ahead_counts_on_the_day_when_it_was_put_right_alone(
    world: cast.World, phone: Phone, ahead: int
):
    at, n = world.session.as_of or 0, str(phone.held[0].n)
    earlier = day.figures(world.session).delivered.total()
    door, receiver = Door(cast.COURIER, cast.CLERK), Receiver("Ai", "thẻ 1")
    world.session.as_of = at + ahead
    at_counter.deliver(world.session, door, receiver, [n], confirm=cast.yes)
    world.session.as_of = at + 60
    if ahead:
        set_back(world)
    found = []
    for days in (0, 1, 9):
        world.session.as_of = at + 120 + 86_400 * days
        figures = day.figures(world.session)
        found.append(figures.delivered.total())
        carried = figures.before.total() + figures.accepted.total()
        assert carried - found[-1] - figures.returned.total() == figures.after.total()
    assert found == [earlier + 1, 0, 0]
    [row] = [one for one in standing.listing(world.session).rows if one.state.n == int(n)]
    story = look.story(world.session, n).state
    right = at + 60 if ahead else at
    assert (row.standing, row.state.since, story.since) == (Standing.MET, right, right)


def test_whatever_is_shown_of_the_hours_ahead_bears_the_time_when_it_was_put_right(
    world: cast.World, phone: Phone, tmp_path: Path
):
    at, n = world.session.as_of or 0, str(phone.held[0].n)
    file = cast.write_manifest(tmp_path / "more.csv", 1, begin=20)
    [fresh] = at_counter.import_manifest(world.session, lambda: cast.CLERK, file).numbers
    at_counter.print_seals(world.session, cast.CLERK, [], tmp_path / "label.pdf", confirm=cast.yes)
    world.session.as_of = at + YEARS
    at_counter.revoke(world.session, cast.DRIVER, "lost", None, cast.OFFICERS)
    at_counter.void(world.session, cast.CLERK, None, str(fresh), "torn", confirm=cast.yes)
    give(world, int(n))
    world.session.as_of = at + 60
    set_back(world)
    assert is_given_out_again(world, at + 60 + checkpoint.GIVE_OUT_SECONDS)
    [lost] = [one for one in alarms.alarms(world.session) if one.code == "key-lost"]
    [torn] = spoiled.register(world.session)
    [counter] = [one for one in roster.devices(world.session) if one.number == world.session.device]
    assert {lost.at, torn.at, counter.last} == {at + 60}
    assert alarms.alarms(world.session, since=at + 61) == []
    [held] = [one for one in look.held(world.session, cast.COURIER_2) if one.n == int(n)]
    assert held.since == at + 60


def is_given_out_again(world: cast.World, now: int) -> bool:
    with world.session.database.read() as connection:
        return checkpoint.is_due(connection, LogBook(connection), now)


def test_a_hold_is_never_refused_for_the_clock_s_sake(world: cast.World, phone: Phone):
    live_ahead(world, phone)
    newest = entries(world)[-1].accepted_at
    told = at_counter.hold(world.session, cast.CONTROLLER, *HOLD)
    assert (told.accepted_at, told.act.at) == (newest, world.session.as_of)
    assert told.judgement == ((-1, "time-outside"),)
    set_back(world)
    assert is_sound(world)


def test_a_hold_that_a_phone_brings_is_taken_and_the_rest_waits(world: cast.World, phone: Phone):
    before = live_ahead(world, phone) + 2
    hold = phone.act("hold", cast.CONTROLLER, {"who": HOLD[0], "reason": HOLD[1]})
    pieces = [b"rubbish", phone.spell(phone.handover(phone.held[1])), phone.spell(hold)]
    for _ in range(2):  # and once only
        with pytest.raises(KtError, match="clock-behind"):
            receive_all(world.session, pieces)
        assert [one.act.type for one in entries(world, before - 1)] == ["hold"]
    set_back(world)
    assert [one.known for one in receive_all(world.session, pieces)] == [False, False, True]
    assert is_sound(world)


# What others may make of it.


@pytest.mark.parametrize(
    "over", [{"was": 1}, {"now": -1}, {"since": 1}, {"first": 1}], ids=lambda over: str(over)
)
def test_an_act_that_tells_other_times_puts_nothing_right(
    world: cast.World, phone: Phone, over: dict[str, int]
):
    """Two officers and the administrator together write it past the counter."""
    live_ahead(world, phone)
    with writing(world.session, "setback") as pen:
        told = clock._ahead(pen.book, pen.now)
        own: dict[str, cbor.Value] = {
            "by2": cast.OFFICERS[1], "first": told.first, "since": told.since,
            "was": told.until, "now": told.now,
        }  # fmt: skip
        wrong: dict[str, cbor.Value] = {key: int(str(own[key])) + by for key, by in over.items()}
        with pytest.raises(KtError, match="not-possible"):
            by_hand.add(pen, pen.draft("setback", cast.OFFICERS[0], {**own, **wrong}))
        good = pen.draft("setback", cast.OFFICERS[0], own)
        by_hand.add(pen, good)
    assert is_sound(world)


def test_nobody_brings_it_by_file(world: cast.World, phone: Phone):
    now = entries(world)[-1].accepted_at
    own: dict[str, cbor.Value] = {
        "by2": cast.OFFICERS[1],
        "first": 1,
        "since": 0,
        "was": now,
        "now": now - 1,
    }
    [answer] = receive_all(
        world.session, [phone.spell(phone.act("setback", cast.OFFICERS[0], own))]
    )
    assert answer.refused == "act-malformed"
