"""Writes into the verifiers what they share: words of the story, and scripts of the pages.

    .venv/bin/python scripts/verifier_words.py

They travel alone, so they carry their words; the catalogues of the program are where these are
written. Also mends the hashes in the page's own policy. `tests/verifiers/test_story.py` tells when
this has to be run.
"""

import base64
import hashlib
import re
from pathlib import Path

from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parent.parent / "kt1custody"
VERIFIERS = PACKAGE / "verifiers"
KINDS = ("story", "act", "role", "cond", "reason", "service", "kind", "key", "judgement")
SHARED = (
    "codec",
    "signature",
    "proof",
)  # scripts of the pages, in the order in which they need each other
PAGE_ONLY = ("aid", "aid-check", "aid-source", "readme", "log", "checkpoint", "language")


def words() -> str:
    """Give lines `code: Vietnamese | English` of all that the story needs, sorted."""
    both = []
    for language in ("vi", "en"):
        with (PACKAGE / "locale" / language / "LC_MESSAGES" / "kt1.po").open("rb") as file:
            both.append({str(one.id): str(one.string) for one in read_po(file) if one.id})
    vietnamese, english = both
    codes = [code for code in vietnamese if code.partition(".")[0] in KINDS and " " not in code]
    left_out = {f"story.{code}" for code in PAGE_ONLY}
    return "".join(
        f"{code}: {vietnamese[code]} | {english[code]}\n" for code in sorted({*codes} - left_out)
    )


def put_words(text: str, quote: str) -> str:
    """Put the words between the two marks of a verifier."""
    begin, end = text.index(quote, text.index("<words>")), text.index("</words>")
    last = text.rindex(quote, begin, end)
    return f"{text[: begin + len(quote)]}\n{words()}{text[last:]}"


def codec() -> str:
    """Give the pages' scripts that the verifier shares, as one that imports and exports nothing."""
    return "\n".join(map(_plain_script, SHARED))


def _plain_script(name: str) -> str:
    text = (PACKAGE / "web" / "static" / "js" / f"{name}.js").read_text("utf-8")
    body = re.sub(r"^import .*\n+", "", text.partition("*/\n")[2], flags=re.MULTILINE)
    return re.sub(r"^export ", "", body.lstrip("\n"), flags=re.MULTILINE)


def put_codec(page: str) -> str:
    """Put the codec between the two marks of the page."""
    begin = page.index("\n\n", page.index("/* --- codec:")) + 2
    return page[:begin] + codec() + page[page.index("\n/* --- end of the codec") :]


def put_hashes(page: str) -> str:
    """Put the hashes of the page's script and style into its policy."""
    for kind, mark in (("script-src", "script"), ("style-src", "style")):
        inside = re.findall(f"<{mark}>(.*?)</{mark}>", page, re.DOTALL)[0]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        page = re.sub(f"{kind} 'sha256-[^']*'", f"{kind} 'sha256-{digest}'", page)
    return page


def main() -> None:
    """Write both."""
    script, page = VERIFIERS / "verify.py", VERIFIERS / "verify.html"
    script.write_text(put_words(script.read_text("utf-8"), '"""'), "utf-8")
    page.write_text(put_hashes(put_codec(put_words(page.read_text("utf-8"), "`"))), "utf-8")


if __name__ == "__main__":
    main()
