"""At the addressee's door: who received is in a confidential record, and only a delivery moves."""

import pytest

from kt1custody.errors import MalformedInputError
from kt1custody.services.custody.deliver import NotDelivered, Receiver
from tests.kit import at_counter, cast
from tests.kit.at_counter import Door
from tests.kit.phone import Phone, states

NAME = "Nguyễn Văn Nhận"


def test_a_receiver_is_tidied_and_empty_fields_are_none():
    receiver = Receiver(f"  {NAME} ", paper=" GGT  12", note="  ")
    assert receiver.to_record() == {"name": NAME, "paper": "GGT 12", "note": None}


@pytest.mark.parametrize(
    ("receiver", "field"),
    [
        (Receiver(""), "name"),
        (Receiver("  "), "name"),
        (Receiver("x" * 101), "name"),
        (Receiver(NAME, paper="x" * 101), "paper"),
        (Receiver(NAME, note="x" * 201), "note"),
        (Receiver(NAME, note="a\u202eb"), "note"),
        (Receiver("a\x00b"), "name"),
    ],
)
def test_a_receiver_that_no_record_may_hold_is_named_by_field(receiver: Receiver, field: str):
    with pytest.raises(MalformedInputError, match="text-not-allowed") as caught:
        receiver.to_record()
    assert caught.value.detail == {"field": field}


def test_the_act_says_that_there_is_a_remark_and_not_who_received(world: cast.World, phone: Phone):
    door, given = Door(cast.COURIER, cast.CLERK), [str(phone.held[0].n)]
    receiver = Receiver(NAME, note="ký thay")
    entry = at_counter.deliver(world.session, door, receiver, given, confirm=cast.yes)
    assert entry.act.fields["remark"] is True
    assert entry.act.octets("commit") != bytes(32)
    assert not any(text.encode() in entry.raw for text in (NAME, "ký thay"))


@pytest.mark.parametrize(("kind", "reason"), [("refuse", "damaged"), ("absent", "nobody")])
def test_a_report_moves_nothing(world: cast.World, phone: Phone, kind: str, reason: str):
    before = states(world)
    given = (str(phone.held[0].n),)
    report = NotDelivered(given=given, act_type=kind, giver=cast.COURIER, reason=reason)
    [entry] = at_counter.carry_out(world.session, report)
    assert entry.act.type == kind
    assert [(item.n, item.holder, item.head) for item in states(world)] == [
        (item.n, item.holder, item.head) for item in before
    ]
