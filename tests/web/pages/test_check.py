"""Seals checked by scan: the one on its item, one that is void, one scanned twice, a stranger's code."""

from kt1custody.printing.read import symbol_texts
from tests.kit import cast
from tests.kit.counter import Counter


def test_everybody_may_check_a_seal(counter: Counter):
    picture = sorted((counter.world.folder / "seals").glob("*.png"))[-1]
    [text] = symbol_texts(picture.read_bytes())
    with counter.browser(cast.COURIER) as page:
        page.go(f"{counter.url}/check")
        for count, given in enumerate([text, "https://example.com/", text], start=1):
            page.fill("#scan-text", given)
            page.press("Enter")
            page.wait_for(f"document.querySelectorAll('.answer').length === {count}")
        looks = page.evaluate("[...document.querySelectorAll('.answer')].map(one => one.className)")
        assert looks == ["answer bad", "answer note", "answer bad"]
        page.go(f"{counter.url}/check")
        page.fill("#scan-text", text)
        page.press("Enter")
        page.wait_for("document.querySelectorAll('.answer').length === 1")
        assert page.evaluate("document.querySelector('.answer').className") == "answer good"
        assert "tem đang dán" in page.text(".answer")
        assert page.complaints == []
