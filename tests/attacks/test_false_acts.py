"""Acts that one side invents, that come twice, or that somebody may not sign (G8, G9, G10, G14)."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from kt1custody.cli import incoming
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import frames
from kt1custody.core.formats.frames import frame
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry, Judgement
from kt1custody.errors import KtError
from kt1custody.printing.read import symbol_texts
from kt1custody.services.custody import offer
from kt1custody.services.people import alarms, roster
from kt1custody.services.people.people import Duty
from kt1custody.signing.sign import SigningKey
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import Handover
from tests.kit.false_history import entries_of, later
from tests.kit.phone import (
    Fields,
    Phone,
    entries,
    envelope,
    give,
    is_sound,
    quarantine,
    receive,
    size,
    states,
)

DAY = 24 * 60


def state(world: cast.World, n: int) -> ItemState:
    return next(one for one in states(world) if one.n == n)


def codes(judgement: Judgement) -> set[str]:
    """Give the codes of a judgement but for what the phone's own clock adds."""
    return {code for _, code in judgement} - {"time-outside"}


# One side invents a handover (G8).


def only_the_giver(phone: Phone, act: Act) -> bytes:
    return envelope(act.body, phone.signatures(act)[:1])


def without_the_receiver(phone: Phone, act: Act) -> bytes:
    giver, _, witness = phone.signatures(act)
    return envelope(act.body, [giver, witness])


def giver_signs_for_all(phone: Phone, act: Act) -> bytes:
    return phone.spell(act, *[phone.keys[cast.COURIER]] * 3)


def somebody_else_signs(phone: Phone, act: Act) -> bytes:
    giver, witness = phone.keys[cast.COURIER], phone.keys[cast.CONTROLLER]
    return phone.spell(act, giver, phone.keys[cast.DRIVER], witness)


def an_older_signature(phone: Phone, act: Act) -> bytes:
    """Of another handover between the same people."""
    before = phone.signatures(phone.handover(phone.held[1]))
    return envelope(act.body, [phone.signatures(act)[0], *before[1:]])


@pytest.mark.parametrize(
    "invent",
    [
        only_the_giver, without_the_receiver, giver_signs_for_all, somebody_else_signs,
        an_older_signature,
    ],
)  # fmt: skip
def test_a_handover_that_one_side_invents_is_no_act(
    world: cast.World, phone: Phone, invent: Callable[[Phone, Act], bytes]
):
    before, item = len(quarantine(world)), phone.held[0]
    act = phone.handover(item)
    false = invent(phone, act)
    told = receive(world.session, false)
    assert told.refused in ("wrong-person", "bad-signature")
    assert (told.entry.act.type, told.entry.act.persons) == ("refused", ("server",))
    assert false in [content for _, _, content in quarantine(world)][before:]
    assert state(world, item.n) == item
    assert receive(world.session, phone.spell(act)).refused is None  # the honest twin
    assert state(world, item.n).holder == cast.COURIER_2
    assert is_sound(world)


def test_an_offer_alone_moves_nothing_and_grows_old_in_the_list(world: cast.World, phone: Phone):
    item = phone.held[0]
    line: Fields = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": item.head}
    own: Fields = {"to": cast.COURIER_2, "office": None}
    made = receive(world.session, phone.spell(phone.act("offer", cast.COURIER, own, [line]))).entry
    for days in (0, 1, 30):
        world.at(200 + days * DAY)
        assert state(world, item.n).holder == cast.COURIER
        [waiting] = offer.waiting(world.session, cast.COURIER_2)
        assert (waiting.entry.seq, waiting.age // 86_400) == (made.seq, days)
    at_counter.take(
        world.session, cast.COURIER_2, None, f"#{made.seq}", [str(item.n)], confirm=cast.agree
    )
    assert state(world, item.n).holder == cast.COURIER_2
    assert offer.waiting(world.session) == []
    assert is_sound(world)


def test_a_take_of_what_nobody_offered_moves_nothing(world: cast.World, phone: Phone):
    item = phone.held[0]
    lines: list[Fields] = [{"n": item.n, "seal": item.seal, "cond": "intact"}]
    own: Fields = {"of": b"\x07" * 32, "short": [], "witness": None}
    told = receive(world.session, phone.spell(phone.act("take", cast.COURIER_2, own, lines))).entry
    assert "offer-missing" in codes(told.judgement)
    assert (state(world, item.n).holder, state(world, item.n).waiting) == (cast.COURIER, 1)
    assert is_sound(world)


def lift(phone: Phone, *signers: SigningKey, by: Sequence[str] = cast.OFFICERS) -> bytes:
    own: Fields = {"by2": by[1], "who": cast.COURIER, "reason": "cleared"}
    return phone.spell(phone.act("lift", by[0], own), *signers)


def test_one_officer_with_two_keys_is_one_officer(world: cast.World, phone: Phone):
    """Persons must differ, not keys: he was enrolled anew and has kept the old key."""
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "suspected")
    one, two = cast.OFFICERS
    old = phone.keys[one]
    with world.session.database.read() as connection:
        before = LogBook(connection).control.current_key(one)
    at_counter.rotate(world.at(201), one, (one, two))
    new = world.session.person(one).signing
    assert before is not None
    assert old.kid == before.kid != new.kid
    phone.seen = [entries(world)[-1].seq, entries(world)[-1].leaf]
    for by in ((one, two), (one, one), (two, one)):
        told = receive(world.at(202), lift(phone, new, old, by=by))
        assert told.refused == "wrong-person", by
        assert cast.COURIER in {one.number for one in roster.members(world.session) if one.hold}
    honest = receive(world.session, lift(phone, new, phone.keys[two]))
    assert (honest.refused, codes(honest.entry.judgement)) == (None, {"device-unknown"})
    assert cast.COURIER not in {one.number for one in roster.members(world.session) if one.hold}
    assert is_sound(world)


# The same act twice (G9).


def test_whatever_way_an_act_comes_again_it_is_one_entry(
    world: cast.World, phone: Phone, tmp_path: Path
):
    act, other = phone.handover(), phone.handover(phone.held[1])
    told = phone.spell(act)
    first = receive(world.session, told)
    before = size(world)
    file = tmp_path / "acts"
    file.write_bytes(frames.ACTS + frame(told) + frame(told))
    again = [receive(world.session, told), *incoming.acts(world.session, file).receipts]
    again += incoming.acts(world.session, file).receipts  # the stick is put in twice
    again.append(receive(world.session, phone.spell(act)))  # signed once more: Ed25519 or not
    again.append(receive(world.session, envelope(act.body, [])))
    assert {one.entry.leaf for one in again} == {first.entry.leaf}
    assert all(one.known for one in again)
    assert size(world) == before
    file.write_bytes(frames.ACTS + frame(phone.spell(other)) + frame(told))
    assert [one.known for one in incoming.acts(world.session, file).receipts] == [False, True]
    assert size(world) == before + 1
    assert is_sound(world)


def test_an_act_that_eight_bring_at_once_is_one_entry(world: cast.World, phone: Phone):
    told, before = phone.spell(phone.handover()), size(world)
    found: list[Entry] = []
    gate = threading.Barrier(8)

    def bring() -> None:
        gate.wait()
        found.append(receive(world.session, told).entry)

    threads = [threading.Thread(target=bring) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert {one.seq for one in found} == {before}
    assert size(world) == before + 1
    assert is_sound(world)


def test_a_second_tap_at_the_counter_is_refused(world: cast.World, phone: Phone):
    give(world, phone.held[0].n)
    before = size(world)
    with pytest.raises(KtError) as caught:
        give(world, phone.held[0].n)
    assert "not-the-holder" in str(caught.value.detail)
    assert size(world) == before


# One counter twice, and two steps from one (G10).


@pytest.mark.parametrize("turned", [False, True])
def test_a_counter_that_is_used_twice_keeps_both_and_waits_for_two_officers(
    world: cast.World, phone: Phone, turned: bool
):
    """A phone that was restored from a copy hands one item to two people."""
    item = phone.held[0]
    one = phone.handover(item)
    two = phone.handover(item, to=cast.DRIVER, dseq=one.dseq, dprev=one.dprev)
    kept = [
        receive(world.session, phone.spell(act)).entry for act in ((two, one)[:: 1 - 2 * turned])
    ]
    assert [entry.act for entry in entries_of(world)[-2:]] == [entry.act for entry in kept]
    assert "counter-reused" in codes(kept[1].judgement)
    assert [one.seq for one in alarms.alarms(world.session) if one.code == "doubled"] == [
        kept[1].seq
    ]
    assert state(world, item.n).holder == cast.COURIER
    assert is_sound(world)
    settle(world, item.n, kept[0])
    assert is_sound(world)


@pytest.mark.parametrize("turned", [False, True])
def test_one_counter_for_two_items_contests_both_in_either_order(
    world: cast.World, phone: Phone, turned: bool
):
    """A copied phone hands over one item, the phone itself another; which is read first is chance."""
    items = phone.held[:3]
    honest = phone.handover(items[2])
    one = phone.handover(items[0])
    two = phone.handover(items[1], to=cast.DRIVER, dseq=one.dseq, dprev=one.dprev)
    assert receive(world.session, phone.spell(honest)).refused is None
    acts = (two, one) if turned else (one, two)
    kept = [receive(world.session, phone.spell(act)).entry for act in acts]
    assert [state(world, item.n).contested for item in items] == [True, True, False]
    assert {state(world, item.n).holder for item in items[:2]} == {cast.COURIER}
    assert is_sound(world)
    for entry in kept:  # officers may keep the one that came second, too
        n = entry.act.lines[0].n
        settle(world, n, entry)
        assert state(world, n).holder == entry.act.text("to")
    assert is_sound(world)


@pytest.mark.parametrize("turned", [False, True])
def test_a_fork_of_custody_is_contested_until_two_officers_settle_it(
    world: cast.World, phone: Phone, turned: bool
):
    """Two phones, both offline: the same item goes to two people, properly signed."""
    item = phone.held[0]
    first = phone.handover(item, dev="PHONE01", dseq=0, dprev=b"")
    second = phone.handover(item, to=cast.DRIVER, dev="PHONE02", dseq=0, dprev=b"")
    acts = (second, first) if turned else (first, second)
    kept = [receive(world.session, phone.spell(act)).entry for act in acts]
    assert "contested" in codes(kept[1].judgement)
    assert [one.seq for one in alarms.alarms(world.session) if one.code == "forked"] == [
        kept[1].seq
    ]
    assert (state(world, item.n).contested, state(world, item.n).holder) == (True, cast.COURIER)
    with pytest.raises(KtError) as caught:
        give(world, item.n)
    assert "contested" in str(caught.value.detail)
    settle(world, item.n, kept[0])
    assert state(world, item.n).holder == kept[0].act.text("to")
    assert is_sound(world)


def settle(world: cast.World, n: int, keep: Entry) -> None:
    """Only two officers can, and then custody goes on."""
    world.at(230)
    told = f"#{keep.seq}"
    with pytest.raises(KtError):
        at_counter.settle(
            world.session, str(n), told, "paper", (cast.OFFICERS[0], cast.CLERK), confirm=cast.yes
        )
    at_counter.settle(world.session, str(n), told, "paper", cast.OFFICERS, confirm=cast.yes)
    assert state(world, n).contested is False


# Who may not (G14): refused before anybody signs; if it happened offline, recorded and disputed.


def nothing(world: cast.World, phone: Phone) -> None:
    """The honest twin."""


def on_hold(world: cast.World, phone: Phone) -> None:
    at_counter.hold(world.session, cast.CLERK, cast.COURIER_2, "suspected")


def term_over(world: cast.World, phone: Phone) -> None:
    until = (world.session.as_of or 0) - 60
    at_counter.assign(world.session, cast.COURIER_2, Duty(until=until), cast.OFFICERS)
    newest = entries(world)[-1]
    phone.seen = [newest.seq, newest.leaf]


def key_gone(world: cast.World, phone: Phone) -> None:
    at_counter.revoke(world.session, cast.COURIER_2, "stolen", None, cast.OFFICERS)


def is_contested(world: cast.World, phone: Phone) -> None:
    item = phone.held[0]
    for to, dev in ((cast.COURIER_2, "PHONE03"), (cast.DRIVER, "PHONE04")):
        act = phone.handover(item, to=to, dev=dev, dseq=0, dprev=b"")
        receive(world.session, phone.spell(act))


WHO_MAY_NOT = {
    "nobody hinders it": (nothing, None, {"device-unknown"}),
    "a person on hold": (on_hold, "on-hold", {"device-unknown", "on-hold"}),
    "a term that has ended": (term_over, "key-expired", {"device-unknown", "key-expired"}),
    "a contested item": (is_contested, "contested", {"device-unknown", "contested"}),
}


@pytest.mark.parametrize("name", WHO_MAY_NOT)
def test_who_may_not_is_refused_before_signing_and_marked_afterwards(
    world: cast.World, phone: Phone, name: str, monkeypatch: pytest.MonkeyPatch
):
    hinder, code, judged = WHO_MAY_NOT[name]
    item = phone.held[0]
    hinder(world, phone)
    world.at(205)
    before = size(world)
    if code is not None:
        used: list[bytes] = []

        def sign(key: SigningKey, told: bytes) -> bytes:
            used.append(told)
            return bytes(64)

        monkeypatch.setattr(SigningKey, "sign", sign)
        with pytest.raises(KtError) as caught:
            give(world, item.n)
        assert code in str((caught.value.code, caught.value.detail))
        assert (used, size(world)) == ([], before)
        monkeypatch.undo()
    told = receive(world.session, phone.spell(phone.handover(item)))
    assert told.refused is None
    assert codes(told.entry.judgement) == judged
    is_moved = code in (None, "on-hold")  # a hold is a note: what people did, they did
    assert (state(world, item.n).holder == cast.COURIER_2) == is_moved
    assert is_sound(world)


def test_a_revoked_key_signs_nothing_here_and_offline_only_with_a_second_person(
    world: cast.World, phone: Phone
):
    """The rule of the format page: countersigned it is a note, alone a dispute."""
    item = phone.held[0]
    key_gone(world, phone)
    with pytest.raises(KtError):
        give(later(world, 205), item.n)
    told = receive(world.session, phone.spell(phone.handover(item))).entry
    assert "key-late" in codes(told.judgement)
    line: Fields = {"n": item.n, "seal": None, "cond": "intact", "prev": told.step}
    alone = phone.act("absent", cast.COURIER_2, {"reason": "nobody"}, [line])
    assert "key-revoked" in codes(receive(world.session, phone.spell(alone)).entry.judgement)
    late = [one.seq for one in alarms.alarms(world.session) if one.code == "key-late"]
    assert late == [told.seq, told.seq + 1]
    assert is_sound(world)


def sealed_mark_a(world: cast.World) -> ItemState:
    """Register, seal and hand to the courier the item of mark A in the sample."""
    manifest = cast.write_manifest(world.folder / "a.csv", 1, begin=17)
    [n] = at_counter.import_manifest(world.session, lambda: cast.CLERK, manifest).numbers
    pictures = world.folder / "a"
    pdf = world.folder / "a.pdf"
    at_counter.print_seals(world.session, cast.CLERK, [str(n)], pdf, pictures, confirm=cast.yes)
    scans = [text for path in pictures.iterdir() for text in symbol_texts(path.read_bytes())]
    at_counter.bind(world.session, cast.CLERK, cast.CONTROLLER, scans, confirm=cast.yes)
    give(world, n, cast.CLERK, cast.COURIER)
    return state(world, n)


def test_a_missing_witness_is_refused_and_disputed(world: cast.World, phone: Phone):
    """Mark A wants a third person at every handover."""
    item = sealed_mark_a(world)
    phone.seen = [entries(world)[-1].seq, entries(world)[-1].leaf]
    with pytest.raises(KtError) as caught:
        at_counter.hand_over(
            world.session, Handover(cast.COURIER, cast.COURIER_2), [str(item.n)], confirm=cast.yes
        )
    assert "witness-missing" in str(caught.value.detail)
    told = receive(world.session, phone.spell(phone.handover(item, witness=None))).entry
    assert "witness-missing" in codes(told.judgement)
    assert state(world, item.n).holder == cast.COURIER
    assert receive(world.session, phone.spell(phone.handover(item))).refused is None
    assert state(world, item.n).holder == cast.COURIER_2
    assert is_sound(world)


def test_a_role_that_may_not_sign_makes_no_act_at_all(world: cast.World, phone: Phone):
    """An administrator carries no mail, a courier prints no seals: not disputed, not authentic."""
    item = phone.held[0]
    to_admin = phone.handover(item, to=cast.ADMIN)
    line: Fields = {"n": item.n, "serial": 70_000, "job": 70_000, "copy": 1}
    printed = phone.act("print", cast.COURIER, {"office": cast.OFFICE}, [line])
    for act in (to_admin, printed):
        assert receive(world.session, phone.spell(act)).refused == "wrong-person"
    with pytest.raises(KtError, match="role-may-not"):
        give(world, item.n, cast.COURIER, cast.ADMIN)
    assert state(world, item.n) == item
    assert is_sound(world)


def test_without_a_key_of_this_log_nobody_signs(world: cast.World, phone: Phone):
    with pytest.raises(KtError, match="no-such-person"):
        give(world, phone.held[0].n, cast.COURIER, "NV059")
    stranger = phone.handover(phone.held[0], to="NV059")
    told = phone.spell(stranger, *(phone.keys[who] for who in (
        cast.COURIER, cast.DRIVER, cast.CONTROLLER)))  # fmt: skip
    assert receive(world.session, told).refused == "wrong-person"
    assert is_sound(world)
