"""Acts about scanned items: which states they rest on, and what their lines say."""

import pytest

from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import MAX_LINES
from kt1custody.errors import RefusedError
from kt1custody.services.custody.deliver import Deliver, Receiver
from kt1custody.services.custody.hand_over import HandOver
from kt1custody.services.session import step, use_case
from kt1custody.services.session.scan import Scanned
from kt1custody.store.log import LogBook
from tests.kit import cast
from tests.kit.phone import Phone

UNKNOWN = [numbers.item_number(log_number=68, year=2026, running=99_990 + n) for n in range(2)]


def test_every_item_that_is_not_registered_is_named(lived: cast.World, day: cast.Day):
    given = [Scanned(n, None) for n in (UNKNOWN[0], day.numbers[0], UNKNOWN[1])]
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        with pytest.raises(RefusedError, match="not-possible") as caught:
            step.states(book, given)
        assert caught.value.detail == {"faults": [(n, "no-such-item") for n in UNKNOWN]}
        with pytest.raises(RefusedError, match="too-many-items"):
            step.states(book, given[1:2] * (MAX_LINES + 1))
        [known] = step.states(book, given[1:2])
    assert known.n == day.numbers[0]


def test_a_line_says_the_seal_only_if_it_was_scanned(world: cast.World, phone: Phone):
    first, second = phone.held[:2]
    scanned = [Scanned(first.n, first.seal), Scanned(second.n, None)]
    assert step.lines([first, second], scanned, "doubtful") == [
        {"n": first.n, "seal": first.seal, "cond": "doubtful", "prev": first.head},
        {"n": second.n, "seal": None, "cond": "doubtful", "prev": second.head},
    ]


def test_a_record_goes_with_the_act_and_nothing_is_sealed_on_a_trial(
    world: cast.World, phone: Phone
):
    wanted = Deliver(
        given=(str(phone.held[0].n),), giver=cast.COURIER, keeper=cast.CLERK,
        receiver=Receiver("Nguyễn Văn Nhận"),
    )  # fmt: skip
    allowed = use_case.check(world.session, wanted)
    assert [state.n for state in allowed.shown] == [phone.held[0].n]
    assert allowed.people == (cast.COURIER, cast.CLERK)  # the keeper's key seals the record
    proposal = use_case.propose(world.session, wanted, allowed)
    assert proposal.people == (cast.COURIER,)
    assert proposal.acts[0].octets("commit") in {row["commitment"] for _, row in proposal.beside}


def test_an_act_without_a_record_brings_none(world: cast.World, phone: Phone):
    wanted = HandOver(
        given=(str(phone.held[0].n),), giver=cast.COURIER, receiver=cast.COURIER_2,
        witness=cast.CONTROLLER,
    )  # fmt: skip
    assert wanted.record is None
    assert use_case.propose(world.session, wanted).beside == ()
