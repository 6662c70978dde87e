"""A slip is corrected at a counter page, by the clerk who registered it."""

from kt1custody.services.custody import look
from tests.kit import cast
from tests.kit.counter import Counter

SIGNED = (
    "!document.querySelector('#done').hidden || document.querySelector('#sign .fault').textContent"
)


def test_the_clerk_who_registered_an_item_corrects_its_slip(counter: Counter):
    n, *_ = counter.held_by(cast.COURIER)
    with counter.browser(cast.CLERK) as page:
        page.go(f"{counter.url}/item/{n:012d}/correct")
        page.wait_for("document.querySelector('#changes').textContent !== ''")
        page.fill("#cell-reference", "77-CV/TU")
        page.fill("#cell-weight", "nặng")
        page.choose("#cell-urgency", "Hỏa tốc")
        page.evaluate("document.querySelector('#cell-urgency').dispatchEvent(new Event('input'))")
        page.choose("#reason", "mistyped")
        page.wait_for("document.querySelectorAll('#pins input').length === 1")
        assert "→ 77-CV/TU" in page.text("#changes")
        page.fill(f"#pin-{cast.CLERK}", counter.world.pins[cast.CLERK])
        page.click("#sign button.main")
        page.wait_for(SIGNED)
        assert "(g)" in page.text("#sign .fault")  # the column of the weight
        page.fill("#cell-weight", "171")
        page.wait_for("document.querySelectorAll('#pins input').length === 1")
        page.fill(f"#pin-{cast.CLERK}", counter.world.pins[cast.CLERK])
        page.click("#sign button.main")
        page.wait_for(SIGNED)
        assert page.text("#sign .fault") == ""
        assert page.complaints == []
        counter.sign_in(page, cast.CONTROLLER)
        page.go(f"{counter.url}/item/{n:012d}/correct")
        assert page.evaluate("document.querySelector('#correct')") is None
        assert cast.CLERK in page.text("main")
    session = counter.world.session
    slip = look.story(session, str(n), cast.CLERK).slip
    assert slip is not None
    assert (slip.reference, slip.weight) == ("77-CV/TU", 171)
