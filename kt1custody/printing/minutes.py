"""The minutes of a key ceremony: one sheet to be read aloud, signed by hand and filed.

**Rule:** it shows what is public of both keys, in groups that two people compare, and anchors the
log as a closing sheet does; no private key is on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kt1custody.i18n import Language
from kt1custody.printing import qr, typeset

_TEMPLATE = "minutes.typ"
_DPI = 300  # of an office's printer; nothing here stands on whole dots


@dataclass(frozen=True, slots=True)
class Minutes:
    """What the sheet says.

    Attributes:
        title: What was done.
        rows: Pairs of words and value, in order.
        old: Fingerprint of the key that ended, in groups; `new` of the one that followed.
        people: Staff numbers of those who sign by hand.
        note: The signed checkpoint after it, as text; `code` is its typed code.
        day: Local day, for the file's own date.
        notice: Words across the sheet, such as those of a training log.
    """

    title: str
    rows: Sequence[tuple[str, str]]
    old: str
    new: str
    people: Sequence[str]
    note: str
    code: str
    day: date
    notice: str = ""


def pdf(language: Language, minutes: Minutes) -> bytes:
    """Set the sheet as PDF/A-2b, A4."""
    return typeset.pdf(_TEMPLATE, _content(language, minutes), _DPI)


def _content(language: Language, minutes: Minutes) -> dict[str, object]:
    day, say = minutes.day, language.say
    return {
        "title": minutes.title,
        "rows": [list(row) for row in minutes.rows],
        "keys": [[say("Old key"), minutes.old], [say("New key"), minutes.new]],
        "people": [say("Officer {staff}", staff=staff) for staff in minutes.people],
        "picture": qr.note_pngs(minutes.note)[0],
        "code": minutes.code,
        "words": {
            "code": say("Code of the checkpoint (7 groups)"),
            "read": say(
                "One reads the fingerprints aloud from the screen, the other follows on this sheet. "
                "Both sign only if every group is the same."
            ),
            "sign": say("Name and signature"),
            "file": say("File this sheet with the genesis hash; nobody changes it any more."),
        },
        "notice": minutes.notice,
        "day": [day.year, day.month, day.day],
    }
