"""Every page, as those see it who may: no complaint of axe, no scrolling aside, nothing from elsewhere.

Pictures at both widths are written to `$KT1_TEST_PICTURES`, if it is set, for people to look at.
"""

import os
from pathlib import Path

import pytest

from kt1custody.web.pages import page as pages
from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter
from tests.kit.package import ROOT

AXE = ROOT / ".venv" / "web-tools" / "axe.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PICTURES = os.environ.get("KT1_TEST_PICTURES")  # of the suite itself
WIDTHS = (1280, 360)
OPEN = ("/sign-in", "/nowhere")
OWN = ("/own-key",)


def paths(role: str) -> list[str]:
    from kt1custody.web import access

    return [tab.path for tab in pages.TABS if access.may(role, tab.what)] + [*OWN]


def look(page: Page, counter: Counter, path: str, who: str) -> list[str]:
    """Look at a page at both widths; gives what is wrong with it."""
    page.go(f"{counter.url}{path}")
    page.wait_for("document.fonts.ready.then(() => true)")
    faults = []
    for width in WIDTHS:
        page.resize(width, 900)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults.append(f"{path} at {width}: {wide} wide")
        page.evaluate(AXE.read_text("utf-8") + "; null")
        found = page.evaluate(
            f"axe.run(document, {{runOnly: {RULES}}}).then(told => told.violations.map("
            "one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 90)).join(' | ')))"
        )
        faults += [f"{path} at {width}: {one}" for one in found]
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            name = path.strip("/").replace("/", "-") or "first"
            page.screenshot(Path(PICTURES) / f"{who}-{name}-{width}.png")
    return faults + page.complaints


@pytest.mark.parametrize(
    ("staff", "role"),
    [(cast.CLERK, "clerk"), (cast.OFFICERS[1], "officer"), (cast.ADMIN, "admin")],
)
def test_every_page_is_fit_to_be_used(counter: Counter, staff: str, role: str):
    with counter.browser(staff) as page:
        faults = [fault for path in paths(role) for fault in look(page, counter, path, role)]
        assert faults == []
        assert {url.split("/")[2] for url in page.requests if url.startswith("http")} == {
            counter.url.removeprefix("http://")
        }


def test_pages_for_anybody_are_fit_to_be_used(counter: Counter):
    with counter.browser() as page:
        assert [fault for path in OPEN for fault in look(page, counter, path, "anybody")] == []
