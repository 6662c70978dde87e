"""Reading the log and what is derived from it.

**Rule:** an entry is its bytes; a column beside it only helps to find it. What this module gives
has been read strictly but not verified: that is for `audit`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from kt1custody.core.custody.frontier import is_end, next_counter
from kt1custody.core.custody.history import Recent
from kt1custody.core.custody.judgement import Outcome
from kt1custody.core.custody.table import ENDED, ItemState, Status
from kt1custody.core.formats import places
from kt1custody.core.formats.item import Kind, Mark, Urgency
from kt1custody.core.formats.tree import HASH, Tree
from kt1custody.core.log import keyring
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry, leaf_hash, read_entry
from kt1custody.core.log.keyring import Control
from kt1custody.core.log.schema import CONTROL_TYPES, RULING_TYPES, STEP_TYPES
from kt1custody.errors import MalformedInputError, UnavailableError, VerificationError
from kt1custody.store.kinds import maybe
from kt1custody.store.statements import LOG, Query, by, index_of, log_of, run
from kt1custody.store.tables import (
    IS_UNSEALED,
    CatalogueRow,
    EntryRow,
    FrontierRow,
    HeadRow,
    ItemRow,
    LineRow,
    LinkRow,
    SerialRow,
)

ENTRIES = EntryRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it
HEAD = HeadRow.__table__  # type: ignore[attr-defined]
ITEMS = ItemRow.__table__  # type: ignore[attr-defined]
SERIALS = SerialRow.__table__  # type: ignore[attr-defined]
FRONTIERS = FrontierRow.__table__  # type: ignore[attr-defined]
LINES = LineRow.__table__  # type: ignore[attr-defined]
LINKS = LinkRow.__table__  # type: ignore[attr-defined]
CATALOGUES = CatalogueRow.__table__  # type: ignore[attr-defined]

_BY_KIND, _BY_DEVICE = index_of(ENTRIES, "entries_kind"), index_of(ENTRIES, "entries_device")
_BY_ACT, _BY_ITEM = index_of(ENTRIES, "entries_act"), index_of(LINES, "lines_n")
_BY_HOLDER, _UNSEALED = index_of(ITEMS, "items_holder"), index_of(ITEMS, "items_unsealed")

Connection = sa.Connection

_BATCH = 400  # SQLite allows 32 766 parameters; smaller statements are cached better
_LAST = 2**63 - 1
_FOLDED = "kt1-control"  # where a connection keeps a `_Folded`

# What every act asks for.
_HEAD = Query(sa.select(HEAD))
_ITEM = Query(sa.select(ITEMS).where(ITEMS.c.log == LOG, ITEMS.c.n == sa.bindparam("n")))
_FRONTIER = Query(
    sa.select(FRONTIERS.c.next).where(
        FRONTIERS.c.log == LOG, FRONTIERS.c.name == sa.bindparam("name")
    )
)
_COUNTED = Query(
    by(sa.select(ENTRIES.c.seq, ENTRIES.c.body_hash), _BY_DEVICE)
    .where(
        ENTRIES.c.log == LOG,
        ENTRIES.c.dev == sa.bindparam("dev"),
        ENTRIES.c.dseq == sa.bindparam("dseq"),
        ENTRIES.c.seq <= sa.bindparam("until"),
    )
    .order_by(ENTRIES.c.seq)
)
# Two questions, since SQLite answers an `or` over two indexes by reading the table.
_TWINS = Query(
    sa.union_all(
        *(
            by(sa.select(ENTRIES.c.seq), index).where(
                ENTRIES.c.log == LOG,
                same,
                ENTRIES.c.body_hash != sa.bindparam("hash"),
                ENTRIES.c.seq <= sa.bindparam("until"),
            )
            for index, same in (
                (_BY_ACT, ENTRIES.c.act_id == sa.bindparam("id")),
                (
                    _BY_DEVICE,
                    sa.and_(
                        ENTRIES.c.dev == sa.bindparam("dev"),
                        ENTRIES.c.dseq == sa.bindparam("dseq"),
                    ),
                ),
            )
        )
    )
)
_ENTRY = Query(
    sa.select(ENTRIES.c.entry).where(ENTRIES.c.log == LOG, ENTRIES.c.seq == sa.bindparam("seq"))
)
_ENTRIES_FROM = (
    sa.select(ENTRIES.c.entry)
    .where(ENTRIES.c.log == LOG, ENTRIES.c.seq >= sa.bindparam("seq"))
    .order_by(ENTRIES.c.seq)
)
_LEAVES_FROM = Query(_ENTRIES_FROM)
_ENTRY_OF = Query(
    sa.select(ENTRIES.c.entry).where(
        ENTRIES.c.log == LOG,
        ENTRIES.c.body_hash == sa.bindparam("hash"),
        ENTRIES.c.seq <= sa.bindparam("until"),  # a rebuild must not see what came later
    )
)
_OF_ITEM = Query(
    by(sa.select(LINES.c.seq, LINES.c.line, LINES.c.kind), _BY_ITEM)
    .where(LINES.c.log == LOG, LINES.c.n == sa.bindparam("n"))
    .order_by(LINES.c.seq, LINES.c.line)
)
_PRINTED = Query(
    sa.select(SERIALS.c.n).where(SERIALS.c.log == LOG, SERIALS.c.serial == sa.bindparam("serial"))
)
_LINKS = Query(
    sa.select(LINKS.c.seq)
    .where(LINKS.c.log == LOG, LINKS.c.of == sa.bindparam("of"))
    .order_by(LINKS.c.seq)
)
_OFFERS_OF_ONE = Query(
    by(sa.select(LINES.c.seq), _BY_ITEM).where(
        LINES.c.log == LOG, LINES.c.n == sa.bindparam("n"), LINES.c.kind == "offer"
    )
)
_OFFERS = by(sa.select(LINES.c.n, LINES.c.seq), _BY_ITEM).where(
    LINES.c.log == LOG,
    LINES.c.n.in_(sa.bindparam("numbers", expanding=True)),
    LINES.c.kind == "offer",
)
_PAST_KINDS = ", ".join(f"'{kind}'" for kind in sorted(STEP_TYPES | RULING_TYPES))
_PAST = Query(
    by(sa.select(LINES.c.seq, LINES.c.line), _BY_ITEM)
    .where(LINES.c.log == LOG, LINES.c.n == sa.bindparam("n"), sa.text(f"kind IN ({_PAST_KINDS})"))
    .order_by(LINES.c.seq, LINES.c.line)
)
_CONTROL_KINDS = ", ".join(f"'{kind}'" for kind in sorted(CONTROL_TYPES))
_CONTROL = Query(
    by(sa.select(ENTRIES.c.seq, ENTRIES.c.entry), _BY_KIND)
    .where(
        ENTRIES.c.log == LOG,
        sa.text(f"kind IN ({_CONTROL_KINDS})"),  # an `in_` is spelled anew each time
        ENTRIES.c.seq.between(sa.bindparam("since"), sa.bindparam("until")),
    )
    .order_by(ENTRIES.c.seq)
)
_CATALOGUE = Query(
    sa.select(CATALOGUES.c.content).where(
        CATALOGUES.c.log == LOG, CATALOGUES.c.hash == sa.bindparam("hash")
    )
)


class _Folded(NamedTuple):
    """A control state, which entry was the newest then, and which the newest control entry."""

    leaf: bytes
    seq: int
    control: Control


class DeviceChain(NamedTuple):
    """A device's acts in the log: highest counter, how many counters, position of the newest."""

    last: int | None
    known: int
    seq: int | None


class LogBook:
    """The log as the custody rules look at it, inside one transaction.

    Attributes:
        control: Keys, people, policies and places after the newest entry.
        seq: Position of the newest entry.
        leaf: Its leaf hash, 32 bytes.
        accepted_at: When the log took it, Unix seconds UTC, as it says itself.
        tree: The tree over the leaf hashes of the present epoch.
        base: Position of that epoch's first entry.
    """

    def __init__(self, connection: Connection, *, until: int | None = None) -> None:
        """Look at the log.

        Args:
            until: Only take note of control entries up to here; `advance` brings the others.
        """
        self.connection = connection
        heads = _HEAD.rows(connection)
        if len(heads) != 1 or heads[0].log != log_of(connection):
            raise UnavailableError("database-broken", place="head")
        [head] = heads
        self.seq: int = head.seq
        self.leaf: bytes = head.leaf
        self.accepted_at: int = head.accepted_at
        self.base: int = head.base
        self.tree = _tree(head)
        if until is None:
            self.control = read_control(connection, self.leaf)
        else:
            self.control = _fold(connection, _control_rows(connection, until=until))
        if self.control.origin != head.origin or self.control.log != head.log:
            raise UnavailableError("database-broken", place="head")
        self._items: dict[int, ItemState | None] = {}
        self._frontiers: dict[str, int | None] = {}
        self._unheard: set[int] = set()  # numbers of which no line of the log speaks
        self._twins: dict[bytes, Sequence[int]] = {}
        self._counted: dict[tuple[str, int], Sequence[Any]] = {}
        self._recent = Recent()

    def advance(self, entry: Entry, outcome: Outcome) -> None:
        """Take note of an entry that was just appended in this transaction."""
        self.seq, self.leaf, self.accepted_at = entry.seq, entry.leaf, entry.accepted_at
        self._items.update(outcome.items)
        self._frontiers.update(outcome.frontiers)
        self._unheard.difference_update(n for n, _ in entry.act.names)
        self._twins.clear()
        self._counted.clear()
        if entry.act.type in CONTROL_TYPES:
            self.control.take(entry, _offices_named(self.connection, entry))

    def begin_epoch(self) -> None:
        """Let the next entry be the first one of a new epoch, with a tree of its own."""
        self.base, self.tree = self.seq + 1, Tree()

    def load(self, numbers: Iterable[int]) -> None:
        """Read the states of many items at once."""
        wanted = [n for n in numbers if n not in self._items]
        if len(wanted) == 1:
            row = _ITEM.first(self.connection, n=wanted[0])
            self._items[wanted[0]] = None if row is None else _state(row)
            return
        for begin in range(0, len(wanted), _BATCH):
            some = wanted[begin : begin + _BATCH]
            self._items.update(dict.fromkeys(some))
            query = sa.select(ITEMS).where(ITEMS.c.log == LOG, ITEMS.c.n.in_(some))
            found = run(self.connection, query)
            self._items.update({row.n: _state(row) for row in found})
            unknown = [n for n in some if self._items[n] is None]
            if unknown:
                named = LINES.c.log == LOG, LINES.c.n.in_(unknown)
                query = by(sa.select(LINES.c.n), _BY_ITEM).where(*named).distinct()
                heard = run(self.connection, query)
                self._unheard.update({*unknown} - {*heard.scalars()})

    def item(self, n: int) -> ItemState | None:
        """Find the state of an item."""
        if n not in self._items:
            self.load([n])
        return self._items[n]

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        """Give position and line of every step and ruling about an item, in the log's order."""
        return [] if n in self._unheard else _PAST.rows(self.connection, n=n)

    def links(self, of: bytes) -> Sequence[int]:
        """Give positions of an offer and of the takes and withdrawals that name it, in order."""
        return _LINKS.column(self.connection, of=of)

    def lines(self, n: int) -> Sequence[tuple[int, int, str]]:
        """Give position, line and type of every act that names an item."""
        return _OF_ITEM.rows(self.connection, n=n)

    def lines_of(self, numbers: Iterable[int], kinds: Sequence[str]) -> list[tuple[int, int, int]]:
        """Give (position, line, item) of every act of some types that names some items, in order."""
        wanted, found = list(numbers), list[tuple[int, int, int]]()
        for begin in range(0, len(wanted), _BATCH):
            some = LINES.c.n.in_(wanted[begin : begin + _BATCH]), LINES.c.kind.in_(kinds)
            query = by(sa.select(LINES.c.seq, LINES.c.line, LINES.c.n), _BY_ITEM)
            rows = run(self.connection, query.where(LINES.c.log == LOG, *some))
            found += [(seq, line, n) for seq, line, n in rows]
        return sorted(found)

    def entry(self, seq: int) -> Entry:
        """Read an entry, again only if it was not lately."""
        return self._recent.entry(seq, lambda: _decoded(raw_entry(self.connection, seq)))

    def time_of(self, entry: Entry) -> int:
        """Give when the log took an entry, by the right clock if it was ahead; Unix seconds UTC."""
        return self.control.time_of(entry.seq, entry.accepted_at)

    def by_right_clock(self, state: ItemState) -> ItemState:
        """Give a state with the time of its last step as `time_of` has it; not for the rules."""
        since = self.control.time_of(state.head_seq, state.since)
        return state if since == state.since else replace(state, since=since)

    def printed(self, serial: int) -> int | None:
        """Find the item for which a serial was printed."""
        n: int | None = _PRINTED.value(self.connection, serial=serial)
        return n

    def frontier(self, name: str) -> int | None:
        """Give the next number of a row of `core.frontier`, or None if nothing was taken from it.

        Raises:
            UnavailableError: `database-broken`: the row does not end there.
        """
        if name not in self._frontiers:
            found = _FRONTIER.value(self.connection, name=name)
            if not is_end(self, name, found, epochs=len(self.control.epochs)):
                raise UnavailableError("database-broken", place=f"frontiers {name}")
            self._frontiers[name] = found
        return self._frontiers[name]

    def moment(self, seq: int) -> tuple[bytes, int] | None:
        """Give leaf hash and time of an entry, or None if the log has not reached it."""
        if seq > self.seq:
            return None
        if seq == self.seq:
            return self.leaf, self.accepted_at
        entry = self.entry(seq)
        return entry.leaf, entry.accepted_at

    def counted(self, device: str, counter: int) -> Sequence[int]:
        """Give positions of the acts under a device's counter, in order."""
        return [row.seq for row in self._under(device, counter)]

    def twins(self, act: Act) -> Sequence[int]:
        """Give positions of other acts with this act's id, or its device and counter."""
        if act.hash not in self._twins:  # an act is judged before it is signed and after
            asked = {"id": act.id, "dev": act.dev, "dseq": act.dseq, "hash": act.hash}
            found = _TWINS.column(self.connection, **asked, until=self.seq)
            self._twins[act.hash] = sorted(set(found))
        return self._twins[act.hash]

    def find(self, body_hash: bytes) -> Entry | None:
        """Find the entry of an act by the hash of its body."""
        raw = _ENTRY_OF.value(self.connection, hash=body_hash, until=self.seq)
        return None if raw is None else stored(raw)

    def last_of(self, device: str) -> tuple[int, bytes] | None:
        """Give counter and body hash of the newest act in the row of a device.

        Raises:
            UnavailableError: `database-broken`: there is no such act where the row is said to end.
        """
        counter = next_counter(self, device) - 1
        if counter < 0:
            return None
        # Of two acts under one counter the row goes on from the first.
        found = self._under(device, counter)
        if not found:
            raise UnavailableError("database-broken", place="frontiers")
        first = found[0]
        act = self.entry(first.seq).act  # what is signed next names it for ever
        if (act.dev, act.dseq, act.hash) != (device, counter, first.body_hash):
            raise UnavailableError("database-broken", place=f"entries {first.seq}")
        return counter, act.hash

    def _under(self, device: str, counter: int) -> Sequence[Any]:
        """Give positions and body hashes of the acts under a counter, which many rules ask for."""
        if (device, counter) not in self._counted:
            asked = {"dev": device, "dseq": counter, "until": self.seq}
            self._counted[device, counter] = _COUNTED.rows(self.connection, **asked)
        return self._counted[device, counter]

    def chain_of(self, device: str) -> DeviceChain:
        """Sum up the row of a device; a counter that was used twice counts once."""
        end = next_counter(self, device)
        query = sa.select(
            sa.func.count(ENTRIES.c.dseq.distinct()), sa.func.max(maybe(ENTRIES.c.seq))
        )
        in_row = (ENTRIES.c.log == LOG, ENTRIES.c.dev == device, ENTRIES.c.dseq < end)
        known, seq = run(self.connection, by(query, _BY_DEVICE).where(*in_row)).one()
        return DeviceChain(end - 1 if end else None, known, seq)

    def items(
        self,
        *,
        holder: str | None = None,
        is_open: bool = False,
        is_unsealed: bool = False,
        is_contested: bool = False,
        open_since: int | None = None,
    ) -> list[ItemState]:
        """List states of items by number, for people to read: `since` is by the right clock.

        Args:
            holder: Only what this person or office holds.
            is_open: Only what has not been delivered, returned or voided.
            is_unsealed: Only what waits for its seal.
            is_contested: Only that for which two officers must settle a fork.
            open_since: Only what was open at this time or later, Unix seconds UTC.
        """
        query = sa.select(ITEMS).where(ITEMS.c.log == LOG).order_by(ITEMS.c.n)
        ended = [status.value for status in ENDED]
        if holder is not None:
            held = ITEMS.c.holder == holder, ITEMS.c.status.not_in(ended)
            query = by(query, _BY_HOLDER).where(*held)
        if is_open:
            query = query.where(ITEMS.c.status.not_in(ended))
        if is_unsealed:
            query = by(query, _UNSEALED).where(IS_UNSEALED)
        if is_contested:
            query = query.where(ITEMS.c.contested)
        if open_since is not None:
            # What is stored may lie ahead of the right time, never behind it.
            still = sa.or_(ITEMS.c.status.not_in(ended), ITEMS.c.since >= open_since)
            query = query.where(still)
        states = [self.by_right_clock(_state(row)) for row in run(self.connection, query)]
        if open_since is None:
            return states
        return [one for one in states if one.status not in ENDED or one.since >= open_since]

    def offers_of(self, numbers: Iterable[int]) -> list[tuple[int, int]]:
        """Give (item, position) of every offer ever made of some items."""
        wanted = list(numbers)
        if len(wanted) == 1:
            return [(wanted[0], seq) for seq in _OFFERS_OF_ONE.column(self.connection, n=wanted[0])]
        found: list[tuple[int, int]] = []
        for begin in range(0, len(wanted), _BATCH):
            some = wanted[begin : begin + _BATCH]
            found += [(n, seq) for n, seq in run(self.connection, _OFFERS, numbers=some)]
        return found

    def serials_of(self, numbers: Iterable[int]) -> list[tuple[int, int]]:
        """Give (item, serial) of every seal ever printed for some items, in order of serials."""
        wanted = list(numbers)
        found: list[tuple[int, int]] = []
        for begin in range(0, len(wanted), _BATCH):
            some = wanted[begin : begin + _BATCH]
            query = sa.select(SERIALS.c.n, SERIALS.c.serial)
            rows = run(self.connection, query.where(SERIALS.c.log == LOG, SERIALS.c.n.in_(some)))
            found += [(n, serial) for n, serial in rows]
        return sorted(found, key=lambda pair: pair[1])

    def acts(self, kind: str, *, after: int = -1) -> list[Entry]:
        """Read the entries of one type of act behind a position, in the log's order."""
        of_kind = ENTRIES.c.log == LOG, ENTRIES.c.kind == kind, ENTRIES.c.seq > after
        query = by(sa.select(ENTRIES.c.entry), _BY_KIND).where(*of_kind).order_by(ENTRIES.c.seq)
        found = run(self.connection, query).scalars()
        return [stored(raw) for raw in found]

    def newest(self, kind: str, count: int) -> list[Entry]:
        """Read the last entries of one type of act, newest first."""
        of_kind = ENTRIES.c.log == LOG, ENTRIES.c.kind == kind
        query = by(sa.select(ENTRIES.c.entry), _BY_KIND).where(*of_kind)
        found = run(self.connection, query.order_by(ENTRIES.c.seq.desc()).limit(count))
        return [stored(raw) for raw in found.scalars()]


def entries(connection: Connection, seq: int = 0) -> Iterator[bytes]:
    """Read the bytes of every entry from a position on, in the log's order; streams."""
    query = _ENTRIES_FROM.execution_options(yield_per=512)
    yield from run(connection, query, seq=seq).scalars()


def leaves_from(connection: Connection, seq: int) -> Iterator[bytes]:
    """Hash again the bytes of every entry from a position on, in the log's order; streams."""
    for row in _LEAVES_FROM.stream(connection, seq=seq):
        yield leaf_hash(row.entry)


def raw_entry(connection: Connection, seq: int) -> bytes:
    """Read the bytes of one entry.

    Raises:
        UnavailableError: `database-broken`: there is none at this position.
    """
    raw: bytes | None = _ENTRY.value(connection, seq=seq)
    if raw is None:
        raise UnavailableError("database-broken", place="entry")
    return raw


def control_entries(connection: Connection) -> list[bytes]:
    """Read the bytes of every control entry, in the log's order."""
    return [row.entry for row in _control_rows(connection)]


def read_control(connection: Connection, leaf: bytes) -> Control:
    """Give the control state of the log whose newest entry has this leaf hash.

    The connection keeps what it folded last, and only newer control entries are read. A leaf hash
    fixes all that came before it: if the newest entry is still the same, or the newest control
    entry still stands where it stood, what was kept is right, whoever has written since and
    whatever was rolled back.
    """
    kept: _Folded | None = connection.info.get(_FOLDED)
    if kept is None or kept.leaf != leaf:
        rows = [] if kept is None else _control_rows(connection, since=kept.seq)
        if kept is not None and rows and leaf_hash(rows[0].entry) == kept.control.head:
            control = _fold(connection, rows[1:], kept.control)
        else:
            rows = _control_rows(connection)
            control = _fold(connection, rows)
        kept = connection.info[_FOLDED] = _Folded(leaf, rows[-1].seq, control)
    return kept.control.copy()


def keep_control(connection: Connection, entry: Entry) -> None:
    """Let what `read_control` keeps stand for a log that an entry was just appended to."""
    kept: _Folded | None = connection.info.get(_FOLDED)
    if kept is not None and kept.leaf == entry.prev and entry.act.type not in CONTROL_TYPES:
        connection.info[_FOLDED] = kept._replace(leaf=entry.leaf)


def catalogue(connection: Connection, digest: bytes) -> bytes | None:
    """Find the bytes of a catalogue by their hash; bytes that have another hash are none."""
    content: bytes | None = _CATALOGUE.value(connection, hash=digest)
    fits = content is not None and hashlib.sha256(content).digest() == digest
    return content if fits else None


def stored(raw: bytes) -> Entry:
    """Read an entry of this database; one that cannot be read was not written by `append`.

    Raises:
        UnavailableError: `database-broken`.
    """
    try:
        return read_entry(raw)
    except (MalformedInputError, TypeError):
        raise UnavailableError("database-broken", place="entry") from None


_decoded = lru_cache(maxsize=16)(stored)  # every look at the log's end decodes the same bytes


def columns_of(entry: Entry) -> dict[str, Any]:
    """Give the columns that an entry is kept and found by, with its bytes."""
    act = entry.act
    return {
        "log": act.log,
        "seq": entry.seq,
        "prev": entry.prev,
        "leaf": entry.leaf,
        "body_hash": act.hash,
        "act_id": act.id,
        "dev": act.dev,
        "dseq": act.dseq,
        "kind": act.type,
        "entry": entry.raw,
    }


def _control_rows(connection: Connection, *, since: int = 0, until: int = _LAST) -> Sequence[Any]:
    return _CONTROL.rows(connection, since=since, until=until)


def _fold(connection: Connection, rows: Sequence[Any], control: Control | None = None) -> Control:
    """Let control entries take effect, from the genesis on or upon what was before them."""
    for row in rows:
        entry = stored(row.entry)
        if control is None:
            control = keyring.found(entry)
        elif entry.ctl != control.head:  # one before it is missing or another
            raise UnavailableError("database-broken", place=f"entries {entry.seq}")
        else:
            control.take(entry, _offices_named(connection, entry))
    if control is None:
        raise UnavailableError("database-broken", place="genesis")
    return control


def _tree(head: Any) -> Tree:  # noqa: ANN401  # a row
    try:
        return Tree.of(head.seq + 1 - head.base, head.peaks)
    except (VerificationError, TypeError):
        raise UnavailableError("database-broken", place="head") from None


def _state(row: Any) -> ItemState:  # noqa: ANN401
    """Make a state of a row.

    Raises:
        UnavailableError: `database-broken`: the row holds what no entry writes.
    """
    try:
        status, *_ = Status(row.status), Mark(row.mark), Urgency(row.urgency), Kind(row.kind)
        voided = tuple(map(int, row.voided.split()))
    except ValueError:
        raise UnavailableError("database-broken", place=f"items {row.n}") from None
    if not len(row.commitment) == len(row.head) == HASH:
        raise UnavailableError("database-broken", place=f"items {row.n}")
    return ItemState(
        n=row.n,
        mark=row.mark,
        urgency=row.urgency,
        kind=row.kind,
        appt=row.appt,
        dest=row.dest,
        commit=row.commitment,
        status=status,
        holder=row.holder,
        seal=row.seal,
        voided=voided,
        head=row.head,
        head_seq=row.head_seq,
        since=row.since,
        contested=row.contested,
        waiting=row.waiting,
    )


def _offices_named(connection: Connection, entry: Entry) -> tuple[places.Office, ...] | None:
    """Read the catalogue of offices that a `catalogue` act brings; None for other acts."""
    if entry.act.type != "catalogue" or entry.act.text("kind") != "offices":
        return None
    content = catalogue(connection, entry.act.octets("hash"))
    try:
        return None if content is None else places.read_offices(content)
    except MalformedInputError:  # the audit names it; an officers' mistake must not stop the log
        return None
