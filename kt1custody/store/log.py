"""Reading the log and what is derived from it.

**Rule:** an entry is its bytes; a column beside it only helps to find it. What this module gives
has been read strictly but not verified: that is for `audit`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from kt1custody.core import keyring, places
from kt1custody.core.act import CONTROL_TYPES, STEP_TYPES, Act
from kt1custody.core.custody import ENDED, ItemState, Status
from kt1custody.core.entry import Entry, read_entry
from kt1custody.core.keyring import Control
from kt1custody.errors import UnavailableError
from kt1custody.store.tables import CatalogueRow, EntryRow, HeadRow, ItemRow, LineRow, SerialRow

ENTRIES = EntryRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it
HEAD = HeadRow.__table__  # type: ignore[attr-defined]
ITEMS = ItemRow.__table__  # type: ignore[attr-defined]
SERIALS = SerialRow.__table__  # type: ignore[attr-defined]
LINES = LineRow.__table__  # type: ignore[attr-defined]
CATALOGUES = CatalogueRow.__table__  # type: ignore[attr-defined]

Connection = sa.Connection

_BATCH = 400  # SQLite allows 32 766 parameters; smaller statements are cached better


class LogBook:
    """The log as the custody rules look at it, inside one transaction.

    Attributes:
        control: Keys, people, policies and places after the newest entry.
        seq: Position of the newest entry.
        leaf: Its leaf hash, 32 bytes.
        accepted_at: When the log took it, Unix seconds UTC.
    """

    def __init__(self, connection: Connection, *, until: int | None = None) -> None:
        """Look at the log.

        Args:
            until: Only take note of control entries up to here; `advance` brings the others.
        """
        self.connection = connection
        head = connection.execute(sa.select(HEAD)).one()
        self.seq: int = head.seq
        self.leaf: bytes = head.leaf
        self.accepted_at: int = head.accepted_at
        self.control = read_control(connection, until=until)
        if self.control.origin != head.origin or self.control.log != head.log:
            raise UnavailableError("database-broken", why="head")
        self._items: dict[int, ItemState | None] = {}

    def advance(self, entry: Entry, items: dict[int, ItemState]) -> None:
        """Take note of an entry that was just appended in this transaction."""
        self.seq, self.leaf, self.accepted_at = entry.seq, entry.leaf, entry.accepted_at
        self._items.update(items)
        if entry.act.type in CONTROL_TYPES:
            self.control.take(entry, _offices_named(self.connection, entry))

    def load(self, numbers: Iterable[int]) -> None:
        """Read the states of many items at once."""
        wanted = [n for n in numbers if n not in self._items]
        for begin in range(0, len(wanted), _BATCH):
            some = wanted[begin : begin + _BATCH]
            self._items.update(dict.fromkeys(some))
            found = self.connection.execute(sa.select(ITEMS).where(ITEMS.c.n.in_(some)))
            self._items.update({row.n: _state(row) for row in found})

    def item(self, n: int) -> ItemState | None:
        """Find the state of an item."""
        if n not in self._items:
            self.load([n])
        return self._items[n]

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        """Give position and line of every step of an item in the log, in the log's order."""
        return [(seq, line) for seq, line, kind in self.lines(n) if kind in STEP_TYPES]

    def lines(self, n: int) -> Sequence[tuple[int, int, str]]:
        """Give position, line and type of every act that names an item."""
        found = self.connection.execute(
            sa.select(LINES.c.seq, LINES.c.line, LINES.c.kind)
            .where(LINES.c.n == n)
            .order_by(LINES.c.seq, LINES.c.line)
        )
        return [(seq, line, kind) for seq, line, kind in found]

    def entry(self, seq: int) -> Entry:
        """Read an entry again."""
        return read_entry(raw_entry(self.connection, seq))

    def printed(self, serial: int) -> int | None:
        """Find the item for which a serial was printed."""
        return _number(self.connection, sa.select(SERIALS.c.n).where(SERIALS.c.serial == serial))

    def moment(self, seq: int) -> tuple[bytes, int] | None:
        """Give leaf hash and time of an entry, or None if the log has not reached it."""
        if seq > self.seq:
            return None
        if seq == self.seq:
            return self.leaf, self.accepted_at
        entry = self.entry(seq)
        return entry.leaf, entry.accepted_at

    def twins(self, act: Act) -> Sequence[int]:
        """Give positions of other acts with this act's id, or its device and counter."""
        # Two questions, since SQLite answers an `or` over two indexes by reading the table.
        by_id = sa.select(ENTRIES.c.seq).where(
            ENTRIES.c.act_id == act.id, ENTRIES.c.body_hash != act.hash
        )
        by_counter = sa.select(ENTRIES.c.seq).where(
            ENTRIES.c.dev == act.dev, ENTRIES.c.dseq == act.dseq, ENTRIES.c.body_hash != act.hash
        )
        return sorted(set(self.connection.execute(sa.union(by_id, by_counter)).scalars()))

    def find(self, body_hash: bytes) -> Entry | None:
        """Find the entry of an act by the hash of its body."""
        raw = self.connection.execute(
            sa.select(ENTRIES.c.entry).where(
                ENTRIES.c.log == self.control.log, ENTRIES.c.body_hash == body_hash
            )
        ).scalar_one_or_none()
        return None if raw is None else read_entry(raw)

    def last_of(self, device: str) -> tuple[int, bytes] | None:
        """Give counter and body hash of a device's newest act."""
        row = self.connection.execute(
            sa.select(ENTRIES.c.dseq, ENTRIES.c.body_hash)
            .where(ENTRIES.c.dev == device)
            .order_by(ENTRIES.c.dseq.desc(), ENTRIES.c.seq.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else (row.dseq, row.body_hash)

    def last_serial(self) -> int | None:
        """Give the highest serial ever printed."""
        return _number(self.connection, sa.select(sa.func.max(SERIALS.c.serial)))

    def last_item(self, low: int, high: int) -> int | None:
        """Give the highest item number registered within a range."""
        return _number(
            self.connection, sa.select(sa.func.max(ITEMS.c.n)).where(ITEMS.c.n.between(low, high))
        )

    def items(
        self, *, holder: str | None = None, is_open: bool = False, is_unsealed: bool = False
    ) -> list[ItemState]:
        """List states of items by number.

        Args:
            holder: Only what this person or office holds.
            is_open: Only what has not been delivered, returned or voided.
            is_unsealed: Only what waits for its seal.
        """
        query = sa.select(ITEMS).order_by(ITEMS.c.n)
        ended = [status.value for status in ENDED]
        if holder is not None:
            query = query.where(ITEMS.c.holder == holder, ITEMS.c.status.not_in(ended))
        if is_open:
            query = query.where(ITEMS.c.status.not_in(ended))
        if is_unsealed:
            query = query.where(ITEMS.c.status == Status.REGISTERED.value)
        return [_state(row) for row in self.connection.execute(query)]

    def serials_of(self, numbers: Iterable[int]) -> list[tuple[int, int]]:
        """Give (item, serial) of every seal ever printed for some items, in order of serials."""
        wanted = list(numbers)
        found: list[tuple[int, int]] = []
        for begin in range(0, len(wanted), _BATCH):
            some = wanted[begin : begin + _BATCH]
            rows = self.connection.execute(
                sa.select(SERIALS.c.n, SERIALS.c.serial).where(SERIALS.c.n.in_(some))
            )
            found += [(n, serial) for n, serial in rows]
        return sorted(found, key=lambda pair: pair[1])

    def acts(self, kind: str, *, after: int = -1) -> list[Entry]:
        """Read the entries of one type of act behind a position, in the log's order."""
        query = sa.select(ENTRIES.c.entry).where(ENTRIES.c.kind == kind, ENTRIES.c.seq > after)
        found = self.connection.execute(query.order_by(ENTRIES.c.seq)).scalars()
        return [read_entry(raw) for raw in found]


def entry_rows(connection: Connection) -> Iterator[Mapping[str, object]]:
    """Read every entry with its columns, in the log's order; streams."""
    found = connection.execution_options(yield_per=512).execute(
        sa.select(ENTRIES).order_by(ENTRIES.c.seq)
    )
    for row in found.mappings():
        yield {str(name): value for name, value in row.items()}


def entries(connection: Connection) -> Iterator[bytes]:
    """Read the bytes of every entry in the log's order; streams."""
    yield from (
        connection.execution_options(yield_per=512)
        .execute(sa.select(ENTRIES.c.entry).order_by(ENTRIES.c.seq))
        .scalars()
    )


def raw_entry(connection: Connection, seq: int) -> bytes:
    """Read the bytes of one entry."""
    raw: bytes = connection.execute(
        sa.select(ENTRIES.c.entry).where(ENTRIES.c.seq == seq)
    ).scalar_one()
    return raw


def control_entries(connection: Connection) -> list[bytes]:
    """Read the bytes of every control entry, in the log's order."""
    return list(
        connection.execute(
            sa.select(ENTRIES.c.entry)
            .where(ENTRIES.c.kind.in_(sorted(CONTROL_TYPES)))
            .order_by(ENTRIES.c.seq)
        ).scalars()
    )


def read_control(connection: Connection, *, until: int | None = None) -> Control:
    """Fold the control entries of this log, or those up to a position."""
    raws = control_entries(connection)
    if not raws:
        raise UnavailableError("database-broken", why="genesis")
    control = keyring.found(read_entry(raws[0]))
    for raw in raws[1:]:
        entry = read_entry(raw)
        if until is not None and entry.seq > until:
            break
        control.take(entry, _offices_named(connection, entry))
    return control


def catalogue(connection: Connection, digest: bytes) -> bytes | None:
    """Find the bytes of a catalogue by their hash."""
    return connection.execute(
        sa.select(CATALOGUES.c.content).where(CATALOGUES.c.hash == digest)
    ).scalar_one_or_none()


def _number(connection: Connection, query: sa.Select[Any]) -> int | None:
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def _state(row: sa.Row[tuple[object, ...]]) -> ItemState:
    return ItemState(
        row.n,
        row.mark,
        row.urgency,
        row.kind,
        row.appt,
        row.dest,
        row.commitment,
        Status(row.status),
        row.holder,
        row.seal,
        tuple(map(int, row.voided.split())),
        row.head,
        row.head_seq,
        row.since,
        row.contested,
        row.waiting,
    )


def _offices_named(connection: Connection, entry: Entry) -> tuple[places.Office, ...] | None:
    """Read the catalogue of offices that a `catalogue` act brings; None for other acts."""
    if entry.act.type != "catalogue" or entry.act.text("kind") != "offices":
        return None
    content = catalogue(connection, entry.act.octets("hash"))
    return None if content is None else places.read_offices(content)
