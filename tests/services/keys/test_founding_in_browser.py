"""A founding whose keys are made elsewhere: public halves, locked files and signatures come here."""

import hashlib

import pytest

from kt1custody.core.formats import cbor
from kt1custody.errors import KtError, MalformedInputError, RefusedError
from kt1custody.services.keys import founding_in_browser, genesis, reading_half
from kt1custody.services.keys.founding_in_browser import FirstBrowser
from kt1custody.services.keys.genesis_entry import ROLES, Founding
from kt1custody.services.session import here, use_case, writer
from kt1custody.services.session.proposal import Proposal, Signed
from kt1custody.signing import person_keys
from kt1custody.signing.person_keys import PersonKey
from kt1custody.signing.sign import key_map
from tests.kit import cast

THREE = ("NV021", "NV022", "NV029")
FOUNDING = Founding(
    log="kt1.lamdong.vn/68", name="Bưu cục KT1", office=680900, number=68, training=True,
    officers=THREE, names=("Một", "Hai", "Ba"),
)  # fmt: skip


@pytest.fixture
def world(tmp_path) -> cast.World:
    return cast.World(tmp_path / "server")


@pytest.fixture
def three(tmp_path) -> dict[str, PersonKey]:
    """Three keys and their files, where the people are."""
    cost, folder = person_keys.TRAINING, tmp_path / "people"
    return {staff: person_keys.create(folder, staff, cast.PINS[staff], cost) for staff in THREE}


def maps(three: dict[str, PersonKey]) -> list[bytes]:
    made = zip(three.values(), ROLES, strict=True)
    return [
        cbor.encode(key_map(FOUNDING.origin, key.staff, role, key.signing, key.opening.public()))
        for key, role in made
    ]


def files(tmp_path) -> dict[str, bytes]:
    return {staff: (tmp_path / "people" / f"{staff}.key").read_bytes() for staff in THREE}


def signed_by(three: dict[str, PersonKey], proposed: Proposal, *people: str) -> Signed:
    signed: Signed = ()
    for staff in people:
        signed = here.sign(proposed, signed, three[staff])
    return signed


def left(world: cast.World) -> list[str]:
    return sorted(path.name for path in world.session.keys.glob("*") if path.suffix != ".draft")


def test_what_is_wrong_leaves_nothing_but_the_answers(world, three, tmp_path):
    with pytest.raises(RefusedError, match="founding-not-begun"):
        founding_in_browser.propose(world.session, maps(three))
    genesis.note_answers(world.session, FOUNDING)
    for people in ([], maps(three)[:2], [b"\xff"] * 3, [cbor.encode({"owner": "NV021"})] * 3):
        with pytest.raises(MalformedInputError):
            founding_in_browser.propose(world.session, people)
        assert left(world) == []
    good = files(tmp_path)
    for given in ({}, {**good, "NV029": good["NV021"]}, {**good, "NV022": cbor.encode(["x"])}):
        proposed = founding_in_browser.propose(world.session, maps(three))
        signed = signed_by(three, proposed, *THREE)
        with pytest.raises(KtError):
            founding_in_browser.commit(world.session, proposed, signed, given)
        assert left(world) == []
    proposed = founding_in_browser.propose(world.session, maps(three))
    with pytest.raises(KtError):  # the holder of the reserve has not signed
        founding_in_browser.commit(
            world.session, proposed, signed_by(three, proposed, *THREE[:2]), good
        )
    assert left(world) == []


def test_three_found_a_log_and_two_make_a_browser_its_device(world, three, tmp_path):
    session = world.session
    genesis.note_answers(session, FOUNDING)
    proposed = founding_in_browser.propose(session, maps(three))
    signed = signed_by(three, proposed, *THREE)
    founding_in_browser.commit(session, proposed, signed, files(tmp_path))
    with pytest.raises(RefusedError, match="founding-not-begun"):
        founding_in_browser.propose(session, maps(three))

    reading_half.unlock(session, "NV021", three["NV021"].opening.secret)
    wanted = FirstBrowser(
        device="WEB1", name="Trình duyệt", office=FOUNDING.office, officers=THREE[:2],
        names=dict(zip(THREE, ("Một", "Hai", "Ba"), strict=True)),
    )  # fmt: skip
    proposed = use_case.propose(session, wanted)
    writer.commit(session, proposed, signed_by(three, proposed, *THREE[:2]))
    assert "WEB1" in session.control().devices
    assert genesis.are_officers_named(session)

    raw = founding_in_browser.reserve_file(session)
    assert raw == files(tmp_path)["NV029"]
    with pytest.raises(RefusedError, match="reserve-differs"):
        founding_in_browser.drop_reserve(session, hashlib.sha256(b"another").digest())
    founding_in_browser.drop_reserve(session, hashlib.sha256(raw).digest())
    founding_in_browser.drop_reserve(session, b"")  # a second time changes nothing
    assert founding_in_browser.reserve_file(session) is None
    genesis.finish(session)
    with pytest.raises(RefusedError, match="founding-finished"):
        founding_in_browser.founded(session)
