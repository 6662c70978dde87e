"""Keys of people at this machine: unlocked by their PINs, they sign what was proposed here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kt1custody.errors import NotAllowedError, RefusedError, UnavailableError
from kt1custody.services.session import here, use_case, writer
from kt1custody.services.session.here import Here
from kt1custody.services.session.proposal import Proposal
from kt1custody.signing import person_keys
from kt1custody.store.log import LogBook
from tests.kit import cast
from tests.kit.at_counter import Handover
from tests.kit.phone import is_sound, size

GIVER, RECEIVER = cast.COURIER, cast.COURIER_2


@pytest.fixture
def counter(lived: cast.World) -> Iterator[Here]:
    """A machine at which nobody has typed a PIN."""
    session = lived.at(200).left_alone()
    yield Here(session)
    session.close()


def proposed(world: cast.World, counter: Here, place: int = 0) -> Proposal:
    """An item that one courier hands to another; its slip is opened, nobody can sign here by that."""
    counter.session.admit(world.session.opener(GIVER))
    with counter.session.database.read() as connection:
        n = LogBook(connection).items(holder=GIVER)[place].n
    return use_case.propose(counter.session, Handover(GIVER, RECEIVER).of([str(n)]))


def unreported(counter: Here, staff: str) -> int:
    return person_keys.read_tries(counter.session.keys, staff).unreported


def test_a_pin_opens_the_key_of_its_person_until_the_session_ends(counter: Here):
    assert counter.locked([GIVER, RECEIVER, GIVER]) == [GIVER, RECEIVER]
    counter.unlock(GIVER, cast.PINS[GIVER])
    assert counter.locked([GIVER, RECEIVER, GIVER]) == [RECEIVER]
    assert (counter.is_unlocked(GIVER), counter.is_unlocked(RECEIVER)) == (True, False)
    assert counter.key(GIVER).signing.kid in counter.session.control().keys
    assert counter.session.opener(GIVER).kid == counter.key(GIVER).signing.kid


@pytest.mark.parametrize("pin", ["", "000000", cast.PINS[RECEIVER]])
def test_a_wrong_pin_or_another_person_s_opens_nothing(counter: Here, pin: str):
    with pytest.raises(NotAllowedError, match="wrong-pin"):
        counter.unlock(GIVER, pin)
    assert not counter.is_unlocked(GIVER)
    with pytest.raises(NotAllowedError, match="locked"):
        counter.key(GIVER)
    with pytest.raises(NotAllowedError, match="locked"):
        counter.session.opener(GIVER)


def test_whom_the_log_does_not_know_is_refused_before_a_pin(counter: Here):
    with pytest.raises(RefusedError, match="no-such-person"):
        counter.locked([GIVER, "NV077"])
    with pytest.raises(UnavailableError, match="key-file-missing"):
        counter.unlock("NV077", "471177")
    assert not list(counter.session.keys.glob("NV077*"))


def test_everybody_signs_in_turn_with_their_own_key(lived: cast.World, counter: Here):
    proposal = proposed(lived, counter)
    for staff in proposal.people:
        with pytest.raises(NotAllowedError, match="locked"):
            counter.sign(proposal)
        counter.unlock(staff, cast.PINS[staff])
    [signatures] = signed = counter.sign(proposal)
    kids = [counter.key(staff).signing.kid for staff in (GIVER, RECEIVER)]
    assert [signature.kid for signature in signatures] == kids
    writer.commit(counter.session, proposal, signed)
    assert is_sound(lived)


def test_nobody_signs_out_of_turn_or_twice(lived: cast.World, counter: Here):
    proposal = proposed(lived, counter)
    for staff in (GIVER, RECEIVER, cast.CLERK):
        counter.unlock(staff, cast.PINS[staff])
    giver, receiver, other = map(counter.key, (GIVER, RECEIVER, cast.CLERK))
    with pytest.raises(RefusedError, match="not-your-turn"):
        here.sign(proposal, (), receiver)
    signed = here.sign(proposal, (), giver)
    for key in (giver, other):
        with pytest.raises(RefusedError, match="not-your-turn"):
            here.sign(proposal, signed, key)
    with pytest.raises(RefusedError, match="not-your-turn"):
        here.sign(proposal, here.sign(proposal, signed, receiver), receiver)


def test_a_key_that_the_log_does_not_know_signs_nothing(
    lived: cast.World, counter: Here, tmp_path: Path
):
    """Such as one that an enrolment has left which never came to its end."""
    stray = person_keys.create(tmp_path / "stray", GIVER, "471111", person_keys.TRAINING)
    counter.unlock(RECEIVER, cast.PINS[RECEIVER])
    counter.admit(stray)
    with pytest.raises(NotAllowedError, match="not-enrolled"):
        counter.sign(proposed(lived, counter))


def test_what_another_machine_proposes_is_not_signed_here(lived: cast.World, counter: Here):
    other = lived.new_session("QUAY02")
    for staff in (GIVER, RECEIVER):
        counter.unlock(staff, cast.PINS[staff])
    with pytest.raises(RefusedError, match="not-this-device"):
        Here(other, counter._keys).sign(proposed(lived, counter))
    other.close()


def test_wrong_pins_are_counted_reported_by_the_next_act_and_taken_off(
    lived: cast.World, counter: Here
):
    for _ in range(2):
        with pytest.raises(NotAllowedError, match="wrong-pin"):
            counter.unlock(GIVER, "000000")
    assert counter.session.tries == {}  # who it was that typed, nobody knows yet
    for staff in (GIVER, RECEIVER):
        counter.unlock(staff, cast.PINS[staff])
    assert counter.session.tries == {GIVER: 2, RECEIVER: 0}
    proposal = proposed(lived, counter)
    assert proposal.acts[0].tries == {GIVER: 2}
    signed = counter.sign(proposal)
    with pytest.raises(NotAllowedError, match="wrong-pin"):
        counter.unlock(GIVER, "000000")  # in another window, while this one is signed
    entries = writer.commit(counter.session, proposal, signed)
    assert unreported(counter, GIVER) == 3  # a crash here reports them once more
    counter.settle(entries)
    counter.count_tries([GIVER])
    assert (unreported(counter, GIVER), counter.session.tries[GIVER]) == (1, 1)
    assert proposed(lived, counter, 1).acts[0].tries == {GIVER: 1}


def test_whose_key_is_not_here_has_no_count_here(lived: cast.World, counter: Here):
    with pytest.raises(NotAllowedError, match="wrong-pin"):
        counter.unlock(GIVER, "000000")
    for staff in (GIVER, RECEIVER):
        counter.unlock(staff, cast.PINS[staff])
    proposal = proposed(lived, counter)
    entries = writer.commit(counter.session, proposal, counter.sign(proposal))
    Here(counter.session).settle(entries)
    assert unreported(counter, GIVER) == 1


def test_a_count_that_cannot_be_written_undoes_nothing_and_is_told(
    lived: cast.World, counter: Here
):
    with pytest.raises(NotAllowedError, match="wrong-pin"):
        counter.unlock(GIVER, "000000")
    for staff in (GIVER, RECEIVER):
        counter.unlock(staff, cast.PINS[staff])
    proposal = proposed(lived, counter)
    before = size(lived)
    entries = writer.commit(counter.session, proposal, counter.sign(proposal))
    count = counter.session.keys / f"{GIVER}.tries"
    count.unlink()
    count.mkdir()
    counter.settle(entries)
    assert [error.code for error in counter.session.warnings] == ["keys-folder"]
    assert size(lived) == before + 1
