"""Compromise drill: what a key may have signed since some time."""

from dataclasses import replace

import pytest

from kt1custody.errors import RefusedError
from kt1custody.services.keys import ceremony, exposure
from kt1custody.services.keys.exposure import Doubt
from kt1custody.services.people import alarms
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, entries, give, is_sound, receive, size


def at(minutes: int) -> int:
    return cast.MORNING + 60 * minutes


def kid(world: cast.World, who: str) -> bytes:
    with world.session.database.read() as connection:
        key = LogBook(connection).control.current_key(who)
    assert key is not None
    return key.kid


def seqs(found: list[Doubt]) -> list[int]:
    return [one.seq for one in found]


def signed_by(world: cast.World, who: str, since: int) -> list[int]:
    """The same question, asked of every entry."""
    mine = kid(world, who)
    return [
        one.seq
        for one in entries(world)
        if one.accepted_at >= since and mine in {signature.kid for signature in one.signatures}
    ]


# What is listed.


@pytest.mark.parametrize(
    ("who", "minutes"),
    [
        (cast.COURIER, 0), (cast.COURIER, 41), (cast.COURIER, 101), (cast.COURIER, 190),
        (cast.CLERK, 20), (cast.CONTROLLER, 0), (cast.OFFICERS[0], 0), (cast.ADMIN, 0),
    ],
)  # fmt: skip
def test_every_act_of_a_key_since_a_time_is_listed_and_no_other(
    world: cast.World, who: str, minutes: int
):
    before = size(world)
    found = exposure.doubtful(world.session, who, at(minutes))
    assert seqs(found) == signed_by(world, who, at(minutes))
    assert found == exposure.doubtful(world.session, kid(world, who).hex(), at(minutes))
    assert found == exposure.doubtful(
        world.session, ceremony.fingerprint(kid(world, who)), at(minutes)
    )
    assert size(world) == before  # a drill leaves no trace


def test_an_act_tells_its_people_times_and_where_its_items_are_now(
    world: cast.World, phone: Phone, day: cast.Day
):
    found = exposure.doubtful(world.session, cast.COURIER, at(30))
    first = found[0]
    assert (first.kind, first.at, first.end) == ("handover", at(40), at(40))
    assert at(20) <= first.begin <= at(40)
    assert first.persons == (cast.CLERK, cast.COURIER, cast.CONTROLLER)
    assert first.countersigned == (cast.CLERK, cast.CONTROLLER)
    assert [n for n, _ in first.items] == list(day.numbers)
    now = {n: state.holder for n, state in first.items if state is not None}
    assert now == {state.n: state.holder for state in doubted_states(world, day)}
    alone = [one for one in found if not one.countersigned]
    assert {one.kind for one in alone} >= {"refuse", "absent", "offer"}
    moved = phone.held[0].n
    give(world, moved)
    later = exposure.doubtful(world.session, cast.COURIER, at(30))
    assert dict(later[0].items)[moved] != dict(first.items)[moved]
    after = dict(later[0].items)[moved]
    assert after is not None
    assert after.holder == cast.COURIER_2


def doubted_states(world: cast.World, day: cast.Day):
    with world.session.database.read() as connection:
        book = LogBook(connection)
        book.load(day.numbers)
        return [state for n in day.numbers if (state := book.item(n)) is not None]


def test_a_second_person_with_a_revoked_key_is_none(world: cast.World):
    before = exposure.doubtful(world.session, cast.COURIER, at(39))[0]
    at_counter.revoke(world.session, cast.CLERK, "stolen", None, cast.OFFICERS)
    after = exposure.doubtful(world.session, cast.COURIER, at(39))[0]
    assert after == replace(before, countersigned=(cast.CONTROLLER,))


def test_of_an_owner_all_keys_are_asked(world: cast.World):
    old = kid(world, cast.COURIER)
    at_counter.rotate(world.session, cast.COURIER, cast.OFFICERS)
    world.session.as_of = at(220)
    give(world, entries_of_handover(world))
    new = kid(world, cast.COURIER)
    whole = exposure.doubtful(world.session, cast.COURIER, at(0))
    parts = [exposure.doubtful(world.session, one.hex(), at(0)) for one in (old, new)]
    assert parts[0]
    assert seqs(parts[1]) == [size(world) - 1]
    assert seqs(whole) == seqs(parts[0]) + seqs(parts[1])


def entries_of_handover(world: cast.World) -> int:
    with world.session.database.read() as connection:
        return LogBook(connection).items(holder=cast.COURIER)[0].n


def test_what_a_device_went_on_from_is_told(world: cast.World, phone: Phone):
    first, second = phone.held[:2]
    one, two = phone.handover(first), phone.handover(second)
    late = receive(world.at(210), phone.spell(two)).entry  # the second comes first
    early = receive(world.at(400), phone.spell(one)).entry
    told = {one.seq: one for one in exposure.doubtful(world.session, cast.COURIER, at(201))}
    assert told.keys() == {late.seq, early.seq}
    assert told[early.seq].followed == late.seq
    # It was there when the second one was, whatever the log's clock said when it came.
    assert told[early.seq].end == late.accepted_at == at(210)
    assert told[late.seq].followed is None
    assert seqs(exposure.doubtful(world.session, cast.COURIER, at(300))) == []


def test_somebody_else_s_act_under_the_next_counter_follows_nothing(
    world: cast.World, phone: Phone
):
    one = phone.handover(phone.held[0])
    other = phone.handover(phone.held[1], dprev=bytes(32))
    receive(world.at(210), phone.spell(other))
    entry = receive(world.at(400), phone.spell(one)).entry
    told = {one.seq: one for one in exposure.doubtful(world.session, cast.COURIER, at(300))}
    assert told[entry.seq].followed is None
    assert told[entry.seq].end == at(400)


def test_acts_of_officers_tell_whom_they_are_about(world: cast.World):
    entry = at_counter.revoke(world.session, cast.DRIVER, "left", None, cast.OFFICERS)
    found = exposure.doubtful(world.session, cast.OFFICERS[1], at(1))
    told = {one.seq: one for one in found}
    assert told[entry.seq].about == cast.DRIVER
    assert {one.about for one in found} >= {cast.CLERK, cast.COURIER, cast.DRIVER}
    assert told[entry.seq].countersigned == (cast.OFFICERS[0],)
    assert 0 not in told  # founded before that time
    assert 0 in {one.seq for one in exposure.doubtful(world.session, cast.OFFICERS[1], 0)}


def test_of_a_seal_key_the_jobs_are_listed_that_it_may_have_printed(
    world: cast.World, day: cast.Day
):
    [job] = exposure.doubtful(world.session, "seal", at(5))
    assert (job.kind, job.countersigned) == ("print", ())
    assert sorted(n for n, _ in job.items) == list(day.numbers)
    old = kid(world, "seal")
    at_counter.rotate_service_key(world.session, "seal", cast.OFFICERS, confirm=cast.yes)
    assert seqs(exposure.doubtful(world.session, old.hex(), at(5))) == [job.seq]
    assert exposure.doubtful(world.session, kid(world, "seal").hex(), at(5)) == []
    assert seqs(exposure.doubtful(world.session, "seal", at(5))) == [job.seq]
    assert exposure.doubtful(world.session, "seal", at(300)) == []


def test_a_server_key_has_signed_what_the_server_said(world: cast.World):
    told = receive(world.session, b"nothing of ours").entry
    assert told.act.type == "refused"
    assert seqs(exposure.doubtful(world.session, "server", at(0))) == [told.seq]


@pytest.mark.parametrize(
    ("whose", "code"),
    [("log", "doubt-log-key"), ("NV999", "no-such-key"), ("00" * 8, "no-such-key")],
)
def test_what_has_no_answer_says_why(world: cast.World, whose: str, code: str):
    with pytest.raises(RefusedError, match=code):
        exposure.doubtful(world.session, whose, at(0))


# The drill, to its end.


def test_a_stolen_key_is_revoked_as_of_a_time_and_what_it_signs_later_is_marked(
    world: cast.World, phone: Phone
):
    since = at(100)
    listed = exposure.doubtful(world.session, cast.COURIER, since)
    assert listed
    at_counter.revoke(world.session, cast.COURIER, "stolen", since, cast.OFFICERS)
    after = exposure.doubtful(world.session, cast.COURIER, since)
    assert seqs(after) == seqs(listed)  # nothing was judged anew
    alone = receive(world.at(201), phone.spell(phone.act(
        "refuse", cast.COURIER, {"reason": "no-reason"},
        [{"n": phone.held[0].n, "seal": None, "cond": "intact", "prev": phone.held[0].head}],
    ))).entry  # fmt: skip
    both = receive(world.at(202), phone.spell(phone.handover(phone.held[1]))).entry
    assert "key-revoked" in {code for _, code in alone.judgement}
    assert "key-late" in {code for _, code in both.judgement}
    more = exposure.doubtful(world.session, cast.COURIER, since)[len(listed) :]
    assert [(one.seq, bool(one.countersigned)) for one in more] == [
        (alone.seq, False),
        (both.seq, True),
    ]
    heard = [(one.code, one.seq) for one in alarms.alarms(world.session)]
    assert ("key-lost", alone.seq - 1) in heard
    assert {("key-late", alone.seq), ("key-late", both.seq)} <= set(heard)
    assert is_sound(world)
