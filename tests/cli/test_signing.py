"""From what was agreed to the log: proposed again where others at the machine were faster."""

from collections.abc import Callable, Iterator

import pytest

from kt1custody.cli import signing
from kt1custody.errors import NotAllowedError, RefusedError, UnavailableError
from kt1custody.services.custody.hand_over import HandOver
from kt1custody.services.people.staff import NameFounders
from kt1custody.services.session import use_case
from kt1custody.services.session.here import Here
from kt1custody.services.session.proposal import Proposal, Signed
from kt1custody.signing import person_keys
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import CastSession, Handover
from tests.kit.phone import entries, is_sound, size

HANDOVER = Handover(cast.COURIER, cast.COURIER_2)


@pytest.fixture
def session(lived: cast.World) -> CastSession:
    """Two couriers at a counter, with their keys unlocked."""
    session = lived.at(200)
    session.unlock([cast.COURIER, cast.COURIER_2])
    return session


@pytest.fixture
def window(lived: cast.World, session: CastSession) -> Iterator[CastSession]:
    """Another window of the same machine."""
    other = lived.new_session()
    other.as_of = session.as_of
    yield other
    other.close()


@pytest.fixture
def held(session: CastSession) -> list[int]:
    with session.database.read() as connection:
        return [state.n for state in LogBook(connection).items(holder=cast.COURIER)]


def wanted(*items: int) -> HandOver:
    return HANDOVER.of([str(n) for n in items])


def while_it_is_signed(patch: pytest.MonkeyPatch, happens: Callable[[int], object]) -> list[int]:
    """Have something happen each time the people here sign; gives the turns as they come."""
    turns, sign = list[int](), Here.sign

    def sign_meanwhile(own: Here, proposal: Proposal) -> Signed:
        signed = sign(own, proposal)
        turns.append(len(turns))
        with pytest.MonkeyPatch.context() as inner:  # others sign as always
            inner.setattr(Here, "sign", sign)
            happens(turns[-1])
        return signed

    patch.setattr(Here, "sign", sign_meanwhile)
    return turns


def test_where_others_at_the_machine_were_faster_it_is_proposed_again(
    lived: cast.World,
    session: CastSession,
    window: CastSession,
    held: list[int],
    monkeypatch: pytest.MonkeyPatch,
):
    allowed = use_case.check(session, wanted(held[0]))
    seen: list[tuple[Proposal, Signed]] = []

    def other(turn: int) -> None:
        if turn < 2:
            at_counter.carry_out(window, wanted(held[1 + turn]))

    turns = while_it_is_signed(monkeypatch, other)
    before = size(lived)
    [entry] = signing.carry_out(
        session.here, wanted(held[0]), allowed, lambda *given: seen.append(given)
    )
    assert len(turns) == 3
    assert size(lived) == before + 3
    *_, last, mine = entries(lived)
    assert mine.raw == entry.raw
    assert mine.act.dprev == last.act.hash
    # What is done with the signatures before they are in the log is done with each proposal.
    assert [proposal.acts[0].dseq for proposal, _ in seen] == [
        mine.act.dseq - 2, mine.act.dseq - 1, mine.act.dseq,
    ]  # fmt: skip
    assert seen[-1][1] == (mine.signatures,)
    assert is_sound(lived)


def test_who_is_outrun_each_time_is_told_so(
    lived: cast.World,
    session: CastSession,
    window: CastSession,
    held: list[int],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(signing, "_TURNS", 2)
    allowed = use_case.check(session, wanted(held[0]))
    turns = while_it_is_signed(
        monkeypatch, lambda turn: at_counter.carry_out(window, wanted(held[1 + turn]))
    )
    before = size(lived)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        signing.carry_out(session.here, wanted(held[0]), allowed)
    assert (len(turns), size(lived)) == (2, before + 2)


def test_what_is_no_longer_as_it_was_shown_is_not_proposed_again(
    lived: cast.World,
    session: CastSession,
    window: CastSession,
    held: list[int],
    monkeypatch: pytest.MonkeyPatch,
):
    allowed = use_case.check(session, wanted(*held[:2]))
    turns = while_it_is_signed(
        monkeypatch, lambda turn: at_counter.carry_out(window, wanted(held[1]))
    )
    before = size(lived)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        signing.carry_out(session.here, wanted(*held[:2]), allowed)
    assert (len(turns), size(lived)) == (1, before + 1)


def test_if_what_is_done_before_it_is_committed_fails_nothing_was_written(
    lived: cast.World, session: CastSession, held: list[int]
):
    allowed = use_case.check(session, wanted(held[0]))
    before = size(lived)

    def fail(proposal: Proposal, signed: Signed) -> None:
        assert [len(given) for given in signed] == [2]
        raise UnavailableError("file-unwritable", name="offer.png", why="full")

    with pytest.raises(UnavailableError, match="file-unwritable"):
        signing.carry_out(session.here, wanted(held[0]), allowed, fail)
    assert size(lived) == before
    assert session.recorded == []
    signing.carry_out(session.here, wanted(held[0]), allowed)
    assert [one.seq for one in session.recorded] == [before]


def test_where_there_is_nothing_to_sign_nobody_signs(lived: cast.World, session: CastSession):
    naming = NameFounders(names={}, officers=cast.OFFICERS)
    session.unlock(cast.OFFICERS)
    allowed = use_case.check(session, naming)
    before = size(lived)

    def never(proposal: Proposal, signed: Signed) -> None:
        pytest.fail("nothing was signed")

    assert signing.carry_out(session.here, naming, allowed, never) == []
    assert size(lived) == before


def test_wrong_pins_that_were_typed_since_are_reported_and_taken_off(
    session: CastSession, held: list[int]
):
    allowed = use_case.check(session, wanted(held[0]))
    with pytest.raises(NotAllowedError, match="wrong-pin"):
        session.here.unlock(cast.COURIER_2, "000000")
    [entry] = signing.carry_out(session.here, wanted(held[0]), allowed)
    assert entry.act.tries == {cast.COURIER_2: 1}
    assert person_keys.read_tries(session.keys, cast.COURIER_2).unreported == 0
