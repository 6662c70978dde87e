"""Auditing the data folder or a bundle, and making the derived tables again."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from kt1custody.audit import report as auditor
from kt1custody.audit import tables
from kt1custody.audit.bundle import Bundle
from kt1custody.audit.chain import Row
from kt1custody.audit.findings import Report
from kt1custody.core import judgement
from kt1custody.core.entry import read_entry
from kt1custody.core.tree import Tree
from kt1custody.services import slips
from kt1custody.services.desk import Desk
from kt1custody.store import derived, log, records
from kt1custody.store.log import Connection, LogBook


class _Database:
    """A database as evidence."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self) -> Iterator[Row]:
        """Give every entry with its columns."""
        for columns in log.entry_rows(self._connection):
            raw = columns["entry"]
            yield raw if isinstance(raw, bytes) else b"", columns

    def raw(self, seq: int) -> bytes:
        """Give the bytes of one entry again."""
        return log.raw_entry(self._connection, seq)

    def catalogue(self, digest: bytes) -> bytes | None:
        """Find a catalogue by its hash."""
        return log.catalogue(self._connection, digest)


def verify(desk: Desk, genesis: bytes | None = None, opener: str | None = None) -> Report:
    """Audit the data folder.

    Args:
        genesis: The genesis hash as known from elsewhere, or None.
        opener: Person with whose key every record is opened and compared with its commitment.
    """
    report = Report()
    if opener:
        desk.unlock([opener])
    with desk.database.read() as connection:
        beside = tables.Beside(
            report,
            lines=derived.rows(connection, "lines"),
            records=_records(connection),
            catalogues=records.catalogues(connection),
        )
        replay = auditor.audit(_Database(connection), report, genesis, beside)
        beside.finish()
        tables.compare_items(replay, derived.rows(connection, "items"), report)
        tables.compare_serials(replay, derived.rows(connection, "serials"), report)
        tables.compare_links(replay, derived.rows(connection, "links"), report)
        tables.compare_head(replay, derived.rows(connection, "head"), report)
        if opener is None or report.findings:
            report.skip("records-not-opened")
        else:
            _open_records(desk, LogBook(connection), opener, report)
    return report


def verify_bundle(folder: Path, genesis: bytes | None = None) -> Report:
    """Audit a bundle: untrusted files, nothing of this machine's log.

    Raises:
        MalformedInputError: `not-a-bundle`.
    """
    report = Report()
    bundle = Bundle(folder, report)
    replay = auditor.audit(bundle, report, genesis)
    control = None if replay.broken or replay.head is None else replay.control
    bundle.compare_keys(control)
    if control is not None and bundle.origin != control.origin:
        report.add("origin", None, control.origin, bundle.origin)
    report.skip("records-not-opened")
    report.skip("derived-tables")
    return report


def rebuild(desk: Desk) -> int:
    """Throw the derived tables away and make them again from the log, in one transaction.

    Returns:
        How many entries were folded.
    """
    count, tree = 0, Tree()
    desk.open_older()
    with desk.database.write() as connection:
        raws = log.entries(connection)
        derived.wipe(connection)
        book: LogBook | None = None
        for raw in raws:
            entry = read_entry(raw)
            items = {}
            if book is not None:
                outcome = judgement.take_in(
                    book,
                    seq=entry.seq,
                    accepted_at=entry.accepted_at,
                    act=entry.act,
                    signatures=entry.signatures,
                )
                items = outcome.items
            if entry.act.type == "epoch":
                tree = Tree()
            tree.add(entry.leaf)
            derived.write(connection, entry, items, tree)
            if book is None:
                book = LogBook(connection, until=0)
            else:
                book.advance(entry, items)
            count += 1
    return count


def _records(connection: Connection) -> Iterator[Mapping[str, object]]:
    for about, office_key, sealed in records.every(connection):
        yield {
            "commitment": sealed.commitment,
            "about": about,
            "has_key": office_key is not None,
        }


def _open_records(desk: Desk, book: LogBook, opener: str, report: Report) -> None:
    reader = slips.Reader(book, desk.person(opener))
    for commitment in reader.broken():
        report.add("record-broken", None, commitment, "-")
