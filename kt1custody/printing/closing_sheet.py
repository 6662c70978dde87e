"""The closing sheet of a shift: the log's checkpoint on paper, for the bound book and the safe.

**Rule:** it holds one or more QR of the signed note for machines and a typed code for people, so that paper
proves years later what the log was. Format: `.docs/formats.md` §16.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kt1custody.i18n import Language
from kt1custody.printing import qr, typeset

_TEMPLATE = "closing_sheet.typ"
_DPI = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A line of figures.

    Attributes:
        level: 0 for a sum, 1 for what it is made of, 2 for a part of the line above.
        cells: Figures as text, one a column.
    """

    words: str
    level: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingSheet:
    """What a closing sheet says.

    Attributes:
        note: The signed checkpoint, as text.
        code: Its typed code, in groups.
        facts: Pairs of a word and what is so.
        period: Which period the figures are of, in words.
        columns: Headings of the figures.
        tallies: The figures.
        devices: Name of each device, and the last counter of its acts in the log.
        day: Local day, for the file's own date.
        notice: Words across the sheet, such as those of a training log.
    """

    service: str
    origin: str
    note: str
    code: Sequence[str]
    facts: Sequence[tuple[str, str]]
    period: str
    columns: Sequence[str]
    tallies: Sequence[Tally]
    devices: Sequence[tuple[str, str]]
    day: date
    notice: str = ""


def pdf(language: Language, sheet: ClosingSheet) -> bytes:
    """Set a closing sheet as PDF/A-2b, A4: one page, and others for what does not fit onto it.

    A page lists the devices of a large post, another has the codes of more cosignatures.
    """
    say = language.say
    content = {
        "service": sheet.service,
        "origin": sheet.origin,
        "pictures": qr.note_pngs(sheet.note),
        "code": sheet.code,
        "facts": sheet.facts,
        "period": sheet.period,
        "columns": sheet.columns,
        "tallies": [[tally.level, tally.words, *tally.cells] for tally in sheet.tallies],
        "devices": sheet.devices,
        "notice": sheet.notice,
        "day": [sheet.day.year, sheet.day.month, sheet.day.day],
        "words": {
            "title": say("KT1 CLOSING SHEET"),
            "code": say("Code of the checkpoint (7 groups)"),
            "advice": say(
                "Keep this sheet in the bound book. Whoever audits the log types the code: kt1 verify "
                "--anchor CODE; a picture of the square proves more: --against PICTURE. If history "
                "was rewritten or its end cut off, it does not fit."
            ),
            "devices": say("Last act of each device in the log"),
            "behind": say("The last act of each device stands on the next page."),
            "more": say("Further cosignatures of the same checkpoint; each code proves it alone."),
            "signers": [say("Shift leader"), say("Witness of the sheet")],
            "sign": say("(sign, full name)"),
        },
    }
    return typeset.pdf(_TEMPLATE, content, _DPI)
