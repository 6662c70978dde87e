"""Seal labels: a label of 100 × 60 mm a page, as PDF or as the printer's own dots.

**Rule:** a label shows numbers, letters and offices, never a sender, a recipient or a word of
secrecy. Labels of a training log say so across the label. The second copy is a label of its own,
behind the first: a label printer has one size of label, and nothing has to be cut.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import zxingcpp

from kt1custody.core.formats import numbers
from kt1custody.i18n import Language
from kt1custody.printing import typeset

_TEMPLATE = "seal_label.typ"


_SHORT = 13  # letters that stand on one line in large type
_NUMBER = re.compile(r" (\d+)\b")
# What an office's name begins with before the place that tells it from the others.
_KIND_OF_PLACE = re.compile(r"(.*?\b(?:xã|phường|đặc khu)) (.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What one label shows besides its QR.

    Attributes:
        text: Digits of the seal.
        mark: Letter A, B or C, or empty.
        urgent: Words of urgency; empty for an ordinary item, which shows none.
        hour: Of its appointment, and `on` its day and month; both empty without one.
        accepted: Local day of acceptance.
        office: Name of the issuing office; `dest` of the delivering one.
        place: Place of this item's seal in its job, from 1.
        of: How many seals the job has.
        copy: 1, or 2 for the copy that lies across the flap.
    """

    text: str
    n: int
    serial: int
    mark: str
    urgent: str
    hour: str
    on: str
    accepted: str
    office: str
    dest: str
    place: int
    of: int
    copy: int = 1


def pdf(
    language: Language,
    labels: Sequence[Label],
    pictures: Sequence[bytes],
    day: date,
    notice: str = "",
    *,
    dpi: int = 203,
) -> bytes:
    """Set labels as PDF/A-2b.

    Args:
        pictures: QR pictures of the labels, as `qr.seal_png` draws them, in the same order.
        day: Local day of issue, for the file's own date.
        notice: Words across every label, such as those of a training log.
        dpi: 203 or 300; the pictures were drawn for the same.
    """
    return typeset.pdf(_TEMPLATE, _content(language, labels, pictures, day, notice), dpi)


def bitmaps(
    language: Language,
    labels: Sequence[Label],
    pictures: Sequence[bytes],
    day: date,
    notice: str = "",
    *,
    dpi: int = 203,
) -> list[bytes]:
    """Set labels as PNG, a bit for each dot of the printer; arguments as of `pdf`."""
    return typeset.bitmaps(_TEMPLATE, _content(language, labels, pictures, day, notice), dpi)


def _content(
    language: Language,
    labels: Sequence[Label],
    pictures: Sequence[bytes],
    day: date,
    notice: str,
) -> dict[str, object]:
    say = language.say
    return {
        "labels": [_page(language, *pair) for pair in zip(labels, pictures, strict=True)],
        "words": {
            "post": say("KT1 POST"),
            "scan": say("SCAN THIS CODE"),
            "dest": say("DELIVER TO"),
            "accepted": say("Accepted"),
            "flap": say("Lay this line on the edge of the flap"),
            "sign": [
                say("Who sealed it signs here"),
                say("A witness, if there is one, signs here"),
            ],
            "across": say("and over the edge, onto the envelope"),
            "stamp": say("Stamp across this edge"),
        },
        "notice": notice,
        "day": [day.year, day.month, day.day],
    }


def _page(language: Language, label: Label, picture: bytes) -> dict[str, object]:
    place = f"{label.place}/{label.of}"
    named = _KIND_OF_PLACE.fullmatch(label.dest)
    return {
        "picture": picture,
        "bars": _bars(f"{label.n:012d}"),
        "number": numbers.format_item_number(label.n),
        "serial": numbers.format_serial(label.serial),
        "mark": label.mark,
        "loud": label.urgent.upper(),
        "hour": label.hour,
        "on": label.on,
        "accepted": label.accepted,
        "office": label.office,
        "dest-kind": named[1] if named else "",
        "dest": _unbroken(named[2] if named else label.dest),
        "second": label.copy == 2,
        "place": place
        if label.copy == 1
        else language.say("{place} · copy 2 – stick it across the flap", place=place),
    }


def _unbroken(name: str) -> str:
    """Let a line end behind a dash or between the parts of a long name, never inside a short one.

    Most words have two syllables, and what tells names from each other stands at their end, so
    syllables are joined in pairs from there.
    """
    parts = _NUMBER.sub("\u00a0\\1", name).split(" - ")
    return "\u00a0- ".join(" ".join(_words(part.split(" "))) for part in parts)


def _words(syllables: list[str]) -> list[str]:
    if len(" ".join(syllables)) <= _SHORT:
        return ["\u00a0".join(syllables)]
    words: list[str] = []
    left = list(syllables)
    while left:
        last = left.pop()
        is_pair = left and "\u00a0" not in last + left[-1]
        words.insert(0, f"{left.pop()}\u00a0{last}" if is_pair else last)
    return words


def _bars(digits: str) -> str:
    """Give the modules of a Code 128 symbol, `1` for dark."""
    symbol = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.Code128)
    picture = symbol.to_image(scale=1, add_quiet_zones=False)
    rows: list[list[int]] = memoryview(picture).tolist()  # type: ignore[arg-type, assignment]  # has the buffer protocol
    return "".join("1" if dot == 0 else "0" for dot in rows[0])
