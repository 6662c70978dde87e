"""The custody table, pair by pair."""

import pytest

from kt1custody.core.custody.table import TABLE, Status
from kt1custody.core.log.schema import REPORT_TYPES, STEP_TYPES

R, H, O, S = Status.REGISTERED, Status.HELD, Status.OUT, Status.SENT  # noqa: E741
# Written from the rules: what may be done in which state.
MAY = {
    "register": (None,),
    "bind": (R,),
    "void": (R, H),
    "handover": (H, O, S),
    "offer": (H, O, S),
    "take": (H, O, S),
    "deliver": (H, O),
    "return": (H, O),
    "refuse": (H, O),
    "absent": (H, O),
}


@pytest.mark.parametrize("kind", sorted(STEP_TYPES | REPORT_TYPES))
@pytest.mark.parametrize("status", [None, *Status])
def test_every_state_and_act_is_in_the_table_or_refused(status: Status | None, kind: str):
    assert ((status, kind) in TABLE) == (status in MAY[kind])


@pytest.mark.parametrize("status", [H, O])
def test_a_report_moves_nothing_and_an_ending_ends(status: Status):
    assert TABLE[status, "refuse"] == TABLE[status, "absent"] == TABLE[status, "offer"] == status
    assert TABLE[status, "take"] == TABLE[status, "handover"]
    assert TABLE[status, "deliver"] == Status.DELIVERED
    assert TABLE[status, "return"] == Status.RETURNED
