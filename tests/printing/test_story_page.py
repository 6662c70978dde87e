"""The page of an item's story: it loads nothing, runs nothing, and shows what it was given."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

from kt1custody.printing import story_page
from kt1custody.printing.story_page import StoryPage

PAGE = StoryPage(
    language="vi",
    title="6826 0000 0014",
    lead=["A reading aid."],
    sums=[("verify.py", "ab" * 32)],
    parts=[("", ["held by 680900"]), ("Holders", ["680900", "NV011"])],
    steps=("Acts", ["When", "What"], [["07:00", "register"], ["08:00", "handover"]]),
    facts=[("Log", "kt1.lamdong.vn/68")],
)


class Tags(HTMLParser):
    """The page as a browser reads it."""

    def __init__(self, page: StoryPage) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(story_page.html(page).decode())

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # of the library
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_all_that_it_was_given_stands_on_it_in_its_order():
    text = story_page.html(PAGE).decode()
    assert text.startswith('<!doctype html>\n<html lang="vi">')
    parts = [
        "<h1>6826 0000 0014</h1>", "<p>A reading aid.</p>", "<dt>verify.py</dt>",
        "<p>held by 680900</p>", "<h2>Holders</h2>", "<li>NV011</li>", "<h2>Acts</h2>",
        '<td data-head="What">handover</td>', "<dd>kt1.lamdong.vn/68</dd>",
    ]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "notice" not in text.partition("<body>")[2]
    training = story_page.html(replace(PAGE, notice="TRAINING")).decode()
    assert '<p class="notice">TRAINING</p>' in training


def test_nothing_that_others_have_written_is_taken_for_a_part_of_the_page():
    evil = '"><script>alert(1)</script>&amp;'
    page = replace(
        PAGE, title=evil, lead=[evil], sums=[(evil, evil)], parts=[(evil, [evil])],
        steps=(evil, [evil], [[evil]]), facts=[(evil, evil)], notice=evil,
    )  # fmt: skip
    honest, read = Tags(PAGE), Tags(page)
    assert set(read.tags) == set(honest.tags) | {"p"}
    assert read.texts.count(evil) == 13


def test_its_policy_allows_its_own_style_alone():
    text = story_page.html(PAGE).decode()
    [style] = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text
    for word in ("<script", "<link", "<img", "http://", "https://", "url(", "@import"):
        assert word not in text
