"""Writes `.docs/pictures/`: a label, a closing sheet and verify.html with its verdict.

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

import pypdfium2
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".docs" / "pictures"
NAMES = ("label.png", "closing-sheet.png", "verify.png")
_LABEL_DPI, _SHEET_DPI = 203, 88
_PAGE, _MARGIN = (760, 900), 16  # CSS pixels
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


def _save(picture: Image.Image, path: Path) -> None:
    """Save with as few colours as reading needs, so that the file is small."""
    picture.convert("RGB").quantize(16).save(path, optimize=True)


if __name__ == "__main__":
    main()
