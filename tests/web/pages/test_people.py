"""People and machines in a real browser: a key is made, two officers enrol it, its owner signs in."""

import base64
import json

import pytest

from kt1custody.store.log import LogBook
from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter

FIRST, SECOND = cast.OFFICERS[:2]
NEWCOMER, PIN = "NV771", "482913"
END = (
    "!document.querySelector('#done').hidden || document.querySelector('#sign .fault').textContent"
)


def sign_in_page(page: Page, counter: Counter) -> None:
    page.go(f"{counter.url}/sign-in")
    page.wait_for("document.activeElement.id === 'staff'")


def ask_for_key(page: Page, pin: str, again: str, staff: str = NEWCOMER) -> None:
    page.wait_for("document.querySelector('#new-key') !== null")
    page.evaluate("document.querySelector('#make')?.setAttribute('open', '')")
    if staff:
        page.fill("#new-staff", staff)
    page.fill("#new-pin", pin)
    page.fill("#new-pin-again", again)
    page.press("Enter")
    page.wait_for(
        "!document.querySelector('#made').hidden ||"
        " document.querySelector('#new-key .fault').textContent"
    )


def sign(page: Page, counter: Counter, *people: str) -> None:
    page.wait_for(f"document.querySelectorAll('#pins input').length === {len(people)}")
    for staff in people:
        page.fill(f"#pin-{staff}", counter.world.pins[staff])
    page.click("#sign button.main")
    page.wait_for(END)
    assert page.text("#sign .fault") == ""


def status(page: Page, path: str, body: object) -> int:
    """Ask as a script of the page would; gives the HTTP status."""
    told = f"{{method: 'POST', headers: {{'content-type': 'application/json'}}, body: {json.dumps(json.dumps(body))}}}"
    return int(page.evaluate(f"fetch('{path}', {told}).then(answer => answer.status)"))


def role_of(counter: Counter, staff: str) -> tuple[str, int] | None:
    with counter.world.session.database.read() as connection:
        control = LogBook(connection).control
    key = control.current_key(staff)
    return None if key is None else (key.role, key.office)


@pytest.mark.slow
def test_a_newcomers_key_is_enrolled_by_two_officers_and_signs_in(counter: Counter):
    with counter.browser() as theirs, counter.browser(FIRST) as page:
        sign_in_page(theirs, counter)
        ask_for_key(theirs, "123456", "123456")
        assert theirs.text("#new-key .fault")
        ask_for_key(theirs, PIN, "482914")
        assert theirs.text("#new-key .fault")
        ask_for_key(theirs, PIN, PIN)
        seen = theirs.text("#made-print")

        page.go(f"{counter.url}/people")
        assert page.text(".request .print") == seen
        content = f"ma,ho_ten,vai_tro,don_vi\n{NEWCOMER},Nguyễn Thị Mới,clerk,HE1-LD\n".encode()
        listed = {"name": "people.csv", "content": base64.b64encode(content).decode()}
        assert status(page, "/api/lists/people", {**listed, "content": "////"}) == 400
        assert status(page, "/api/lists/people", listed) == 200
        page.go(f"{counter.url}/people")
        page.click(".request [data-verb=enrol]")
        assert page.evaluate("document.querySelector('#name').value") == "Nguyễn Thị Mới"
        alone = {"verb": "lift", "who": cast.CLERK, "reason": "other", "second": FIRST}
        assert status(page, "/api/people/check", alone) == 409  # nobody is both officers
        page.choose("#second", SECOND)
        sign(page, counter, FIRST, SECOND)
        assert page.complaints == []
        assert role_of(counter, NEWCOMER) == ("clerk", 680900)

        sign_in_page(theirs, counter)
        theirs.fill("#staff", NEWCOMER)
        theirs.fill("#pin", PIN)
        theirs.click("#sign-in button")
        theirs.wait_for("location.pathname !== '/sign-in' && document.readyState === 'complete'")
        assert "Nguyễn Thị Mới" in theirs.text(".who")

        theirs.go(f"{counter.url}/own-key")  # the key is to be followed by another
        ask_for_key(theirs, "937105", "937105", "")
        seen = theirs.text("#made-print")
        page.go(f"{counter.url}/people")
        assert page.text(".request .print") == seen
        page.click(".request [data-verb=renew]")
        page.choose("#second", SECOND)
        sign(page, counter, FIRST, SECOND)
        theirs.go(f"{counter.url}/handover")
        theirs.wait_for("document.activeElement.id === 'staff'")
        theirs.fill("#staff", NEWCOMER)
        theirs.fill("#pin", "937105")
        theirs.click("#sign-in button")
        theirs.wait_for("location.pathname !== '/sign-in' && document.readyState === 'complete'")


@pytest.mark.slow
def test_what_an_administrator_suggests_two_officers_sign(counter: Counter):
    with counter.browser(cast.ADMIN) as theirs, counter.browser(FIRST) as page:
        theirs.go(f"{counter.url}/people")
        theirs.wait_for("document.querySelector('#suggest [data-for=device]').hidden")
        theirs.choose("#s-who", cast.COMMUNE_CLERK)
        theirs.choose("#s-office", "680175")
        theirs.choose("#s-role", "controller")
        theirs.evaluate("document.querySelector('#suggest button').focus()")
        theirs.press("Enter")
        theirs.wait_for("document.querySelector('[data-number]') !== null")
        change = {"verb": "lift", "who": cast.CLERK, "reason": "other", "second": SECOND}
        for path in ("check", "propose"):  # an administrator signs nothing
            assert status(theirs, f"/api/people/{path}", change) == 403
        assert status(page, "/api/suggestions", {"change": change}) == 403
        page.go(f"{counter.url}/people")
        page.click("[data-suggestion]")
        page.choose("#second", SECOND)
        sign(page, counter, FIRST, SECOND)
        assert role_of(counter, cast.COMMUNE_CLERK) == ("controller", 680175)
        page.go(f"{counter.url}/people")
        assert page.evaluate("document.querySelector('[data-number]') === null")
        assert page.complaints + theirs.complaints == []
