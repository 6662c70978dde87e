"""Every page, as those see it who may: no complaint of axe, no scrolling aside, nothing from elsewhere.

Pictures at both widths are written to `$KT1_TEST_PICTURES`, if it is set, for people to look at.
"""

import inspect
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_type_hints

import pytest
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from kt1custody.core.formats import numbers
from kt1custody.services.session import print_book
from kt1custody.web import access, app
from tests.kit import at_counter, cast
from tests.kit.browser import Page
from tests.kit.counter import Counter
from tests.kit.package import ROOT

AXE = ROOT / ".venv" / "web-tools" / "axe.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PICTURES = os.environ.get("KT1_TEST_PICTURES")  # of the suite itself
WIDTHS = (1280, 360)
# A page is looked at once, by the first of these who may see it.
PEOPLE = {"clerk": cast.CLERK, "officer": cast.OFFICERS[1], "admin": cast.ADMIN}
NOWHERE = "/nowhere"
NOT_FOUND = {NOWHERE, "/ca"}  # this server needs no certificate


def an_item(counter: Counter) -> str:
    return f"{counter.held_by(cast.COURIER)[0]:012d}"


def a_print_job(counter: Counter) -> str:
    return numbers.format_serial(print_book.jobs(counter.world.session, 0, None)[-1].number)


def an_offer(counter: Counter) -> str:
    """Offer an item to somebody who will not take it."""
    session = counter.world.session
    session.as_of = int(time.time())
    item = [str(counter.held_by(cast.COURIER)[-1])]
    offered = at_counter.offer(session, cast.COURIER, cast.DRIVER, item, confirm=cast.yes)
    return str(offered.seq)


def an_opened_slip(counter: Counter) -> str:
    """What the officer who looks has opened."""
    officer, n = counter.enter(PEOPLE["officer"]), an_item(counter)
    told = officer.do("/api/disclose/propose", {"scan": n, "reason": "inspection"})
    seq = officer.do("/api/commit", officer.sign(told))["entries"][-1]["seq"]
    return f"/investigate/{int(n)}/opened/{seq}"


# What stands in an address for a parameter; or the address.
EXAMPLES: dict[str, Callable[[Counter], str]] = {
    "/item/{number}": an_item,
    "/item/{number}/correct": an_item,
    "/seals/job/{job}": a_print_job,
    "/seals/job/{job}/bind": a_print_job,
    "/investigate/{n}": an_item,
    "/investigate/{n}/opened/{seq}": an_opened_slip,
    "/investigate/{n}/opened/{seq}/put-right": lambda counter: (
        f"{an_opened_slip(counter)}/put-right"
    ),
    "/entry/{seq}": lambda _: "20",
    "/entry/{seq}/put-right": lambda _: "20",
    "/offers/{seq}": an_offer,
}
# These need something to have happened first, and are looked at where it does.
SEEN_ELSEWHERE = {
    "/settle/{n}": "tests/web/pages/test_settle.py",
}


def pages() -> Iterator[tuple[str, str | None]]:
    """Give the address of every page, and who has to be asked: a right of `access.MAY`, or nobody."""
    for part in app.PAGES:
        for route in part.router.routes:
            assert isinstance(route, APIRoute)
            if get_type_hints(route.endpoint).get("return") is HTMLResponse:
                yield route.path, right_of(route)


def right_of(route: APIRoute) -> str | None:
    calls = (one.call for one in route.dependant.dependencies if inspect.isfunction(one.call))
    rights = (inspect.getclosurevars(call).nonlocals.get("what") for call in calls)
    return next((str(right) for right in rights if right is not None), None)


def seen_by(role: str | None) -> list[str]:
    """Give the pages that a role is the first to see; None: those for anybody."""
    return [
        path
        for path, right in pages()
        if path not in SEEN_ELSEWHERE
        and role == (right and next((one for one in PEOPLE if access.may(one, right)), "nobody"))
    ]


def address(counter: Counter, path: str) -> str:
    begin, brace, rest = path.partition("{")
    if not brace:
        return path
    example = EXAMPLES[path](counter)
    return example if example[0] == "/" else f"{begin}{example}{rest.partition('}')[2]}"


def look(page: Page, counter: Counter, path: str, who: str) -> list[str]:
    """Look at a page at both widths; gives what is wrong with it."""
    page.go(f"{counter.url}{address(counter, path)}")
    page.wait_for("document.fonts.ready.then(() => true)")
    page.evaluate(AXE.read_text("utf-8") + "; null")
    faults = []
    for width in WIDTHS:
        page.resize(width, 900)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults.append(f"{path} at {width}: {wide} wide")
        found = page.evaluate(
            f"axe.run(document, {{runOnly: {RULES}}}).then(told => told.violations.map("
            "one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 90)).join(' | ')))"
        )
        faults += [f"{path} at {width}: {one}" for one in found]
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            name = path.strip("/").translate(str.maketrans("/", "-", "{}")) or "first"
            page.screenshot(Path(PICTURES) / f"{who}-{name}-{width}.png")
    status = page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
    if status != (404 if path in NOT_FOUND else 200):
        faults.append(f"{path}: answered with {status}")
    return faults + page.complaints


@pytest.mark.parametrize("role", PEOPLE)
def test_every_page_is_fit_to_be_used(counter: Counter, role: str):
    with counter.browser(PEOPLE[role]) as page:
        faults = [fault for path in seen_by(role) for fault in look(page, counter, path, role)]
        assert faults == []
        assert {url.split("/")[2] for url in page.requests if url.startswith("http")} == {
            counter.url.removeprefix("http://")
        }


def test_pages_for_anybody_are_fit_to_be_used(counter: Counter):
    with counter.browser() as page:
        paths = [*seen_by(None), NOWHERE]
        assert [fault for path in paths for fault in look(page, counter, path, "anybody")] == []


def test_no_page_is_left_out():
    known = {path for path, _ in pages()}
    assert seen_by("nobody") == []
    assert {path for path in known if "{" in path} == EXAMPLES.keys() | SEEN_ELSEWHERE.keys()
    assert [file for file in SEEN_ELSEWHERE.values() if not (ROOT / file).is_file()] == []
