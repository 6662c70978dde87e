"""The stock at a counter page: filtered, and counted by scanning."""

from pathlib import Path

from tests.kit import cast
from tests.kit.counter import Counter, scan

MISSING = "[...document.querySelectorAll('#expected [data-n]:not([hidden])')].map(row => row.dataset.n).join()"


def test_a_count_keeps_what_is_missing_on_the_screen(quiet_counter: Counter, tmp_path: Path):
    counter = quiet_counter
    last, *others = (f"{n:012d}" for n in counter.held_by(cast.COURIER))
    [stranger] = counter.register(tmp_path, 60, 1)
    with counter.browser(cast.CLERK) as page:
        page.go(f"{counter.url}/stock?holder={cast.COURIER}")
        page.click("a[href^='/stock/count']")
        page.wait_for("document.activeElement && document.activeElement.id === 'scan-text'")
        for number, text in enumerate(others, start=1):
            scan(page, text)
            page.wait_for(f"document.querySelector('#tally').textContent.startsWith('{number}/')")
        assert page.text("#tally") == f"{len(others)}/{len(others) + 1}"
        assert page.evaluate(MISSING) == str(int(last))
        scan(page, others[0])
        page.wait_for("document.querySelector('#scan-fault').textContent !== ''")
        scan(page, f"{stranger:012d}")
        page.wait_for("document.querySelector('#list tr.stop') !== null")
        assert page.text("#tally") == f"{len(others)}/{len(others) + 1}"
        assert page.text("#verdict").count("✕") == 2
        page.go(f"{counter.url}/stock/count?holder={cast.COURIER}&blind=1")
        page.wait_for("document.activeElement.id === 'scan-text'")
        scan(page, last)
        page.wait_for("document.querySelector('#tally').textContent === '1'")
        assert page.evaluate("document.querySelector('#missing').hidden")
        page.click("#reveal")
        assert page.text("#tally") == f"1/{len(others) + 1}"
        assert page.complaints == []

        counter.sign_in(page, cast.COURIER)  # who sees their own stock alone
        page.go(f"{counter.url}/stock?mark=NONE&due=late&number=7")
        assert page.evaluate("[...document.querySelector('#holder').options].length") == 1
        page.go(f"{counter.url}/stock?holder={cast.COURIER_2}")
        assert page.evaluate("document.querySelector('#holder')") is None
