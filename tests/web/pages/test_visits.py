"""Who is signed in, and what an officer's word ends."""

from tests.kit import cast
from tests.kit.counter import Counter


def test_an_officer_ends_the_visit_of_a_browser_that_was_left_alone(counter: Counter):
    with counter.browser(cast.CLERK_2) as left, counter.browser(cast.OFFICERS[0]) as page:
        left.go(f"{counter.url}/register")
        left.wait_for("document.activeElement.id === 'sender'")
        left.fill("#weight", "40")
        page.go(f"{counter.url}/sessions")
        of_theirs = f"[aria-label$='{cast.CLERK_2}']"
        while page.evaluate(f'document.querySelector("{of_theirs}") !== null'):
            count = page.evaluate(f'document.querySelectorAll("{of_theirs}").length')
            page.click(of_theirs)
            page.wait_for(f'document.querySelectorAll("{of_theirs}").length === {count - 1}')
        left.evaluate(
            "document.querySelector('#weight').dispatchEvent(new Event('change', {bubbles: true}))"
        )
        left.wait_for("document.querySelector('#locked').open")  # what is typed stays below
        left.fill("#unlock-pin", counter.world.pins[cast.CLERK_2])
        left.press("Enter")
        left.wait_for("!document.querySelector('#locked').open")
        assert left.evaluate("document.querySelector('#weight').value") == "40"
        left.evaluate(
            "fetch('/api/sign-out', {method: 'POST', body: '{}', "
            "headers: {'content-type': 'application/json'}}).then(() => true)"
        )
        left.go(f"{counter.url}/stock")
        left.wait_for("location.pathname === '/sign-in'")
    assert counter.ask("/sessions/1/end", {})[0] in (303, 403)
