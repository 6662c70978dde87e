"""The fingerprint sheet: by which people know the service's own authority before they trust it.

**Rule:** the fingerprint stands as pairs for people, in the order in which browsers show it, and as QR
for machines. Nothing on it is secret; it is worth what the paper is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kt1custody.i18n import Language
from kt1custody.printing import qr, typeset

_TEMPLATE = "authority_sheet.typ"
_DPI = 300  # of an office's printer; nothing here stands on whole dots


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoritySheet:
    """What a fingerprint sheet says.

    Attributes:
        fingerprint: SHA-256 of the authority's certificate, 32 bytes.
        facts: Pairs of words and what is so.
        address: Where browsers find the pages.
        day: Local day, for the file's own date.
        notice: Words across the sheet, such as those of a training log.
    """

    service: str
    fingerprint: bytes
    facts: Sequence[tuple[str, str]]
    address: str
    day: date
    notice: str = ""


def pdf(language: Language, sheet: AuthoritySheet) -> bytes:
    """Set a fingerprint sheet as PDF/A-2b, one page of A4."""
    say = language.say
    content = {
        "service": sheet.service,
        "picture": qr.text_png(sheet.fingerprint.hex()),
        "pairs": sheet.fingerprint.hex(" ").upper().split(" "),
        "facts": sheet.facts,
        "notice": sheet.notice,
        "day": [sheet.day.year, sheet.day.month, sheet.day.day],
        "words": {
            "title": say("FINGERPRINT OF THE KT1 SERVER"),
            "fingerprint": say("Fingerprint, SHA-256"),
            "steps": [
                say(
                    "Open the certificate kt1.crt on the new machine and show its fingerprint "
                    "(SHA-256)."
                ),
                say("Compare all 32 pairs with this sheet. If one sign differs, stop and call IT."),
                say(
                    "Only then let the machine trust it, and open {address}.", address=sheet.address
                ),
            ],
            "keep": say(
                "Print it at the machine of the server, never from a machine that does not trust it "
                "yet. Have the head of the office sign it."
            ),
            "stamp": say("Head of the office (sign, stamp)"),
        },
    }
    return typeset.pdf(_TEMPLATE, content, _DPI)
