"""Putting right what the registration of an item says: urgency, kind, appointment, and its slip.

**Rule:** the corrected row passes the same rules of acceptance as a new one. Mark and delivering
office decide custody and stand on the seal: where they are wrong, the item is voided and
registered anew. Source: `.docs/decisions/0002-what-may-be-corrected.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from kt1custody.core.custody.holding import registration
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor, spelling
from kt1custody.core.formats.item import Consignment, Kind, Mark, Slip, Urgency
from kt1custody.core.formats.places import Places
from kt1custody.core.log.entry import Entry
from kt1custody.core.manifest import manifest
from kt1custody.core.manifest.layout import COLUMNS, Finding
from kt1custody.core.manifest.row import KINDS, URGENCIES, duplicate_key
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.custody import disclose
from kt1custody.services.custody.ruling import Signers, draft_correction, signers
from kt1custody.services.registration import register
from kt1custody.services.session import here, scan, slips
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.places import read_places
from kt1custody.services.session.proposal import Proposal, Proposer, proposing
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import Confirm, states
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came of it: the entries that put it right, or what is wrong with the new row."""

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Changes:
    """What is to be put right of an item, and by whom."""

    entry: Entry
    shown: ItemState
    before: Consignment
    after: Consignment
    who: Signers
    reason: str

    def propose(self, session: Session) -> Proposal:
        """Propose one act for every field.

        Raises:
            RefusedError: `changed-meanwhile`.
        """
        n, clerk = self.shown.n, self.who.people[0]
        with proposing(session) as pen:
            if pen.book.item(n) != self.shown:
                raise RefusedError("changed-meanwhile")
            for change in _changes(pen, clerk, self.shown, self.before, self.after):
                pen.add(draft_correction(pen, self.entry.act, self.who, change, self.reason, [n]))
            return pen.done([self.shown])


def correct_item(
    session: Session,
    given: str,
    cells: Mapping[str, str],
    reason: str,
    officers: tuple[str, str] | None,
    *,
    confirm: Confirm,
) -> Corrected:
    """Put some cells of an item's row right.

    What officers put right they must read first, so one of them signs for opening the slip as well;
    with those of other items, which nobody has opened to them, it is not compared.

    Args:
        given: Untrusted scan of the item.
        cells: Untrusted new texts by the keys of `layout.COLUMNS`; an empty one empties its cell.
        officers: Who sign; None: the clerk who registered the item.

    Raises:
        RefusedError: `not-possible`, `register-anew`, `nothing-to-correct`, `changed-meanwhile`,
            `not-confirmed`.
        NotAllowedError: `no-access`, `slip-elsewhere`: the slip cannot be opened.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        scanned = scan.item(book, given)
        [shown] = states(book, [scanned])
        entry = _registration(book, shown.n)
        who = signers(entry.act, officers)
        drafts = Drafts.of(session, book)
        any_slip = ("commit", bytes(32))  # the new one is known once the old one is open
        drafts.check(draft_correction(drafts, entry.act, who, any_slip, reason, [shown.n]))
        slips.refuse_no_reader(book, who.people[0])
    if not confirm([shown]):
        raise RefusedError("not-confirmed")
    session.unlock(who.people)
    slip = _slip(session, shown, who)
    if slip is None:
        raise RefusedError("slip-erased", n=shown.n)
    kinds = Mark(shown.mark), Urgency(shown.urgency), Kind(shown.kind)
    before = Consignment(*kinds, shown.appt, shown.dest, slip)
    with session.database.read() as connection:
        book = LogBook(connection)
        checked = _check(session, book, entry, before, cells, who)
    if checked.findings:
        return Corrected((), tuple(checked.findings))
    [after] = checked.consignments
    if (after.mark, after.dest) != (before.mark, before.dest):
        raise RefusedError("register-anew")
    if after == before:
        raise RefusedError("nothing-to-correct", n=shown.n)
    changes = _Changes(entry, shown, before, after, who, reason)
    entries = here.carry_out(session, lambda: changes.propose(session))
    return Corrected(tuple(one for one in entries if one.act.type == "correct"), ())


def _registration(book: LogBook, n: int) -> Entry:
    """Find the entry that brought an item."""
    found = registration(book, n)
    if found is None:
        raise UnavailableError("database-broken", place=f"items {n}")
    return found[0]


def _slip(session: Session, state: ItemState, who: Signers) -> Slip | None:
    """Open the slip for the clerk whose office may read it, or for an officer who signs for that."""
    if who.officers:
        entry = disclose.sign(session, who.people[0], [state], "other")
        return disclose.read_disclosed(session, entry).slips[state.n]
    with session.database.read() as connection:
        reader = slips.reader_of(session, LogBook(connection), who.people[0])
        return reader.slip(state.commit, state.n)


def _check(
    session: Session,
    book: LogBook,
    entry: Entry,
    before: Consignment,
    cells: Mapping[str, str],
    who: Signers,
) -> manifest.Checked:
    """Check the new row as on the day of acceptance."""
    places = read_places(book)
    row = {**_row_of(before, places, session.zone), **cells}
    for key in ("sender", "recipient"):
        agency = places.agency(spelling.canonical_code(row[key]))
        if key in cells and agency is not None:
            row[f"{key}_name"] = agency.name
    accepted = book.time_of(entry)
    counter = register.counter(session, book, accepted, frozenset())
    lines = ((1, tuple(COLUMNS.values())), (2, tuple(row[key] for key in COLUMNS)))
    checked = manifest.check(lines, counter)
    if who.officers or checked.findings:
        return checked
    if duplicate_key(checked.consignments[0].slip) != duplicate_key(before.slip):
        known = register.known(session, book, who.people[0], accepted)
        checked = manifest.check(lines, register.counter(session, book, accepted, known))
    return checked


def _changes(
    pen: Proposer, clerk: str, state: ItemState, before: Consignment, after: Consignment
) -> list[tuple[str, cbor.Value]]:
    """List field and new value of everything that differs; a new slip is stored."""
    changes: list[tuple[str, cbor.Value]] = []
    for field, old, new in (
        ("urgency", int(before.urgency), int(after.urgency)),
        ("kind", int(before.kind), int(after.kind)),
        ("appt", before.appt, after.appt),
    ):
        if old != new:
            changes.append((field, new))
    if before.slip != after.slip:
        record = after.slip.to_record()
        commitment = slips.put_again(pen, clerk, state.n, record, state.commit)
        changes.append(("commit", commitment))
    return changes


def _row_of(one: Consignment, places: Places, zone: tzinfo) -> dict[str, str]:
    """Spell a consignment as the row that would bring it, by the keys of `layout.COLUMNS`."""
    slip = one.slip
    agencies = places.agencies
    at = None if one.appt is None else datetime.fromtimestamp(one.appt, zone)
    return {
        "stt": "1",
        "reference": slip.reference or "",
        "sender": slip.sender,
        "sender_name": agencies[slip.sender].name if slip.sender in agencies else "",
        "recipient": slip.recipient,
        "recipient_name": agencies[slip.recipient].name if slip.recipient in agencies else "",
        "named": slip.named or "",
        "mark": "" if one.mark == Mark.NONE else one.mark.name,
        "urgency": URGENCIES[one.urgency],
        "appt": "" if at is None else at.strftime("%d/%m/%Y %H:%M"),
        "kind": KINDS[one.kind],
        "layers": str(slip.layers),
        "weight": str(slip.weight),
        "note": slip.note or "",
    }
