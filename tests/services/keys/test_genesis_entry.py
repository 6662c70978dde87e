"""Entry 0: what three officers sign, and the first keys that it names."""

import os
from pathlib import Path

import pytest

from kt1custody.core.formats import cbor
from kt1custody.core.log import keyring
from kt1custody.core.log.entry import Entry, read_entry
from kt1custody.errors import KtError
from kt1custody.services.keys import genesis, genesis_entry
from kt1custody.services.keys.genesis_entry import ROLES
from kt1custody.services.session.proposal import Proposal
from kt1custody.signing import sign
from kt1custody.signing.acts import check_authentic
from kt1custody.signing.slips import RecordKey
from tests.kit import cast
from tests.kit.paper_log import sign_act

OFFICERS = cast.FOUNDING.officers
SIGNING = {staff: sign.from_seed(os.urandom(32)) for staff in OFFICERS}
RECORDS = {staff: RecordKey.new() for staff in OFFICERS}


@pytest.fixture
def proposed(tmp_path: Path) -> Proposal:
    origin = cast.FOUNDING.origin
    people: list[dict[str, cbor.Value]] = [
        dict(sign.key_map(origin, staff, role, SIGNING[staff], RECORDS[staff].public()))
        for staff, role in zip(OFFICERS, ROLES, strict=True)
    ]
    session = cast.World(tmp_path).session
    genesis.begin(session, cast.FOUNDING)
    return genesis.propose(session, cast.FOUNDING, people)


def signed(proposed: Proposal) -> Entry:
    [act] = proposed.acts
    return genesis_entry.entry_of(act, sign_act(act, SIGNING.__getitem__))


def test_what_the_three_have_signed_founds_a_log(proposed: Proposal):
    entry = signed(proposed)
    assert read_entry(entry.raw) == entry
    check_authentic(None, entry.act, entry.signatures)
    control = keyring.found(entry)
    assert (control.log, control.number, control.training) == ("kt1.lamdong.vn/68", 68, True)
    assert entry.act.persons == OFFICERS
    roles = [(key.owner, key.role) for key in keyring.read_keys(entry.act)]
    assert roles == [*zip(OFFICERS, ROLES, strict=True),
                     ("log", "log"), ("server", "server"), ("seal", "seal")]  # fmt: skip


def test_without_one_of_the_three_it_is_not_authentic(proposed: Proposal):
    entry = signed(proposed)
    first, second, _ = entry.signatures
    with pytest.raises(KtError):
        check_authentic(None, entry.act, (first, second))
    with pytest.raises(KtError):
        check_authentic(None, entry.act, (first, second, second))


def test_the_seal_key_is_wrapped_to_each_of_them(proposed: Proposal):
    [act] = proposed.acts
    [named] = [key for key in keyring.read_keys(act) if key.owner == "seal"]
    rows = [cells for _, cells in proposed.beside]
    assert [row["kid"] for row in rows] == [SIGNING[staff].kid for staff in OFFICERS]
    seeds = set()
    for staff, row in zip(OFFICERS, rows, strict=True):
        box, name = row["wrapped"], row["name"]
        assert isinstance(box, bytes)
        assert isinstance(name, str)
        seeds.add(RECORDS[staff].unwrap(box, "kt1.lamdong.vn/68", name, named.pub))
    [seed] = seeds
    assert sign.from_seed(seed).pub == named.pub
    assert seed not in proposed.encode()


def test_a_founding_names_its_first_epoch_and_its_key_files():
    assert cast.FOUNDING.origin == "kt1.lamdong.vn/68/e1"
    assert cast.FOUNDING.key_names[:3] == OFFICERS
