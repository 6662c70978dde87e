"""A site: who may sign in, and for whom its server opens records."""

import pytest

from kt1custody.errors import NotAllowedError
from kt1custody.services.people import names
from kt1custody.signing.person_keys import PersonKey
from tests.kit import at_counter, cast
from tests.kit.pages_here import PagesHere


def test_people_are_those_with_a_key_in_force(pages: PagesHere):
    before = [key.owner for key in pages.site.people()]
    assert before == sorted(before)
    assert {cast.CLERK, cast.ADMIN, cast.RESERVE, cast.COMMUNE_CLERK} <= set(before)
    assert not {"log", "server", "seal"} & set(before)
    at_counter.revoke(pages.world.session, cast.DRIVER, "left", None, cast.OFFICERS)
    assert [key.owner for key in pages.site.people()] == [
        one for one in before if one != cast.DRIVER
    ]


def test_an_unlocked_server_opens_to_each_what_is_theirs(pages: PagesHere):
    key = pages.world.session.control().current_key(cast.CLERK)
    assert key is not None
    secret = pages.site.begin(key, "WEB1", pages.site.session.language)
    visit = pages.site.visits.find(secret)
    assert visit is not None
    assert visit.session.device == "WEB1"
    assert visit.name(cast.COURIER) == "K’Brỗi Hải"
    assert visit.name(cast.COMMUNE_CLERK) == cast.COMMUNE_CLERK


def test_one_that_nobody_has_unlocked_opens_nothing(pages: PagesHere, keys: dict[str, PersonKey]):
    shut = PagesHere(pages.world, keys, reader=None).site
    session = shut.session.beside(device="WEB1", language=shut.session.language)
    shut.lend(session, cast.CLERK)
    assert names.opened(session, cast.CLERK) == {}
    with pytest.raises(NotAllowedError, match="locked"):
        session.opener(cast.CLERK)
