"""Putting right what the registration of an item says: urgency, kind, appointment, and its slip.

**Rule:** the corrected row passes the same rules of acceptance as a new one. Mark and delivering
office decide custody and stand on the seal: where they are wrong, the item is voided and
registered anew. Source: `.docs/decisions/0002-what-may-be-corrected.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from kt1custody.core.custody.holding import registration
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor, spelling
from kt1custody.core.formats.item import Consignment, Kind, Mark, Slip, Urgency
from kt1custody.core.formats.places import Places
from kt1custody.core.log.entry import Entry
from kt1custody.core.manifest import manifest
from kt1custody.core.manifest.layout import COLUMNS
from kt1custody.core.manifest.row import KINDS, URGENCIES, duplicate_key
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.custody.ruling import Signers, draft_correction, signers
from kt1custody.services.registration import register
from kt1custody.services.registration.references import References
from kt1custody.services.session import readings, scan, slips
from kt1custody.services.session.places import read_places
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import states
from kt1custody.services.session.use_case import UseCase
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectItem(UseCase[ItemState]):
    """Put some cells of an item's row right, by one act for every field.

    What officers put right they must read first, so one of them signs for opening the slip as well
    (`Disclose`); with those of other items, which nobody has opened to them, it is not compared.

    Attributes:
        given: Untrusted scan of the item.
        cells: Untrusted new texts by the keys of `layout.COLUMNS`; an empty one empties its cell.
        officers: Who sign; None: the clerk who registered the item.
        disclosed: Position of the first officer's own `disclose` of the item.
    """

    given: str
    cells: Mapping[str, str]
    reason: str
    officers: tuple[str, str] | None
    disclosed: int | None = None

    def propose(self, pen: Proposer) -> ItemState:
        """Add the `correct` acts.

        Raises:
            RefusedError: `not-possible`, `register-anew`, `nothing-to-correct`, `slip-erased`.
            NotAllowedError: `no-access`, `slip-elsewhere`: the slip cannot be opened.
            WrongRowsError: The new row is wrong.
        """
        book = pen.book
        [item] = states(book, [scan.item(book, self.given)])
        entry = _registration(book, item.n)
        who = signers(entry.act, self.officers)
        pen.show([item])
        pen.need(who.people[0], opens=True)
        if pen.is_trial:  # the new slip is known once the old one is open
            changes: list[tuple[str, cbor.Value]] = [("commit", bytes(32))]
        else:
            changes = self._changes(pen, item, entry, who)
        for change in changes:
            pen.add(draft_correction(pen, entry.act, who, change, self.reason, [item.n]))
        return item

    def _changes(
        self, pen: Proposer, item: ItemState, entry: Entry, who: Signers
    ) -> list[tuple[str, cbor.Value]]:
        """Open the slip and check the new row; gives what differs."""
        reader = slips.reader_of(pen.session, pen.book, who.people[0], disclosed=self.disclosed)
        slip = reader.slip(item.commit, item.n)
        if slip is None:
            raise RefusedError("slip-erased", n=item.n)
        seen = [(item.n, item.commit)]
        readings.note(pen.session, pen.book, who.people[0], "correct", seen)
        before = _consignment(item, slip)
        checked = _check(pen, entry, before, self.cells, who)
        if checked.findings:
            raise register.WrongRowsError(checked.findings)
        [after] = checked.consignments
        if (after.mark, after.dest) != (before.mark, before.dest):
            raise RefusedError("register-anew")
        if after == before:
            raise RefusedError("nothing-to-correct", n=item.n)
        return _changes(pen, who.people[0], item, before, after)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredRow:
    """What the registration of an item says now.

    Attributes:
        clerk: Who has registered it, and puts it right.
        cells: By the keys of `layout.COLUMNS`.
    """

    item: ItemState
    clerk: str
    cells: Mapping[str, str]


def registered(
    session: Session, given: str, reader: str, disclosed: int | None = None
) -> RegisteredRow:
    """Read what a registration says now, for a clerk or controller who may read its slip.

    Args:
        given: Untrusted scan of the item.
        disclosed: Position of an officer's own `disclose` of the item.

    Raises:
        RefusedError: `no-such-item`, `slip-erased`.
        NotAllowedError: As `slips.Reader.open`.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        [item] = states(book, [scan.item(book, given)])
        entry = _registration(book, item.n)
        opened = slips.reader_of(session, book, reader, disclosed=disclosed)
        slip = opened.slip(item.commit, item.n)
        if slip is None:
            raise RefusedError("slip-erased", n=item.n)
        readings.note(session, book, reader, "correct", [(item.n, item.commit)])
        cells = _row_of(_consignment(item, slip), read_places(book), session.zone)
        return RegisteredRow(item=item, clerk=entry.act.by, cells=cells)


def _consignment(item: ItemState, slip: Slip) -> Consignment:
    return Consignment(
        mark=Mark(item.mark),
        urgency=Urgency(item.urgency),
        kind=Kind(item.kind),
        appt=item.appt,
        dest=item.dest,
        slip=slip,
    )


def _registration(book: LogBook, n: int) -> Entry:
    """Find the entry that brought an item."""
    found = registration(book, n)
    if found is None:
        raise UnavailableError("database-broken", place=f"items {n}")
    return found[0]


def _check(
    pen: Proposer, entry: Entry, before: Consignment, cells: Mapping[str, str], who: Signers
) -> manifest.CheckedManifest:
    """Check the new row as on the day of acceptance."""
    session, book = pen.session, pen.book
    places = read_places(book)
    row = {**_row_of(before, places, session.zone), **cells}
    for key in ("sender", "recipient"):
        agency = places.agency(spelling.canonical_code(row[key]))
        if key in cells and agency is not None:
            row[f"{key}_name"] = agency.name
    accepted = book.time_of(entry)
    counter = register.counter(session, book, accepted)
    lines = ((1, tuple(COLUMNS.values())), (2, tuple(row[key] for key in COLUMNS)))
    checked = manifest.check(lines, counter)
    if who.officers or checked.findings:
        return checked
    if duplicate_key(checked.consignments[0].slip) != duplicate_key(before.slip):
        year = datetime.fromtimestamp(accepted, session.zone).year
        known = References.of(pen, who.people[0]).taken(year, checked.keys)
        checked = manifest.check(lines, replace(counter, known=known))
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
