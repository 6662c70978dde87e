"""Finding an item at a counter, and its page: told to each as far as they may know."""

from pathlib import Path

from tests.kit import cast
from tests.kit.counter import Counter
from tests.kit.pages_here import PagesHere

ROW = 71


def test_who_carries_items_sees_those_alone_that_they_have_had(pages: PagesHere, day: cast.Day):
    n = f"{day.numbers[5]:012d}"
    for staff, status in (
        (cast.COURIER, 200), (cast.DRIVER, 403), (cast.ADMIN, 403), (cast.OFFICERS[0], 200),
    ):  # fmt: skip
        code, told = pages.enter(staff).ask(f"/item/{n}")
        assert (code, '<ol class="steps">' in told) == (status, status == 200), staff


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
