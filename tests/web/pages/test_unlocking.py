"""A server that nobody has unlocked shows nothing confidential, until an officer opens it from a page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kt1custody.signing.person_keys import PersonKey
from tests.kit import cast
from tests.kit.counter import serving
from tests.kit.pages_here import PagesHere
from tests.kit.visitor import spell

OFFICER = cast.OFFICERS[0]


def seed(key: PersonKey) -> str:
    private = key.signing._private
    assert isinstance(private, Ed25519PrivateKey)
    return spell(private.private_bytes_raw())


@pytest.fixture
def shut(tmp_path: Path, _paged: cast.World, keys: dict[str, PersonKey]) -> Iterator[PagesHere]:
    """The pages of a server that was started without unlock."""
    world = cast.copy_world(_paged, tmp_path)
    world.at(200).admit_all(keys)
    yield PagesHere(world, keys, reader=None)
    world.session.close()


def test_everybody_who_is_signed_in_reads_once_an_officer_has_opened(shut: PagesHere):
    clerk, officer = shut.enter(cast.CLERK), shut.enter(OFFICER, "WEB2")
    before = clerk.ask("/handover")[1]
    assert "/unlock" in before
    assert OFFICER in clerk.ask("/unlock")[1]
    secret = spell(shut.keys[OFFICER].opener.key.secret)
    other = spell(shut.keys[cast.OFFICERS[1]].opener.key.secret)
    assert clerk.error("/api/keys/unlock", {"secret": secret}) == (403, "not-your-work")
    for wrong in (other, "", seed(shut.keys[OFFICER])):
        told = officer.error("/api/keys/unlock", {"secret": wrong})
        assert told == (403, "not-the-opening")
    assert officer.do("/api/keys/unlock", {"secret": secret}) == {"open": True}
    assert officer.error("/api/keys/unlock", {"secret": secret}) == (409, "server-open")
    after = clerk.ask("/handover")[1]
    assert "/unlock" not in after
    assert "Nguyễn Thị Ngọc Ánh" in after
    assert "Nguyễn Thị Ngọc Ánh" not in before


@pytest.mark.slow
def test_an_officer_opens_a_running_server_and_what_signs_stays_in_the_browser(
    lived: cast.World, tmp_path: Path, keys: dict[str, PersonKey]
):
    with serving(lived, tmp_path) as counter, counter.browser(OFFICER) as page:
        page.go(f"{counter.url}/unlock")
        page.evaluate(
            "(window.sent = [], window.asked = fetch, window.fetch = (path, told) =>"
            " (sent.push(`${path} ${told?.body}`), asked(path, told)), null)"
        )
        page.evaluate("navigation.addEventListener('navigate', event => event.preventDefault())")
        page.fill("#open-pin", "not the passphrase")
        page.press("Enter")
        page.wait_for("document.querySelector('#open .fault').textContent")
        page.fill("#open-pin", counter.world.pins[OFFICER])
        page.press("Enter")
        page.wait_for("sent.some(one => one.startsWith('/api/keys/unlock'))")
        sent = page.evaluate("sent.join()")
        assert spell(keys[OFFICER].opener.key.secret) in sent
        assert seed(keys[OFFICER]) not in sent
        assert counter.world.pins[OFFICER] not in sent
        page.wait_for(
            "fetch('/unlock').then(told => told.text()).then(text => !text.includes('open-pin'))"
        )
        page.go(f"{counter.url}/people")
        assert "Nguyễn Thị Ngọc Ánh" in page.text("main")
