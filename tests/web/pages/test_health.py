"""Health of the server, as an administrator sees it, who sees nothing else of the log."""

from tests.kit import cast
from tests.kit.counter import Counter


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
