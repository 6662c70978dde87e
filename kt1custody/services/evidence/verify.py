"""Auditing the data folder, a bundle or a dossier, and making the derived tables again."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from kt1custody.audit import report as auditing
from kt1custody.audit import saved_state, tables
from kt1custody.audit.chain import Row
from kt1custody.audit.evidence import MAX_FILE as MAX_FILE
from kt1custody.audit.evidence import Claim as Claim
from kt1custody.audit.evidence import OutsideEvidence as OutsideEvidence
from kt1custody.audit.evidence import read_code, read_file, read_scanned
from kt1custody.audit.findings import MATCH as MATCH
from kt1custody.audit.findings import MISSING as MISSING
from kt1custody.audit.findings import Finding as Finding
from kt1custody.audit.findings import Report as Report
from kt1custody.audit.folder import Files
from kt1custody.audit.folder_audit import audit_folder
from kt1custody.audit.judge import EvidenceCheck
from kt1custody.audit.replay import Replay
from kt1custody.audit.saved_state import Audited
from kt1custody.audit.trust_file import TrustFile as TrustFile
from kt1custody.core.custody import judgement
from kt1custody.core.formats import origins
from kt1custody.core.formats.tree import Tree
from kt1custody.core.log.entry import Entry
from kt1custody.errors import MalformedInputError, UnavailableError, VerificationError
from kt1custody.printing import read
from kt1custody.services.evidence.auditor import NO_FILE, Auditor
from kt1custody.services.evidence.backup import Copy
from kt1custody.services.session import readings, slips
from kt1custody.services.session.given_file import GivenFile
from kt1custody.services.session.session import LAST_SIGNED, Session
from kt1custody.signing import stamp
from kt1custody.store import db, derived, log, records, rows, schema, slip_tags
from kt1custody.store.log import Connection, LogBook
from kt1custody.store.notes import KeptNote

MAX_ROOT = 1_000_000  # bytes of a file of root certificates


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
    genesis: bytes | None,
    codes: Sequence[str],
    evidence: Sequence[Claim] = (),
    unread: Sequence[str] = (),
    roots: Sequence[bytes] = (),
) -> OutsideEvidence:
    """Gather what an auditor has from elsewhere; evidence that cannot be read is named.

    Args:
        codes: Typed codes.
        evidence: As `read_evidence` gives it.
        unread: Names of files of which it gave none.
        roots: Stamping authorities' root certificates, PEM, trusted.

    Raises:
        MalformedInputError: `stamp-roots`: one of these holds no certificate.
    """
    claims: list[Claim] = []
    unread_codes = []
    for code in codes:
        try:
            claims.append(read_code(code))
        except MalformedInputError as error:
            unread_codes.append(f"{code}: group {error.detail['group']}")
    if roots:
        stamp.read_roots(roots)
    return OutsideEvidence(genesis, [*claims, *evidence], [*unread_codes, *unread], roots)


def read_evidence(file: GivenFile) -> list[Claim]:
    """Read a file of evidence; of a closing sheet a picture will do, or what a scanner typed of it.

    Args:
        file: Untrusted; at most `MAX_FILE` bytes count.

    Raises:
        MalformedInputError: It is neither.
    """
    name, content = file.name, file.content[:MAX_FILE]
    with contextlib.suppress(MalformedInputError):
        return read_file(name, content)
    with contextlib.suppress(MalformedInputError):
        return [read_scanned(name, content)]
    notes = read.symbol_texts(content)  # the codes on the sheet hold the signed checkpoint
    return [claim for text in notes for claim in read_file(name, text.encode())]


def verify(
    session: Session,
    genesis: bytes | None = None,
    opener: str | None = None,
    *,
    given: OutsideEvidence | None = None,
    auditor: Auditor = NO_FILE,
    report: Report | None = None,
) -> Report:
    """Audit the data folder.

    Args:
        genesis: The genesis hash as known from elsewhere, or None.
        opener: Person, unlocked in this session, with whose key every record is opened and compared with its commitment.
        given: All that is known from elsewhere, the genesis hash too.
        auditor: The auditor's own file, open: it is compared with the log, and renewed if nothing
            is wrong.
        report: A new one that is filled while the audit goes on, for who wants to look at it.

    Raises:
        RefusedError: As `Auditor.given` and `Auditor.keep`.
        UnavailableError: Of the database, as `db.open_folder`.
    """
    report, given = report or Report(), given or OutsideEvidence(genesis)
    last_signed = _last_signed(
        session, report
    )  # before the log: while it is read, others sign more
    with session.database.read() as connection:
        given = auditor.given(given)
        replay = _audit(connection, report, given, auditor.before, last_signed)
        if opener is None or report.findings:
            report.pass_over("records")
        else:
            _open_records(session, LogBook(connection), opener, report)
        if not replay.broken and session.readings.is_there:
            _check_readings(session, replay.control.log, report)
        auditor.keep(replay, report, session.clock())
    return report


def verify_backup(
    copy: Copy,
    genesis: bytes | None = None,
    *,
    given: OutsideEvidence | None = None,
    auditor: Auditor = NO_FILE,
    at: int = 0,
    report: Report | None = None,
) -> Report:
    """Audit a backup, its manifest first: untrusted files, nothing of this machine's log.

    What the log key of this machine has signed since is no fault of the backup, so it is not compared.

    Args:
        at: When this is done, Unix seconds UTC, for the auditor's file; others as of `verify`.

    Raises:
        VerificationError, UnavailableError: As `Copy.check`.
        RefusedError: As `verify`.
    """
    copy.check()
    report, given = report or Report(), auditor.given(given or OutsideEvidence(genesis))
    with copy.opened() as connection:
        replay = _audit(connection, report, given, auditor.before, [])
    report.pass_over("last-signed")
    report.pass_over("records")
    auditor.keep(replay, report, at)
    return report


def verify_bundle(
    files: Files,
    genesis: bytes | None = None,
    *,
    given: OutsideEvidence | None = None,
    auditor: Auditor = NO_FILE,
    at: int = 0,
    report: Report | None = None,
) -> Report:
    """Audit a bundle or a dossier: untrusted files, nothing of this machine's log.

    Args:
        auditor: As in `verify`; a dossier is compared with it and never renews it.
        at: When this is done, Unix seconds UTC, for the auditor's file.
        report: As in `verify`.

    Raises:
        MalformedInputError: `not-a-bundle`.
        RefusedError: `audited-dossier`: a dossier says too little to begin or go on with a file;
            others as `verify`.
        UnavailableError: `file-unreadable`.
    """
    report, given = report or Report(), auditor.given(given or OutsideEvidence(genesis))
    replay = audit_folder(files, report, given, auditor.before)
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
        slip_tags.wait_untagged(connection)
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


def _audit(
    connection: Connection,
    report: Report,
    given: OutsideEvidence,
    before: Audited | None,
    last_signed: Iterable[KeptNote],
) -> Replay:
    """Audit the entries, the tables that follow from them, checkpoints and evidence."""
    replay = _compare_tables(connection, report, given, before)
    if not replay.broken:
        _weigh(connection, replay, report, given, last_signed, before)
    return replay


def _compare_tables(
    connection: Connection, report: Report, given: OutsideEvidence, before: Audited | None
) -> Replay:
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
    replay = auditing.audit(evidence, report, given.genesis, beside, before)
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


def _last_signed(session: Session, report: Report) -> list[KeptNote]:
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
    given: OutsideEvidence,
    last_signed: Iterable[KeptNote],
    before: Audited | None,
) -> None:
    """Compare checkpoints, time stamps and evidence with the tree."""
    report.origin = replay.control.origin
    judge = EvidenceCheck(report, auditing.trunks(replay), _Database(connection).raw, given.roots)
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
    judge: EvidenceCheck, name: str, row: Mapping[str, object], report: Report
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


def _check_readings(session: Session, log: str, report: Report) -> None:
    """Check the chain of readings; what a restore has lost of it is told, and is no fault."""
    try:
        found = readings.check(session, log)
    except UnavailableError as error:
        report.add("readings", None, readings.NAME, error)
        return
    if found.is_broken:
        report.add("readings", None, f"{readings.NAME} {found.size}", "differs")
    for head in found.lost:
        report.pass_over("readings-lost", head.size)
    report.look("readings")


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
