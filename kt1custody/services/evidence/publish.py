"""The public folder for checking seals without the log, and the load lists that go with it.

**Rule:** all of it is derived from the log and signed by the log key, and never takes the place of a
newer one. No name and no private key is in it. A load list is internal, since it says which items
somebody carries: it lies in another folder.
Format: `.docs/formats.md` §11 and §12.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kt1custody.audit.folder import Files
from kt1custody.core.custody.frontier import next_serial
from kt1custody.core.custody.judgement import fresh_serials
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import note
from kt1custody.core.formats.frames import frame
from kt1custody.core.formats.tree import HASH
from kt1custody.core.log.keyring import Control, Key
from kt1custody.core.log.schema import SERVICE_KEYS
from kt1custody.core.seals import seal, status
from kt1custody.core.seals.seal import SealContent
from kt1custody.core.seals.status import Head, KeyState, Load, LoadLine, StatusNote
from kt1custody.errors import KtError, RefusedError, VerificationError
from kt1custody.services.evidence import export, trust
from kt1custody.services.session import checkpoint
from kt1custody.services.session import printed as issued
from kt1custody.services.session.session import Session
from kt1custody.store import log
from kt1custody.store.log import Connection, LogBook

DAY = 24  # hours until a newer status note is due


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What is to be written.

    Attributes:
        head: The head of its notes.
        contents: Names and bytes of the public files.
        loads: Names and bytes of the load lists.
    """

    head: Head
    contents: Mapping[str, bytes]
    loads: Mapping[str, bytes]


def publish(
    session: Session,
    there: Files | None = None,
    *,
    holders: Sequence[str] = (),
    valid_hours: int = DAY,
) -> Published:
    """Make the public folder, and load lists.

    Args:
        there: Untrusted: the folder whose place it takes, or None.
        holders: People and offices for whom a load list is made.
        valid_hours: How long until a newer one is due.

    Raises:
        RefusedError: `not-a-public-folder`: something else is there, or that of another log;
            `published-newer`: the folder knows a longer log than this one; `no-such-holder`.
        VerificationError: `trust-forked`: the folder knows another log of the same length.
        UnavailableError: `log-behind`: older than what was signed last; `key-file-missing`,
            `key-file-broken` (log key).
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        checkpoint.refuse_stale(session, book)
        _refuse_strangers(book, holders)
        told = status_of(book, session.now(book.control), valid_hours)
        head = told.head
        public = _material(connection, book.control)
        public[trust.STATUS_FILE] = _sign(session, book.control, status.STATUS, told)
        lists = {}
        for holder in holders:
            load = load_of(book, head, holder, book.items(holder=holder))
            lists[_load_name(holder)] = _sign(session, book.control, status.LOAD, load)
    if there is not None:
        _refuse_newer(there, book.control, head)
    return Published(head=head, contents=public, loads=lists)


def status_of(book: LogBook, now: int, valid_hours: int = DAY) -> StatusNote:
    """Say how every seal key stands, as of the log as it is."""
    return StatusNote(_head(book, now, valid_hours), book.control.head, _key_states(book))


def load_of(book: LogBook, head: Head, holder: str, states: Iterable[ItemState]) -> Load:
    """Spell the seals that are on some items again, as a load list has them."""
    return Load(head, holder, {line.serial: line for line in _load_lines(book, states)})


def _head(book: LogBook, now: int, valid_hours: int) -> Head:
    size, root = book.tree.size, book.tree.root()
    return Head(
        origin=book.control.origin, size=size, root=root, issued=now, next=now + 3600 * valid_hours
    )


def _material(connection: Connection, control: Control) -> dict[str, bytes]:
    public = export.pem_files(control)
    public[trust.CONTROL_FILE] = b"".join(map(frame, log.control_entries(connection)))
    public[trust.GENESIS_FILE] = f"{control.genesis.hex()}\n".encode()
    return public


def _key_states(book: LogBook) -> dict[bytes, KeyState]:
    """Sum up every seal key: its highest serial in the row, and which of its serials are void."""
    control = book.control
    void, end = _void_serials(book), next_serial(book)
    highest: dict[bytes, int] = {}
    voided: dict[bytes, list[int]] = {}
    for entry in book.acts("print"):
        key = control.seal_key_at(entry.seq)
        if key is None:
            continue
        for serial in fresh_serials(entry.act, entry.judgement):
            if serial >= end:  # ahead of the row: it says nothing of those between
                continue
            highest[key.kid] = max(serial, highest.get(key.kid, 0))
            if serial in void:
                voided.setdefault(key.kid, []).append(serial)
    return {
        key.kid: KeyState(
            kid=key.kid,
            since=key.since,
            until=key.until,
            revoked=control.revoked[key.kid][1] if key.kid in control.revoked else None,
            highest=highest.get(key.kid),
            voided=tuple(sorted(voided.get(key.kid, ()))),
        )
        for key in control.seal_keys()
    }


def _void_serials(book: LogBook) -> set[int]:
    named = {line.n for entry in book.acts("void") for line in entry.act.lines}
    book.load(named)
    states = (book.item(n) for n in named)
    return {serial for state in states if state for serial in state.voided}


def _load_lines(book: LogBook, states: Iterable[ItemState]) -> Iterator[LoadLine]:
    """Spell again every seal that is on some items, and hash it."""
    for state in states:
        if state.seal is None or state.contested:
            continue
        printed = issued.issued(book, state, state.seal)
        if printed is not None:
            yield _load_line(*printed)


def _load_line(content: SealContent, key: Key) -> LoadLine:
    def digest(copy: int) -> bytes:
        told = seal.to_be_signed(replace(content, copy=copy), key.alg, key.kid)
        return hashlib.sha256(told).digest()

    return LoadLine(content.n, content.serial, (digest(1), digest(2)))


def _sign(session: Session, control: Control, kind: str, told: StatusNote | Load) -> bytes:
    """Spell a status note or load list and sign it with the log key."""
    key = session.service_key("log", control)
    text = status.spell_status(told) if isinstance(told, StatusNote) else status.spell_load(told)
    name = f"{control.origin}/{kind}"
    line = note.SignatureLine(name, note.key_hash(name, key.pub), key.sign(text.encode()))
    return note.spell(text, [line])


def _load_name(holder: str) -> str:
    return f"{trust.LOAD_FILE}{holder}.txt"


def _refuse_strangers(book: LogBook, holders: Sequence[str]) -> None:
    control = book.control
    people = {key.owner for key in control.keys.values() if key.role not in SERVICE_KEYS}
    known = people | set(map(str, trust.offices(control)))
    for holder in holders:
        if holder not in known:
            raise RefusedError("no-such-holder", who=holder)


def _refuse_newer(folder: Files, control: Control, head: Head) -> None:
    """Refuse to replace a folder that is not this log's, or knows more than this log does."""
    if not _is_of(folder, control):
        raise RefusedError("not-a-public-folder", name=folder.name)
    try:
        noted = folder.read(trust.STATUS_FILE, trust.MAX_NOTE)
        there = trust.read_status(noted, control).head
    except (KeyError, KtError):
        return  # nothing there that this log has signed
    if there.size > head.size:
        raise RefusedError("published-newer", size=there.size, own=head.size)
    if there.size == head.size and there.root != head.root:
        raise VerificationError("trust-forked", size=head.size)


def _is_of(folder: Files, control: Control) -> bool:
    """Tell whether a folder names this log's genesis as a public one does."""
    try:
        told = folder.read(trust.GENESIS_FILE, 2 * HASH + 2)
    except (KeyError, KtError):
        return False
    return told == f"{control.genesis.hex()}\n".encode()
