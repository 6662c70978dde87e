"""The sender's receipt: what the post has accepted, in two copies, with the total in words.

**Rule:** of an item with a mark it says no addressee, of no item a person's name or a note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kt1custody.i18n import Language
from kt1custody.printing import typeset

_TEMPLATE = "receipt.typ"
_DPI = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedItem:
    """An item on a receipt; every field as it is printed."""

    number: str
    reference: str
    mark: str
    urgency: str
    kind: str
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderReceipt:
    """What one sender gets for items that were accepted together.

    Attributes:
        office: Which has accepted them; `clerk` is who.
        total: Of the items, in words.
        facts: Pairs of a word and what is so.
        day: Local day, for the file's own date.
        notice: Words across the sheet, such as those of a training log.
    """

    service: str
    office: str
    sender: str
    clerk: str
    rows: Sequence[AcceptedItem]
    total: str
    facts: Sequence[tuple[str, str]]
    day: date
    notice: str = ""


def pdf(language: Language, receipts: Sequence[SenderReceipt]) -> bytes:
    """Set receipts as PDF/A-2b, A4, each in two copies with pages counted by copy."""
    say = language.say
    content = {
        "receipts": [
            {
                "service": one.service,
                "office": one.office,
                "sender": one.sender,
                "clerk": one.clerk,
                "rows": [
                    [row.number, row.reference, row.mark, row.urgency, row.kind, row.recipient]
                    for row in one.rows
                ],
                "total": one.total,
                "facts": one.facts,
                "notice": one.notice,
            }
            for one in receipts
        ],
        "day": [receipts[0].day.year, receipts[0].day.month, receipts[0].day.day],
        "language": language.code,
        "words": {
            "title": say("RECEIPT FOR KT1 ITEMS"),
            "copies": [say("Copy 1: for the sender"), say("Copy 2: kept by the post")],
            "sender": say("Sender"),
            "columns": [
                say("No."),
                say("Item number"),
                say("Document number"),
                say("Mark letter"),
                say("Urgency"),
                say("Kind"),
                say("Recipient"),
            ],
            "hidden": say("The recipient of an item with mark A, B or C does not stand here."),
            "page": say("page"),
            "signers": [say("Handed over by"), say("Accepted by")],
            "sign": say("(sign, full name)"),
        },
    }
    return typeset.pdf(_TEMPLATE, content, _DPI)
