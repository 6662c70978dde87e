"""Registering items at the counter: a manifest, or one item.

**Rule:** all or nothing, in one transaction. Slips are encrypted before they are stored; the log
holds their commitments.
"""

import hashlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from kt1custody.core.custody import frontier
from kt1custody.core.custody.history import is_stopped
from kt1custody.core.formats import cbor, spelling
from kt1custody.core.formats.item import Consignment
from kt1custody.core.log.act import Act
from kt1custody.core.log.schema import MAX_REGISTER_LINES
from kt1custody.core.manifest import manifest
from kt1custody.core.manifest.layout import COLUMNS, Finding, has_header
from kt1custody.core.manifest.manifest import Checked
from kt1custody.core.manifest.row import Counter, duplicate_key
from kt1custody.errors import (
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    VerificationError,
)
from kt1custody.services.registration import send_back
from kt1custody.services.session import here, slips
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.places import read_places
from kt1custody.services.session.proposal import Proposal, Proposer, proposing
from kt1custody.services.session.session import Session
from kt1custody.sheets import catalogues, table
from kt1custody.store.log import LogBook

Keys = frozenset[tuple[str, str, str]]
Clerk = Callable[[], str]
Checking = Callable[[Counter], Checked]
_NO_RECORD = bytes(32)  # stands for the commitment of a record that is not sealed yet
_A = TypeVar("_A")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a right manifest holds, to be read back before anything is stored.

    Attributes:
        rows: Row in the file of each consignment.
        total: How many items the manifest itself says it has, or None.
        notices: What was read otherwise than written, to be compared with the envelopes.
    """

    consignments: tuple[Consignment, ...]
    rows: tuple[int, ...]
    total: int | None
    notices: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Registered:
    """What came of a manifest.

    Attributes:
        numbers: Item numbers in the order of the rows; empty if something is wrong or nothing was
            to be stored.
        rows: How many rows are right.
        findings: What is wrong.
        preview: What it holds, if nothing is wrong.
        is_compared: Whether it was compared with what was accepted this year.
    """

    numbers: tuple[int, ...]
    rows: int
    findings: tuple[Finding, ...]
    preview: Preview | None = None
    is_compared: bool = True


Confirm = Callable[[Preview], bool]


def import_manifest(
    session: Session,
    by: Clerk | None,
    file: Path,
    *,
    dry_run: bool = False,
    confirm: Confirm | None = None,
    errors: Path | None = None,
) -> Registered:
    """Register all items of a manifest, or none.

    Args:
        by: Says which clerk accepts it; asked only if the manifest is right. None, for a dry run
            alone: nobody, so that no PIN is typed and nothing accepted before is looked at.
        file: Untrusted CSV or XLSX.
        dry_run: Only check.
        confirm: Shows the preview and asks, before anybody types a PIN; nothing happens on False.
        errors: Where to write the manifest with its reasons if something is wrong.

    Raises:
        MalformedInputError: `table-unreadable`, `wrong-ending`; nothing was stored.
        RefusedError: `manifest-registered-already`, `not-possible`, `no-catalogue`, `file-exists`,
            `not-confirmed`.
        UnavailableError: `file-unwritable`: nothing was stored, since something is wrong.
    """
    if errors is not None:
        send_back.check_place(errors)
    sheet = table.read_file(file, has_header)
    checking: Checking = partial(manifest.check, sheet.lines, spots=sheet.spots)
    name = spelling.shown(file.name, 80)  # bytes of any code page, and whatever somebody put there
    made = _register(session, by, checking, name, dry_run=dry_run, confirm=confirm)
    if made.findings and errors is not None:
        send_back.write(errors, sheet, made.findings)
    return made


def register_one(
    session: Session, by: Clerk | None, cells: Mapping[str, str], *, dry_run: bool = False
) -> Registered:
    """Register one item.

    Args:
        by: As of `import_manifest`.
        cells: Untrusted, by the keys of `layout.COLUMNS`; the names of the agencies may be left
            out, since their codes were picked from the list.
    """
    return _register(session, by, checking_one(session, cells), "", dry_run=dry_run, confirm=None)


def checking_one(session: Session, cells: Mapping[str, str]) -> Checking:
    """Make the check of one item, as if it were the only row of a manifest.

    Args:
        cells: As of `register_one`.
    """
    with session.database.read() as connection:
        places = read_places(LogBook(connection))
    told = {**cells, "stt": "1"}
    for key in ("sender", "recipient"):
        agency = places.agency(spelling.canonical_code(told.get(key, "")))
        if agency is not None:
            told.setdefault(f"{key}_name", agency.name)
    header, row = tuple(COLUMNS.values()), tuple(told.get(key, "") for key in COLUMNS)
    return partial(manifest.check, ((1, header), (2, row)))


def _register(
    session: Session,
    by: Clerk | None,
    checking: Checking,
    name: str,
    *,
    dry_run: bool,
    confirm: Confirm | None,
) -> Registered:
    with session.database.read() as connection:
        book = LogBook(connection)
        checked = checking(counter(session, book, session.now(book.control), frozenset()))
        lists = book.control.catalogues
    if checked.findings:  # nobody types a PIN for a manifest that is wrong anyway
        return Registered((), 0, tuple(checked.findings))
    source = name and f"{name} {_digest(checked.consignments)}"
    preview = Preview(
        tuple(checked.consignments), tuple(checked.rows), checked.total, tuple(checked.notices)
    )
    if by is None:
        return Registered((), len(checked.consignments), (), preview, is_compared=False)
    if confirm is not None and not dry_run and not confirm(preview):
        raise RefusedError("not-confirmed")
    clerk = by()
    _check_rules(session, clerk, checked.consignments[0])
    session.unlock([clerk])
    # The year's slips are opened before the lock is taken; under it only those that came since.
    with session.database.read() as connection:
        book = LogBook(connection)
        now, seen = session.now(book.control), book.seq
        heard = known(session, book, clerk, now, source)
        checked = _check_again(checked, lists, checking, counter(session, book, now, heard), book)
    if dry_run or checked.findings:
        told = None if checked.findings else preview
        return Registered((), len(checked.consignments), tuple(checked.findings), told)
    given: list[int] = []

    def propose() -> Proposal:
        nonlocal checked
        with proposing(session) as pen:
            newer = known(session, pen.book, clerk, pen.now, source, after=seen)
            now_there = counter(session, pen.book, pen.now, heard | newer)
            checked = _check_again(checked, lists, checking, now_there, pen.book)
            if checked.findings:
                raise _WrongNowError
            given[:] = _append(pen, clerk, checked.consignments, source)
            return pen.done()

    try:
        here.carry_out(session, propose)
    except _WrongNowError:
        return Registered((), 0, tuple(checked.findings))
    return Registered(tuple(given), len(given), (), preview)


class _WrongNowError(Exception):
    """What was right when it was shown is not any more."""


def _check_again(
    checked: Checked,
    lists: Mapping[str, bytes],
    checking: Checking,
    now: Counter,
    book: LogBook,
) -> Checked:
    """Check anew what time, other items and new lists may have changed."""
    if book.control.catalogues == lists and manifest.holds(checked, now):
        return checked
    return checking(now)


def counter(session: Session, book: LogBook, at: int, known: Keys) -> Counter:
    """Say where and when items are accepted.

    Args:
        at: Time of acceptance, Unix seconds UTC.
    """
    tables = catalogues.tables(datetime.fromtimestamp(at, session.zone).date())
    return Counter(read_places(book), tables, book.control.office, at, session.zone, known)


def known(
    session: Session, book: LogBook, by: str, now: int, source: str = "", *, after: int = -1
) -> Keys:
    """Open this year's slips of this clerk's office to know what was accepted there already.

    Args:
        by: Whose unlocked key opens them.
        source: Of a manifest that must not have been registered before, or empty.
        after: Only look at entries behind this position.

    Raises:
        RefusedError: `manifest-registered-already`, with its first and last item.
    """
    reader, mine = slips.reader_of(session, book, by), book.control.current_key(by)
    year = datetime.fromtimestamp(now, session.zone).year
    found, same = set(), list[int]()
    for entry in book.acts("register", after=after):
        if datetime.fromtimestamp(book.time_of(entry), session.zone).year != year:
            continue
        if mine is None or entry.act.number("office") != mine.office or is_stopped(entry):
            continue
        listed = _opened(reader.open, entry.act.octets("list"), "list")
        if source and listed and _same_source(source, listed.get("source")):
            same += [line.n for line in entry.act.lines]
            continue
        book.load(line.n for line in entry.act.lines)
        for line in entry.act.lines:
            state = book.item(line.n)  # the slip may have been put right since
            commit = line.octets("commit") if state is None else state.commit
            slip = _opened(reader.slip, commit, line.n)
            key = duplicate_key(slip) if slip else None
            if key:
                found.add(key)
    if same:
        raise RefusedError("manifest-registered-already", first=same[0], last=same[-1])
    return frozenset(found)


def _opened(read: Callable[[bytes, _A], _R | None], commitment: bytes, about: _A) -> _R | None:
    """Open a record; None if it is erased, another's, or sealed to a key that its office has lost.

    Whatever others have named in acts of theirs, registering goes on; `kt1 verify` tells of it.
    """
    try:
        return read(commitment, about)
    except (NotAllowedError, VerificationError, MalformedInputError):
        return None


def _same_source(source: str, other: object) -> bool:
    """Tell whether two manifests say the same, whatever their files are called."""
    return isinstance(other, str) and source.rpartition(" ")[2] == other.rpartition(" ")[2]


def _check_rules(session: Session, by: str, one: Consignment) -> None:
    """Ask the rules whether a clerk may register now, before anybody types a PIN."""
    with proposing(session) as drafts:
        [n] = _number(drafts, 1)
        drafts.check(_draft(drafts, by, _NO_RECORD, [_line(n, one, _NO_RECORD)]))
        slips.refuse_no_reader(drafts.book, by)


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


def _append(pen: Proposer, by: str, accepted: Sequence[Consignment], source: str) -> list[int]:
    """Number the items, store their slips, and append `register` acts of at most 200."""
    items = _number(pen, len(accepted))
    record: dict[str, cbor.Value] = {"source": source or "-", "rows": len(accepted)}
    [listed] = slips.put(pen, by, ["list"], [record])
    commits = slips.put(pen, by, items, [one.slip.to_record() for one in accepted])
    lines = [_line(*one) for one in zip(items, accepted, commits, strict=True)]
    for begin in range(0, len(lines), MAX_REGISTER_LINES):
        pen.add(_draft(pen, by, listed, lines[begin : begin + MAX_REGISTER_LINES]))
    return items


def _number(drafts: Drafts, count: int) -> list[int]:
    """Give the next free item numbers of the year."""
    book, year = drafts.book, datetime.fromtimestamp(drafts.now, drafts.session.zone).year
    behind = frontier.numbers_from(book, log_number=book.control.number, year=year)
    found: list[int] = []
    while len(found) < count:
        some = list(itertools.islice(behind, count - len(found)))
        if not some:
            raise MalformedInputError("numbers-used-up", year=year)
        book.load(some)
        found += [n for n in some if book.item(n) is None]
    return found


def _digest(accepted: Sequence[Consignment]) -> str:
    """Hash what a manifest brings, so that sending it twice is seen, whatever kind of file it is."""
    return hashlib.sha256(repr(accepted).encode()).hexdigest()[:16]
