"""Signing in, and keys that are made in a browser, without a browser."""

import pytest

from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import possession
from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import KtError, NotAllowedError, RefusedError, VerificationError
from kt1custody.services.keys import reading_half
from kt1custody.services.people import browsers
from kt1custody.services.people.enrolment import Enrol
from kt1custody.services.session import slips
from kt1custody.signing import sign
from kt1custody.signing.person_keys import PersonKey
from kt1custody.signing.slips import new_seed
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast

PROOF = b"p" * 32


def answer(world: cast.World, key: PersonKey, drawn: bytes) -> bytes:
    return key.signing.sign(browsers.sign_in_text(world.session.control(), drawn))


def test_whoever_signs_the_challenge_with_the_key_in_force_is_signed_in(
    world: cast.World, keys: dict[str, PersonKey]
):
    drawn, key = browsers.challenge(), keys[cast.CLERK]
    found = browsers.signed_in(
        world.session,
        staff=cast.CLERK,
        kid=key.signing.kid,
        drawn=drawn,
        signature=answer(world, key, drawn),
    )
    assert (found.owner, found.role) == (cast.CLERK, "clerk")


def test_nobody_else_is(world: cast.World, keys: dict[str, PersonKey]):
    drawn, mine, other = browsers.challenge(), keys[cast.CLERK], keys[cast.COURIER]
    good = answer(world, mine, drawn)
    wrong = [
        (cast.CLERK, mine.signing.kid, browsers.challenge(), good),
        (cast.CLERK, mine.signing.kid, drawn, answer(world, other, drawn)),
        (cast.CLERK, mine.signing.kid, drawn, mine.signing.sign(drawn)),
        (cast.CLERK, other.signing.kid, drawn, answer(world, other, drawn)),
        (cast.COURIER, mine.signing.kid, drawn, good),
        ("NV999", mine.signing.kid, drawn, good),
        ("log", mine.signing.kid, drawn, good),
    ]
    for staff, kid, challenge, signature in wrong:
        with pytest.raises((NotAllowedError, VerificationError)):
            browsers.signed_in(
                world.session, staff=staff, kid=kid, drawn=challenge, signature=signature
            )


def new_key(world: cast.World, staff: str = "NV091") -> dict[str, cbor.Value]:
    made = sign.key_map(
        world.session.control().origin, staff, "clerk", sign.from_seed(new_seed()), None
    )
    told = {**made, "kept": "browser"}
    key = sign.from_seed(new_seed())
    told |= {"alg": key.alg, "pub": key.pub}
    told["possess"] = key.sign(possession(world.session.control().origin, told))
    return told


def test_a_key_made_in_a_browser_waits_for_officers(world: cast.World):
    key = new_key(world)
    half = browsers.ask_for(world.session, device="WEB1", raw_key=cbor.encode(key), proof=PROOF)
    [waiting] = browsers.waiting(world.session)
    assert (waiting.staff, waiting.role, waiting.device) == ("NV091", "clerk", "WEB1")
    assert waiting.fingerprint == browsers.fingerprint(waiting.kid)
    assert browsers.release(world.session, "WEB1", waiting.kid, PROOF) == half


def test_an_officers_key_from_a_browser_unlocks_a_server(world: cast.World):
    session = world.at(200)
    secret, public = reading_half.draw()
    seed = sign.from_seed(new_seed())
    origin = session.control().origin
    made = {**sign.key_map(origin, "NV091", "officer", seed, public), "kept": "browser"}
    key = {**made, "possess": seed.sign(possession(origin, made))}
    browsers.ask_for(session, device="WEB1", raw_key=cbor.encode(key), proof=PROOF)
    [waiting] = browsers.waiting(session)
    person = Person(number="NV091", name="Lê Văn Mới", role="officer", office=cast.OFFICE)
    wanted = Enrol(person=person, key=waiting.key, officers=(cast.OFFICERS[0], cast.OFFICERS[1]))
    at_counter.carry_out(session, wanted)
    server = session.left_alone()
    reading_half.unlock(server, "NV091", secret)
    with server.database.read() as connection:
        assert slips.names(server, LogBook(connection), "NV091")[cast.CLERK]


def test_only_whoever_is_signed_in_asks_for_a_key_after_their_own(
    world: cast.World, keys: dict[str, PersonKey]
):
    raw = cbor.encode(new_key(world, cast.CLERK))
    for by in (None, cast.COURIER):
        with pytest.raises(RefusedError, match="key-there"):
            browsers.ask_for(world.session, device="WEB1", raw_key=raw, proof=PROOF, by=by)
    browsers.ask_for(world.session, device="WEB1", raw_key=raw, proof=PROOF, by=cast.CLERK)
    [waiting] = browsers.waiting(world.session)
    assert waiting.renews == keys[cast.CLERK].signing.kid
    assert not browsers.is_in_force(world.session, waiting.kid)
    assert browsers.is_in_force(world.session, waiting.renews)
    browsers.refuse(world.session, waiting.kid)
    assert browsers.waiting(world.session) == []
    for kid in (waiting.kid, b"nobody's"):
        with pytest.raises(RefusedError, match="no-such-request"):
            browsers.wanted(world.session, kid)


def test_a_key_without_its_private_half_or_with_another_map_is_refused(world: cast.World):
    key = new_key(world)
    spoilt: list[dict[str, cbor.Value]] = [
        {**key, "owner": "NV001"},
        {**key, "possess": bytes(64)},
        {**key, "kept": "file"},
        {**key, "enc": b"e" * 1_216},
        {name: part for name, part in key.items() if name != "role"},
        {**key, "more": 1},
        {**key, "owner": "../../NV001"},
        {**key, "role": "king"},
    ]
    for one in spoilt:
        with pytest.raises(KtError):
            browsers.ask_for(world.session, device="WEB1", raw_key=cbor.encode(one), proof=PROOF)
    with pytest.raises(KtError):
        browsers.ask_for(world.session, device="WEB1", raw_key=b"\xff", proof=PROOF)
    with pytest.raises(KtError):
        browsers.ask_for(world.session, device="WEB1", raw_key=cbor.encode(key), proof=b"short")
    assert browsers.waiting(world.session) == []


def test_only_an_enrolled_device_becomes_a_browser(world: cast.World):
    for device in ("WEB9", "NV001"):
        with pytest.raises(RefusedError, match="no-such-device"):
            browsers.offer_code(world.session, device)
    with pytest.raises(RefusedError, match="device-of-machine"):
        browsers.offer_code(world.session, world.session.device)
