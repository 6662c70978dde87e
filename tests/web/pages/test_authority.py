"""The page by which a browser comes to trust a server on the LAN, and what it leaves out elsewhere."""

from dataclasses import replace

import pytest

from kt1custody.services.keys import lan
from kt1custody.web import app
from tests.kit import cast
from tests.kit.pages_here import PagesHere


@pytest.fixture
def on_lan(pages: PagesHere) -> PagesHere:
    """The pages as a server of the LAN has them."""
    served = replace(pages, is_secure=True)
    served.site.certificate = lan.server_certificate(pages.world.session, "kt1.lan")
    served.site.url = "https://kt1.lan:8068"
    served.app = app.make(served.site)
    return served


def test_it_shows_the_fingerprint_and_gives_the_authority_and_no_key(on_lan: PagesHere):
    certificate = on_lan.site.certificate
    assert certificate is not None
    status, _, told = on_lan.ask("/ca")
    assert status == 200
    assert certificate.fingerprint[:48] in told
    assert certificate.fingerprint[48:] in told
    assert "https://kt1.lan:8068" in told
    status, headers, raw = on_lan.send("GET", "/ca/kt1.crt", b"", {})
    assert (status, raw) == (200, certificate.authority)
    assert headers["content-type"] == "application/x-x509-ca-cert"
    assert headers["content-disposition"] == 'attachment; filename="kt1.crt"'


def test_it_is_told_by_whatever_name_it_is_asked_and_nothing_else_is(on_lan: PagesHere):
    for host, path, status in (
        ("192.168.1.5:8069", "/ca", 200), ("evil.example", "/ca/kt1.crt", 200),
        ("192.168.1.5:8069", "/sign-in", 421), ("kt1.lan:8068", "/sign-in", 200),
        ("evil.example", "/cabin", 421), ("evil.example", "/api/head", 421),
    ):  # fmt: skip
        assert on_lan.ask(path, headers={"host": host})[0] == status, (host, path)


def test_a_server_of_this_machine_alone_has_none_and_says_so(pages: PagesHere):
    for path in ("/ca", "/ca/kt1.crt", "/ca/", "/ca/kt1.key", "/ca/../keys"):
        assert pages.ask(path)[0] == 404
    assert pages.enter(cast.ADMIN).ask("/ca")[0] == 404
