"""A person's own key in a browser: another PIN, a security key, away with it."""

from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter

DONE = "!document.querySelector('#done').hidden || [...document.querySelectorAll('.fault')].some(one => !one.hidden)"
FAULTS = "[...document.querySelectorAll('.fault')].map(one => one.textContent).join('')"


def go(page: Page, counter: Counter) -> None:
    page.go(f"{counter.url}/own-key")
    page.wait_for(
        "document.querySelector('#by-touch').hidden !== document.querySelector('#by-pin').hidden"
    )


def change(page: Page, old: str, new: str, again: str) -> str:
    for selector, text in (("#old", old), ("#new", new), ("#again", again)):
        page.fill(selector, text)
    page.click("#change button")
    page.wait_for(DONE)
    return str(page.evaluate(FAULTS))


def test_a_pin_is_changed_and_the_old_one_opens_no_more(counter: Counter):
    pin = counter.world.pins[cast.CLERK_2]
    with counter.browser(cast.CLERK_2) as page:
        go(page, counter)
        assert change(page, pin, "838291", "838292")
        assert change(page, pin, "838291", "838291") == ""
        go(page, counter)
        assert change(page, pin, "838293", "838293")
        page.evaluate("fetch('/api/sign-out', {method: 'POST'})")
        counter.sign_in(page, cast.CLERK_2, "838291")
        assert page.complaints == []


def test_a_security_key_signs_in_by_a_touch_and_leaves_with_its_person(counter: Counter):
    staff = cast.CONTROLLER
    with counter.browser(staff) as page:
        page.plug_in_security_key()
        go(page, counter)
        page.fill("#token-pin", counter.world.pins[staff])
        page.click("#token button")
        page.wait_for(DONE)
        assert page.evaluate(FAULTS) == ""
        page.wait_for("document.querySelector('#by-pin').hidden")
        page.evaluate("fetch('/api/sign-out', {method: 'POST'})")
        page.go(f"{counter.url}/sign-in")
        page.wait_for("document.activeElement.id === 'staff'")
        page.fill("#staff", staff)
        page.wait_for("document.querySelector('#pin').hidden")
        page.click("#sign-in button")
        page.wait_for("location.pathname !== '/sign-in' && document.readyState === 'complete'")
        go(page, counter)
        page.click("#leave button")
        page.wait_for("location.pathname === '/sign-in' && document.readyState === 'complete'")
        kept = "indexedDB.databases().then(() => import('/static/js/key.js')).then(key => key.everyKey())"
        assert page.evaluate(kept) == []


def test_nothing_that_signs_lies_in_the_browser_in_clear(counter: Counter):
    with counter.browser(cast.CLERK) as page:
        kept = page.evaluate(
            "import('/static/js/key.js').then(key => key.everyKey())"
            ".then(keys => keys.map(key => Object.fromEntries(Object.entries(key).map("
            "([name, part]) => [name, part instanceof Uint8Array ? [...part] : typeof part]))))"
        )
    [key] = kept
    assert set(key) == {"staff", "kid", "salt", "iv", "wrapped", "cost"}
    assert (
        len(key["wrapped"]) == 32 + 96 + 16
    )  # the seed and what opens records under AES-GCM, with its tag
