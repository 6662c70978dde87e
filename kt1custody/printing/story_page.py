"""The story of an item as a page to read and print: one static HTML file, A4, without script.

**Rule:** a reading aid that proves nothing and says so; it shows no verdict. All text is escaped by
the library that writes the page, which may load nothing and run nothing.
"""

import base64
import hashlib
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

_STYLE = "story.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """What the page says, in words already.

    Attributes:
        language: `vi` or `en`.
        lead: Paragraphs that say what the page is and what checks it, in a box at its head.
        sums: Pairs of a file's name and its SHA-256 in hex.
        parts: Titles and their lines.
        steps: Title, heads of the columns, and rows of the last part.
        facts: Pairs of a word and what is so, at the foot.
        notice: Words across the page, such as those of a training log.
    """

    language: str
    title: str
    lead: Sequence[str]
    sums: Sequence[tuple[str, str]]
    parts: Sequence[tuple[str, Sequence[str]]]
    steps: tuple[str, Sequence[str], Sequence[Sequence[str]]]
    facts: Sequence[tuple[str, str]]
    notice: str = ""


def html(page: StoryPage) -> bytes:
    """Write the page."""
    style = resources.files(__package__).joinpath(_STYLE).read_text("utf-8")
    root = ET.Element("html", lang=page.language)
    head, body = ET.SubElement(root, "head"), ET.SubElement(root, "body")
    ET.SubElement(head, "meta", charset="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ET.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    ET.SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _add(head, "title", page.title)
    _add(head, "style", style)
    if page.notice:
        _add(body, "p", page.notice, name="notice")
    _add(body, "h1", page.title)
    lead = ET.SubElement(body, "div", {"class": "lead"})
    for line in page.lead:
        _add(lead, "p", line)
    _add_pairs(lead, page.sums)
    for title, lines in page.parts:
        if title:
            _add(body, "h2", title)
        rows = ET.SubElement(body, "ul") if title else body
        for line in lines:
            _add(rows, "li" if title else "p", line)
    _add_steps(body, *page.steps)
    _add_pairs(body, page.facts)
    written: bytes = ET.tostring(root, "utf-8", method="html")
    return b"<!doctype html>\n" + written + b"\n"


def _add(parent: ET.Element, tag: str, text: str, *, name: str = "") -> ET.Element:
    made = ET.SubElement(parent, tag, {"class": name} if name else {})
    made.text = text
    return made


def _add_pairs(parent: ET.Element, pairs: Sequence[tuple[str, str]]) -> None:
    rows = ET.SubElement(parent, "dl")
    for term, text in pairs:
        _add(rows, "dt", term)
        _add(rows, "dd", text)


def _add_steps(
    parent: ET.Element, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    _add(parent, "h2", title)
    table = ET.SubElement(parent, "table")
    line = ET.SubElement(ET.SubElement(table, "thead"), "tr")
    for head in heads:
        _add(line, "th", head)
    below = ET.SubElement(table, "tbody")
    for row in rows:
        line = ET.SubElement(below, "tr")
        for head, cell in zip(heads, row, strict=True):
            _add(line, "td", cell).set("data-head", head)
