"""The tables beside an auditor's own file, so that the next audit reads only what came since.

**Rule:** the auditor's file (`audit/trust_file.py`) names the hash of the tables; tables with another
hash are not used. An entry that was audited before is read again where a new one refers to it, or by
chance, and must have the leaf hash it had. Nothing is kept of a log in which something is wrong.
"""

import contextlib
import hashlib
import os
import shutil
import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from kt1custody.audit import trust_file
from kt1custody.audit.findings import Report
from kt1custody.audit.replay import Replay
from kt1custody.audit.trust_file import TrustFile
from kt1custody.audit.working_state import DeviceActs, Ranges
from kt1custody.core.custody.table import ItemState, Status, columns
from kt1custody.core.formats import cbor
from kt1custody.core.formats.tree import HASH, WIDTH, Tiles
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.errors import MalformedInputError, UnavailableError
from kt1custody.system import plain_file

_STAYS = ("catalogue-not-given",)  # what stays unchecked in older entries
_MADE = """
CREATE TABLE epochs (base INTEGER PRIMARY KEY, origin TEXT NOT NULL);
CREATE TABLE control (seq INTEGER PRIMARY KEY);
CREATE TABLE items (n INTEGER PRIMARY KEY, state BLOB NOT NULL);
CREATE TABLE serials (serial INTEGER PRIMARY KEY, n INTEGER NOT NULL, seq INTEGER NOT NULL);
CREATE TABLE frontiers (name TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE steps (n INTEGER, seq INTEGER, line INTEGER, PRIMARY KEY (n, seq, line)) WITHOUT ROWID;
CREATE TABLE links (offer BLOB, seq INTEGER, PRIMARY KEY (offer, seq)) WITHOUT ROWID;
CREATE TABLE devices (name TEXT PRIMARY KEY, next INTEGER NOT NULL, heads BLOB NOT NULL,
    missing TEXT NOT NULL, is_desk INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE seen (key INTEGER, seq INTEGER, PRIMARY KEY (key, seq)) WITHOUT ROWID;
CREATE TABLE tiles (base INTEGER, level INTEGER, number INTEGER, hashes BLOB NOT NULL,
    PRIMARY KEY (base, level, number)) WITHOUT ROWID;
"""


Choose = Callable[[int], Sequence[int]]


class Audited:
    """What was audited before; an `audit.memory.Before`.

    Attributes:
        text: What its auditor's file says.
        path: Where that lies.
        size: How many entries there were, of all epochs.
        bases: Position of the first entry of each epoch.
        origins: Their origins.
        control: Positions of the control entries.
        sample: Positions that are read again, chosen by chance.
    """

    def __init__(
        self, path: Path, text: TrustFile | None = None, choose: Choose = lambda _: ()
    ) -> None:
        """Open it.

        Args:
            path: The auditor's own file; the tables lie beside it.
            text: What it says, if it was read already.
            choose: Chooses by chance which of so many entries are read again.

        Raises:
            MalformedInputError: `audited-broken`: file or tables were cut or changed, or there are
                no tables.
            UnavailableError: `file-unreadable`.
        """
        self.path, self.text = path, text or trust_file.read(path)
        self.tables = tables_of(path, self.text.tables or b"")
        try:
            digest = plain_file.sha256(self.tables)
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
        self.sample = choose(self.size)
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

    def frontier(self, name: str) -> int | None:
        """Give the next number of a row of `core.frontier`."""
        found = self._one("SELECT next FROM frontiers WHERE name = ?", name)
        return None if found is None else found[0]

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        """Give position and line of every step and ruling about an item, in order."""
        return self._ask("SELECT seq, line FROM steps WHERE n = ? ORDER BY seq, line", n)

    def links(self, of: bytes) -> Sequence[int]:
        """Give positions of an offer and its answers, in order."""
        return self._column("SELECT seq FROM links WHERE offer = ? ORDER BY seq", of)

    def device(self, name: str) -> DeviceActs | None:
        """Find a device."""
        found = self._one("SELECT next, heads, missing, is_desk FROM devices WHERE name = ?", name)
        if found is None:
            return None
        end, heads, missing, is_desk = found
        several = tuple(heads[at : at + HASH] for at in range(0, len(heads), HASH))
        return DeviceActs(end, several, _read_ranges(missing), bool(is_desk))

    def gaps(self) -> list[tuple[str, Ranges]]:
        """Give the devices of which acts are missing, with the gaps."""
        found = self._ask("SELECT name, missing FROM devices WHERE missing <> ''")
        return [(name, _read_ranges(missing)) for name, missing in found]

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
    if len(before.sample) < before.size:
        report.pass_over("older-entries", before.size - len(before.sample))
    for code, about in before.text.unchecked:
        report.skip(code, about)
    if told.origin == report.origin:
        report.cover(told.size, by=(trust_file.TRUST, before.path.name))


def tables_of(path: Path, digest: bytes) -> Path:
    """Name the file of the tables that an auditor's file names by their hash."""
    return path.with_name(f"{path.name}.{digest.hex()[:16]}.db")


def unchecked(report: Report) -> tuple[tuple[str, str | None], ...]:
    """Say what stays unchecked of older entries: codes, and what they are about."""
    told = [one.partition(": ") for one in report.not_checked]
    return tuple((code, about or None) for code, _, about in told if code in _STAYS)


def write(path: Path, replay: Replay, found: TrustFile, before: Audited | None) -> TrustFile:
    """Keep what was audited, in the place of what was kept before.

    Tables are written beside the old ones; a crash at any moment leaves one whole pair.

    Args:
        replay: Of a log in which nothing is wrong.
        found: What the file is to say; it names its old tables, if there are any.
        before: What was audited before, if the replay goes on from it.

    Returns:
        What the file says now.

    Raises:
        UnavailableError: `file-unwritable`; what was kept before is still there.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.unlink(missing_ok=True)
        if before is not None:
            shutil.copyfile(before.tables, beside)
        _fill(beside, replay, is_new=before is None)
        with beside.open("rb+") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
            os.fsync(file.fileno())
        tables = tables_of(path, digest)
        beside.replace(tables)
        now = replace(found, tables=digest)
        trust_file.write(path, now)
        # A crash before this line leaves tables that nobody needs.
        if found.tables not in (None, digest):
            if before is not None:
                before.close()
            tables_of(path, found.tables or b"").unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise UnavailableError("file-unwritable", name=str(path), why=why) from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    return now


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
    yield "frontiers", iter(sorted(memory.frontiers.items()))
    yield "steps", ((n, *step) for n in memory.stepped() for step in memory.fresh_past(n))
    yield "links", ((of, seq) for of in memory.linked() for seq in memory.fresh_links(of))
    yield (
        "devices",
        (
            (name, one.end, b"".join(one.heads), _spell_ranges(one.missing), one.is_desk)
            for name, one in memory.devices.items()
        ),
    )
    yield "seen", ((_signed(key), seq) for key, seq in memory.seen)
    yield (
        "tiles",
        (
            (one.base, level, number, one.growth.tile(level, number))
            for one in replay.epochs
            for level, number in one.growth.grown()
        ),
    )


def _spell_ranges(ranges: Ranges) -> str:
    return " ".join(f"{first}-{last}" for first, last in ranges)


def _read_ranges(spelled: str) -> Ranges:
    pairs = (one.split("-") for one in spelled.split())
    return tuple((int(first), int(last)) for first, last in pairs)


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
