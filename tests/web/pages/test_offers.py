"""A receiver who is not there: offered at a counter page, taken short at the next, withdrawn."""

from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter, scan

TALLY = "document.querySelector('#tally').textContent === '{}'"


def link(page: Page) -> str:
    """Give the link to the offer that was just made, in the list of those that wait."""
    return f"a[href='/offers/{page.text('#done').rpartition('#')[2].split('.')[0]}']"


def test_what_is_offered_is_taken_as_far_as_it_is_found_or_withdrawn(counter: Counter):
    first, second, *_ = (f"{n:012d}" for n in counter.held_by(cast.COURIER))
    with counter.browser(cast.CLERK) as page:
        page.go(f"{counter.url}/handover")
        page.choose("#giver", cast.COURIER)
        page.choose("#receiver", cast.CLERK_2)
        page.click("#elsewhere")
        for text in (first, second):
            scan(page, text)
        page.wait_for("document.querySelector('#total').textContent === '2'")
        counter.sign(page, cast.COURIER)
        assert page.text("#sign .fault") == ""
        assert page.text("#done").startswith("Đã giao chờ 2")
        offered = link(page)

        counter.sign_in(page, cast.CLERK_2)
        page.go(f"{counter.url}/offers")
        page.click(offered)
        page.wait_for("document.activeElement && document.activeElement.id === 'scan-text'")
        scan(page, second)
        page.wait_for(TALLY.format("1/2"))
        counter.sign(page, cast.CLERK_2)
        assert page.text("#sign .fault") == ""
        assert "Không thấy: 1" in page.text("#done")

        page.go(f"{counter.url}/handover")  # what was not found is offered once more, and withdrawn
        page.choose("#giver", cast.COURIER)
        page.choose("#receiver", cast.CLERK_2)
        page.click("#elsewhere")
        scan(page, first)
        counter.sign(page, cast.COURIER)
        offered = link(page)
        page.go(f"{counter.url}/offers")
        page.click(offered)
        page.wait_for("document.activeElement && document.activeElement.id === 'scan-text'")
        page.choose("#verb", "withdraw")
        counter.sign(page, cast.COURIER)
        assert page.text("#sign .fault") == ""
        page.go(f"{counter.url}/offers")
        assert page.evaluate(f'document.querySelector("{offered}")') is None
        assert page.complaints == []
    assert int(first) in counter.held_by(cast.COURIER)
    assert int(second) in counter.held_by(str(cast.OFFICE))
