"""What a server of a log for practice gives to whoever tries it, and one of a real log to nobody."""

from dataclasses import replace

import pytest

from kt1custody.services.session.session import Session
from kt1custody.web.asking import BROWSER
from tests.kit import cast
from tests.kit.pages_here import PagesHere
from tests.kit.visitor import Visitor


def test_a_browser_becomes_a_device_by_one_click(pages: PagesHere):
    visitor = Visitor(pages.world, pages.keys, pages.ask)
    assert visitor.do("/training/browser", {}) == {"device": "WEB1"}
    assert visitor.cookies[BROWSER].startswith("WEB1.")
    assert {"HttpOnly", "SameSite=strict"} <= set(visitor.headers["set-cookie"].split("; "))
    assert visitor.sign_in(cast.CLERK)[0] == 200


def test_a_key_file_is_given_to_try_its_pin(pages: PagesHere):
    status, headers, _ = pages.ask(f"/training/{cast.CLERK}.key")
    assert (status, headers["content-type"]) == (200, "application/octet-stream")
    size = (pages.world.session.keys / f"{cast.CLERK}.key").stat().st_size
    assert headers["content-length"] == str(size)


@pytest.mark.parametrize(
    "name", ["log", "server", "..", "NV001.key", "NV0999", "%2e%2e%2fNV001", "NV999"]
)
def test_no_other_file_is(pages: PagesHere, name: str):
    assert pages.ask(f"/training/{name}.key")[0] in (400, 404, 503)


def test_a_real_log_gives_nothing(pages: PagesHere, monkeypatch: pytest.MonkeyPatch):
    real = replace(pages.world.session.control(), training=False)
    monkeypatch.setattr(Session, "control", lambda session: real)
    visitor = Visitor(pages.world, pages.keys, pages.ask)
    for path, body in ((f"/training/{cast.CLERK}.key", None), ("/training/browser", {})):
        assert visitor.ask(path, body)[0] == 403
    assert visitor.cookies == {}
