"""Handing over on one device: for whom the receiver takes the items."""

import pytest

from kt1custody.services.custody.hand_over import HandOver, office_for
from kt1custody.services.session.proposal import proposing
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, states


def test_who_works_at_a_counter_takes_for_the_office_and_others_for_themselves(lived: cast.World):
    with proposing(lived.at(200), is_trial=True) as pen:
        offices = {
            who: office_for(pen, who)
            for who in (cast.CLERK, cast.CONTROLLER, cast.COURIER, cast.DRIVER, "NV077")
        }
        commune = office_for(pen, cast.COMMUNE_CLERK)
    assert offices == {
        cast.CLERK: cast.OFFICE, cast.CONTROLLER: cast.OFFICE,
        cast.COURIER: None, cast.DRIVER: None, "NV077": None,
    }  # fmt: skip
    assert commune not in (None, cast.OFFICE)


@pytest.mark.parametrize(
    ("receiver", "holder"), [(cast.COURIER_2, cast.COURIER_2), (cast.CLERK_2, str(cast.OFFICE))]
)
def test_all_items_change_hands_in_one_act_that_both_sign(
    world: cast.World, phone: Phone, receiver: str, holder: str
):
    given = tuple(str(state.n) for state in phone.held[:2])
    wanted = HandOver(given=given, giver=cast.COURIER, receiver=receiver, witness=cast.CONTROLLER)
    [entry] = at_counter.carry_out(world.session, wanted)
    assert entry.act.persons == (cast.COURIER, receiver, cast.CONTROLLER)
    assert [item.holder for item in states(world) if str(item.n) in given] == [holder] * 2
