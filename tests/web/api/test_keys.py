"""Signing in at a browser, going on, locking, leaving; and what each cookie allows."""

import dataclasses

import pytest

from kt1custody.services.people import browsers
from kt1custody.web.asking import BROWSER, VISIT
from tests.kit import at_counter, cast
from tests.kit.pages_here import PagesHere
from tests.kit.visitor import Visitor, spell

LOOK = "/stock"
PROOF = spell(b"p" * 32)


def scan(visitor: Visitor, n: str = "1") -> tuple[int, str]:
    return visitor.error("/api/scan", {"text": n})


def test_a_code_makes_a_browser_a_device_once(pages: PagesHere):
    visitor = Visitor(pages.world, pages.keys, pages.ask)
    code = browsers.offer_code(pages.world.session, "WEB2")
    assert visitor.do("/api/browser", {"code": code}) == {"device": "WEB2"}
    assert visitor.error("/api/browser", {"code": code}) == (403, "browser-code")
    stranger = Visitor(pages.world, pages.keys, pages.ask)
    for path, body in (
        ("/api/challenge", {}),
        ("/api/keys/release", {"kid": PROOF, "proof": PROOF}),
        ("/api/keys/new", {"key": PROOF, "proof": PROOF}),
    ):
        assert stranger.error(path, body) == (403, "browser-unknown")


@pytest.mark.parametrize("is_secure", [False, True])
def test_secrets_are_read_by_no_script_and_sent_by_no_other_site(pages: PagesHere, is_secure: bool):
    visitor = dataclasses.replace(pages, is_secure=is_secure).browser()
    [bound] = [visitor.headers["set-cookie"]]
    assert visitor.sign_in(cast.CLERK)[0] == 200
    prefix = "__Host-" if is_secure else ""
    for name, text in ((BROWSER, bound), (VISIT, visitor.headers["set-cookie"])):
        [content, *facts] = [part.strip().lower() for part in text.split(";")]
        assert content.startswith(f"{prefix}{name}=".lower())
        assert {"httponly", "samesite=strict", "path=/"} <= set(facts)
        assert ("secure" in facts) == is_secure
        assert not [one for one in facts if one.startswith("domain")]
        assert any(one.startswith("max-age") for one in facts) == (name == BROWSER)
    assert len(visitor.cookies[prefix + VISIT]) >= 40
    assert ("strict-transport-security" in visitor.headers) == is_secure


def test_a_challenge_signs_one_person_in_once(pages: PagesHere):
    visitor = pages.browser()
    proof = visitor.proof_of(cast.CLERK)
    assert visitor.ask("/api/sign-in", proof) == (200, {"staff": cast.CLERK, "role": "clerk"})
    assert visitor.error("/api/sign-in", proof) == (403, "challenge-used")
    theirs = visitor.proof_of(cast.COURIER) | {"staff": cast.CLERK}
    assert visitor.error("/api/sign-in", theirs) == (403, "not-enrolled")
    other = visitor.proof_of(cast.COURIER) | {"signature": spell(bytes(64))}
    assert visitor.error("/api/sign-in", other) == (422, "bad-signature")
    late = visitor.proof_of(cast.COURIER)
    pages.now += 121
    assert visitor.error("/api/sign-in", late) == (403, "challenge-used")


def test_locked_nothing_is_done_until_the_same_person_signs(pages: PagesHere):
    visitor = pages.enter(cast.CLERK)
    secret = visitor.cookies[VISIT]
    visitor.do("/api/lock", {})
    assert scan(visitor) == (403, "visit-locked")
    assert visitor.error("/api/commit", {"proposal": "", "signed": ""}) == (403, "visit-locked")
    assert visitor.error("/api/head") == (403, "visit-locked")
    kid = spell(pages.keys[cast.CLERK].signing.kid)
    assert visitor.error("/api/keys/forget", {"kid": kid}) == (403, "visit-locked")
    status, _ = visitor.ask(LOOK)
    assert (status, visitor.headers["location"]) == (303, "/sign-in#/stock")
    proof = visitor.proof_of(cast.COURIER)
    assert visitor.error("/api/sign-in", proof) == (409, "locked-by-other")
    assert visitor.sign_in(cast.CLERK)[0] == 200
    assert visitor.ask(LOOK)[0] == 200
    kept = Visitor(pages.world, pages.keys, pages.ask, {**visitor.cookies, VISIT: secret})
    assert scan(kept) == (401, "sign-in-needed")
    assert len(pages.site.visits.every()) == 1


def test_left_alone_it_locks_itself_and_a_shift_later_it_is_over(pages: PagesHere):
    visitor = pages.enter(cast.CLERK)
    pages.now += 601
    assert scan(visitor) == (403, "visit-locked")
    pages.now += 12 * 3_600
    assert scan(visitor) == (401, "sign-in-needed")


def test_a_stolen_visit_is_none_in_another_browser_and_goes_on_in_its_own(pages: PagesHere):
    visitor, thief = pages.enter(cast.CLERK), pages.browser("WEB2")
    thief.cookies[VISIT] = visitor.cookies[VISIT]
    nobody = Visitor(pages.world, pages.keys, pages.ask, {VISIT: visitor.cookies[VISIT]})
    for other in (thief, nobody):
        assert scan(other) == (401, "sign-in-needed")
        other.do("/api/sign-out", {})
    assert visitor.ask(LOOK)[0] == 200


def test_a_device_that_another_browser_becomes_ends_what_was_open_there(pages: PagesHere):
    visitor = pages.enter(cast.CLERK)
    pages.browser("WEB1")
    assert scan(visitor) == (401, "sign-in-needed")
    assert visitor.error("/api/challenge", {}) == (403, "browser-unknown")


def test_signing_out_ends_the_visit_for_whoever_kept_its_secret(pages: PagesHere):
    visitor = pages.enter(cast.CLERK)
    kept = dict(visitor.cookies)
    visitor.do("/api/sign-out", {})
    assert VISIT not in visitor.cookies
    assert pages.site.visits.every() == []
    visitor.cookies |= kept
    assert scan(visitor) == (401, "sign-in-needed")


def test_who_signs_in_after_another_ends_their_visit(pages: PagesHere):
    visitor = pages.enter(cast.CLERK)
    kept = dict(visitor.cookies)
    assert visitor.sign_in(cast.COURIER)[0] == 200
    assert [visit.staff for visit in pages.site.visits.every()] == [cast.COURIER]
    visitor.cookies |= kept
    assert scan(visitor) == (401, "sign-in-needed")


def test_a_revoked_person_is_out_at_once_and_does_not_come_in_again(pages: PagesHere):
    visitor, other = pages.enter(cast.COURIER), pages.enter(cast.CLERK, "WEB2")
    assert visitor.ask(LOOK)[0] == 200
    at_counter.revoke(pages.world.session, cast.COURIER, "left", None, cast.OFFICERS)
    assert scan(visitor) == (401, "sign-in-needed")
    assert visitor.error("/api/sign-in", visitor.proof_of(cast.COURIER)) == (403, "not-enrolled")
    assert [visit.staff for visit in pages.site.visits.every()] == [cast.CLERK]
    assert other.ask(LOOK)[0] == 200


def test_a_known_key_is_kept_opened_by_its_proof_and_dropped_by_its_owner(pages: PagesHere):
    visitor = pages.browser()
    kid = spell(pages.keys[cast.CLERK].signing.kid)
    kept = visitor.do("/api/keys/known", {**visitor.proof_of(cast.CLERK), "proof": PROOF})
    assert visitor.do("/api/keys/release", {"kid": kid, "proof": PROOF}) == kept
    wrong = {"kid": kid, "proof": spell(b"w" * 32)}
    assert visitor.error("/api/keys/release", wrong) == (403, "wrong-pin")
    assert visitor.error("/api/keys/forget", {"kid": kid}) == (401, "sign-in-needed")
    visitor.sign_in(cast.COURIER)
    assert visitor.error("/api/keys/forget", {"kid": kid}) == (401, "sign-in-needed")
    visitor.sign_in(cast.CLERK)
    assert visitor.do("/api/keys/forget", {"kid": kid}) == {"forgotten": True}
    assert visitor.ask("/api/keys/release", {"kid": kid, "proof": PROOF})[0] == 403


def test_guesses_of_a_pin_count_together_wherever_they_come_from(pages: PagesHere):
    visitors = [pages.browser("WEB1"), pages.browser("WEB2")]
    kid = spell(pages.keys[cast.CLERK].signing.kid)
    for visitor in visitors:
        visitor.do("/api/keys/known", {**visitor.proof_of(cast.CLERK), "proof": PROOF})
    wrong = {"kid": kid, "proof": spell(b"w" * 32)}
    told = [visitors[turn % 2].error("/api/keys/release", wrong)[1] for turn in range(5)]
    assert told == ["wrong-pin"] * 4 + ["wrong-pin-wait"]
    for visitor in visitors:
        assert visitor.error("/api/keys/release", {"kid": kid, "proof": PROOF})[1] == "pin-wait"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/keys/release", {"kid": "x", "proof": ""}),
        ("/api/keys/new", {"key": "", "proof": "", "more": 1}),
        ("/api/sign-in", {"staff": cast.CLERK}),
        ("/api/keys/new", {"key": PROOF, "proof": PROOF}),
        ("/api/browser", []),
    ],
)
def test_what_is_no_question_is_refused(pages: PagesHere, path: str, body: object):
    assert pages.browser().ask(path, body)[0] == 400
