"""Auditing the data folder, a bundle or a dossier, and making the derived tables again."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from kt1custody.audit import report as auditor
from kt1custody.audit import saved_state, tables
from kt1custody.audit.chain import Row
from kt1custody.audit.evidence import MAX_FILE, Claim, Given, read_code, read_file, read_scanned
from kt1custody.audit.findings import Finding as Finding
from kt1custody.audit.findings import Report as Report
from kt1custody.audit.folder_audit import audit_folder
from kt1custody.audit.judge import Judge
from kt1custody.audit.replay import Replay
from kt1custody.audit.saved_state import Audited
from kt1custody.audit.trust_file import TrustFile as TrustFile
from kt1custody.core.custody import judgement
from kt1custody.core.formats import origins
from kt1custody.core.formats.tree import Tree
from kt1custody.core.log.entry import Entry
from kt1custody.errors import (
    KtError,
    MalformedInputError,
    UnavailableError,
    VerificationError,
)
from kt1custody.printing import read
from kt1custody.services.evidence import auditor as auditor_files
from kt1custody.services.session import slips
from kt1custody.services.session.session import LAST_SIGNED, Session
from kt1custody.signing import stamp
from kt1custody.store import db, derived, log, records, rows, schema
from kt1custody.store.log import Connection, LogBook
from kt1custody.store.notes import Kept
from kt1custody.system import files

_MAX_ROOT = 1_000_000  # bytes of a file of root certificates


class _Database:
    """A database as evidence."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, begin: int = 0) -> Iterator[Row]:
        """Give every entry with its columns."""
        for columns in rows.entries(self._connection, begin):
            raw = columns["entry"]
            yield raw if isinstance(raw, bytes) else b"", columns

    def raw(self, seq: int) -> bytes:
        """Give the bytes of one entry again."""
        return log.raw_entry(self._connection, seq)

    def catalogue(self, digest: bytes) -> bytes | None:
        """Find a catalogue by its hash."""
        return log.catalogue(self._connection, digest)


def gather(
    genesis: bytes | None, codes: Sequence[str], evidence: Sequence[Path], roots: Sequence[Path]
) -> Given:
    """Read what an auditor has from elsewhere; evidence that cannot be read is named.

    Args:
        codes: Typed codes.
        evidence: Untrusted files, or pictures of closing sheets.
        roots: PEM files of stamping authorities' root certificates, trusted.

    Raises:
        MalformedInputError: `stamp-roots`: such a file holds no certificate.
        UnavailableError: `file-unreadable`: a file of roots.
    """
    claims: list[Claim] = []
    unread = []
    for code in codes:
        try:
            claims.append(read_code(code))
        except MalformedInputError as error:
            unread.append(f"{code}: group {error.detail['group']}")
    for path in evidence:
        try:
            claims += _read_evidence(path)
        except KtError:
            unread.append(str(path))
    trusted = [files.read(path, _MAX_ROOT) for path in roots]
    if trusted:
        stamp.read_roots(trusted)
    return Given(genesis, claims, unread, trusted)


def _read_evidence(path: Path) -> list[Claim]:
    """Read a file of evidence; of a closing sheet a picture will do, or what a scanner typed of it.

    Raises:
        MalformedInputError: It is neither.
        UnavailableError: `file-unreadable`.
    """
    content = files.read(path, MAX_FILE)
    with contextlib.suppress(MalformedInputError):
        return read_file(path.name, content)
    with contextlib.suppress(MalformedInputError):
        return [read_scanned(path.name, content)]
    notes = read.symbol_texts(path)  # the codes on the sheet hold the signed checkpoint
    return [claim for text in notes for claim in read_file(path.name, text.encode())]


def verify(
    session: Session,
    genesis: bytes | None = None,
    opener: str | None = None,
    *,
    given: Given | None = None,
    since: Path | None = None,
    trust: Path | None = None,
    report: Report | None = None,
) -> Report:
    """Audit the data folder.

    Args:
        genesis: The genesis hash as known from elsewhere, or None.
        opener: Person, unlocked in this session, with whose key every record is opened and compared with its commitment.
        given: All that is known from elsewhere, the genesis hash too.
        since: An auditor's own file: if it is there, only what came since is read; if nothing is
            wrong, it is written anew.
        trust: The same file; everything is read.
        report: A new one that is filled while the audit goes on, for who wants to look at it.

    Raises:
        MalformedInputError: `audited-broken`: that file.
        RefusedError: As `auditor.opened`, `Auditor.given` and `Auditor.keep`.
        UnavailableError: `file-unwritable`, `file-unreadable`.
    """
    report, given = report or Report(), given or Given(genesis)
    last_signed = _last_signed(
        session, report
    )  # before the log: while it is read, others sign more
    with (
        auditor_files.opened(trust, since, [session.data, session.keys]) as auditor,
        session.database.read() as connection,
    ):
        given = auditor.given(given)
        replay = _audit(connection, report, given, auditor.before)
        if not replay.broken:
            _weigh(connection, replay, report, given, last_signed, auditor.before)
        if opener is None or report.findings:
            report.pass_over("records")
        else:
            _open_records(session, LogBook(connection), opener, report)
        auditor.keep(replay, report, session.clock())
    return report


def verify_bundle(
    folder: Path,
    genesis: bytes | None = None,
    *,
    given: Given | None = None,
    since: Path | None = None,
    trust: Path | None = None,
    at: int = 0,
    report: Report | None = None,
) -> Report:
    """Audit a bundle or a dossier: untrusted files, nothing of this machine's log.

    Args:
        since: As in `verify`; only for a bundle.
        trust: As in `verify`; a dossier is compared with it and never renews it.
        at: When this is done, Unix seconds UTC, for the auditor's file.
        report: As in `verify`.

    Raises:
        MalformedInputError: `not-a-bundle`, `audited-broken`.
        RefusedError: `audited-dossier`: a dossier says too little to begin or go on with a file;
            others as `verify`.
        UnavailableError: `file-unwritable`, `file-unreadable`.
    """
    report = report or Report()
    with auditor_files.opened(trust, since, [folder]) as auditor:
        found = auditor.given(given or Given(genesis))
        replay = audit_folder(folder, report, found, auditor.before)
        auditor.keep(replay, report, at)
    return report


def rebuild(session: Session) -> int:
    """Make everything but the entries and what proves itself anew, in one transaction.

    So it is with tables that follow from the log, columns of entries, indexes and guards, whatever
    somebody has made of them.

    Returns:
        How many entries were folded.

    Raises:
        UnavailableError: `entries-broken`: one is missing or is none, or all are; nothing was
            changed. Others as `db.open_folder`.
    """
    try:
        count = _rebuild(session)
    except UnavailableError as error:
        if error.code != "database-broken":
            raise
        raise UnavailableError("entries-broken", place=error.detail["place"]) from None
    with session.database.read():  # it is opened as every command does from now on
        return count


def _rebuild(session: Session) -> int:
    tree = Tree()
    with (
        contextlib.closing(db.open_folder(session.data, rebuild=True)) as database,
        database.write() as connection,
    ):
        schema.make_anew(connection)
        derived.mend_columns(connection)
        book: LogBook | None = None
        for seq, raw in enumerate(log.entries(connection)):
            entry = log.stored(raw)
            if entry.seq != seq:
                raise UnavailableError("database-broken", place=f"entries {seq}")
            outcome = judgement.of_genesis(entry.act) if book is None else _judge(book, entry)
            if entry.act.type == "epoch":
                tree = Tree()
            tree.add(entry.leaf)
            derived.write(connection, entry, outcome, tree)
            if book is None:
                book = LogBook(connection, until=0)
            else:
                book.advance(entry, outcome)
        if book is None:
            raise UnavailableError("database-broken", place="entries")
        schema.guard(connection)
    return book.seq + 1


def _judge(book: LogBook, entry: Entry) -> judgement.Outcome:
    """Judge an entry again.

    Raises:
        UnavailableError: `database-broken`: it is signed with a key that this log does not have.
    """
    if any(one.kid not in book.control.keys for one in entry.signatures):
        raise UnavailableError("database-broken", place=f"entries {entry.seq}")
    return judgement.take_in(
        book,
        seq=entry.seq,
        accepted_at=entry.accepted_at,
        act=entry.act,
        signatures=entry.signatures,
    )


def _audit(connection: Connection, report: Report, given: Given, before: Audited | None) -> Replay:
    """Audit the entries, and the tables that follow from them."""
    evidence = _Database(connection)
    find: tables.FindRecord = partial(rows.record, connection)
    known: Collection[bytes] = ()
    if before is None:
        about = dict(_records(connection))
        find, known = about.get, about.keys()
    began = 0 if before is None else before.size
    beside = tables.Beside(
        report,
        lines=rows.behind(connection, "lines", began),
        prints=rows.behind(connection, "prints", began),
        record=find,
        catalogues=records.catalogues(connection),
    )
    replay = auditor.audit(evidence, report, given.genesis, beside, before)
    if before is not None and replay.broken:  # it does not go on from there
        return replay
    beside.finish(known)
    items = None if before is None else sorted(replay.memory.items)
    links = None if before is None else list(replay.memory.linked())
    frontiers = None if before is None else sorted(replay.memory.frontiers)
    tiles = rows.of(connection, "tiles") if before is None else _tiles(connection, replay)
    tables.compare_items(replay, rows.of(connection, "items", items), report)
    tables.compare_links(replay, rows.of(connection, "links", links), report)
    tables.compare_serials(replay, rows.behind(connection, "serials", began), report)
    tables.compare_frontiers(replay, rows.of(connection, "frontiers", frontiers), report)
    tables.compare_head(replay, rows.of(connection, "head"), report)
    tables.compare_tiles(replay, tiles, report)
    if not replay.broken:
        tables.compare_logs(replay, rows.others(connection, replay.control.log), report)
    for fault in schema.faults(connection):
        report.add("derived", None, "ok", fault)
    if not replay.broken:
        wrapped, sealed = records.wrapped_keys(connection), records.sealed_to(connection)
        tables.compare_keys(replay, wrapped, sealed, report)
    report.look("derived", "catalogues")
    return replay


def _tiles(connection: Connection, replay: Replay) -> Iterator[Mapping[str, object]]:
    """Give those tiles that may have grown."""
    for epoch in replay.epochs:
        for level, first in epoch.growth.first_grown():
            yield from rows.tiles(connection, epoch.base, level, first)


def _last_signed(session: Session, report: Report) -> list[Kept]:
    try:
        return session.last_signed.every()
    except UnavailableError as error:
        if error.code == "notes-altered":
            report.add("checkpoint", None, LAST_SIGNED, str(error.detail["what"]))
        else:
            report.pass_over("last-signed")
        return []


def _weigh(
    connection: Connection,
    replay: Replay,
    report: Report,
    given: Given,
    last_signed: Iterable[Kept],
    before: Audited | None,
) -> None:
    """Compare checkpoints, time stamps and evidence with the tree."""
    report.origin = replay.control.origin
    judge = Judge(report, auditor.trunks(replay), _Database(connection).raw, given.roots)
    known = () if before is None else (before.origins, before.text.checkpoint.size)
    for row in rows.signed(connection, "checkpoints", *known):
        _compare_note(judge, f"checkpoints {row['origin']} {row['size']}", row, report)
    for one in last_signed:
        if origins.log_of(one.origin) == replay.control.log:
            told = {"origin": one.origin, "size": one.size, "note": one.note}
            root = _compare_note(judge, LAST_SIGNED, told, report)
            _compare_peaks(one.size, one.peaks, root, report)
    for row in rows.signed(connection, "stamps", *known):
        judge.stamp(f"{row['size']}.tsr", row["response"], str(row["origin"]), "stamps ")
    judge.seams(replay.began)
    judge.weigh(given)
    if before is not None:
        saved_state.take_up(before, report)
    judge.finish(replay.epochs[-1].growth.size)


def _compare_note(
    judge: Judge, name: str, row: Mapping[str, object], report: Report
) -> bytes | None:
    """Check a checkpoint and what it is kept under; gives its root."""
    noted = row["note"]
    told = judge.own(name, noted if isinstance(noted, bytes) else b"")
    if told is None:
        return None
    report.want(
        "checkpoint",
        None,
        f"{name}: {told.origin} {told.size}",
        f"{name}: {row['origin']} {row['size']}",
    )
    return told.root


def _compare_peaks(size: int, peaks: bytes, root: bytes | None, report: Report) -> None:
    """Check the tree that is kept beside the last signed checkpoint, from which the next one grows."""
    try:
        found = Tree.of(size, peaks).root()
    except (VerificationError, TypeError):
        found = None
    if root is not None and found != root:
        report.add("checkpoint", None, f"{LAST_SIGNED} {root.hex()}", "differs")


def _records(connection: Connection) -> Iterator[tuple[bytes, tuple[object, bool]]]:
    """Give commitments, what the records are about, and whether their keys are still there."""
    for about, sealed in records.every(connection):
        yield sealed.commitment, (about, bool(sealed.keys))


def _open_records(session: Session, book: LogBook, opener: str, report: Report) -> None:
    reader = slips.Reader(book, session.opener(opener))
    for name in reader.planted():
        report.add("key-planted", None, name, opener)
    broken, shut = reader.try_all()
    for commitment in broken:
        report.add("record-broken", None, commitment, "-")
    if shut:
        report.pass_over("records-of-others")
    report.look("records")
