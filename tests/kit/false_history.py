"""What an administrator does who has root, the database, the keys of the service and old backups.

He has nobody's PIN. Of people he has what they have signed, and the program: its own writer and
exporters tell any history for him, chained, judged, treed and signed by the stolen log key.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import (
    NO_CONTROL,
    Entry,
    Signature,
    first_prev,
    leaf_hash,
    read_entry,
)
from kt1custody.core.log.schema import CONTROL_TYPES
from kt1custody.services.evidence import verify
from kt1custody.services.session import checkpoint
from kt1custody.services.session.session import LAST_SIGNED
from kt1custody.services.session.writer import writing
from kt1custody.store import db, log
from tests.kit import cast

Parts = list[cbor.Value]  # of an entry: version, origin, seq, prev, ctl, accepted_at, body, …
SEQ, PREV, CTL, ACCEPTED_AT, BODY, SIGNATURES, JUDGEMENT = range(2, 9)


@dataclass(frozen=True)
class Told:
    """What people have signed, and when the log is said to have taken it (Unix seconds UTC)."""

    act: Act
    signatures: tuple[Signature, ...]
    at: int

    def moved(self, minutes: int) -> "Told":
        """The same act, taken at another time."""
        return replace(self, at=self.at + 60 * minutes)


def later(world: cast.World, minutes: int) -> cast.World:
    """The same world, so many minutes after seven."""
    world.at(minutes)
    return world


# The machine: folders, and the database under its guards.


def back_up(world: cast.World, folder: Path) -> Path:
    """Copy data and keys folder, with the last checkpoint that a backup should never hold."""
    world.session.database.close()
    for name in ("data", "keys"):
        shutil.copytree(world.folder / name, folder / name)
    return folder


def roll_back(world: cast.World, kept: Path, *folders: str) -> None:
    """Put a backup in the place of data and keys folder, or of these; who was unlocked stays so."""
    unlocked = world.session.unlocked()
    world.session.close()
    for name in folders or ("data", "keys"):
        shutil.rmtree(world.folder / name)
        shutil.copytree(kept / name, world.folder / name)
    world.session.admit_all(unlocked)


@contextlib.contextmanager
def unguarded(world: cast.World) -> Iterator[sqlite3.Connection]:
    """Open the database while its guards are away; what the block does is committed."""
    opened = world.session.__dict__.pop("database", None)
    if opened is not None:
        opened.close()
    with (
        contextlib.closing(sqlite3.connect(world.session.data / db.NAME)) as raw,
        raw,
        without_guards(raw),
    ):
        yield raw


@contextlib.contextmanager
def without_guards(connection: sqlite3.Connection) -> Iterator[None]:
    """Take all triggers away, and put them back so that nobody misses them."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    found = connection.execute(query).fetchall()
    for name, _ in found:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for _, text in found:
        connection.execute(text)


# The history.


def raws_of(world: cast.World) -> list[bytes]:
    """Read every entry."""
    with world.session.database.read() as connection:
        return list(log.entries(connection))


def entries_of(world: cast.World) -> list[Entry]:
    """Read every entry, taken apart."""
    return [read_entry(raw) for raw in raws_of(world)]


def acts_after(world: cast.World, size: int) -> list[Told]:
    """Give what stands in the log from a position on, as people signed it."""
    return [Told(one.act, one.signatures, one.accepted_at) for one in entries_of(world)[size:]]


def tell(world: cast.World, acts: Iterable[Told]) -> list[Entry]:
    """Have the program write acts as if they had come so and then."""
    done = []
    for one in acts:
        world.session.as_of = one.at
        with writing(world.session) as pen:
            done.append(pen.append_signed(one.act, one.signatures))
    return done


def edit(raw: bytes, change: Callable[[Parts], None]) -> bytes:
    """Change parts of an entry."""
    parts = cbor.decode(raw)
    assert isinstance(parts, list)
    change(parts)
    return cbor.encode(parts)


def rechain(raws: Sequence[bytes], since: int = 0) -> list[bytes]:
    """Make position, `prev` and `ctl` of every entry from a place on fit what is before it."""
    done = list(raws[:since])
    ctl = next((leaf_hash(raw) for raw in reversed(done) if _is_control(raw)), NO_CONTROL)
    for raw in raws[since:]:
        prev = leaf_hash(done[-1]) if done else first_prev(read_entry(raw).origin)

        def change(parts: Parts, prev: bytes = prev, ctl: bytes = ctl) -> None:
            parts[SEQ], parts[PREV], parts[CTL] = len(done), prev, ctl

        done.append(edit(raw, change))
        ctl = leaf_hash(done[-1]) if _is_control(raw) else ctl
    return done


def _is_control(raw: bytes) -> bool:
    return read_entry(raw).act.type in CONTROL_TYPES


def rewrite(world: cast.World, raws: Sequence[bytes]) -> None:
    """Put a history in the place of the log: rows, derived tables, and a checkpoint of it."""
    with unguarded(world) as connection:
        for table in ("entries", "checkpoints", "stamps"):
            connection.execute(f"DELETE FROM {table}")  # our own names
        for raw in raws:
            put(connection, raw)
    verify.rebuild(world.session)
    sign_anew(world)


def put(connection: sqlite3.Connection, raw: bytes) -> None:
    """Store an entry with the columns that fit it."""
    one = read_entry(raw)
    row = {
        "log": one.act.log, "seq": one.seq, "prev": one.prev, "leaf": one.leaf,
        "body_hash": one.act.hash, "act_id": one.act.id, "dev": one.act.dev, "dseq": one.act.dseq,
        "kind": one.act.type, "entry": raw,
    }  # fmt: skip
    names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO entries ({names}) VALUES ({places})", row)


def sign_anew(world: cast.World) -> None:
    """Have the stolen log key sign the log as it is, as if nothing had been signed before."""
    opened = world.session.__dict__.pop("last_signed", None)
    if opened is not None:
        opened.close()
    for path in world.session.keys.glob(f"{LAST_SIGNED}*"):
        path.unlink()
    checkpoint.begin_again(world.session)


@contextlib.contextmanager
def attacker(world: cast.World) -> Iterator[sqlite3.Connection]:
    """Open the database of a desk that is closed, each statement for itself, guards away."""
    world.session.close()
    with (
        contextlib.closing(
            sqlite3.connect(world.session.data / db.NAME, isolation_level=None)
        ) as raw,
        without_guards(raw),
    ):
        yield raw
