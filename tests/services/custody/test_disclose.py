"""Slips opened by an officer: never without a trace, and provable to a stranger."""

import hmac

import pytest

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.formats.item import read_slip
from kt1custody.core.log.schema import REASONS
from kt1custody.errors import KtError, NotAllowedError, RefusedError
from kt1custody.services.custody import disclose, look, ruling
from kt1custody.services.custody.deliver import Receiver
from kt1custody.services.custody.disclose import Opened
from kt1custody.services.people import alarms
from kt1custody.services.session import writer
from kt1custody.services.session.proposal import proposing
from kt1custody.services.session.slips import put
from kt1custody.signing import slips
from tests.kit import at_counter, cast
from tests.kit.at_counter import Door, correct_item
from tests.kit.phone import Phone, entries, is_sound, receive, size

OFFICER = cast.OFFICERS[0]


def opened(world: cast.World, *given: str, at: int = 205) -> disclose.Disclosure:
    return at_counter.open_slip(world.at(at), OFFICER, given, "inspection", confirm=cast.yes)


def kinds(found: disclose.Disclosure, n: int) -> list[str]:
    return [one.kind for one in found.opened if one.n == n]


def test_an_officer_reads_what_a_clerk_reads_and_the_log_says_so(world: cast.World, day: cast.Day):
    before = size(world)
    delivered, _, _, held = day.numbers[:4]
    found = opened(world, str(delivered), str(held))
    [entry] = entries(world, before - 1)
    assert (entry.act.type, entry.act.persons, entry.judgement) == ("disclose", (OFFICER,), ())
    assert entry.act.text("reason") == "inspection"
    assert [line.n for line in entry.act.lines] == [delivered, held]
    assert found.entry == entry
    for n in (delivered, held):
        assert found.slips[n] == look.story(world.session, str(n), cast.CLERK).slip
    assert kinds(found, delivered) == ["register", "deliver"]
    assert kinds(found, held) == ["register"]
    [received] = [one for one in found.opened if one.kind == "deliver"]
    assert received.record["name"] == "Nguyễn Văn Người Nhận"
    assert found.broken == ()
    assert is_sound(world)


def test_salt_and_record_show_a_stranger_what_the_log_has_committed_to(
    world: cast.World, day: cast.Day
):
    found = opened(world, *map(str, day.numbers))
    committed = {
        line.octets("commit") for entry in entries(world) if entry.act.type == "register"
        for line in entry.act.lines
    }  # fmt: skip
    assert {one.commit for one in found.opened if one.kind == "register"} == committed
    for one in found.opened:
        told = cbor.encode(["kt1-commit/1", dict(one.record)])
        assert hmac.digest(one.salt, told, "sha256") == one.commit
        assert slips.commit(one.salt, dict(one.record)) == one.commit
        assert len(one.salt) == 32


def test_every_version_of_a_slip_is_opened_and_the_last_is_in_force(
    world: cast.World, day: cast.Day
):
    n = day.numbers[4]
    correct_item(world.at(204), str(n), {"note": "bì hai lớp"}, "mistyped", None, confirm=cast.yes)
    found = opened(world, str(n))
    assert kinds(found, n) == ["register", "correct"]
    first, second = (one.record for one in found.opened)
    assert (first["note"], second["note"]) != (second["note"], first["note"])
    assert found.slips[n] == read_slip(second)
    assert found.slips[n] == look.story(world.session, str(n), cast.CLERK).slip


def test_the_story_of_an_item_tells_who_has_opened_its_slip(world: cast.World, day: cast.Day):
    opened(world, str(day.numbers[3]))
    happening = look.story(world.session, str(day.numbers[3])).happenings[-1]
    assert (happening.act, [one.staff for one in happening.signers]) == ("disclose", [OFFICER])
    assert happening.reason == "inspection"
    other = look.story(world.session, str(day.numbers[4])).happenings
    assert "disclose" not in {one.act for one in other}
    [alarm] = alarms.alarms(world.session)
    assert (alarm.code, alarm.persons) == ("disclosed", (OFFICER,))


def test_a_disclosure_moves_nothing(world: cast.World, phone: Phone):
    before = {state.n: state for state in phone.held}
    opened(world, *map(str, before))
    for n, state in before.items():
        assert look.story(world.session, str(n)).state == state


@pytest.mark.parametrize(
    "who", [cast.CLERK, cast.CONTROLLER, cast.COURIER, cast.ADMIN, cast.RESERVE]
)
def test_who_is_no_officer_opens_nothing(world: cast.World, day: cast.Day, who: str):
    world.session.unlock([who])
    before = size(world)
    with pytest.raises(NotAllowedError, match="role-may-not"):
        at_counter.open_slip(
            world.session, who, [str(day.numbers[3])], "inspection", confirm=cast.yes
        )
    assert size(world) == before


def test_an_officer_on_hold_or_without_a_key_opens_nothing(world: cast.World, day: cast.Day):
    n = str(day.numbers[3])
    at_counter.hold(world.at(201), cast.CLERK, OFFICER, "suspected")
    with pytest.raises(RefusedError, match="on-hold"):
        opened(world, n)
    at_counter.lift(world.at(206), OFFICER, "cleared", cast.OFFICERS)
    at_counter.revoke(world.at(207), OFFICER, "lost", None, (cast.OFFICERS[1], _reserve(world)))
    before = size(world)
    with pytest.raises(RefusedError, match="key-revoked"):
        opened(world, n, at=208)
    assert size(world) == before


def _reserve(world: cast.World) -> str:
    world.session.unlock([cast.RESERVE])
    return cast.RESERVE


def test_nothing_is_shown_unless_the_act_is_in_the_log(
    world: cast.World, day: cast.Day, monkeypatch: pytest.MonkeyPatch
):
    looked: list[bool] = []

    def watched(reader: object, n: int) -> list[Opened]:
        looked.append(entries(world)[-1].act.type == "disclose")
        return []

    monkeypatch.setattr(disclose, "_open", watched)
    n = str(day.numbers[3])
    unknown = str(numbers.item_number(log_number=68, year=2026, running=9_999))
    with pytest.raises(RefusedError, match="not-confirmed"):
        at_counter.open_slip(world.session, OFFICER, [n], "court", confirm=lambda _: False)
    with pytest.raises(RefusedError, match="no-such-item"):
        at_counter.open_slip(world.session, OFFICER, [unknown], "court", confirm=cast.yes)
    with pytest.raises(ValueError, match="not a disclosure"):
        disclose.read_disclosed(world.session, entries(world)[-1])
    assert looked == []
    opened(world, n)
    assert looked == [True]


def test_another_desk_opens_only_for_the_officer_who_signed(world: cast.World, day: cast.Day):
    entry = opened(world, str(day.numbers[3])).entry
    session = world.new_session()
    session.asks_when_needed = False
    with pytest.raises(NotAllowedError, match="locked"):
        disclose.read_disclosed(session, entry)
    session.unlock([OFFICER])
    assert disclose.read_disclosed(session, entry).slips.keys() == {day.numbers[3]}
    session.close()


def test_a_record_that_was_changed_or_erased_is_not_shown(world: cast.World, day: cast.Day):
    changed, erased, fine = day.numbers[3:6]
    commits = {
        line.n: line.octets("commit") for entry in entries(world) for line in entry.act.lines
        if entry.act.type == "register"
    }  # fmt: skip
    with world.session.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE records SET box = x'00' WHERE commitment = ?", (commits[changed],)
        )
        connection.exec_driver_sql("DELETE FROM slipkeys WHERE commitment = ?", (commits[erased],))
    found = opened(world, str(changed), str(erased), str(fine))
    assert found.broken == (commits[changed],)
    assert found.slips[changed] is None
    assert found.slips[erased] is None
    assert found.slips[fine] is not None
    assert [one.n for one in found.opened] == [fine]


def test_a_record_of_another_item_does_not_open_as_this_one_s(
    world: cast.World, phone: Phone, day: cast.Day
):
    """A correction may name any commitment; what it names must be about the item."""
    mine, other = day.numbers[3:5]
    register = next(entry for entry in entries(world) if entry.act.type == "register")
    theirs = next(line.octets("commit") for line in register.act.lines if line.n == other)
    own: dict[str, cbor.Value] = {
        "by2": cast.OFFICERS[1], "by3": None, "officers": True, "of": register.act.hash,
        "field": "commit", "value": theirs, "reason": "mistyped",
    }  # fmt: skip
    assert receive(world.at(204), phone.spell(phone.act("correct", OFFICER, own, [{"n": mine}])))
    found = opened(world, str(mine))
    assert found.slips[mine] is None
    assert found.broken == (theirs,)
    assert kinds(found, mine) == ["register"]


def test_a_corrected_receiver_is_opened_for_every_item_that_it_names(
    world: cast.World, day: cast.Day
):
    """Its record is about the first of them."""
    first, second = day.numbers[3:5]
    door = Door(cast.COURIER, cast.CLERK)
    given = [str(first), str(second)]
    wrong, right = Receiver("Người Khác"), Receiver("Người Đúng")
    entry = at_counter.deliver(world.at(203), door, wrong, given, confirm=cast.yes)
    with proposing(world.at(204)) as pen:
        [commit] = put(pen, cast.CLERK, [first], [right.to_record()])
        who = ruling.signers(entry.act, cast.OFFICERS)
        change = ("commit", commit)
        pen.add(ruling.draft_correction(pen, entry.act, who, change, "mistyped", [first, second]))
        proposal = pen.done()
    writer.commit(world.session, proposal, world.session.here.sign(proposal))
    found = opened(world, str(second))
    assert kinds(found, second) == ["register", "deliver", "correct"]
    assert [one.record.get("name") for one in found.opened] == [None, "Người Khác", "Người Đúng"]
    assert [one.is_receipt for one in found.opened] == [False, True, True]
    assert found.broken == ()
    assert found.slips[second] == look.story(world.session, str(second), cast.CLERK).slip


def test_what_a_device_brings_is_judged_like_any_act(world: cast.World, phone: Phone):
    n = phone.held[0].n
    for reason in REASONS["disclose"]:
        act = phone.act("disclose", OFFICER, {"reason": reason}, [{"n": n}])
        answer = receive(world.at(205), phone.spell(act))
        assert answer.refused is None
        assert {code for _, code in answer.entry.judgement} == {"device-unknown"}
    forged = phone.act("disclose", OFFICER, {"reason": "court"}, [{"n": n}])
    answer = receive(world.at(206), phone.spell(forged, phone.keys[cast.CLERK]))
    assert answer.refused == "wrong-person"
    assert is_sound(world)


def test_a_list_of_items_is_opened_at_once(world: cast.World, day: cast.Day):
    given = [str(n) for n in day.numbers]
    found = at_counter.open_slip(world.at(205), OFFICER, given, "investigation", confirm=cast.yes)
    assert found.slips.keys() == set(day.numbers)
    assert all(slip is not None for slip in found.slips.values())
    with pytest.raises(KtError):
        at_counter.open_slip(world.session, OFFICER, [], "court", confirm=cast.yes)


def test_only_a_receipt_says_who_has_received(world: cast.World, day: cast.Day):
    """A clerk alone corrects what they registered, with a record that looks as a receiver's."""
    n = day.numbers[3]
    register = next(one for one in entries(world) if one.act.type == "register")
    slip = next(one.record for one in opened(world, str(n)).opened)
    who = ruling.signers(register.act, None)
    alike: dict[str, cbor.Value] = {"name": "Người Lạ", "paper": None, "note": None}
    for content in (alike, dict(slip)):
        with proposing(world.at(206)) as pen:
            [commit] = put(pen, register.act.by, [n], [content])
            change = ("commit", commit)
            pen.add(ruling.draft_correction(pen, register.act, who, change, "mistyped", [n]))
            proposal = pen.done()
        world.session.unlock([register.act.by])
        writer.commit(world.session, proposal, world.session.here.sign(proposal))
    found = opened(world, str(n))
    shown = [("name" in one.record, one.is_receipt) for one in found.opened if one.n == n]
    assert shown == [(False, False), (True, False), (False, False)]
