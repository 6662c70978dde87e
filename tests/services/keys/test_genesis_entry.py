"""Entry 0: what three officers sign, and the first keys that it names."""

import os

import pytest

from kt1custody.core.formats import cbor
from kt1custody.core.log import keyring
from kt1custody.core.log.entry import Entry, read_entry
from kt1custody.errors import KtError
from kt1custody.services.keys import genesis_entry
from kt1custody.services.keys.genesis_entry import ROLES, Genesis
from kt1custody.signing import sign
from kt1custody.signing.acts import check_authentic, sign_act
from kt1custody.signing.slips import RecordKey
from tests.kit import cast

OFFICERS = cast.FOUNDING.officers
SIGNING = {staff: sign.from_seed(os.urandom(32)) for staff in OFFICERS}
RECORDS = {staff: RecordKey.new() for staff in OFFICERS}


@pytest.fixture
def proposed(founded: cast.World) -> Genesis:
    origin = cast.FOUNDING.origin
    people: list[dict[str, cbor.Value]] = [
        dict(sign.key_map(origin, staff, role, SIGNING[staff], RECORDS[staff].public()))
        for staff, role in zip(OFFICERS, ROLES, strict=True)
    ]
    service = [sign.from_seed(os.urandom(32)) for _ in range(2)]
    return genesis_entry.propose(founded.session, cast.FOUNDING, people, service)


def signed(proposed: Genesis) -> Entry:
    return proposed.signed(sign_act(proposed.act, SIGNING.__getitem__))


def test_what_the_three_have_signed_founds_a_log(proposed: Genesis):
    entry = signed(proposed)
    assert read_entry(entry.raw) == entry
    check_authentic(None, entry.act, entry.signatures)
    control = keyring.found(entry)
    assert (control.log, control.number, control.training) == ("kt1.lamdong.vn/68", 68, True)
    assert entry.act.persons == OFFICERS
    roles = [(key.owner, key.role) for key in keyring.read_keys(entry.act)]
    assert roles == [*zip(OFFICERS, ROLES, strict=True),
                     ("log", "log"), ("server", "server"), ("seal", "seal")]  # fmt: skip


def test_without_one_of_the_three_it_is_not_authentic(proposed: Genesis):
    entry = signed(proposed)
    first, second, _ = entry.signatures
    with pytest.raises(KtError):
        check_authentic(None, entry.act, (first, second))
    with pytest.raises(KtError):
        check_authentic(None, entry.act, (first, second, second))


def test_the_seal_key_is_wrapped_to_each_of_them(proposed: Genesis):
    seal = sign.from_seed(proposed.seal_seed)
    [named] = [key for key in keyring.read_keys(proposed.act) if key.owner == "seal"]
    assert named.pub == seal.pub
    wrapped = proposed.wrapped()
    assert [kid for _, kid, _ in wrapped] == [SIGNING[staff].kid for staff in OFFICERS]
    for staff, (name, _, box) in zip(OFFICERS, wrapped, strict=True):
        opened = RECORDS[staff].unwrap(box, "kt1.lamdong.vn/68", name, seal.pub)
        assert opened == proposed.seal_seed
    assert proposed.seal_seed.hex() not in repr(proposed)


def test_a_founding_names_its_first_epoch_and_its_key_files():
    assert cast.FOUNDING.origin == "kt1.lamdong.vn/68/e1"
    assert cast.FOUNDING.key_names[:3] == OFFICERS
