"""What one person on duty tries alone, with his own key and a program of his own."""

from pathlib import Path
from typing import NoReturn

import pytest

from kt1custody.core.custody import offer as offers
from kt1custody.core.formats import cbor
from kt1custody.core.log.act import read_act
from kt1custody.core.log.entry import Entry
from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from kt1custody.services.custody import look, offer
from kt1custody.services.evidence import verify
from kt1custody.store.log import LogBook
from kt1custody.words.acts import plain_act
from kt1custody.words.stories import story_lines
from tests.kit import at_counter, cast
from tests.kit.paper_log import number
from tests.kit.phone import Phone, entries, give, is_sound, receive, states
from tests.kit.words import VI

Fields = dict[str, cbor.Value]


def heads(world: cast.World) -> dict[int, tuple[object, ...]]:
    return {one.n: (one.status, one.holder, one.head, one.contested) for one in states(world)}


def test_an_offer_of_what_one_does_not_hold_stops_nobody(world: cast.World, phone: Phone):
    item = phone.held[0]
    for prev in (None, item.head):
        told: Fields = {"n": item.n, "seal": None, "cond": "intact", "prev": prev}
        own: Fields = {"to": cast.DRIVER, "office": None}
        receive(world.session, phone.spell(phone.act("offer", cast.COURIER_2, own, [told])))
    give(world, item.n)
    assert is_sound(world)


def test_a_jump_of_a_desk_s_counter_stops_no_desk(world: cast.World, phone: Phone):
    for dseq in (2**40, 2**40 - 1):
        over: Fields = {"of": bytes(32), "dev": "QUAY01", "dseq": dseq, "dprev": bytes(32)}
        receive(world.session, phone.spell(phone.act("withdraw", cast.COURIER_2, over)))
    give(world, phone.held[0].n)
    assert entries(world)[-1].act.dseq < 1_000


@pytest.mark.parametrize("what", ["id", "counter"])
def test_who_signs_under_another_s_id_or_counter_contests_nothing(
    world: cast.World, phone: Phone, what: str
):
    before = heads(world)
    for entry in [one for one in entries(world) if one.act.type in ("bind", "handover", "take")]:
        over: Fields = {"of": bytes(32), "id": entry.act.id}
        if what == "counter":
            act = entry.act
            over = {"of": bytes(32), "dev": act.dev, "dseq": act.dseq, "dprev": act.dprev}
        by = next(who for who in (cast.DRIVER, cast.CLERK_2) if who not in entry.act.persons)
        answer = receive(world.session, phone.spell(phone.act("withdraw", by, over)))
        assert (-1, "counter-shared") in answer.entry.judgement
    assert heads(world) == before
    assert is_sound(world)


def test_an_honest_act_is_taken_after_somebody_has_used_its_counter(
    world: cast.World, phone: Phone
):
    item = phone.held[0]
    honest = phone.handover(item, witness=None)
    own: Fields = {"of": bytes(32), "dseq": honest.dseq, "dprev": honest.dprev}
    receive(world.session, phone.spell(phone.act("withdraw", cast.DRIVER, own)))
    answer = receive(world.session, phone.spell(honest))
    assert {code for _, code in answer.entry.judgement} == {"counter-shared", "device-unknown"}
    assert heads(world)[item.n][1] == cast.COURIER_2
    assert is_sound(world)


def test_a_rebuild_does_not_see_what_came_later(world: cast.World, phone: Phone):
    n = phone.held[0].n
    [accepted] = [one for one in entries(world) if one.act.type == "register"]
    own: Fields = {"by2": None, "by3": None, "officers": False, "of": accepted.act.hash,
                   "field": "urgency", "value": 3, "reason": "other"}  # fmt: skip
    correct = phone.act("correct", cast.CLERK, own, [{"n": n}])
    receive(world.session, phone.spell(correct))
    over: Fields = {"of": bytes(32), "dseq": correct.dseq, "dprev": correct.dprev}
    receive(world.session, phone.spell(phone.act("withdraw", cast.CLERK, over)))
    assert is_sound(world)
    before = states(world)
    verify.rebuild(world.session)
    assert states(world) == before
    assert is_sound(world)


def test_takes_of_five_hundred_items_read_no_more_each_time(
    world: cast.World, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    lines: list[Fields] = [
        {"n": number(running), "seal": None, "cond": "intact"} for running in range(1, 501)
    ]
    own: Fields = {"of": bytes(32), "short": [], "witness": None}
    read: list[int] = []
    entry = LogBook.entry

    def counted(book: LogBook, seq: int) -> Entry:
        read.append(seq)
        return entry(book, seq)

    monkeypatch.setattr(LogBook, "entry", counted)
    for _ in range(6):
        told = phone.spell(phone.act("take", cast.COURIER_2, own, lines))
        read.clear()
        receive(world.session, told)
        assert len(read) <= 9


@pytest.mark.parametrize("field", ["at", "appt"])
def test_a_time_that_no_calendar_spells_is_no_act(world: cast.World, phone: Phone, field: str):
    item = phone.held[0]
    told: Fields = {"n": item.n, "seal": None, "cond": "intact", "prev": item.head}
    last = 253_370_764_800
    receive(world.session, phone.spell(phone.act(
        "absent", cast.COURIER, {"reason": "nobody", "at": last}, [told])))  # fmt: skip
    story = look.story(world.session, str(item.n))
    assert story_lines(VI, story, cast.ZONE, str)
    assert plain_act(story.happenings[-1], cast.ZONE)
    [accepted] = [one for one in entries(world) if one.act.type == "register"]
    fields = dict(accepted.act.fields)
    if field == "at":
        fields["at"] = last + 1
    else:
        first, *rest = accepted.act.lines
        fields["items"] = [{**first.fields, "appt": last + 1}, *(one.fields for one in rest)]
    with pytest.raises(MalformedInputError, match="act-malformed"):
        read_act(cbor.encode(fields))


def no_pin(staff: str) -> NoReturn:
    pytest.fail(f"{staff} was asked for a PIN")


def test_nothing_to_take_is_refused_before_anybody_types_a_pin(world: cast.World, phone: Phone):
    item = phone.held[0]
    told: Fields = {"n": item.n, "seal": None, "cond": "intact", "prev": item.head}
    act = phone.act("offer", cast.COURIER, {"to": cast.COURIER_2, "office": None}, [told])
    text = offers.to_text(act, phone.signatures(act)[0])
    session = world.new_session()
    session.as_of, session.ask_pin = world.session.as_of, no_pin
    with pytest.raises(RefusedError, match="nothing-given"):
        at_counter.take(session, cast.COURIER_2, None, text, [], confirm=cast.agree)


def test_a_picture_that_cannot_be_written_leaves_no_offer(
    world: cast.World, phone: Phone, tmp_path: Path
):
    (tmp_path / "file").write_bytes(b"")
    before = len(entries(world))
    with pytest.raises(UnavailableError, match="file-unwritable"):
        at_counter.offer(
            world.session, cast.COURIER, cast.COURIER_2, [str(phone.held[0].n)],
            picture=tmp_path / "file" / "offer.png", confirm=cast.yes,
        )  # fmt: skip
    assert len(entries(world)) == before
    assert offer.waiting(world.session) == []


@pytest.mark.parametrize("name", ["log", "server"])
def test_the_keys_without_which_nothing_is_recorded_are_not_revoked(world: cast.World, name: str):
    with pytest.raises(RefusedError, match="no-such-person"):
        at_counter.revoke(world.session, name, "lost", None, cast.OFFICERS)
