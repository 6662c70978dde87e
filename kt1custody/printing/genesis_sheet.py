"""The genesis sheet: the beginning of a log on paper, signed by its officers, for every auditor.

**Rule:** everything on it is public but the officers' names, which they sign beside; no key, PIN or
passphrase. The hash stands in groups for people and as QR for machines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kt1custody.i18n import Language
from kt1custody.printing import qr, typeset

_TEMPLATE = "genesis_sheet.typ"
_DPI = 300  # of an office's printer; nothing here stands on whole dots


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundingOfficer:
    """An officer of the founding.

    Attributes:
        duty: What the officer is, in words.
        name: Empty if it was not told.
        key: Fingerprint of the officer's key, in groups.
    """

    duty: str
    number: str
    name: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GenesisSheet:
    """What a genesis sheet says.

    Attributes:
        genesis: The genesis hash, 32 bytes.
        facts: Pairs of words and what is so.
        reserve: Staff number of the holder of the reserve key.
        keys: Pairs of a service key's name and fingerprint.
        day: Local day, for the file's own date.
        notice: Words across the sheet, such as those of a training log.
    """

    service: str
    log: str
    genesis: bytes
    facts: Sequence[tuple[str, str]]
    signers: Sequence[FoundingOfficer]
    reserve: str
    keys: Sequence[tuple[str, str]]
    day: date
    notice: str = ""


def pdf(language: Language, sheet: GenesisSheet) -> bytes:
    """Set a genesis sheet as PDF/A-2b, one page of A4."""
    groups = sheet.genesis.hex(" ", 2).split(" ")
    say = language.say
    content = {
        "service": sheet.service,
        "log": sheet.log,
        "picture": qr.text_png(sheet.genesis.hex()),
        "groups": groups,
        "facts": sheet.facts,
        "signers": [[who.duty, who.number, who.name or "–", who.key] for who in sheet.signers],
        "keys": sheet.keys,
        "notice": sheet.notice,
        "day": [sheet.day.year, sheet.day.month, sheet.day.day],
        "words": {
            "title": say("GENESIS SHEET OF THE KT1 LOG"),
            "hash": say("Genesis hash (16 groups, read line by line)"),
            "advice": say(
                "Whoever audits this log types these 16 groups or scans the code. If they do not "
                "fit, it is another log:"
            ),
            "command": say("kt1 verify --genesis HASH"),
            "columns": [say("Who"), say("Number"), say("Name"), say("Fingerprint of the key")],
            "keys": say("Keys of the service"),
            "keep": [
                say(
                    "Keep one signed copy in the safe of the post and give one to every body that "
                    "audits. Never keep the only copy beside the machine: whoever can change the "
                    "log could change that too."
                ),
                say(
                    "The reserve key: the file {staff}.key goes onto a stick of its own, in a sealed "
                    "envelope in the safe, and is deleted from the machine. Two can enrol or revoke "
                    "an officer with it: its holder and one officer, such as when the other officer "
                    "has lost a key. It signs nothing else, and every use of it is an alarm.",
                    staff=sheet.reserve,
                ),
                say(
                    "Officers keep their passphrases in mind, not on this sheet. The keys folder is "
                    "never in a backup, the data folder always."
                ),
            ],
            "sign": say("(sign, full name)"),
            "stamp": say("Head of the office (sign, stamp)"),
        },
    }
    return typeset.pdf(_TEMPLATE, content, _DPI)
