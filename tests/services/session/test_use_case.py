"""A use case is tried with nobody's key, and proposed only as its people were shown it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from kt1custody.cli import given_files
from kt1custody.core.log.act import Act
from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.custody.deliver import Receiver
from kt1custody.services.custody.disclose import Disclose
from kt1custody.services.people.enrolment import Enrol
from kt1custody.services.registration import register
from kt1custody.services.registration.register import Register
from kt1custody.services.seals.seal import PrintSeals
from kt1custody.services.session import use_case
from kt1custody.services.session.proposal import proposing, state_hash
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import Door, Handover
from tests.kit.phone import Phone, give, is_sound, size

RECEIVER = Receiver("Nguyễn Văn Nhận")
FRESH = Person(number="NV050", name="Người Mới", role="clerk", office=cast.OFFICE)


def register_some(world: cast.World, rows: int, begin: int) -> Register:
    manifest = cast.write_manifest(world.folder / f"{begin}.csv", rows, begin=begin)
    return Register(by=cast.CLERK, rows=register.read_manifest(given_files.table(manifest)))


def deliver(n: int) -> UseCase[Any]:
    return Door(cast.COURIER, cast.CLERK).deliver(RECEIVER, [str(n)])


def open_slips(officer: str, given: list[str]) -> UseCase[Any]:
    return Disclose(officer=officer, given=tuple(given), reason="other")


def hand_over(n: int) -> UseCase[Any]:
    return Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER).of([str(n)])


def held(session: Session) -> list[int]:
    with session.database.read() as connection:
        return [state.n for state in LogBook(connection).items(holder=cast.COURIER)]


@pytest.fixture
def session(lived: cast.World) -> Iterator[Session]:
    """After a day, at a place where nobody stands to type a PIN."""
    session = lived.at(200).left_alone()
    yield session
    session.close()


def count_rows(session: Session) -> list[int]:
    """Count the rows of every table that a use case writes to."""
    tables = ("entries", "records", "slipkeys", "wrapped_keys", "catalogues", "serials")
    with session.database.read() as connection:
        return [
            connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one()
            for table in tables
        ]


def test_a_trial_needs_no_key_seals_nothing_and_writes_nothing(lived: cast.World, session: Session):
    """Each of these seals records or opens some, once it is proposed."""
    n = held(session)[0]
    before = count_rows(session)
    for wanted, people in (
        (deliver(n), (cast.COURIER, cast.CLERK)),
        (register_some(lived, 2, 40), (cast.CLERK,)),
        (Enrol(person=FRESH, key=None, officers=cast.OFFICERS), cast.OFFICERS),
        (Disclose(officer=cast.OFFICERS[0], given=(str(n),), reason="other"), cast.OFFICERS[:1]),
    ):
        allowed = use_case.check(session, wanted)
        assert allowed.people == people
        with proposing(session, is_trial=True) as pen:
            wanted.propose(pen)
            assert pen.done().beside == ()
    assert count_rows(session) == before


def test_what_seals_records_is_proposed_only_by_whoever_can_open_them(
    lived: cast.World, session: Session
):
    wanted = deliver(held(session)[0])
    allowed = use_case.check(session, wanted)
    with pytest.raises(NotAllowedError, match="locked"):
        use_case.propose(session, wanted, allowed)
    session.admit(lived.session.opener(cast.CLERK))
    proposal = use_case.propose(session, wanted, allowed)
    assert proposal.beside
    assert proposal.people == allowed.signers == (cast.COURIER,)  # who signs alone, and later


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (Handover(cast.COURIER_2, cast.DRIVER).of, "not-the-holder"),
        (Handover(cast.COURIER, cast.ADMIN).of, "role-may-not"),
        (Handover(cast.COURIER, "NV077").of, "no-such-person"),
        (Handover(cast.COURIER, cast.COURIER).of, "one-person-twice"),
        (partial(Door(cast.COURIER, cast.COURIER_2).deliver, RECEIVER), "no-access"),
        (partial(open_slips, cast.CLERK), "role-may-not"),
        (partial(open_slips, cast.ADMIN), "role-may-not"),
    ],
)
def test_the_rules_are_asked_before_anybody_types_a_pin(
    session: Session, make: Callable[[list[str]], UseCase[Any]], code: str
):
    before = count_rows(session)
    with pytest.raises((RefusedError, NotAllowedError), match=code):
        use_case.check(session, make([str(held(session)[0])]))
    assert count_rows(session) == before


def test_people_are_shown_what_is_compared_when_they_have_agreed(world: cast.World, phone: Phone):
    [state, *_] = phone.held
    allowed = use_case.check(world.session, hand_over(state.n))
    assert allowed.shown == [state]
    assert allowed.states == {state.n: state_hash(state)}


def test_what_changes_after_they_have_agreed_is_not_proposed(world: cast.World, phone: Phone):
    """Not even where it has come back to the same person meanwhile."""
    n = phone.held[0].n
    wanted = hand_over(n)
    allowed = use_case.check(world.session, wanted)
    give(world, n)
    give(world, n, cast.COURIER_2, cast.COURIER)
    before = size(world)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        use_case.propose(world.session, wanted, allowed)
    assert size(world) == before
    again = use_case.check(world.session, wanted)
    assert again.shown != allowed.shown
    assert use_case.propose(world.session, wanted, again).people == allowed.people
    assert is_sound(world)


def test_what_was_tried_is_drafted_and_judged_once_more_only_if_something_has_changed(
    world: cast.World, phone: Phone
):
    session, wanted = world.session, hand_over(phone.held[0].n)
    allowed = use_case.check(session, wanted)
    [(tried, _)] = allowed.tried

    def proposed() -> Act:
        [act] = use_case.propose(session, wanted, allowed).acts
        return act

    assert proposed() is tried.act
    session.tries[cast.COURIER] = 1  # a wrong PIN, which the act reports
    assert proposed().tries == {cast.COURIER: 1}
    session.tries.clear()
    assert proposed() is tried.act
    assert session.as_of is not None
    session.as_of += 1
    assert (proposed().at, tried.act.at) == (session.as_of, session.as_of - 1)
    session.as_of -= 1
    give(world, phone.held[1].n)
    later = proposed()
    assert later.id != tried.act.id
    assert later.seen != tried.act.seen


def test_what_happens_elsewhere_does_not_stop_what_was_agreed(world: cast.World, phone: Phone):
    wanted = hand_over(phone.held[0].n)
    allowed = use_case.check(world.session, wanted)
    give(world, phone.held[1].n)
    assert use_case.propose(world.session, wanted, allowed).shown == allowed.states


def test_a_list_that_has_grown_since_it_was_shown_is_not_proposed(founded: cast.World):
    """No item that was shown has changed: there is one more."""
    session, wanted = founded.at(5), PrintSeals(by=cast.CLERK)
    at_counter.carry_out(session, register_some(founded, 2, 0))
    allowed = use_case.check(session, wanted)
    at_counter.carry_out(session, register_some(founded, 1, 2))
    before = size(founded)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        use_case.propose(session, wanted, allowed)
    assert size(founded) == before
    [act] = use_case.propose(session, wanted).acts  # nobody has agreed to anything else
    assert len(act.lines) == 3
