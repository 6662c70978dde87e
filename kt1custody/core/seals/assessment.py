"""What a seal is, as far as a bench without network can tell: green, amber or red, with one reason.

**Rule:** a pure function of what was scanned, what the log key has signed, and the time; the order
of scans changes nothing. No verdict speaks of the envelope: a seal proves that a label was issued.
A rule is a line of `SEALS` or `NUMBERS`, and its code stands in `CODES`; pages and phones are given
them as data. Source: `.docs/formats.md` §12.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from kt1custody.core.conditions import Condition, Facts, Rules, fact, is_known
from kt1custody.core.log.entry import CLOCK_SLACK
from kt1custody.core.seals.seal import SealContent
from kt1custody.core.seals.status import Load, StatusNote


class Colour(StrEnum):
    """What to do, in one word, from harmless to grave."""

    GREEN = "green"  # this very seal is on the load list
    PLAIN = "plain"  # nothing is wrong with it, nothing was compared
    UNREAD = "unread"  # nobody knows yet what it is
    NONE = "none"  # not a seal at all
    AMBER = "amber"  # keep it and check; nobody is accused
    RED = "red"


CODES: Final[Mapping[str, Colour]] = {
    "seal-signature": Colour.RED,
    "not-a-seal-key": Colour.RED,
    "two-contents": Colour.RED,
    "seal-doubled": Colour.RED,
    "serial-void": Colour.RED,
    "key-revoked": Colour.RED,
    "outside-window": Colour.RED,
    "issuer-unknown": Colour.RED,
    "other-log": Colour.RED,
    "serial-not-issued": Colour.RED,
    "key-unknown": Colour.AMBER,
    "issued-in-future": Colour.AMBER,
    "serial-newer": Colour.AMBER,
    "load-differs": Colour.AMBER,
    "key-ended": Colour.AMBER,
    "list-in-future": Colour.AMBER,
    "list-old": Colour.AMBER,
    "not-a-seal": Colour.NONE,
    "not-read": Colour.UNREAD,
    "not-compared": Colour.PLAIN,
    "number-only": Colour.PLAIN,
    "matched": Colour.GREEN,
}
_GRAVE = tuple(Colour)


class SignatureCheck(StrEnum):
    """What verifying the signature gave; `verdict` itself cannot verify."""

    GOOD = "good"
    BAD = "seal-signature"
    UNKNOWN_KEY = "key-unknown"
    NOT_A_SEAL_KEY = "not-a-seal-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One seal that was scanned.

    Attributes:
        digest: SHA-256 of what the seal key signs.
    """

    content: SealContent
    kid: bytes
    digest: bytes
    proof: SignatureCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a bench knows and which time it is there.

    Attributes:
        number: The log's two digits.
        offices: Numbers of the offices whose clerks print seals of this log.
        load: The load list, or None.
        now: The bench's clock, Unix seconds UTC.
    """

    number: int
    offices: frozenset[int]
    status: StatusNote
    load: Load | None
    now: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict on one scan.

    Attributes:
        code: The one reason, of `CODES`.
        notes: What else was noticed; no graver than the reason.
    """

    code: str
    notes: tuple[str, ...] = ()

    @property
    def colour(self) -> Colour:
        """The colour of the reason."""
        return CODES[self.code]


# What the seal says: the log's two digits in its number, its serial, when it was issued and where.
_LOG, _SERIAL, _AT = fact("log"), fact("serial"), fact("at")
_PROOF = fact("proof")  # a `SignatureCheck`
# What the status note says of its key; null if it knows none.
_UNTIL, _REVOKED, _HIGHEST, _VOIDED = map(fact, ("until", "revoked", "highest", "voided"))
_NUMBER, _NOW, _ISSUED, _LOAD_ISSUED = map(fact, ("number", "now", "issued", "load_issued"))
_IS_MATCHED = fact("matched")  # this very seal is on the load list

_NOW_AND_SLACK: Condition = ("plus", _NOW, CLOCK_SLACK)
_IS_ABOVE: Condition = ("or", ("is", _HIGHEST, None), ("less", _HIGHEST, _SERIAL))
_IS_OF_BEFORE: Condition = ("less", ("plus", _AT, CLOCK_SLACK), _ISSUED)
_IS_OF_ANOTHER_LOG: Condition = ("and", is_known(_LOG), ("not", ("is", _LOG, _NUMBER)))

SEALS: Final = Rules(
    always={
        "list-in-future": (
            "or",
            ("less", _NOW_AND_SLACK, _ISSUED),
            ("less", _NOW_AND_SLACK, _LOAD_ISSUED),
        ),
        "list-old": ("or", ("less", fact("next"), _NOW), ("less", fact("load_next"), _NOW)),
    },
    stages=(
        {
            "seal-signature": ("is", _PROOF, SignatureCheck.BAD),
            "not-a-seal-key": ("is", _PROOF, SignatureCheck.NOT_A_SEAL_KEY),
            "key-unknown": (
                "or",
                ("is", _PROOF, SignatureCheck.UNKNOWN_KEY),
                ("and", ("is", _PROOF, SignatureCheck.GOOD), ("not", fact("key_known"))),
            ),
        },
        {
            "two-contents": ("less", 1, fact("contents")),
            "seal-doubled": ("less", 1, fact("count")),
            "serial-void": ("in", _SERIAL, _VOIDED),
            "key-revoked": ("and", is_known(_REVOKED), ("not", ("less", _AT, _REVOKED))),
            "outside-window": ("or", ("less", _AT, fact("since")), ("less", _UNTIL, _AT)),
            "issuer-unknown": ("not", ("in", fact("issuer"), fact("offices"))),
            "other-log": _IS_OF_ANOTHER_LOG,
            "serial-not-issued": ("and", _IS_ABOVE, _IS_OF_BEFORE),
            "issued-in-future": ("less", _NOW_AND_SLACK, _AT),
            "serial-newer": ("and", _IS_ABOVE, ("not", _IS_OF_BEFORE)),
            "load-differs": ("and", fact("listed"), ("not", _IS_MATCHED)),
            # The time of issue is claimed by whoever holds the key; of a key that is over only the
            # load list vouches for a seal.
            "key-ended": (
                "and",
                ("not", _IS_MATCHED),
                (
                    "or",
                    ("less", _AT, _REVOKED),
                    ("and", ("not", ("less", _UNTIL, _AT)), ("less", _UNTIL, _NOW)),
                ),
            ),
            "matched": _IS_MATCHED,
            "not-compared": ("not", _IS_MATCHED),
        },
    ),
)
# A typed number of an item or a seal can be wrong, but it proves nothing.
NUMBERS: Final = Rules(
    always={},
    stages=(
        {"other-log": _IS_OF_ANOTHER_LOG},
        {"serial-void": ("in", _SERIAL, _VOIDED)},
        {"number-only": True},
    ),
)
_SILENT: Final = ("matched", "not-compared")  # never notes: they say that nothing is wrong


def data() -> dict[str, object]:
    """Give the rules as they are exported; colours from harmless to grave."""
    return {
        "seals": SEALS.data(),
        "numbers": NUMBERS.data(),
        "colours": [*Colour],
        "codes": dict(CODES),
        "silent": _SILENT,
    }


def judge(sightings: Sequence[Sighting], bench: Bench) -> list[Assessment]:
    """Judge all seals that were scanned in one session on one bench.

    Returns:
        One verdict for each, in the same order; of two that conflict both are flagged.
    """
    good = [sighting for sighting in sightings if sighting.proof is SignatureCheck.GOOD]
    counts = Counter((one.kid, one.content.serial, one.content.copy) for one in good)
    contents: dict[tuple[bytes, int], set[SealContent]] = {}
    for sighting in good:
        both_copies = replace(sighting.content, copy=1)
        contents.setdefault((sighting.kid, both_copies.serial), set()).add(both_copies)
    return [
        gravest(
            SEALS.codes(
                facts_of(
                    sighting,
                    bench,
                    count=counts[sighting.kid, sighting.content.serial, sighting.content.copy],
                    contents=len(contents.get((sighting.kid, sighting.content.serial), ())),
                )
            )
        )
        for sighting in sightings
    ]


def facts_of(sighting: Sighting, bench: Bench, *, count: int, contents: int) -> Facts:
    """Give what the conditions ask about a seal.

    Args:
        count: How often this copy was scanned on this bench.
        contents: How many different things this key says under this serial.
    """
    seal, head, load = sighting.content, bench.status.head, bench.load
    key = bench.status.keys.get(sighting.kid)
    return {
        "proof": sighting.proof,
        "count": count,
        "contents": contents,
        "log": seal.n // 10**10,
        "serial": seal.serial,
        "at": seal.at,
        "issuer": seal.issuer,
        "key_known": key is not None,
        "since": key and key.since,
        "until": key and key.until,
        "revoked": key and key.revoked,
        "highest": key and key.highest,
        "voided": key and key.voided,
        "number": bench.number,
        "offices": bench.offices,
        "now": bench.now,
        "issued": head.issued,
        "next": head.next,
        "load_issued": load and load.head.issued,
        "load_next": load and load.head.next,
        "listed": load is not None and (seal.serial in load.lines or load.knows_item(seal.n)),
        "matched": load is not None and load.fits(seal, sighting.digest),
    }


def judge_number(bench: Bench, *, n: int | None = None, serial: int | None = None) -> Assessment:
    """Judge a typed number of an item or a seal: it can be wrong, but it proves nothing."""
    voided = {one for key in bench.status.keys.values() for one in key.voided}
    log = None if n is None else n // 10**10
    facts = {"log": log, "serial": serial, "number": bench.number, "voided": voided}
    return gravest(NUMBERS.codes(facts))


def gravest(codes: Sequence[str]) -> Assessment:
    """Make the gravest code the reason, the first of them in the order of the rules."""
    reason = max(codes, key=lambda code: _GRAVE.index(CODES[code]))
    notes = (code for code in codes if code != reason and code not in _SILENT)
    return Assessment(reason, tuple(notes))
