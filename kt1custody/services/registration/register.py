"""Registering items at the counter: a manifest, or one item.

**Rule:** all or nothing, in one commit. Slips are encrypted before they are stored; the log holds
their commitments.
"""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kt1custody.core.custody import frontier
from kt1custody.core.formats import cbor, spelling
from kt1custody.core.formats.item import Consignment
from kt1custody.core.log.act import Act
from kt1custody.core.log.schema import MAX_REGISTER_LINES
from kt1custody.core.manifest import manifest
from kt1custody.core.manifest.layout import COLUMNS, RowFinding, has_header
from kt1custody.core.manifest.manifest import CheckedManifest
from kt1custody.core.manifest.row import Counter
from kt1custody.errors import MalformedInputError
from kt1custody.services.registration import sent_again
from kt1custody.services.registration.references import References
from kt1custody.services.registration.sent_again import Again
from kt1custody.services.session import slips
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.given_file import GivenFile
from kt1custody.services.session.places import read_places
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
from kt1custody.sheets import catalogues, table
from kt1custody.sheets.table import Table
from kt1custody.signing.slips import SealedRecord
from kt1custody.store.log import LogBook


class WrongRowsError(Exception):
    """Rows that cannot be registered, with every reason; nothing was stored.

    Attributes:
        findings: What is wrong, cell by cell.
    """

    def __init__(self, findings: Sequence[RowFinding]) -> None:
        """Keep the findings."""
        super().__init__(f"{len(findings)} findings")
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows as somebody has written them, a header first; all of it untrusted.

    Attributes:
        sheet: They and where each cell stands; None for the one row of a form.
        name: Of their file, as it may be shown.
    """

    lines: Sequence[tuple[int, Sequence[str]]]
    sheet: Table | None = None
    name: str = ""
    _right: list[tuple[Counter, CheckedManifest]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def check(self, counter: Counter) -> CheckedManifest:
        """Hold them against the rules of acceptance.

        They are asked before they are read back, before a PIN is typed, and when they are proposed.
        What was right is right still by the same lists, unless its appointments have come too near.
        """
        for before, checked in self._right:
            is_same = replace(counter, at=before.at, known=before.known) == before
            if is_same and before.at <= counter.at and manifest.holds(checked, counter):
                return checked
        spots = () if self.sheet is None else self.sheet.spots
        checked = manifest.check(self.lines, counter, spots=spots)
        if not checked.findings:
            self._right[:] = [(counter, checked)]
        return checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What right rows hold, to be read back before anything is stored.

    Attributes:
        rows: Row in the file of each consignment.
        total: How many items the manifest itself says it has, or None.
        notices: What was read otherwise than written, to be compared with the envelopes.
    """

    consignments: tuple[Consignment, ...]
    rows: tuple[int, ...]
    total: int | None
    notices: tuple[RowFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(UseCase[Preview]):
    """Register all items of some rows, or none.

    Attributes:
        by: Clerk who accepts them.
        again: Why rows are accepted once more under a reference of this year.
    """

    by: str
    rows: Rows
    again: Again = field(default_factory=dict)

    def propose(self, pen: Proposer) -> Preview:
        """Add the `register` acts, of 200 items at most each.

        On a trial what was accepted this year is not compared: that needs the clerk's key.

        Raises:
            WrongRowsError: Something is wrong with the rows.
            RefusedError: `manifest-registered-already` with its first and last item;
                `not-possible`, `no-catalogue`.
            MalformedInputError: `numbers-used-up`.
            NotAllowedError: `no-access`, `no-office-key`, `role-may-not`.
        """
        book = pen.book
        now = counter(pen.session, book, pen.now)
        checked = _checked(self.rows, now)
        file_hash = hash_of_file(self.rows, checked)
        if pen.is_trial:
            checked = _right(sent_again.noted(checked, now, self.again))
            _append(pen, self.by, checked.consignments[:1], "-")
            return _preview(checked)
        references, year = References.of(pen, self.by), _year(pen)
        if file_hash:
            references.refuse_same(year, file_hash)
        known = references.taken(year, checked.keys)
        now = replace(now, known=sent_again.new_keys(checked, known, self.again))
        if not manifest.holds(checked, now):
            checked = _checked(self.rows, now)
        checked = _right(sent_again.noted(checked, now, self.again))
        source = f"{self.rows.name} {file_hash}" if file_hash else "-"
        sealed = _append(pen, self.by, checked.consignments, source)
        for place, (one, record) in enumerate(zip(checked.consignments, sealed, strict=True)):
            begins = place % MAX_REGISTER_LINES == 0
            pen.keep_tags(references.tags(one.slip, record, file_hash if begins else ""))
        return _preview(checked)


def read_manifest(file: GivenFile) -> Rows:
    """Read a manifest.

    Args:
        file: Untrusted CSV or XLSX.

    Raises:
        MalformedInputError: `table-unreadable`.
    """
    sheet = table.read_file(file.name, file.content, has_header)
    # Bytes of any code page, and whatever somebody put into the name.
    return Rows(lines=sheet.lines, sheet=sheet, name=spelling.shown(file.name, 80))


def one_row(session: Session, cells: Mapping[str, str]) -> Rows:
    """Give one item as if it were the only row of a manifest; `cells` as of `typed_rows`."""
    return typed_rows(session, [cells])


def typed_rows(session: Session, typed: Sequence[Mapping[str, str]]) -> Rows:
    """Give items as if they were the rows of a manifest, the first in row 2.

    Args:
        typed: Untrusted, of each item by the keys of `layout.COLUMNS`; the names of the agencies
            may be left out, since their codes were picked from the list.
    """
    with session.database.read() as connection:
        places = read_places(LogBook(connection))
    lines: list[tuple[int, Sequence[str]]] = [(1, tuple(COLUMNS.values()))]
    for place, cells in enumerate(typed, start=1):
        texts = {**cells, "stt": str(place)}
        for key in ("sender", "recipient"):
            agency = places.agency(spelling.canonical_code(texts.get(key, "")))
            if agency is not None:
                texts.setdefault(f"{key}_name", agency.name)
        lines.append((place + 1, tuple(texts.get(key, "") for key in COLUMNS)))
    return Rows(lines=lines)


def preview(session: Session, rows: Rows) -> Preview:
    """Check rows with nobody's key: nothing accepted before is looked at.

    Raises:
        WrongRowsError: Something is wrong with them.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        now = counter(session, book, session.now(book.control))
    return _preview(_checked(rows, now))


def hash_of_file(rows: Rows, checked: CheckedManifest) -> str:
    """Hash what a manifest brings, so that sending it twice is seen, whatever kind of file it is.

    Args:
        checked: Its right rows; of rows that came in no file the hash is empty.
    """
    if not rows.name:
        return ""
    return hashlib.sha256(repr(checked.consignments).encode()).hexdigest()[:16]


def _checked(rows: Rows, now: Counter) -> CheckedManifest:
    return _right(rows.check(now))


def _right(checked: CheckedManifest) -> CheckedManifest:
    if checked.findings:
        raise WrongRowsError(checked.findings)
    return checked


def _preview(checked: CheckedManifest) -> Preview:
    return Preview(
        consignments=tuple(checked.consignments),
        rows=tuple(checked.rows),
        total=checked.total,
        notices=tuple(checked.notices),
    )


def counter(session: Session, book: LogBook, at: int) -> Counter:
    """Say where and when items are accepted, nothing being known of those before.

    Args:
        at: Time of acceptance, Unix seconds UTC.
    """
    tables = catalogues.tables(datetime.fromtimestamp(at, session.zone).date())
    return Counter(read_places(book), tables, book.control.office, at, session.zone)


def _draft(
    drafts: Drafts, by: str, listed: bytes, lines: Sequence[Mapping[str, cbor.Value]]
) -> Act:
    own: dict[str, cbor.Value] = {"office": drafts.office_of(by), "list": listed}
    return drafts.draft("register", by, own, lines)


def _line(n: int, one: Consignment, commit: bytes) -> dict[str, cbor.Value]:
    return {
        "n": n,
        "mark": int(one.mark),
        "urgency": int(one.urgency),
        "kind": int(one.kind),
        "appt": one.appt,
        "dest": one.dest,
        "commit": commit,
    }


def _append(
    pen: Proposer, by: str, accepted: Sequence[Consignment], source: str
) -> list[SealedRecord]:
    """Number the items, store their slips, and append `register` acts of at most 200.

    Returns:
        The slips.
    """
    items = _number(pen, len(accepted))
    record: dict[str, cbor.Value] = {"source": source, "rows": len(accepted)}
    [listed] = slips.put(pen, by, ["list"], [record])
    sealed = slips.seal(pen, by, items, [one.slip.to_record() for one in accepted])
    commits = [one.commitment for one in sealed]
    lines = [_line(*one) for one in zip(items, accepted, commits, strict=True)]
    for begin in range(0, len(lines), MAX_REGISTER_LINES):
        pen.add(_draft(pen, by, listed, lines[begin : begin + MAX_REGISTER_LINES]))
    return sealed


def _number(drafts: Drafts, count: int) -> list[int]:
    """Give the next free item numbers of the year."""
    book, year = drafts.book, _year(drafts)
    behind = frontier.numbers_from(book, log_number=book.control.number, year=year)
    found: list[int] = []
    while len(found) < count:
        some = list(itertools.islice(behind, count - len(found)))
        if not some:
            raise MalformedInputError("numbers-used-up", year=year)
        book.load(some)
        found += [n for n in some if book.item(n) is None]
    return found


def _year(drafts: Drafts) -> int:
    return datetime.fromtimestamp(drafts.now, drafts.session.zone).year
