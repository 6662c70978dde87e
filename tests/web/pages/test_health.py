"""Health of the server, as an administrator sees it, who sees nothing else of the log."""

from pathlib import Path

from kt1custody.cli import outgoing
from tests.kit import cast
from tests.kit.counter import Counter
from tests.kit.pages_here import PagesHere


def test_an_administrator_sees_how_the_server_is_and_no_item(counter: Counter):
    with counter.browser(cast.ADMIN) as page:
        page.go(f"{counter.url}/health")
        facts = page.text("main")
        assert "GB" in facts
        assert f"#{counter.world.session.last_signed.every()[0].size - 1}" in facts
        for path in ("/stock", "/handover", "/first-run/lists"):
            page.go(f"{counter.url}{path}")
            assert page.evaluate("document.querySelector('table, #scan-text, #lists') === null"), (
                path
            )


def test_what_is_not_well_says_what_to_do(pages: PagesHere, tmp_path: Path):
    admin = pages.enter(cast.ADMIN)
    assert "kt1 backup" in admin.ask("/health")[1]
    outgoing.backup(pages.world.session, tmp_path / "stick")
    pages.site.verification.begin()
    facts = admin.ask("/health")[1]
    assert "kt1 backup" not in facts
    assert str(tmp_path / "stick") in facts
    assert cast.CLERK not in facts
