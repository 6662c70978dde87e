"""What one person, or somebody who has left, signs by file reaches nothing that is not theirs."""

import os

import pytest

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor, numbers
from kt1custody.errors import NotAllowedError
from kt1custody.services.custody import look
from kt1custody.signing import sign
from kt1custody.signing.sign import key_map
from kt1custody.signing.slips import RecordKey
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.phone import Fields, Phone, entries, is_sound, receive, states

POST = 680_175


@pytest.fixture
def knowing(world: cast.World, phone: Phone) -> Phone:
    """A phone that has seen the newest entry, with the key of the clerk of a commune post."""
    world.session.unlock([cast.COMMUNE_CLERK])
    phone.keys[cast.COMMUNE_CLERK] = world.session.person(cast.COMMUNE_CLERK).signing
    phone.seen = newest(world)
    return phone


def newest(world: cast.World) -> list[cbor.Value]:
    with world.session.database.read() as connection:
        book = LogBook(connection)
        return [book.seq, book.leaf]


def state(world: cast.World, n: int) -> ItemState:
    return next(one for one in states(world) if one.n == n)


def register_by_file(
    world: cast.World, phone: Phone, by: str, office: int, commit: bytes, listed: bytes = bytes(32)
) -> int:
    n = numbers.item_number(log_number=68, year=26, running=300)
    line: Fields = {
        "n": n, "mark": 0, "urgency": 0, "kind": 0, "appt": None, "dest": POST, "commit": commit,
    }  # fmt: skip
    act = phone.act("register", by, {"office": office, "list": listed}, [line])
    assert receive(world.at(200), phone.spell(act)).entry is not None
    return n


def take_in(world: cast.World, minutes: int, begin: int) -> tuple[int, ...]:
    file = cast.write_manifest(world.folder / f"more-{begin}.csv", 2, begin=begin)
    return tuple(at_counter.import_manifest(world.at(minutes), lambda: cast.CLERK, file).numbers)


# G15: a slip that an act of one's own names is not given.


def test_whoever_names_another_s_slip_in_an_act_of_his_own_is_not_given_it(
    world: cast.World, knowing: Phone
):
    victim = knowing.held[0]
    n = register_by_file(world, knowing, cast.COMMUNE_CLERK, POST, victim.commit)
    own: Fields = {"to": cast.COURIER, "office": None}
    line: Fields = {"n": n, "seal": None, "cond": "intact", "prev": state(world, n).head}
    receive(world.at(201), knowing.spell(knowing.act("offer", cast.COMMUNE_CLERK, own, [line])))
    at_counter.rotate(world.at(202), cast.COMMUNE_CLERK, cast.OFFICERS)
    with pytest.raises(NotAllowedError, match="slip-elsewhere"):
        look.story(world.session, str(victim.n), cast.COMMUNE_CLERK)
    assert look.story(world.session, str(victim.n), cast.CLERK).slip is not None


# G8: a revoked key is no second officer.


def test_a_revoked_officer_s_key_enrols_nobody(world: cast.World, knowing: Phone):
    first, second = cast.OFFICERS
    at_counter.revoke(world.at(190), second, "stolen", None, (first, cast.RESERVE))
    knowing.seen = newest(world)
    fresh = sign.from_seed(os.urandom(32))
    told = key_map("kt1.lamdong.vn/68/e1", "NV099", "officer", fresh, RecordKey.new().public())
    own: Fields = {
        "by2": second, "key": told, "who": "NV099", "role": "officer", "office": cast.OFFICE,
        "from": cast.MORNING, "to": None, "commit": os.urandom(32),
    }  # fmt: skip
    answer = receive(world.at(200), knowing.spell(knowing.act("enrol", first, own)))
    assert (-1, "key-revoked") in answer.entry.judgement
    with world.session.database.read() as connection:
        assert LogBook(connection).control.current_key("NV099") is None


# G14: nobody's act ends registering at another's office.


@pytest.mark.parametrize("by", [cast.COMMUNE_CLERK, cast.CLERK_2])
def test_an_act_that_names_a_record_of_something_else_ends_no_registering(
    world: cast.World, knowing: Phone, by: str
):
    if by == cast.CLERK_2:
        at_counter.revoke(world.at(190), by, "left", None, cast.OFFICERS)
    victim = knowing.held[0]
    register_by_file(world, knowing, by, cast.OFFICE, victim.commit, victim.commit)
    assert len(take_in(world, 205, 30)) == 2


# G10: who has left takes nothing back by signing under an old id.


def test_who_has_left_contests_nothing_by_an_act_under_an_old_id(world: cast.World, knowing: Phone):
    [bound, *_] = [one.act for one in entries(world) if one.act.type == "bind"]
    signer = bound.by
    before = states(world)
    at_counter.revoke(world.at(190), signer, "left", None, cast.OFFICERS)
    own: Fields = {"who": cast.DRIVER, "reason": "absent", "id": bound.id}
    answer = receive(world.at(200), knowing.spell(knowing.act("hold", signer, own)))
    assert {code for _, code in answer.entry.judgement} >= {"id-reused", "key-revoked"}
    assert states(world) == before
    assert is_sound(world)
