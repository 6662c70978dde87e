"""What a seal is, as far as a bench without network can tell: green, amber or red, with one reason.

**Rule:** a pure function of what was scanned, what the log key has signed, and the time; the order
of scans changes nothing. No verdict speaks of the envelope: a seal proves that a label was issued.
A rule is a line of `RULES` or `BENCH_RULES`, and its code stands in `CODES`. Source:
`.docs/formats.md` §12.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from kt1custody.core.log.entry import CLOCK_SLACK
from kt1custody.core.seals.seal import SealContent
from kt1custody.core.seals.status import Head, KeyState, Load, StatusNote


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One seal whose signature holds, with all that is known of it.

    Attributes:
        count: How often this copy was scanned on this bench.
        contents: How many different things this key says under this serial.
    """

    seal: SealContent
    key: KeyState
    bench: Bench
    fits: bool
    count: int
    contents: int

    @property
    def is_above(self) -> bool:
        """Whether the serial is above the highest that the status note knows."""
        return self.seal.serial > (self.key.highest or 0)

    @property
    def is_of_before(self) -> bool:
        """Whether the seal says that it was issued before the status note was."""
        return self.seal.at < self.bench.status.head.issued - CLOCK_SLACK


def _differs(case: _Case) -> bool:
    load, seal = case.bench.load, case.seal
    if load is None or case.fits:
        return False
    return seal.serial in load.lines or load.knows_item(seal.n)


def _ended(case: _Case) -> bool:
    """Tell of a key that is over; the time of issue is claimed by whoever holds it.

    Only the load list vouches for a seal then.
    """
    key, at = case.key, case.seal.at
    is_revoked = key.revoked is not None and at < key.revoked
    is_over = key.until is not None and at <= key.until < case.bench.now
    return (is_revoked or is_over) and not case.fits


def _outside(case: _Case) -> bool:
    until = case.key.until
    return case.seal.at < case.key.since or (until is not None and case.seal.at > until)


RULES: Final[Mapping[str, Callable[[_Case], bool]]] = {
    "two-contents": lambda case: case.contents > 1,
    "seal-doubled": lambda case: case.count > 1,
    "serial-void": lambda case: case.seal.serial in case.key.voided,
    "key-revoked": lambda case: case.key.revoked is not None and case.seal.at >= case.key.revoked,
    "outside-window": _outside,
    "issuer-unknown": lambda case: case.seal.issuer not in case.bench.offices,
    "other-log": lambda case: case.seal.n // 10**10 != case.bench.number,
    "serial-not-issued": lambda case: case.is_above and case.is_of_before,
    "issued-in-future": lambda case: case.seal.at > case.bench.now + CLOCK_SLACK,
    "serial-newer": lambda case: case.is_above and not case.is_of_before,
    "load-differs": _differs,
    "key-ended": _ended,
}
BENCH_RULES: Final[Mapping[str, Callable[[Bench], bool]]] = {
    "list-in-future": lambda bench: any(
        head.issued > bench.now + CLOCK_SLACK for head in _heads(bench)
    ),
    "list-old": lambda bench: any(bench.now > head.next for head in _heads(bench)),
}


def judge(sightings: Sequence[Sighting], bench: Bench) -> list[Assessment]:
    """Judge all seals that were scanned in one session on one bench.

    Returns:
        One verdict for each, in the same order; of two that conflict both are flagged.
    """
    good = [one for one in sightings if one.proof is SignatureCheck.GOOD]
    counts = Counter((one.kid, one.content.serial, one.content.copy) for one in good)
    said: dict[tuple[bytes, int], set[SealContent]] = {}
    for one in good:
        both_copies = replace(one.content, copy=1)
        said.setdefault((one.kid, one.content.serial), set()).add(both_copies)
    about_bench = [code for code, holds in BENCH_RULES.items() if holds(bench)]

    def codes(one: Sighting) -> list[str]:
        key, seal = bench.status.keys.get(one.kid), one.content
        if one.proof is not SignatureCheck.GOOD or key is None:
            return [SignatureCheck.UNKNOWN_KEY if one.proof is SignatureCheck.GOOD else one.proof]
        count = counts[one.kid, seal.serial, seal.copy]
        fits = bench.load is not None and bench.load.fits(seal, one.digest)
        case = _Case(
            seal=seal,
            key=key,
            bench=bench,
            fits=fits,
            count=count,
            contents=len(said[one.kid, seal.serial]),
        )
        found = [code for code, holds in RULES.items() if holds(case)]
        return [*found, "matched" if fits else "not-compared"]

    return [_gravest([*codes(one), *about_bench]) for one in sightings]


def judge_number(bench: Bench, *, n: int | None = None, serial: int | None = None) -> Assessment:
    """Judge a typed number of an item or a seal: it can be wrong, but it proves nothing."""
    if n is not None and n // 10**10 != bench.number:
        return Assessment("other-log")
    if any(serial in key.voided for key in bench.status.keys.values()):
        return Assessment("serial-void")
    return Assessment("number-only")


def _gravest(codes: Sequence[str]) -> Assessment:
    """Make the gravest code the reason, the first of them in the order of the rules."""
    reason = max(codes, key=lambda code: _GRAVE.index(CODES[code]))
    notes = (code for code in codes if code != reason and code not in ("matched", "not-compared"))
    return Assessment(reason, tuple(notes))


def _heads(bench: Bench) -> tuple[Head, ...]:
    return (bench.status.head, *((bench.load.head,) if bench.load else ()))
