"""What control acts make of a log: its keys, holds and policies."""

from dataclasses import replace

import pytest

from kt1custody.core.log import keyring
from kt1custody.core.log.entry import read_entry
from kt1custody.core.log.schema import SERVICE_KEYS
from kt1custody.errors import VerificationError
from tests.kit import cast
from tests.kit.key_acts import new_key, officers, rotation
from tests.kit.paper_log import Office, PaperLog, number

N = number(1)


@pytest.fixture
def control(office: Office) -> keyring.Control:
    return PaperLog(office).replay.control


def test_found_begins_with_a_genesis_alone(office: Office):
    with pytest.raises(VerificationError, match="not-a-genesis"):
        keyring.found(read_entry(office.raws[1]))


def test_a_service_key_that_is_gone_is_told(control: keyring.Control):
    for kid in [key.kid for key in control.keys.values() if key.owner == "seal"]:
        control.revoked[kid] = (1, 1)
    with pytest.raises(VerificationError, match="no-service-key"):
        control.service_key("seal")


# Keys of the service that follow one another.


@pytest.mark.parametrize("owner", SERVICE_KEYS)
def test_the_newest_key_of_a_service_is_in_force_and_the_old_one_has_an_end(
    office: Office, owner: str
):
    paper = PaperLog(office)
    control = paper.replay.control
    old = control.service_key(owner)
    key, told = new_key(owner)
    assert paper.codes(rotation(office, old.kid, told)) == set()
    now, then = control.service_key(owner), control.keys[old.kid]
    assert (now.kid, now.since, now.until, now.office) == (key.kid, 7, None, old.office)
    assert then == replace(old, until=9)
    assert control.key_at(old.kid, 0, 7) == then
    assert now.enrolled == len(paper.raws) - 1
    assert control.head == read_entry(paper.raws[-1]).leaf
    for other in set(SERVICE_KEYS) - {owner}:
        assert control.service_key(other).enrolled == 0


@pytest.mark.parametrize("whose", ["log", "seal", cast.CLERK, cast.OFFICERS[0]])
def test_a_rotation_from_any_but_the_newest_key_moves_nothing(office: Office, whose: str):
    paper = PaperLog(office)
    control = paper.replay.control
    wrong = control.current_key(whose)
    assert wrong is not None
    _, told = new_key("server")
    assert paper.codes(rotation(office, wrong.kid, told)) == {"not-assignable"}
    first = control.service_key("server")
    assert paper.codes(rotation(office, first.kid, told)) == set()
    _, later = new_key("server", 2)
    late = rotation(office, first.kid, later, **paper.now)
    assert paper.codes(late) == {"not-assignable"}
    assert [key.owner for key in control.keys.values()].count("server") == 2


def test_a_rotation_that_nobody_judged_moves_nothing_either(office: Office):
    """Whoever reads control entries alone takes their judgement as it stands."""
    paper = PaperLog(office)
    control = paper.replay.control
    _, told = new_key("server")
    before = control.service_key("server")
    assert paper.codes(rotation(office, control.service_key("log").kid, told)) == {"not-assignable"}
    entry = replace(read_entry(paper.raws[-1]), judgement=())
    control.take(entry)
    assert control.service_key("server") == before


def test_a_disputed_rotation_moves_nothing(office: Office):
    paper = PaperLog(office)
    control = paper.replay.control
    _, told = new_key("seal")
    old = control.service_key("seal")
    signed = rotation(office, old.kid, told, seen=[0, bytes(32)])
    assert "seen-fork" in paper.codes(signed)
    assert control.service_key("seal") == old


def test_a_revoked_key_may_be_followed(office: Office):
    paper = PaperLog(office)
    control = paper.replay.control
    old = control.service_key("seal")
    paper.take(officers(office, "revoke", kid=old.kid, since=1, reason="stolen"))
    key, told = new_key("seal")
    assert paper.codes(rotation(office, old.kid, told, **paper.now)) == set()
    assert control.service_key("seal").kid == key.kid
