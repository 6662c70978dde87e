"""What becomes doubtful if a key is not to be trusted from some time on.

**Rule:** read-only, and nothing is judged here: an act that the log took before a revocation stays as
it is. What the key may have signed since that time is listed, so that officers match it with
paper. What was in the log before that time, or followed by an act of its device that was, is as
sound as ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kt1custody.core.custody.history import moment_seen
from kt1custody.core.custody.table import ItemState
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry, read_entry
from kt1custody.errors import RefusedError
from kt1custody.services.keys.ceremony import find_keys
from kt1custody.services.people.alarms import about
from kt1custody.services.session.session import Session
from kt1custody.store import log
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An act that a key may have signed since the time from which it is not trusted.

    Attributes:
        at: Time claimed by the device, Unix seconds UTC.
        begin: The act was signed after this time (the log's, of the newest entry it had seen) and
            before `end`: when the log took it, or the next act of its device.
        persons: All who signed, in order.
        countersigned: Those of them who signed with other keys that are not revoked.
        followed: Position of the next act of the same device, which names this one; or None.
        about: Person, device or service that the act is about, if it is one of officers.
        items: The items named, as they are now; None for a number that was never registered.
    """

    seq: int
    kind: str
    at: int
    begin: int
    end: int
    persons: tuple[str, ...]
    countersigned: tuple[str, ...]
    followed: int | None
    about: str | None
    items: tuple[tuple[int, ItemState | None], ...]


def doubtful(session: Session, whose: str, since: int) -> list[Doubt]:
    """List what a key may have signed since some time, in the log's order.

    Args:
        whose: Untrusted: a kid in hex, or a staff number, `server` or `seal` for all their keys.
            Of a seal key, the jobs that it may have printed.
        since: Unix seconds UTC.

    Raises:
        RefusedError: `no-such-key`; `doubt-log-key`: it signs no acts but checkpoints.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        keys = find_keys(book.control, whose)
        owner = keys[0].owner
        if owner == "log":
            raise RefusedError("doubt-log-key")
        kids = frozenset(key.kid for key in keys)
        entries = _printed(book, kids) if owner == "seal" else _signed(book, kids)
        found = (_doubt(book, entry, kids) for entry in entries if book.time_of(entry) >= since)
        doubts = [one for one in found if one.end >= since]
    # Whoever signed for a print has not looked at what the seal key signed.
    return [replace(one, countersigned=()) for one in doubts] if owner == "seal" else doubts


def _signed(book: LogBook, kids: frozenset[bytes]) -> Iterator[Entry]:
    """Give every entry with a signature by one of some keys."""
    for raw in log.entries(book.connection):
        if any(kid in raw for kid in kids):  # reading all of a long log takes much longer
            entry = read_entry(raw)
            if any(one.kid in kids for one in entry.signatures):
                yield entry


def _printed(book: LogBook, kids: frozenset[bytes]) -> Iterator[Entry]:
    """Give every print whose seals one of some seal keys has signed."""
    for entry in book.acts("print"):
        key = book.control.seal_key_at(entry.seq)
        if key is not None and key.kid in kids:
            yield entry


def _doubt(book: LogBook, entry: Entry, kids: frozenset[bytes]) -> Doubt:
    act, revoked = entry.act, book.control.revoked
    _, seen = moment_seen(book, act, entry.seq)
    follower = _follower(book, act)
    numbers = list(dict.fromkeys(n for n, _ in act.names))
    book.load(numbers)
    others = [
        person
        for person, one in zip(act.persons, entry.signatures, strict=True)
        if one.kid not in kids and one.kid not in revoked
    ]
    return Doubt(
        seq=entry.seq,
        kind=act.type,
        at=act.at,
        begin=seen,
        end=min(book.time_of(one) for one in (entry, follower) if one is not None),
        persons=act.persons,
        countersigned=tuple(others),
        followed=None if follower is None else follower.seq,
        about=about(book.control, entry),
        items=tuple((n, book.item(n)) for n in numbers),
    )


def _follower(book: LogBook, act: Act) -> Entry | None:
    """Find the next act of the same device: it names this one, so this one was there before."""
    next_one = replace(act, id=b"", dseq=act.dseq + 1, hash=act.hash + b"next")
    found = (book.entry(seq) for seq in book.twins(next_one))
    return next((one for one in found if one.act.dprev == act.hash), None)
