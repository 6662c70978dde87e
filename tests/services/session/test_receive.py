"""Acts that were signed elsewhere: taken once and judged, or quarantined and told."""

import hashlib
import os
import random
from collections.abc import Callable

import pytest

from kt1custody.core.formats import cbor, numbers, tree
from kt1custody.core.log.act import make_act
from kt1custody.core.log.entry import Signature, to_be_signed
from kt1custody.core.log.schema import REASONS
from kt1custody.errors import NotAllowedError, UnavailableError
from kt1custody.services.evidence import verify
from kt1custody.services.session.receive import Receipt
from kt1custody.services.session.writer import writing
from kt1custody.signing import person_keys, sign
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.false_history import attacker
from tests.kit.phone import (
    Fields,
    Phone,
    check_receipt,
    entries,
    envelope,
    give,
    is_sound,
    quarantine,
    receive,
    size,
    states,
)

STRANGER = sign.from_seed(bytes(range(32)))


# What was signed elsewhere.


def test_an_authentic_act_is_appended_as_it_was_signed(world: cast.World, phone: Phone):
    act = phone.handover()
    before = size(world)
    answer = receive(world.session, phone.spell(act))
    assert answer.refused is None
    assert (answer.entry.seq, answer.entry.act.body) == (before, act.body)
    assert entries(world, before - 1) == [answer.entry]
    assert is_sound(world)


def test_an_authentic_act_moves_its_item(world: cast.World, phone: Phone):
    answer = receive(world.session, phone.spell(phone.handover()))
    assert answer.entry.judgement == ((-1, "device-unknown"),)
    with world.session.database.read() as connection:
        state = LogBook(connection).item(phone.held[0].n)
    assert state is not None
    assert (state.holder, state.head) == (cast.COURIER_2, answer.entry.step)


def test_a_device_can_check_its_receipt_alone(world: cast.World, phone: Phone):
    told = phone.spell(phone.handover())
    answer = receive(world.session, told)
    assert check_receipt(world, told, answer.spelled).seq == answer.entry.seq


def test_a_device_can_check_what_was_refused(world: cast.World, phone: Phone):
    answer = receive(world.session, b"rubbish")
    assert answer.refused is not None
    found = check_receipt(world, phone.spell(phone.handover()), answer.spelled)
    assert found.entry == answer.entry.raw


def test_a_receipt_shows_that_the_log_goes_on_from_what_the_device_has_seen(
    world: cast.World, phone: Phone
):
    first = phone.handover()
    answer = receive(world.session, phone.spell(first))
    found = check_receipt(world, phone.spell(first), answer.spelled)
    told, index = found.proof.signed.checkpoint, found.proof.index
    known = tree.root_before(answer.entry.leaf, index, told.size, found.proof.hashes)
    phone.seen = [answer.entry.seq, answer.entry.leaf]
    give(world, phone.held[1].n)
    later = phone.spell(phone.handover(phone.held[2]))
    again = check_receipt(world, later, receive(world.session, later).spelled)
    newer = again.proof.signed.checkpoint
    tree.check_consistency(index + 1, known, newer.size, newer.root, again.hashes)


def test_the_same_act_twice_is_one_entry(world: cast.World, phone: Phone):
    told = phone.spell(phone.handover())
    first, before = receive(world.session, told), size(world)
    give(world, phone.held[1].n)
    again = receive(world.session, told)
    assert (again.entry, again.refused) == (first.entry, first.refused)
    assert check_receipt(world, told, again.spelled).seq == first.entry.seq
    assert size(world) == before + 1


def test_the_same_act_signed_once_more_is_the_same_act(world: cast.World, phone: Phone):
    act = phone.handover()
    first = receive(world.session, phone.spell(act))
    assert receive(world.session, envelope(act.body, [])) == first


def test_a_faulty_act_that_happened_is_recorded_and_judged(world: cast.World, phone: Phone):
    delivered = next(s for s in states(world) if s.status == "delivered")
    answer = receive(world.session, phone.spell(phone.handover(delivered)))
    assert (answer.refused, (0, "no-such-step") in answer.entry.judgement) == (None, True)
    assert next(s for s in states(world) if s.n == delivered.n) == delivered
    assert is_sound(world)


def test_an_act_that_depends_on_an_entry_that_cannot_be_read_is_not_called_malformed(
    world: cast.World, phone: Phone
):
    """The database is at fault, not the phone: nothing is refused, the operator is told."""
    act = phone.handover()
    told = phone.spell(act)
    late = phone.spell(phone.handover())  # the same step once more, so its item is folded again
    receive(world.session, told)
    unlocked = world.session.unlocked()
    with attacker(world) as connection:
        connection.execute("UPDATE entries SET entry = x'a0' WHERE kind = 'bind'")
    world.session.admit_all(unlocked)
    with pytest.raises(UnavailableError, match="database-broken"):
        receive(world.session, late)
    assert quarantine(world) == []


def test_a_catalogue_that_is_none_of_offices_does_not_stop_the_log(world: cast.World, phone: Phone):
    with world.session.database.read() as connection:
        digest = LogBook(connection).control.catalogues["agencies"]
    own: Fields = {"by2": cast.OFFICERS[1], "kind": "offices", "hash": digest, "from": cast.MORNING}
    act = phone.act("catalogue", cast.OFFICERS[0], own)
    with writing(world.session) as pen:
        entry = pen.append_signed(act, phone.signatures(act))
    assert give(world, phone.held[0].n).seq == entry.seq + 1
    assert {one.kind for one in verify.verify(world.session).findings} == {"catalogue"}


def test_what_somebody_on_hold_signed_elsewhere_is_recorded_with_a_note(
    world: cast.World, phone: Phone
):
    told = phone.spell(phone.handover())
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "suspected")
    answer = receive(world.session, told)
    assert (answer.refused, (-1, "on-hold") in answer.entry.judgement) == (None, True)
    with world.session.database.read() as connection:
        state = LogBook(connection).item(phone.held[0].n)
    assert state is not None
    assert state.holder == cast.COURIER_2


def test_what_a_phone_says_of_wrong_pins_settles_none_of_this_desk(world: cast.World, phone: Phone):
    with pytest.raises(NotAllowedError, match="wrong-pin"):
        person_keys.unlock(world.session.keys, cast.COURIER, "000000", 0)
    told = {cast.COURIER: 9}
    answer = receive(world.session, phone.spell(phone.handover(tries=told)))
    assert answer.entry.act.tries == told
    assert person_keys.read_tries(world.session.keys, cast.COURIER).unreported == 1


# What is not authentic.


def garbage(phone: Phone) -> bytes:
    return b"not an act"


def wrong_shape(phone: Phone) -> bytes:
    return cbor.encode({"body": phone.handover().body})


def unsigned_fields(phone: Phone) -> bytes:
    return cbor.encode([phone.handover().body, [["giver", b"short", bytes(64)]]])


def too_much_to_say(phone: Phone) -> bytes:
    """A large act about items that the log does not know: not all that is said about it has room."""
    lines: list[Fields] = [
        {
            "n": numbers.item_number(log_number=68, year=2026, running=running),
            "seal": 4_000_000_000,
            "cond": "doubtful",
            "prev": bytes(32),
            "reason": "lost-label",
            "new": 4_000_000_001,
        }
        for running in range(1, 501)
    ]
    own = {"office": cast.OFFICE, "witness": None}
    return phone.spell(phone.act("void", cast.CLERK, own, lines))


def test_an_act_is_not_refused_for_all_that_is_said_about_it(world: cast.World, phone: Phone):
    answer = receive(world.session, too_much_to_say(phone))
    assert answer.refused is None
    assert {code for line, code in answer.entry.judgement if line >= 0} == {"predecessor-missing"}
    assert is_sound(world)


def no_act(phone: Phone) -> bytes:
    return envelope(cbor.encode({"v": 1}), [])


def unknown_key(phone: Phone) -> bytes:
    act = phone.handover()
    return phone.spell(act, STRANGER, phone.keys[cast.COURIER_2], phone.keys[cast.CONTROLLER])


def bad_signature(phone: Phone) -> bytes:
    act = phone.handover()
    whole = bytearray(phone.spell(act))
    whole[-1] ^= 1
    return bytes(whole)


def swapped(phone: Phone) -> bytes:
    """Each signed for the other."""
    act = phone.handover()
    return phone.spell(
        act, phone.keys[cast.COURIER_2], phone.keys[cast.COURIER], phone.keys[cast.CONTROLLER]
    )


def one_sided(phone: Phone) -> bytes:
    act = phone.handover()
    key = phone.keys[cast.COURIER]
    told = to_be_signed(
        log=act.log, body=act.body, role="giver", alg=key.alg, kid=key.kid, before=[]
    )
    return envelope(act.body, [Signature("giver", key.kid, key.sign(told))])


def one_person(phone: Phone) -> bytes:
    return phone.spell(phone.handover(to=cast.COURIER))


def wrong_role(phone: Phone) -> bytes:
    return phone.spell(phone.handover(to=cast.ADMIN))


def other_log(phone: Phone) -> bytes:
    act = phone.handover()
    return phone.spell(make_act({**act.fields, "log": "kt1.other.vn/68"}))


def too_large_an_act(phone: Phone) -> bytes:
    return envelope(bytes(60_000), [])


def too_large_altogether(phone: Phone) -> bytes:
    return bytes(300_000)


REFUSALS: dict[Callable[[Phone], bytes], str] = {
    garbage: "malformed",
    wrong_shape: "malformed",
    unsigned_fields: "malformed",
    no_act: "malformed",
    unknown_key: "unknown-key",
    bad_signature: "bad-signature",
    swapped: "wrong-person",
    one_sided: "wrong-person",
    one_person: "wrong-person",
    wrong_role: "wrong-person",
    other_log: "wrong-log",
    too_large_an_act: "too-large",
    too_large_altogether: "too-large",
}


def test_every_reason_of_a_refusal_is_tried():
    assert {*REFUSALS.values(), "too-many"} == set(REASONS["refused"])


@pytest.mark.parametrize("make", REFUSALS, ids=lambda make: make.__name__)
def test_what_is_not_authentic_is_quarantined_and_the_log_says_so(
    world: cast.World, phone: Phone, make: Callable[[Phone], bytes]
):
    told = make(phone)
    before, items = size(world), states(world)
    answer = receive(world.session, told)
    digest = hashlib.sha256(told).digest()
    assert answer.refused is not None
    assert entries(world, before - 1) == [answer.entry]
    fields = answer.entry.act.fields
    assert (answer.entry.act.type, answer.entry.judgement) == ("refused", ())
    assert (fields["hash"], fields["length"]) == (digest, len(told))
    assert fields["reason"] == REFUSALS[make]
    kept = told if len(told) <= 65_536 else b""
    assert quarantine(world) == [(digest, before, kept)]
    assert answer.kept == (kept == told)
    assert states(world) == items
    assert is_sound(world)


def test_the_same_garbage_twice_is_told_once(world: cast.World):
    first, before = receive(world.session, b"junk"), size(world)
    assert receive(world.session, b"other junk").entry.seq == before
    again = receive(world.session, b"junk")
    assert (again.entry, again.refused) == (first.entry, first.refused)
    assert (size(world), len(quarantine(world))) == (before + 1, 2)


def test_an_act_that_was_refused_is_taken_when_it_comes_whole(world: cast.World, phone: Phone):
    act = phone.handover()
    assert receive(world.session, envelope(act.body, [])).refused == "wrong-person"
    assert receive(world.session, phone.spell(act)).refused is None


def test_whatever_comes_is_answered(world: cast.World, phone: Phone):
    """One bit, byte or piece of an authentic act is changed; nothing but a refusal follows."""
    told, chance = phone.spell(phone.handover()), random.Random(7)
    answers: list[Receipt] = []
    for _ in range(60):
        spoiled = bytearray(told)
        place = chance.randrange(len(told))
        match chance.randrange(3):
            case 0:
                spoiled[place] ^= 1 << chance.randrange(8)
            case 1:
                spoiled[place : place + chance.randrange(1, 9)] = os.urandom(chance.randrange(9))
            case _:
                del spoiled[place:]
        answers.append(receive(world.session, bytes(spoiled)))
    assert {answer.entry.act.type for answer in answers} == {"refused"}
    assert is_sound(world)
