"""The half that opens records: drawn for a person, and taken by a server from its owner alone."""

import pytest

from kt1custody.errors import NotAllowedError
from kt1custody.services.keys import reading_half
from kt1custody.signing.slips import RecordKey
from tests.kit import cast

OFFICER = cast.OFFICERS[0]


def test_a_half_that_is_drawn_belongs_to_its_public_half():
    secret, public = reading_half.draw()
    assert (len(secret), len(public)) == (reading_half.LENGTH, 1_216)
    assert RecordKey.of(secret).public() == public


def test_only_the_half_of_somebody_who_may_read_unlocks(world: cast.World):
    session = world.session.left_alone()
    for staff, secret in (
        (OFFICER, reading_half.draw()[0]),
        (OFFICER, b""),
        (OFFICER, world.session.opener(OFFICER).key.secret[:-1]),
        (cast.ADMIN, world.session.opener(cast.ADMIN).key.secret),
        ("NV999", world.session.opener(OFFICER).key.secret),
    ):
        with pytest.raises(NotAllowedError, match="not-the-opening"):
            reading_half.unlock(session, staff, secret)
    with pytest.raises(NotAllowedError, match="locked"):
        session.opener(OFFICER)
    reading_half.unlock(session, OFFICER, world.session.opener(OFFICER).key.secret)
    assert session.opener(OFFICER).kid == world.session.opener(OFFICER).kid
