"""Handing over between two devices: the giver offers, the receiver takes, the giver may withdraw.

**Rule:** an offer alone moves nothing and waits ("chờ nhận"); the receiver scans the envelopes
himself, and what he does not find is named in what he signs. The same rules as for a handover on
one device decide what may be offered and taken.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

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
from kt1custody.services.session import files, here, scan, step
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.proposal import Proposal, proposing
from kt1custody.services.session.scan import Scanned
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import Confirm, Lines, Plan, states
from kt1custody.store.log import LogBook

_LONGEST_SEQ = 12  # digits of a log position
ConfirmTake = Callable[[Sequence[ItemState], Sequence[int]], bool]


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
class _Taking:
    """A take that is still to be signed.

    Attributes:
        of: Hash of the offer.
        lines: What was found; `short`: numbers of what was offered and not found.
        scanned: How it was found; `shown`: how it stood then.
    """

    receiver: str
    of: bytes
    lines: Lines
    witness: str | None = None
    short: Sequence[int] = ()
    scanned: Sequence[Scanned] = ()
    shown: Sequence[ItemState] = ()

    def draft(self, drafts: Drafts) -> Act:
        """Draft its act."""
        own: dict[str, cbor.Value] = {
            "of": self.of,
            "short": list(self.short),
            "witness": self.witness,
        }
        return drafts.draft("take", self.receiver, own, self.lines)


def make(
    session: Session,
    giver: str,
    receiver: str,
    given: Sequence[str],
    *,
    cond: str = "intact",
    picture: Path | None = None,
    confirm: Confirm,
) -> Entry:
    """Offer 1 to 500 items to somebody who will take them on another device.

    Args:
        given: Untrusted scans; see `services.scan`.
        picture: PNG to write with the QR that the receiver scans, or None.

    Raises:
        RefusedError: As `step.sign`; `file-exists`; `device-name-long`: its QR would not fit.
    """
    if picture is not None:
        files.refuse_existing(picture)
    if picture is not None and len(session.device) > offer.MAX_DEVICE:
        raise RefusedError("device-name-long", most=offer.MAX_DEVICE)
    return step.sign(session, plan(giver, receiver, cond, picture), given, confirm=confirm)


def plan(giver: str, receiver: str, cond: str = "intact", picture: Path | None = None) -> Plan:
    """Plan an offer; arguments as of `make`.

    Raises:
        RefusedError: `one-person-twice`.
    """
    if giver == receiver:
        raise RefusedError("one-person-twice", staff=giver)

    def draft(drafts: Drafts, lines: Lines, _: bytes) -> Act:
        control = drafts.book.control
        if control.current_key(receiver) is None:
            raise RefusedError("no-such-person", who=receiver)
        # The receiver signs only later, but who could not take now is offered nothing.
        taking = _Taking(receiver=receiver, of=bytes(32), lines=_without_prev(lines))
        drafts.check(taking.draft(drafts))
        own: dict[str, cbor.Value] = {"to": receiver, "office": office_for(drafts, receiver)}
        return drafts.draft("offer", giver, own, lines)

    def write(act: Act, signatures: Sequence[Signature]) -> None:
        if picture is not None:  # one that cannot be written leaves no offer behind
            files.write(picture, qr.seal_png(offer.to_text(act, signatures[0])))

    return Plan(people=(giver,), draft=draft, cond=cond, finish=write)


def take(
    session: Session,
    receiver: str,
    witness: str | None,
    told: str,
    given: Sequence[str],
    *,
    cond: str = "intact",
    confirm: ConfirmTake,
) -> Entry:
    """Take what was offered, as far as it was found.

    Args:
        told: Untrusted: log position of the offer, or the digits of its QR.
        given: Untrusted scans of the envelopes found; none if nothing was.
        confirm: Shows what was found and the numbers of what was not, and asks.

    Raises:
        MalformedInputError: `offer-text`.
        VerificationError: `offer-signature`: the QR is not the one of the offer in the log.
        RefusedError: `no-such-offer`, `nothing-given`; `not-possible` and others as `step.check`;
            `not-confirmed`, `changed-meanwhile`.
    """
    taking = _check_take(session, receiver, witness, told, given, cond)
    if not confirm(taking.shown, taking.short):
        raise RefusedError("not-confirmed")
    session.unlock([receiver, *([witness] if witness else [])])

    def propose() -> Proposal:
        with proposing(session) as pen:
            found = {one.n for one in taking.scanned}
            is_other = _left(_find(pen.book, told), found) != taking.short  # it has come meanwhile
            if is_other or states(pen.book, taking.scanned) != list(taking.shown):
                raise RefusedError("changed-meanwhile")
            pen.add(taking.draft(pen))
            return pen.done(taking.shown)

    return here.carry_out(session, propose)[-1]


def check_take(
    session: Session, receiver: str, witness: str | None, told: str, given: Sequence[str]
) -> None:
    """Ask the rules about taking scanned items; arguments and errors as of `take`."""
    _check_take(session, receiver, witness, told, given, "intact")


def withdraw(session: Session, giver: str, told: str) -> Entry:
    """Withdraw an offer that nobody has taken.

    Args:
        giver: Who made it, or of what a clerk has made anybody at a counter of the same office.

    Raises:
        RefusedError: `no-such-offer`, or `not-possible` with why.
    """

    def propose() -> Proposal:
        with proposing(session) as pen:
            pen.add(pen.draft("withdraw", giver, {"of": _find(pen.book, told).of}))
            return pen.done()

    propose()
    session.unlock([giver])
    return here.carry_out(session, propose)[-1]


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


def _check_take(
    session: Session, receiver: str, witness: str | None, told: str, given: Sequence[str], cond: str
) -> _Taking:
    """Ask the rules about a take, and give it."""
    with session.database.read() as connection:
        book = LogBook(connection)
        named = _find(book, told)
        scanned = scan.items(book, given) if given else []
        shown = states(book, scanned)
        short = _left(named, {one.n for one in scanned})
        if not (short or scanned):
            raise RefusedError("nothing-given")
        taking = _Taking(
            receiver=receiver,
            witness=witness,
            of=named.of,
            lines=_without_prev(step.lines(shown, scanned, cond)),
            short=short,
            scanned=scanned,
            shown=shown,
        )
        drafts = Drafts.of(session, book)
        drafts.check(taking.draft(drafts))
    return taking


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
