"""Finding an item at a counter, and its page: told to each as far as they may know."""

from pathlib import Path

from tests.kit import cast
from tests.kit.counter import Counter

ROW = 71


def test_a_clerk_finds_by_what_the_slip_says_and_reads_the_story(counter: Counter, tmp_path: Path):
    cells = cast.MANIFEST.read_text("utf-8-sig").splitlines()[ROW].split(",")
    [n] = counter.register(tmp_path, ROW - 1, 1)
    with counter.browser(cast.CLERK) as page:
        page.go(f"{counter.url}/find")
        page.wait_for("document.activeElement.id === 'find-text'")
        page.fill("#find-text", cells[1].lower())
        page.press("Enter")
        page.wait_for(f"document.querySelector('#found a[href=\"/item/{n:012d}\"]') !== null")
        assert cells[5] in page.text("#found")
        page.click("#found a")
        page.wait_for(
            "location.pathname.startsWith('/item/') && document.readyState === 'complete'"
        )
        assert cells[1] in page.text("main")
        assert cast.CLERK in page.text(".steps")
        assert page.complaints == []
        counter.sign_in(page, cast.COURIER)
        page.go(f"{counter.url}/item/{n:012d}")
        assert cast.CLERK not in page.text("main")
        theirs, *_ = counter.held_by(cast.COURIER)
        page.go(f"{counter.url}/item/{theirs:012d}")
        assert cast.COURIER in page.text(".steps")
        assert "LD-" not in page.text("main")
