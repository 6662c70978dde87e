"""A test label: it shows whether a printer puts dots where the program wants them.

**Rule:** it is no seal and cannot pass for one; its QR holds plain words.
"""

from PIL import Image

from kt1custody.i18n import Language
from kt1custody.printing import qr, typeset

_TEMPLATE = "calibration.typ"
_PATCH = 8  # mm


def sample_text(dpi: int) -> str:
    """Give the words in the QR of the test label."""
    return f"KT1 CALIBRATION {dpi}"


def pdf(language: Language, dpi: int) -> bytes:
    """Set the test label of a printer of 203 or 300 dpi as PDF."""
    return typeset.pdf(_TEMPLATE, _content(language, dpi), dpi, kept=False)


def advice(language: Language, dpi: int) -> list[str]:
    """Say how the printed label is judged, and which setting of the driver mends what is wrong."""
    say = language.say
    return [
        say(
            "1. Measure: 90 mm across, 50 mm down. If not, set the driver to 100 %, no “fit to "
            "page”, label 100 × 60 mm."
        ),
        say(
            "2. Both frames must have all four sides. If not, set margins to 0 and the start of the "
            "label."
        ),
        say(
            "3. The four fields must be even. Stripes: set {dpi} dpi, switch smoothing off. Black: "
            "print lighter.",
            dpi=dpi,
        ),
        say("4. Scan the code. It must say: {text}", text=sample_text(dpi)),
    ]


def _content(language: Language, dpi: int) -> dict[str, object]:
    return {
        "title": language.say("KT1 test label, {dpi} dpi – not a seal", dpi=dpi),
        "picture": qr.sample_png(sample_text(dpi), dpi),
        "patches": _patches(dpi),
        "patch": _dots(dpi),
        "advice": advice(language, dpi),
    }


def _patches(dpi: int) -> list[bytes]:
    """Draw upright lines, level lines and two chequers: what a rescaling driver cannot keep."""
    size, module = _dots(dpi), qr.RESOLUTIONS[dpi].module
    tests = (
        lambda x, _: x % 2,
        lambda _, y: y % 2,
        lambda x, y: (x + y) % 2,
        lambda x, y: (x // module + y // module) % 2,
    )
    return [
        qr.dots_png(
            Image.frombytes(
                "L",
                (size, size),
                bytes(255 * test(x, y) for y in range(size) for x in range(size)),
            ),
            dpi,
        )
        for test in tests
    ]


def _dots(dpi: int) -> int:
    """Width of a field in dots: whole pairs of modules."""
    resolution = qr.RESOLUTIONS[dpi]
    pair = 2 * resolution.module
    return int(_PATCH / resolution.dot) // pair * pair
