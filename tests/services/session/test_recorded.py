"""Acts whose answer was lost are found again by their hashes, by those who signed them."""

from kt1custody.services.session import recorded
from tests.kit import cast
from tests.kit.phone import Phone, give


def test_who_signed_an_act_finds_it_and_nobody_else(world: cast.World, phone: Phone):
    entry = give(world, phone.held[0].n)
    asked = [bytes(32), entry.act.hash, b"short"]
    for staff in entry.act.persons:
        assert recorded.entries(world.session, staff, asked) == [entry]
    assert recorded.entries(world.session, cast.ADMIN, asked) == []
