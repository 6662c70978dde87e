"""Every table, and who may rely on it.

**Rule:** every key and every index begins with the log, so that many logs can lie in one database
and be parted by it; a file of this program holds one.

Evidence: `entries`, `records`, `catalogues`, and what proves itself by its signatures:
`checkpoints` and `stamps`. Derived from the log and rebuilt at will: `head`, `items`, `serials`,
`frontiers`, `lines`, `links`, `prints`, `tiles`. Operational, proved by nothing but their use:
`slipkeys` and `wrapped_keys` (a wrong one opens nothing), `slip_tags` (what one leads to is opened
and compared), `quarantine` (its hashes are in `refused` entries), `clocks`.
"""

import sqlalchemy as sa
from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from kt1custody.store import kinds

DERIVED = ("head", "items", "serials", "frontiers", "lines", "links", "prints", "tiles")
OPERATIONAL = {
    "slipkeys": "a one-time key that was changed opens nothing; erasure deletes it",
    "slip_tags": "a tag leads to a slip, which is opened and compared; a rebuild misses none",
    "wrapped_keys": "a wrapped key that is not the one that the log names is not used, and told",
    "clocks": "finds a clock that was set by mistake; proves nothing to anybody",
    "quarantine": "kept for the case; the hash of every piece is in a `refused` entry",
}
_OWN_INDEX = {"sqlite_with_rowid": False}  # short rows lie in the tree of their key
IS_UNSEALED = sa.text("status = 'registered'")


class EntryRow(SQLModel, table=True):
    """An entry as it was hashed, with what it is found by."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("log", "prev"),
        UniqueConstraint("log", "body_hash"),
        Index("entries_act", "log", "act_id"),
        Index("entries_device", "log", "dev", "dseq"),
        Index("entries_kind", "log", "kind", "seq"),
    )

    log: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    prev: bytes
    leaf: bytes
    body_hash: bytes
    act_id: bytes
    dev: str
    dseq: int
    kind: str
    entry: bytes


class HeadRow(SQLModel, table=True):
    """The newest entry, where its epoch begins, and which format this database has."""

    __tablename__ = "head"
    __table_args__ = (_OWN_INDEX,)

    log: str = Field(primary_key=True)
    origin: str
    format: int
    seq: int
    leaf: bytes
    accepted_at: int
    base: int
    peaks: bytes


class TileRow(SQLModel, table=True):
    """Hashes of a tree: full tiles of leaves, and every tile above, in a row as far as it goes."""

    __tablename__ = "tiles"

    log: str = Field(primary_key=True)
    base: int = Field(primary_key=True)
    level: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    hashes: bytes


class CheckpointRow(SQLModel, table=True):
    """A checkpoint that was given out: signed by the log key, and by witnesses as they answer."""

    __tablename__ = "checkpoints"

    log: str = Field(primary_key=True)
    origin: str = Field(primary_key=True)
    size: int = Field(primary_key=True)
    at: int
    note: bytes


class StampRow(SQLModel, table=True):
    """A time stamp over a checkpoint, as its authority gave it."""

    __tablename__ = "stamps"

    log: str = Field(primary_key=True)
    origin: str = Field(primary_key=True)
    size: int = Field(primary_key=True)
    response: bytes


class ItemRow(SQLModel, table=True):
    """State of an item; columns as `core.custody.table.ItemState`."""

    __tablename__ = "items"
    __table_args__ = (
        Index("items_holder", "log", "holder"),
        # Of items that wait for their seals, since nobody asks for those of another status.
        Index("items_unsealed", "log", "n", sqlite_where=IS_UNSEALED, postgresql_where=IS_UNSEALED),
        _OWN_INDEX,
    )

    log: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    mark: int
    urgency: int
    kind: int
    appt: int | None
    dest: int
    commitment: bytes
    status: str
    holder: str
    seal: int | None
    voided: str
    head: bytes
    head_seq: int
    since: int
    contested: bool
    waiting: int


class SerialRow(SQLModel, table=True):
    """Item for which a seal was printed, and the entry that says so."""

    __tablename__ = "serials"
    __table_args__ = (
        Index("serials_n", "log", "n"),
        Index("serials_seq", "log", "seq"),
        _OWN_INDEX,
    )

    log: str = Field(primary_key=True)
    serial: int = Field(primary_key=True)
    n: int
    seq: int


class FrontierRow(SQLModel, table=True):
    """The next number of a row, as `core.frontier` names it."""

    __tablename__ = "frontiers"
    __table_args__ = (_OWN_INDEX,)

    log: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    next: int


class LineRow(SQLModel, table=True):
    """Where the log speaks of an item."""

    __tablename__ = "lines"
    __table_args__ = (Index("lines_n", "log", "n", "kind"), _OWN_INDEX)

    log: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    line: int = Field(primary_key=True)
    n: int
    kind: str


class LinkRow(SQLModel, table=True):
    """An offer, and the takes and withdrawals that name it."""

    __tablename__ = "links"
    __table_args__ = (_OWN_INDEX,)

    log: str = Field(primary_key=True)
    of: bytes = Field(primary_key=True)
    seq: int = Field(primary_key=True)


class PrintRow(SQLModel, table=True):
    """A `print` act that brought serials; columns as `prints.PrintAct`."""

    __tablename__ = "prints"
    __table_args__ = (_OWN_INDEX,)

    log: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    job: int
    by: str
    office: int
    dev: str
    at: int
    accepted_at: int


class RecordRow(SQLModel, table=True):
    """A confidential record, encrypted."""

    __tablename__ = "records"

    log: str = Field(primary_key=True)
    commitment: bytes = Field(primary_key=True)
    about: str
    box: bytes


class CatalogueRow(SQLModel, table=True):
    """Bytes of a catalogue that the log names by hash."""

    __tablename__ = "catalogues"

    log: str = Field(primary_key=True)
    hash: bytes = Field(primary_key=True)
    content: bytes


class SlipKeyRow(SQLModel, table=True):
    """One-time key of a record, sealed to the key of an office."""

    __tablename__ = "slipkeys"

    log: str = Field(primary_key=True)
    commitment: bytes = Field(primary_key=True)
    office_key: str = Field(primary_key=True)
    wrapped: bytes


class SlipTagRow(SQLModel, table=True):
    """A keyed hash of what may come only once a year, and of which slip it was made."""

    __tablename__ = "slip_tags"
    __table_args__ = (Index("slip_tags_commitment", "log", "commitment"), _OWN_INDEX)

    log: str = Field(primary_key=True)
    tag: bytes = Field(primary_key=True)
    commitment: bytes = Field(primary_key=True)


class WrappedKeyRow(SQLModel, table=True):
    """Private half of an office key or seal key, wrapped to one person's key."""

    __tablename__ = "wrapped_keys"

    log: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    kid: bytes = Field(primary_key=True)
    wrapped: bytes


class QuarantineRow(SQLModel, table=True):
    """What was handed in as an act and is not authentic, and the entry that says so."""

    __tablename__ = "quarantine"

    log: str = Field(primary_key=True)
    hash: bytes = Field(primary_key=True)
    seq: int
    content: bytes


class ClockRow(SQLModel, table=True):
    """When a machine started, by its clock; see `store.clocks`."""

    __tablename__ = "clocks"

    log: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    start: str
    began: int


kinds.check_all(SQLModel.metadata)
