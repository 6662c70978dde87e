"""Writes `.docs/pictures/`: a label, a closing sheet, verify.html with its verdict, and two pages.

    .venv/bin/python scripts/pictures.py

They come from a demo that is played for them, with new keys each time, so no two runs give the
same bytes. Needs a Chromium, as the tests of the page do.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".docs" / "pictures"
NAMES = ("label.png", "handover.png", "story.png", "closing-sheet.png", "verify.png")
_LABEL_DPI, _SHEET_DPI = 203, 88
_PAGE, _MARGIN = (760, 900), 16  # CSS pixels
_WIDE = (1280, 800)
_HANDED = ("682600001898", "682600000166", "682600001515", "682600000636")
_END = "document.querySelector('#result table').getBoundingClientRect().bottom + scrollY"


def main() -> None:
    """Play a demo and write the pictures of what it made."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        demo = Path(place, "demo")
        environment = {**os.environ, "KT1_LANGUAGE": "vi"}
        play = [sys.executable, "-X", "utf8", "-m", "kt1custody", "demo", str(demo), "--json"]
        played = subprocess.run(
            play, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
        )
        code = json.loads(played.stdout)["code"]
        _draw(demo / "seals.pdf", FOLDER / "label.png", _LABEL_DPI)
        _draw(demo / "closing.pdf", FOLDER / "closing-sheet.png", _SHEET_DPI)
        _verify(demo, code, FOLDER / "verify.png")
        _pages(demo)


def _draw(pdf: Path, picture: Path, dpi: int) -> None:
    """Draw the first page of a PDF in few greys."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
    _save(page, picture)
    document.close()


def _verify(demo: Path, code: str, picture: Path) -> None:
    """Have the page verify the demo's bundle, as an auditor would, and take its picture."""
    sys.path.insert(0, str(ROOT))
    from tests.kit import html_page

    verifier = html_page.Verifier(_PAGE)
    typed = {"genesis": (demo / "genesis.txt").read_text("utf-8").strip(), "anchors": code}
    for name, text in typed.items():
        verifier.page.evaluate(f"document.getElementById('{name}').value = {json.dumps(text)}")
    verifier.start(demo / "bundle")
    verifier.page.screenshot(picture)
    end = verifier.page.evaluate(_END)
    verifier.close()
    whole = Image.open(picture)
    _save(whole.crop((0, 0, whole.width, int(end) + _MARGIN)), picture)


def _pages(demo: Path) -> None:
    """Hand over and investigate as people would, up to before they sign, and take pictures."""
    from tests.kit.browser import open_page

    pins = dict(line.split("=") for line in (demo / "pins.txt").read_text("utf-8").split())
    serve = [sys.executable, "-X", "utf8", "-m", "kt1custody", "serve", "--port", "0", "--json"]
    environment = {**os.environ, "KT1_LANGUAGE": "vi", "KT1_DEMO": str(demo)}
    command = [*serve, "--unlock", "NV021"]
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None  # noqa: S101  # it was asked for
        told = ""
        for line in server.stdout:
            told += line
            if line.startswith("}"):
                break
        url = json.loads(told)["url"]
        for staff, take in (("NV001", _handover), ("NV021", _story)):
            with open_page(f"{url}/sign-in", _WIDE) as page:
                page.evaluate("fetch('/training/browser', {method: 'POST'}).then(one => one.ok)")
                page.go(f"{url}/sign-in")
                page.wait_for("document.activeElement.id === 'staff'")
                page.fill("#staff", staff)
                page.fill("#pin", pins[staff])
                page.click("#sign-in button")
                page.wait_for("location.pathname !== '/sign-in'")
                page.resize(*_WIDE)
                take(page, url)
        server.kill()


def _handover(page: Any, url: str) -> None:
    page.go(f"{url}/handover")
    page.choose("#giver", "NV014")
    page.choose("#receiver", "NV001")
    for number, text in enumerate(_HANDED, start=1):
        page.fill("#scan-text", text)
        page.press("Enter")
        page.wait_for(f"document.querySelectorAll('#list tbody tr').length === {number}")
    page.wait_for("document.querySelectorAll('#pins input').length > 1")
    _take(page, FOLDER / "handover.png")


def _story(page: Any, url: str) -> None:
    page.go(f"{url}/investigate/682600000128")
    page.wait_for("document.readyState === 'complete'")
    _take(page, FOLDER / "story.png")


def _take(page: Any, path: Path) -> None:
    page.screenshot(path)
    whole = Image.open(path)
    _save(whole.crop((0, 0, whole.width, min(whole.height, _WIDE[1]))), path)


def _save(picture: Image.Image, path: Path) -> None:
    """Save with as few colours as reading needs, so that the file is small."""
    picture.convert("RGB").quantize(16).save(path, optimize=True)


if __name__ == "__main__":
    main()
