"""Items sent again: what was accepted under the same reference is shown, and a reason is asked."""

from collections.abc import Mapping, Sequence

import pytest

from kt1custody.core.custody.table import ItemState
from kt1custody.services.custody import look
from kt1custody.services.registration import fill_in, register
from kt1custody.services.registration.fill_in import FilledIn
from kt1custody.services.registration.register import Register
from kt1custody.services.registration.sent_again import Again
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


def compared(
    session: CastSession, typed: Sequence[Mapping[str, str]], again: Again | None = None
) -> FilledIn:
    rows = register.typed_rows(session, typed)
    return fill_in.compare(session, cast.CLERK, rows, again or {})


def codes(filled: FilledIn) -> list[tuple[int, str]]:
    return [(finding.row, finding.code) for finding in filled.checked.findings]


def test_what_came_before_under_the_same_reference_is_shown(
    session: CastSession, before: ItemState, same: Mapping[str, str]
) -> None:
    other = {**same, "reference": "7777-MOI"}
    typed = [other, same, {**same, "weight": "much"}]
    filled = compared(session, typed)
    assert codes(filled) == [
        (3, "duplicate-reference"), (4, "duplicate-reference"), (4, "bad-weight"),
    ]  # fmt: skip
    assert {row: state.n for row, state in filled.earlier.items()} == {3: before.n, 4: before.n}
    filled = compared(session, [other, same], {3: "bì trước bị ướt"})
    assert codes(filled) == []
    assert {row: state.n for row, state in filled.earlier.items()} == {3: before.n}


def test_it_is_registered_again_with_a_reason_only(
    session: CastSession, same: Mapping[str, str]
) -> None:
    typed = [{**same, "reference": "7777-MOI"}, {**same, "note": "hai tờ"}]
    rows = register.typed_rows(session, typed)
    for again in ({}, {3: "  "}, {2: "bì trước bị rách"}):
        with pytest.raises(register.WrongRowsError):
            use_case.propose(session, Register(by=cast.CLERK, rows=rows, again=again))
    again = {3: "bì trước bị rách"}
    [*_, entry] = at_counter.carry_out(session, Register(by=cast.CLERK, rows=rows, again=again))
    slips = [look.story(session, f"{line.n:012d}", cast.CLERK).slip for line in entry.act.lines]
    assert [slip and slip.note for slip in slips] == [None, "bì trước bị rách; hai tờ"]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("V/v bổ nhiệm", "subject-not-allowed"),
        ("x" * 201, "text-too-long"),
        ("bì\u202eướt", "control-character"),
        ("bì trước bÞ r¸ch n¸t", "old-font-tcvn3"),
    ],
)
def test_a_reason_is_held_to_the_rules_of_a_note(
    session: CastSession, same: Mapping[str, str], reason: str, code: str
) -> None:
    assert codes(compared(session, [same], {2: reason})) == [(2, code)]
    rows = register.one_row(session, same)
    wanted = Register(by=cast.CLERK, rows=rows, again={2: reason})
    with pytest.raises(register.WrongRowsError):
        use_case.check(session, wanted)
    with pytest.raises(register.WrongRowsError):
        use_case.propose(session, wanted)


def test_two_new_rows_of_one_reference_are_never_the_same_item(
    session: CastSession, same: Mapping[str, str]
) -> None:
    new = {**same, "reference": "7777-MOI", "note": "gửi lại"}
    assert codes(compared(session, [new, new], {2: "ướt", 3: "ướt"})) == [
        (3, "duplicate-reference")
    ]
