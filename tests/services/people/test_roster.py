"""The people and machines of the service, as the log knows them now."""

from kt1custody.services.people import roster
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, receive, size


def member(world: cast.World, who: str) -> roster.Member:
    return next(one for one in roster.members(world.session) if one.number == who)


def test_the_list_of_people_opens_names_only_for_a_reader(world: cast.World):
    assert {one.name for one in roster.members(world.session)} == {None}
    found = {one.number: one for one in roster.members(world.session, cast.CLERK)}
    assert found[cast.COURIER].name
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "suspected")
    at_counter.revoke(world.session, cast.COURIER_2, "left", None, cast.OFFICERS)
    assert member(world, cast.COURIER).hold == size(world) - 2
    assert member(world, cast.COURIER_2).is_revoked


def test_a_machine_counts_its_own_acts_and_what_has_not_come(world: cast.World, phone: Phone):
    at_counter.enrol_device(world.session, "PHONE01", "Máy", cast.OFFICE, cast.OFFICERS)

    def machine() -> roster.EnrolledDevice:
        return {device.number: device for device in roster.devices(world.session)}["PHONE01"]

    assert (machine().office, machine().counter, machine().missing) == (cast.OFFICE, None, 0)
    phone.handover(phone.held[0])  # stays on the phone
    entry = receive(world.at(205), phone.spell(phone.handover(phone.held[1]))).entry
    assert (machine().counter, machine().missing) == (1, 1)
    assert machine().last == entry.accepted_at
    at_counter.hold(world.session, cast.CLERK, "PHONE01", "phone-lost")
    assert machine().hold == size(world) - 1


def test_people_are_listed_by_number_with_their_newest_key(world: cast.World):
    numbers = [person.number for person in roster.members(world.session)]
    assert numbers == sorted(numbers)
    assert {cast.CLERK, cast.ADMIN, cast.RESERVE} <= {*numbers}
    assert not {"seal", "log", "server", "QUAY01"} & {*numbers}
    before = member(world, cast.COURIER).key
    at_counter.rotate(world.session, cast.COURIER, cast.OFFICERS)
    after = member(world, cast.COURIER)
    assert after.key.kid != before.kid
    assert not after.is_revoked
