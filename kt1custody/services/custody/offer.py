"""Handing over between two devices: the giver offers, the receiver takes, the giver may withdraw.

**Rule:** an offer alone moves nothing and waits ("chờ nhận"); the receiver scans the envelopes
themselves, and what they do not find is named in what they sign. The same rules as for a handover on
one device decide what may be offered and taken.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from kt1custody.core.custody import offer
from kt1custody.core.custody.history import is_waiting
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry, Signature
from kt1custody.core.seals import scanner
from kt1custody.errors import RefusedError, VerificationError
from kt1custody.printing import qr
from kt1custody.services.custody.hand_over import office_for
from kt1custody.services.session import scan, step
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import Lines, StepUseCase, states
from kt1custody.services.session.use_case import ItemsUseCase, UseCase
from kt1custody.store.log import LogBook

_LONGEST_SEQ = 12  # digits of a log position


@dataclass(frozen=True, slots=True)
class Open:
    """An offer that can still be taken.

    Attributes:
        age: Seconds since the log took it.
    """

    entry: Entry
    age: int


@dataclass(frozen=True, slots=True)
class _Named:
    """An offer as somebody pointed at it; `entry` is None if it is not in the log yet."""

    of: bytes
    entry: Entry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(StepUseCase):
    """Offer 1 to 500 items to somebody who will take them on another device."""

    giver: str
    receiver: str

    def draft(self, drafts: Drafts, lines: Lines, _commitment: bytes) -> Act:
        """Draft the `offer`; the receiver signs only later, but who could not take is offered nothing.

        Raises:
            RefusedError: `one-person-twice`, `no-such-person`; as `Drafts.check` of the take.
        """
        if self.giver == self.receiver:
            raise RefusedError("one-person-twice", staff=self.giver)
        if drafts.book.control.current_key(self.receiver) is None:
            raise RefusedError("no-such-person", who=self.receiver)
        drafts.check(_draft_take(drafts, self.receiver, None, bytes(32), _without_prev(lines), ()))
        own: dict[str, cbor.Value] = {
            "to": self.receiver,
            "office": office_for(drafts, self.receiver),
        }
        return drafts.draft("offer", self.giver, own, lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What a receiver is shown before taking.

    Attributes:
        items: What was found, as it stands.
        short: Numbers of what was offered and not found.
    """

    items: list[ItemState]
    short: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Take(ItemsUseCase[Taking]):
    """Take what was offered, as far as it was found; `given` is empty if nothing was.

    Attributes:
        offered: Untrusted: log position of the offer, or the digits of its QR.
    """

    receiver: str
    witness: str | None
    offered: str
    cond: str = "intact"

    def propose(self, pen: Proposer) -> Taking:
        """Add the `take`.

        Raises:
            MalformedInputError: `offer-text`.
            VerificationError: `offer-signature`: the QR is not the one of the offer in the log.
            RefusedError: `no-such-offer`, `nothing-given`; `not-possible` and others as of a step.
        """
        named = _find(pen.book, self.offered)
        scanned = scan.items(pen.book, self.given) if self.given else []
        shown = states(pen.book, scanned)
        short = _left(named, {seen.n for seen in scanned})
        if not (short or scanned):
            raise RefusedError("nothing-given")
        pen.show(shown)
        lines = _without_prev(step.lines(shown, scanned, self.cond))
        pen.add(_draft_take(pen, self.receiver, self.witness, named.of, lines, short))
        return Taking(items=shown, short=short)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(UseCase[bytes]):
    """Withdraw an offer that nobody has taken; its hash is what is shown.

    Attributes:
        giver: Who made it, or of what a clerk has made anybody at a counter of the same office.
        offered: As of `Take`.
    """

    giver: str
    offered: str

    def propose(self, pen: Proposer) -> bytes:
        """Add the `withdraw`.

        Raises:
            RefusedError: `no-such-offer`, or `not-possible` with why.
        """
        of = _find(pen.book, self.offered).of
        pen.add(pen.draft("withdraw", self.giver, {"of": of}))
        return of


def qr_picture(act: Act, signature: Signature) -> bytes:
    """Draw the QR of an offer that its giver has signed, as PNG."""
    return qr.seal_png(offer.to_text(act, signature))


def refuse_long_device(session: Session) -> None:
    """Refuse a device whose name would not fit into the QR of an offer.

    Raises:
        RefusedError: `device-name-long`.
    """
    if len(session.device) > offer.MAX_DEVICE:
        raise RefusedError("device-name-long", most=offer.MAX_DEVICE)


def waiting(session: Session, who: str | None = None) -> list[Open]:
    """List the offers that can still be taken, oldest first.

    Args:
        who: Only those by or to this person.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        now = session.now(book.control)
        return [
            Open(entry, now - book.time_of(entry))
            for entry in book.acts("offer")
            if who in (None, entry.act.by, entry.act.text("to")) and is_waiting(book, entry)
        ]


def _draft_take(
    drafts: Drafts,
    receiver: str,
    witness: str | None,
    of: bytes,
    lines: Lines,
    short: Sequence[int],
) -> Act:
    own: dict[str, cbor.Value] = {"of": of, "short": list(short), "witness": witness}
    return drafts.draft("take", receiver, own, lines)


def _left(named: _Named, found: Set[int]) -> list[int]:
    """Give the numbers that are offered and were not found, as far as the offer is in the log."""
    offered = named.entry.act.lines if named.entry else ()
    return sorted(line.n for line in offered if line.n not in found)


def _without_prev(lines: Lines) -> list[dict[str, cbor.Value]]:
    """Give the lines of a take: the step before stands in the offer."""
    return [{key: line[key] for key in ("n", "seal", "cond")} for line in lines]


def _find(book: LogBook, told: str) -> _Named:
    text = numbers.join_groups(scanner.unframe(told).removeprefix("#"))
    if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_SEQ:
        entry = book.entry(int(text)) if int(text) <= book.seq else None
        if entry is None or entry.act.type != "offer":
            raise RefusedError("no-such-offer", seq=text)
        return _Named(offer.link_of(entry.act, entry.signatures) or b"", entry)
    scanned = offer.parse(text)
    entry = book.find(scanned.body_hash)
    if entry is not None:
        [signature] = entry.signatures
        if (signature.kid, signature.value) != (scanned.kid, scanned.signature):
            raise VerificationError("offer-signature", seq=entry.seq)
    return _Named(scanned.of, entry)
