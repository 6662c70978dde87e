"""What an auditor keeps of an audit, so that the next one reads only what came since.

**Rule:** the auditor trusts a small text of his own: which log, how many entries, which root, and
the hash of the tables beside it. Tables with another hash are not used. An entry that was audited
before is read again only where a new one refers to it, and must have the leaf hash it had. Nothing
is kept of a log in which something is wrong.

```
kt1.lamdong.vn/68/e1
31
SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=
kt1-audited/1
tables 0fcd568a5cb9bdb4677b69354b11ee415af8f784519cff3da49a26f84eaee7f2
unchecked device-gap
```
"""

import contextlib
import hashlib
import os
import re
import shutil
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kt1custody.audit.findings import Report
from kt1custody.audit.memory import Device
from kt1custody.audit.replay import Replay
from kt1custody.core import cbor, checkpoint
from kt1custody.core.checkpoint import Checkpoint
from kt1custody.core.custody import ItemState, Status, columns
from kt1custody.core.tree import HASH, WIDTH, Tiles
from kt1custody.errors import MalformedInputError, UnavailableError

_VERSION = "kt1-audited/1"
_TABLES = re.compile("tables ([0-9a-f]{64})")
_UNCHECKED = re.compile("unchecked ([a-z-]+)(?:: ([!-~]+))?")
_STAYS = ("device-gap", "catalogue-not-given")  # what stays unchecked in older entries
_MAX_TEXT = 100_000  # bytes
_MADE = """
CREATE TABLE epochs (base INTEGER PRIMARY KEY, origin TEXT NOT NULL);
CREATE TABLE control (seq INTEGER PRIMARY KEY);
CREATE TABLE items (n INTEGER PRIMARY KEY, state BLOB NOT NULL);
CREATE TABLE serials (serial INTEGER PRIMARY KEY, n INTEGER NOT NULL, seq INTEGER NOT NULL);
CREATE TABLE steps (n INTEGER, seq INTEGER, line INTEGER, PRIMARY KEY (n, seq, line)) WITHOUT ROWID;
CREATE TABLE links (offer BLOB, seq INTEGER, PRIMARY KEY (offer, seq)) WITHOUT ROWID;
CREATE TABLE devices (name TEXT PRIMARY KEY, last INTEGER NOT NULL, hash BLOB NOT NULL,
    is_desk INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE seen (key INTEGER, seq INTEGER, PRIMARY KEY (key, seq)) WITHOUT ROWID;
CREATE TABLE tiles (base INTEGER, level INTEGER, number INTEGER, hashes BLOB NOT NULL,
    PRIMARY KEY (base, level, number)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Text:
    """The small text.

    Attributes:
        checkpoint: Of the present epoch.
        tables: SHA-256 of the tables' file.
        unchecked: What stays unchecked: codes, and what they are about.
    """

    checkpoint: Checkpoint
    tables: bytes
    unchecked: tuple[tuple[str, str | None], ...]

    def spell(self) -> bytes:
        """Spell it."""
        told = [_VERSION, f"tables {self.tables.hex()}"]
        told += [
            f"unchecked {code}" + (f": {about}" if about else "") for code, about in self.unchecked
        ]
        return (self.checkpoint.text + "".join(f"{line}\n" for line in told)).encode()


class Audited:
    """What was audited before; an `audit.memory.Before`.

    Attributes:
        text: What its auditor trusts.
        path: Where that lies.
        size: How many entries there were, of all epochs.
        bases: Position of the first entry of each epoch.
        origins: Their origins.
        control: Positions of the control entries.
    """

    def __init__(self, path: Path) -> None:
        """Open it.

        Args:
            path: The auditor's own text; the tables lie beside it.

        Raises:
            MalformedInputError: `audited-broken`: text or tables were cut or changed.
            UnavailableError: `file-unreadable`.
        """
        self.path, self.text = path, _read_text(path)
        self.tables = tables_of(path, self.text)
        try:
            with self.tables.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").digest()
        except OSError:
            digest = b""
        if digest != self.text.tables:
            raise MalformedInputError("audited-broken", name=path.name)
        self._connection = sqlite3.connect(
            f"{self.tables.absolute().as_uri()}?mode=ro&immutable=1", uri=True
        )
        self.bases: Sequence[int] = self._column("SELECT base FROM epochs ORDER BY base")
        self.origins: Sequence[str] = self._column("SELECT origin FROM epochs ORDER BY base")
        self.control: Sequence[int] = self._column("SELECT seq FROM control ORDER BY seq")
        self.size = self.bases[-1] + self.text.checkpoint.size
        if self._checkpoint() != self.text.checkpoint:
            self.close()
            raise MalformedInputError("audited-broken", name=path.name)

    def item(self, n: int) -> ItemState | None:
        """Find the state of an item."""
        found = self._one("SELECT state FROM items WHERE n = ?", n)
        return None if found is None else _read_state(found[0])

    def serial(self, serial: int) -> tuple[int, int] | None:
        """Find the item of a serial, and the position of its print."""
        found = self._one("SELECT n, seq FROM serials WHERE serial = ?", serial)
        return None if found is None else (found[0], found[1])

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        """Give position and line of every step and ruling about an item, in order."""
        return self._ask("SELECT seq, line FROM steps WHERE n = ? ORDER BY seq, line", n)

    def links(self, of: bytes) -> Sequence[int]:
        """Give positions of an offer and its answers, in order."""
        return self._column("SELECT seq FROM links WHERE offer = ? ORDER BY seq", of)

    def device(self, name: str) -> Device | None:
        """Find a device."""
        found = self._one("SELECT last, hash, is_desk FROM devices WHERE name = ?", name)
        return None if found is None else Device(found[0], found[1], bool(found[2]))

    def positions(self, key: int) -> Sequence[int]:
        """Give the positions at which a fingerprint was noted."""
        return self._column("SELECT seq FROM seen WHERE key = ? ORDER BY seq", _signed(key))

    def leaf(self, seq: int) -> bytes:
        """Give the leaf hash of an entry."""
        base = self.bases[bisect_right(self.bases, seq) - 1]
        number, place = divmod(seq - base, WIDTH)
        return self.tile(base, 0, number)[HASH * place : HASH * (place + 1)]

    def tile(self, base: int, level: int, number: int) -> bytes:
        """Give the hashes of a tile of an epoch's tree."""
        asked = "SELECT hashes FROM tiles WHERE base = ? AND level = ? AND number = ?"
        found = self._one(asked, base, level, number)
        return b"" if found is None else found[0]

    def close(self) -> None:
        """Let go of the tables."""
        self._connection.close()

    def _ask(self, words: str, *facts: int | str | bytes) -> list[Any]:
        return self._connection.execute(words, facts).fetchall()

    def _one(self, words: str, *facts: int | str | bytes) -> Any | None:  # noqa: ANN401  # a row
        return self._connection.execute(words, facts).fetchone()

    def _checkpoint(self) -> Checkpoint | None:
        """Give the checkpoint that the tables have at the size that the text names."""
        size, tiles = self.text.checkpoint.size, Tiles(partial(self.tile, self.bases[-1]))
        try:
            return Checkpoint(self.origins[-1], size, tiles.root(size))
        except (IndexError, ValueError):
            return None

    def _column(self, words: str, *facts: int | str | bytes) -> list[Any]:
        return [one for (one,) in self._ask(words, *facts)]


def take_up(before: Audited, report: Report) -> None:
    """Say in a report what it rests on, when the log has gone on from what was audited before."""
    told = before.text.checkpoint
    report.since = before.size
    report.pass_over("older-entries", before.size)
    for code, about in before.text.unchecked:
        report.skip(code, about)
    if told.origin == report.origin:
        report.cover(told.size)


def tables_of(path: Path, text: Text) -> Path:
    """Name the file of the tables that a text names."""
    return path.with_name(f"{path.name}.{text.tables.hex()[:16]}.db")


def write(path: Path, replay: Replay, report: Report, before: Audited | None) -> None:
    """Keep what was audited, in the place of what was kept before.

    Tables are written beside the old ones; a crash at any moment leaves one whole pair.

    Args:
        replay: Of a log in which nothing is wrong.

    Raises:
        UnavailableError: `file-unwritable`; what was kept before is still there.
    """
    beside = path.with_name(f".{path.name}.new")
    told = [one.partition(": ") for one in report.not_checked]
    unchecked = tuple((code, about or None) for code, _, about in told if code in _STAYS)
    present = replay.epochs[-1].growth
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        if before is not None:
            shutil.copyfile(before.tables, beside)
        _fill(beside, replay, is_new=before is None)
        with beside.open("rb+") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
            os.fsync(file.fileno())
        root = present.root(present.size)
        text = Text(Checkpoint(replay.control.origin, present.size, root), digest, unchecked)
        tables = tables_of(path, text)
        beside.replace(tables)
        with beside.open("wb") as file:
            file.write(text.spell())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        # A crash before this line leaves tables that nobody needs.
        if before is not None and before.tables != tables:
            before.close()
            before.tables.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise UnavailableError("file-unwritable", name=str(path), why=why) from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _read_text(path: Path) -> Text:
    try:
        with path.open("rb") as file:
            told = file.read(_MAX_TEXT).decode()
    except OSError as error:
        raise UnavailableError("file-unreadable", name=path.name, why=error.strerror) from None
    except UnicodeDecodeError:
        told = ""
    lines = told.split("\n")
    try:
        head = checkpoint.read_text("\n".join([*lines[:3], ""]))
        tables = _TABLES.fullmatch(lines[4])
        unchecked = [_UNCHECKED.fullmatch(line) for line in lines[5:-1]]
    except (MalformedInputError, IndexError):
        raise MalformedInputError("audited-broken", name=path.name) from None
    if tables is None or not all(unchecked):
        raise MalformedInputError("audited-broken", name=path.name)
    codes = tuple((found[1], found[2]) for found in unchecked if found)
    text = Text(head, bytes.fromhex(tables[1]), codes)
    if text.spell() != told.encode():
        raise MalformedInputError("audited-broken", name=path.name)
    return text


def _fill(tables: Path, replay: Replay, *, is_new: bool) -> None:
    """Write into the tables what the replay has added."""
    connection = sqlite3.connect(tables, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=OFF")  # a half-written file is thrown away
        connection.execute("PRAGMA synchronous=OFF")
        if is_new:
            connection.executescript(_MADE)
        connection.execute("BEGIN")
        for table, rows in _rows(replay):
            first = next(rows, None)
            if first is not None:
                places = ", ".join("?" * len(first))
                put = f"INSERT OR REPLACE INTO {table} VALUES ({places})"  # noqa: S608  # our own names
                connection.execute(put, first)
                connection.executemany(put, rows)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _rows(replay: Replay) -> Iterator[tuple[str, Iterator[Sequence[object]]]]:
    memory = replay.memory
    epochs = zip(replay.epochs, replay.control.epochs, strict=True)
    yield "epochs", ((one.base, origin) for one, (origin, _) in epochs)
    yield "control", ((seq,) for seq in replay.controls)
    yield "items", ((n, _spell_state(state)) for n, state in sorted(memory.items.items()))
    yield "serials", ((serial, *told) for serial, told in sorted(memory.serials.items()))
    yield "steps", ((n, *step) for n in memory.stepped() for step in memory.fresh_past(n))
    yield "links", ((of, seq) for of in memory.linked() for seq in memory.fresh_links(of))
    yield "devices", ((name, *told) for name, told in memory.devices.items())
    yield "seen", ((_signed(key), seq) for key, seq in memory.seen)
    yield (
        "tiles",
        (
            (one.base, level, number, one.growth.tile(level, number))
            for one in replay.epochs
            for level, number in one.growth.grown()
        ),
    )


def _signed(key: int) -> int:
    """Give a fingerprint of 64 bits as SQLite keeps integers."""
    return key - (1 << 64) if key >> 63 else key


def _spell_state(state: ItemState) -> bytes:
    told: dict[str, cbor.Value] = dict(columns(state))  # type: ignore[arg-type]  # plain values all
    return cbor.encode(told)


def _read_state(spelled: bytes) -> ItemState:
    told: Any = cbor.decode(spelled, what="item")
    told["commit"] = told.pop("commitment")
    told["status"] = Status(told["status"])
    told["voided"] = tuple(map(int, told["voided"].split()))
    return ItemState(**told)
