"""Filling in items: what was accepted under the same reference is shown, and why it comes again."""

from collections.abc import Mapping

import pytest

from kt1custody.core.custody.table import ItemState
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services.custody import look
from kt1custody.services.registration import fill_in, register
from kt1custody.services.registration.register import Register
from kt1custody.services.session import use_case
from tests.kit import at_counter, cast
from tests.kit.at_counter import CastSession


@pytest.fixture
def session(lived: cast.World) -> CastSession:
    session = lived.at(600)
    session.unlock([cast.CLERK])
    return session


@pytest.fixture
def before(session: CastSession) -> ItemState:
    """An item with a reference."""
    states = look.listed(session, holder=None, is_open=False, is_unsealed=False)
    return next(state for state in states if state.mark == 0)


@pytest.fixture
def same(session: CastSession, before: ItemState) -> dict[str, str]:
    slip = look.story(session, f"{before.n:012d}", cast.CLERK).slip
    assert slip
    return {
        "sender": slip.sender, "recipient": slip.recipient, "reference": f"  {slip.reference}",
        "mark": "", "urgency": "", "kind": "Thư", "layers": "1", "weight": "20",
    }  # fmt: skip


def codes(filled: fill_in.FilledIn) -> list[tuple[int, str]]:
    return [(finding.row, finding.code) for finding in filled.checked.findings]


def test_what_came_before_under_the_same_reference_is_shown(
    session: CastSession, before: ItemState, same: Mapping[str, str]
) -> None:
    other = {**same, "reference": "7777-MOI"}
    filled = fill_in.compare(session, cast.CLERK, [other, same, {**same, "weight": "much"}])
    assert codes(filled) == [
        (3, "duplicate-reference"), (4, "duplicate-reference"), (4, "bad-weight"),
    ]  # fmt: skip
    assert {row: state.n for row, state in filled.earlier.items()} == {3: before.n, 4: before.n}
    assert codes(fill_in.compare(session, cast.CLERK, [same], again=True)) == []


def test_it_is_registered_again_with_a_reason_only(
    session: CastSession, same: Mapping[str, str]
) -> None:
    rows = register.one_row(session, same)
    with pytest.raises(register.WrongRowsError):
        use_case.propose(session, Register(by=cast.CLERK, rows=rows))
    with pytest.raises(MalformedInputError) as refused:
        use_case.propose(session, Register(by=cast.CLERK, rows=rows, again=True))
    assert refused.value.code == "again-without-reason"
    rows = register.one_row(session, {**same, "note": "bì trước bị rách"})
    [*_, entry] = at_counter.carry_out(session, Register(by=cast.CLERK, rows=rows, again=True))
    assert entry.act.type == "register"


def test_two_new_rows_of_one_reference_are_never_the_same_item(
    session: CastSession, same: Mapping[str, str]
) -> None:
    new = {**same, "reference": "7777-MOI", "note": "gửi lại"}
    filled = fill_in.compare(session, cast.CLERK, [new, new], again=True)
    assert codes(filled) == [(3, "duplicate-reference")]


def test_every_point_of_the_envelope_has_to_be_ticked() -> None:
    fill_in.refuse_unchecked(fill_in.ENVELOPE)
    for point in fill_in.ENVELOPE:
        with pytest.raises(RefusedError):
            fill_in.refuse_unchecked([one for one in fill_in.ENVELOPE if one != point])
