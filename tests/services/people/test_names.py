"""Names of staff are opened for who may read them; who may not works on with numbers."""

from collections.abc import Mapping

from kt1custody.services.people import names
from kt1custody.signing.person_keys import PersonKey
from tests.kit import cast


def test_a_clerk_reads_the_names_of_the_own_office_and_an_officer_all(world: cast.World):
    own = names.opened(world.session, cast.CLERK)
    every = names.opened(world.session, cast.OFFICERS[0])
    assert own[cast.COURIER] == every[cast.COURIER] == "K’Brỗi Hải"
    assert cast.COMMUNE_CLERK not in own
    assert own.keys() < every.keys()


def test_where_nothing_can_be_opened_nobody_is_named(
    lived: cast.World, keys: Mapping[str, PersonKey]
):
    session = lived.at(200).left_alone()
    assert names.opened(session, cast.CLERK) == {}
    session.admit(keys[cast.COURIER].opener)
    for staff in (cast.COURIER, cast.ADMIN, "NV999"):
        assert names.opened(session, staff) == {}
    session.close()
