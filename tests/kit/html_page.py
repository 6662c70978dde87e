"""verify.html in a real browser, opened as a file, beside verify.py."""

import contextlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.kit import forge
from tests.kit.browser import Page, open_page

VERIFY_HTML = forge.VERIFY.with_name("verify.html")
NOT_SEEN = "not-seen-by-browser"  # which the page always says of itself
Told = dict[str, Any]  # what either verifier answers


class Verifier:
    """The page, asked by script as its own form asks."""

    def __init__(self, size: tuple[int, int] = (1100, 900)) -> None:
        self.page: Page = open_page(VERIFY_HTML, size)

    def close(self) -> None:
        """End the browser."""
        self.page.close()

    def told(
        self,
        folder: Path,
        genesis: str | None = None,
        anchors: Sequence[str] = (),
        evidence: Sequence[Path] = (),
    ) -> Told:
        """Give the page's answer, after comparing all of it with that of verify.py.

        Each piece of evidence must be a file of its own.
        """
        mine = self.alone(folder, genesis, anchors, evidence)
        words = [str(folder), *(("--genesis", genesis) if genesis else ())]
        for typed in anchors:
            words += ["--anchor", typed]
        for path in evidence:
            words += ["--against", str(path)]
        theirs = by_script(words)
        for path in evidence:  # a browser tells the name of a file and not where it is
            theirs["not_checked"] = [
                one.replace(str(path), path.name) for one in theirs.get("not_checked", ())
            ]
        assert mine["outside"].count(NOT_SEEN) == (mine["verdict"] != "no-bundle")
        left, right = comparable(mine), comparable(theirs)
        differing = [key for key in left | right if left.get(key) != right.get(key)]
        assert not differing, [(key, left.get(key), right.get(key)) for key in differing]
        return mine

    def alone(
        self,
        folder: Path,
        genesis: str | None = None,
        anchors: Sequence[str] = (),
        evidence: Sequence[Path] = (),
    ) -> Told:
        """Give the page's answer."""
        for name in ("folder", "evidence"):  # a folder chosen again is read again
            self.page.evaluate(f"document.getElementById('{name}').value = ''")
        self.page.set_files("#folder", [folder])
        if evidence:
            self.page.set_files("#evidence", evidence)
        given = json.dumps({"genesis": genesis, "anchors": list(anchors)})
        told: Told = self.page.evaluate(
            "kt1.verify(document.getElementById('folder').files,"
            f" {{...{given}, evidence: document.getElementById('evidence').files}})",
            timeout=300,
        )
        return told

    def start(self, folder: Path) -> None:
        """Choose a folder in the form, press the button and wait for the result."""
        self.page.set_files("#folder", [folder])
        self.press("start")
        self.page.wait_for("!document.getElementById('result').hidden")

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.evaluate(f"document.getElementById('{name}').click()")

    def drop(self, folder: Path) -> None:
        """Drop a folder on the page, as a person does with the mouse."""
        data = {"items": [], "files": [str(folder.resolve())], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.page._send("Input.dispatchDragEvent", type=kind, x=200, y=200, data=data)

    def show_on(self, media: str) -> None:
        """Show the page as on `print` or `screen`."""
        self.page._send("Emulation.setEmulatedMedia", media=media)

    def text(self, selector: str) -> str:
        """Give what a person reads in a part of the page."""
        return str(self.page.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))


def by_script(words: Sequence[str]) -> Told:
    """Give the answer of verify.py."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        code = forge.verifier.main([*words, "--json"])
    if code == 2:
        return {"verdict": "no-bundle"}
    told: Told = json.loads(said.getvalue())
    assert code == forge.verifier.VERDICTS[told["verdict"]][0]
    return told


def comparable(told: Told) -> Told:
    """Leave out what need not be the same: how the two spell what is wrong."""
    if told["verdict"] == "no-bundle":
        return {"verdict": "no-bundle"}
    findings = [(one["kind"], one["seq"]) for one in told["findings"]]
    outside = sorted(set(told["outside"]) - {NOT_SEEN})
    checked = sorted(told["checked"])
    same = {name: value for name, value in told.items() if name != "library"}
    return {**same, "findings": findings, "outside": outside, "checked": checked}
