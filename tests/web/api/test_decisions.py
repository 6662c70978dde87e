"""What officers decide about the service, and an administrator may only suggest."""

import hashlib
from typing import Any

import pytest

from kt1custody.core.log.keyring import Control
from kt1custody.signing.person_keys import PersonKey
from tests.kit import cast, outsiders
from tests.kit.pages_here import PagesHere
from tests.kit.visitor import Visitor

FIRST, SECOND = cast.OFFICERS[:2]
POLICY: dict[str, Any] = {
    "verb": "policy",
    "rules": [
        *(f"witness {mark} handover" for mark in "AB"),
        *(f"carry {mark} {role}" for mark in "ABC0" for role in ("clerk", "courier", "driver")),
    ],
    "hours": 48,
    "begin": None,
}
AGENCY = {
    "verb": "agency",
    "code": "LD-MOI",
    "name": "Ban Quản lý dự án mới",
    "kind": "nha-nuoc",
    "unit": "68",
    "address": "1 Trần Phú",
    "delivery_point": "HE1-LD",
    "valid_from": "2026-11-01",
}
OFFICE = {
    "verb": "office",
    "number": "680999",
    "code": "BDX-MOI",
    "name": "Bưu điện xã Mới",
    "kind": "commune",
    "unit": "24999",
}
SWITCH = {"verb": "switch", "service": "server"}


def control(pages: PagesHere) -> Control:
    return pages.world.session.control()


def decide(officer: Visitor, change: dict[str, Any]) -> Any:
    told = officer.do("/api/decisions/propose", {**change, "second": SECOND})
    return officer.do("/api/commit", officer.sign(told))


def test_two_officers_change_policy_and_lists(pages: PagesHere):
    officer = pages.enter(FIRST)
    told = officer.do("/api/decisions/check", {**POLICY, "second": SECOND})
    assert told["people"] == [FIRST, SECOND]
    assert any("B" in line for line in told["lines"])
    decide(officer, POLICY)
    assert control(pages).policies[-1].witness["B"] == {"handover"}
    assert control(pages).policies[-1].max_offline == 48 * 3_600
    told = officer.do("/api/decisions/check", {**AGENCY, "second": SECOND})
    assert [AGENCY["code"] in line for line in told["lines"]] == [True]
    decide(officer, AGENCY)
    assert control(pages).catalogues["agencies"].hex() == told["hash"]
    decide(officer, OFFICE)
    for wrong, code in (
        (POLICY, "policy-same"),
        ({**POLICY, "rules": ["carry A"]}, "request-malformed"),
        ({**POLICY, "rules": ["carry Z clerk"]}, "policy-malformed"),
        ({**POLICY, "begin": "2020-01-01"}, "policy-past"),
        (AGENCY, "list-same"),
        ({**AGENCY, "delivery_point": "NOWHERE"}, "list-wrong"),
        ({**OFFICE, "number": "12"}, "list-wrong"),
        ({**OFFICE, "number": "680998"}, "list-wrong"),  # its code is another's
        ({"verb": "witnesses", "keys": "x", "least": 1}, "key-malformed"),
        ({"verb": "end-key", "kid": "00" * 8, "reason": "lost"}, "no-such-key"),
        ({"verb": "end-key", "kid": "00" * 8, "reason": "mood"}, "request-malformed"),
    ):
        assert officer.error("/api/decisions/check", {**wrong, "second": SECOND})[1] == code


@pytest.mark.parametrize("service", ["server", "seal", "log"])
def test_another_key_of_the_service_follows(pages: PagesHere, service: str):
    officer, before = pages.enter(FIRST), control(pages).service_key(service)
    change = {"verb": "switch", "service": service}
    officer.do("/api/decisions/propose", {**change, "second": SECOND})  # and nobody signs it
    decide(officer, change)
    assert officer.do("/api/decisions/finish", {"service": service}) == {"in_place": True}
    assert officer.do("/api/decisions/finish", {"service": service}) == {"in_place": False}
    assert control(pages).service_key(service) != before
    assert before.kid in control(pages).keys
    newest = control(pages).service_key(service)
    assert f"/service/keys/{newest.enrolled}/minutes.pdf" in officer.ask("/service/keys")[1]
    assert officer.ask(f"/service/keys/{newest.enrolled}/minutes.pdf", {})[1].startswith("%PDF")
    assert officer.ask("/service/keys/0/minutes.pdf", {})[0] == 409
    end = {"verb": "end-key", "kid": before.kid.hex(), "reason": "rotated"}
    decide(officer, end)
    assert before.kid in control(pages).revoked


def test_a_new_key_that_somebody_has_put_there_is_refused(pages: PagesHere):
    officer = pages.enter(FIRST)
    officer.do("/api/decisions/propose", {**SWITCH, "second": SECOND})
    pages.site.new_keys.clear()  # as of a server that has started again
    assert officer.error("/api/decisions/propose", {**SWITCH, "second": SECOND}) == (
        409,
        "new-key-left",
    )


def test_a_server_that_is_shut_cannot_open_the_seal_key(
    pages: PagesHere, keys: dict[str, PersonKey]
):
    officer = PagesHere(pages.world, keys, reader=None).enter(FIRST)
    asked = {"verb": "switch", "service": "seal", "second": SECOND}
    assert officer.error("/api/decisions/propose", asked) == (403, "locked")


def test_witnesses_who_have_cosigned_once_come_into_force(
    pages: PagesHere, tmp_path_factory: pytest.TempPathFactory
):
    [outsider] = outsiders.enrol(pages.world, tmp_path_factory.mktemp("outside"), 1, 1)
    officer = pages.enter(FIRST)
    keys = f"{outsider.key} https://nhan-chung.example/kt1"
    decide(officer, {"verb": "witnesses", "keys": keys, "least": 1})
    assert control(pages).quorums[-1].witnesses[0].url == "https://nhan-chung.example/kt1"
    two = {"verb": "witnesses", "keys": keys, "least": 2, "second": SECOND}
    assert officer.error("/api/decisions/check", two)[1] == "quorum-least"


def test_an_administrator_suggests_and_decides_nothing(pages: PagesHere):
    admin = pages.enter(cast.ADMIN)
    for change in (POLICY, AGENCY, OFFICE, SWITCH):
        admin.do("/api/suggestions", {"change": {**change, "second": ""}})
        for path in ("check", "propose"):
            asked = {**change, "second": SECOND}
            assert admin.error(f"/api/decisions/{path}", asked) == (403, "not-your-work")
    assert admin.error("/api/decisions/finish", {"service": "log"})[0] == 403
    for path, body in (
        ("/service/keys/5/minutes.pdf", {}),
        ("/api/commit", {"proposal": "", "signed": ""}),
        ("/api/scan", {"text": "x"}),
        ("/api/keys/unlock", {"secret": ""}),
    ):
        assert admin.ask(path, body)[0] == 403, path
    for path in ("/stock", "/investigate", "/find", "/item/680000000000", "/log", "/overview"):
        assert admin.ask(path)[0] == 403, path
    officer = pages.enter(FIRST, "WEB2")
    _, page = officer.ask("/service")
    assert page.count("?suggestion=") == 4
    _, page = officer.ask("/service/policy?suggestion=1")
    assert page.count(" checked") == len(POLICY["rules"])
    assert 'value="48"' in page
    _, page = officer.ask("/service/agencies?suggestion=2")
    assert AGENCY["name"] in page
    for path in ("/service/offices?suggestion=99", "/service/policy?suggestion=2"):
        assert 'data-suggestion=""' in officer.ask(path)[1]
    officer.do("/api/suggestions/drop", {"number": 1})
    assert officer.ask("/service")[1].count("?suggestion=") == 3
    assert hashlib.sha256(b"").hexdigest() not in page
