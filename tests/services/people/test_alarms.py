"""Alarms: what in the log an officer should hear of, read from the log alone."""

import re

import pytest

from kt1custody.core.formats import cbor
from kt1custody.i18n import LANGUAGES
from kt1custody.services.people import alarms
from tests.kit import at_counter, cast
from tests.kit.package import catalogue
from tests.kit.phone import Fields, Phone, entries, receive


def at(minutes: int) -> int:
    return cast.MORNING + 60 * minutes


def test_an_ordinary_day_has_no_alarms(world: cast.World):
    assert alarms.alarms(world.session) == []


def test_every_alarm_is_heard_and_has_its_word(world: cast.World, phone: Phone):
    item = phone.held[0]
    world.session.unlock([cast.RESERVE])
    at_counter.revoke(
        world.at(201), cast.OFFICERS[1], "lost", None, (cast.OFFICERS[0], cast.RESERVE)
    )
    receive(world.at(202), b"nothing of ours")
    receive(
        world.at(203),
        phone.spell(phone.act("hold", cast.OFFICERS[1], {"who": cast.DRIVER, "reason": "other"})),
    )
    one = phone.handover(item)
    receive(world.at(204), phone.spell(one))
    phone.last = (one.dseq - 1, one.dprev) if one.dseq else None
    receive(world.at(205), phone.spell(phone.handover(item, to=cast.DRIVER)))
    at_counter.open_slip(world.at(206), cast.OFFICERS[0], [str(item.n)], "court", confirm=cast.yes)
    world.session.as_of = at(206) - 30
    at_counter.hold(world.session, cast.CLERK, cast.DRIVER, "absent")
    receive(world.at(207), phone.spell(phone.act(
        "hold", cast.CLERK, {"who": cast.DRIVER, "reason": "other", "tries": {cast.CLERK: 5}})))  # fmt: skip
    receive(world.at(208), phone.spell(phone.act(
        "hold", cast.CLERK, {"who": cast.DRIVER, "reason": "other", "tries": {cast.CLERK: 4}})))  # fmt: skip
    old: Fields = {"seen": [0, entries(world)[0].leaf]}
    receive(world.at(209), phone.spell(phone.act("offer", cast.COURIER, {
        "to": cast.COURIER_2, "office": None, "dseq": 10**9, **old}, [
        {"n": item.n, "seal": None, "cond": "intact", "prev": item.head}])))  # fmt: skip
    found = alarms.alarms(world.session)
    told = [(one.code, (one.at - cast.MORNING) // 60) for one in found]
    assert told == [
        ("reserve-used", 201), ("key-lost", 201), ("refused", 202), ("key-late", 203),
        ("doubled", 205), ("disclosed", 206), ("clock-set", 205), ("wrong-pins", 207),
        ("seen-back", 209), ("ahead", 209),
    ]  # fmt: skip
    assert {one.code for one in found} == {*alarms.CODES} - {
        "no-consent", "epoch", "forked", "outweighed", "role-ended", "many-pins",
        "many-holds", "log-ahead", "records-lost", "printed-elsewhere", "decided-since",
    }  # fmt: skip
    [opened] = [one for one in found if one.code == "disclosed"]
    assert (opened.items, opened.reason) == ((item.n,), "court")
    assert found[0].about == cast.OFFICERS[1]
    late = [(one.code, one.seq) for one in found if one.at >= at(206)]
    assert [(one.code, one.seq) for one in alarms.alarms(world.session, at(206))] == late
    for language in LANGUAGES:
        known = catalogue(language)
        assert {f"alarm.{code}" for code in alarms.CODES} - known.keys() == set()


def test_no_alarm_is_missed_by_looking_at_bytes_first(
    world: cast.World, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    receive(world.at(202), b"nothing of ours")
    at_counter.revoke(world.at(203), cast.COURIER, "stolen", None, cast.OFFICERS)
    receive(world.at(204), phone.spell(phone.handover()))
    quick = alarms.alarms(world.session)
    monkeypatch.setattr(alarms, "_MAYBE", re.compile(b""))
    assert alarms.alarms(world.session) == quick
    assert [one.code for one in quick] == ["refused", "key-lost", "key-late", "role-ended"]
    assert cbor.decode(entries(world)[-1].raw)
