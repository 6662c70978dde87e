"""Structure of the log: every entry readable, in its place, linked to the one before.

**Rule:** bytes are hashed as they were delivered. Format: `.docs/formats.md` §5.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kt1custody.audit.findings import Report
from kt1custody.core.custody.history import is_stopped
from kt1custody.core.log.entry import (
    CLOCK_SLACK,
    NO_CONTROL,
    Entry,
    first_prev,
    leaf_hash,
    read_entry,
)
from kt1custody.core.log.schema import CONTROL_TYPES
from kt1custody.errors import MalformedInputError

Row = tuple[bytes, Mapping[str, object] | None]
_COLUMNS = ("log", "seq", "prev", "leaf", "body_hash", "act_id", "dev", "dseq", "kind")


@dataclass(slots=True)
class Link:
    """What the next entry must name.

    Attributes:
        position: Its position.
        origin: None before the first entry, which says it.
        prev: Leaf hash of the entry before, 32 bytes; None before the first.
        ctl: Leaf hash of the newest control entry, 32 bytes.
        accepted_at: Time of the entry before, Unix seconds UTC.
    """

    position: int = 0
    origin: str | None = None
    prev: bytes | None = None
    ctl: bytes = NO_CONTROL
    accepted_at: int = 0


def walk(
    rows: Iterable[Row],
    report: Report,
    link: Link | None = None,
    unreadable: Callable[[bytes], None] | None = None,
) -> Iterator[tuple[int, Entry]]:
    """Check the chain and give every entry that can be read, with its true position.

    Args:
        rows: Bytes of the entries in the log's order; beside them, where they come from a
            database, the columns they are found by.
        link: Where to go on; None: from the first entry.
        unreadable: Is told the leaf hash of each entry that cannot be read.
    """
    chain = _Chain(report, link or Link())
    for position, (raw, columns) in enumerate(rows, chain.link.position):
        report.entries += 1
        try:
            entry = read_entry(raw)
        except MalformedInputError as error:
            report.add("entry-unreadable", position, "entry", error)
            chain.link.prev = leaf_hash(raw)
            if unreadable is not None:
                unreadable(chain.link.prev)
            continue
        chain.check(position, entry)
        if columns is not None:
            _check_columns(position, entry, columns, report)
        yield position, entry


class _Chain:
    """Holds every entry against what the one before has left."""

    def __init__(self, report: Report, link: Link) -> None:
        self.link = link
        self._report = report
        self._told: tuple[bytes, bytes] | None = None

    def check(self, position: int, entry: Entry) -> None:
        report, link, leaf = self._report, self.link, entry.leaf
        if link.origin is None:
            link.origin = entry.origin
        elif entry.act.type == "epoch" and not is_stopped(entry):
            link.origin = entry.act.text("origin")
        wanted = first_prev(link.origin) if link.prev is None else link.prev
        for kind, expected, got in (
            ("seq", position, entry.seq),
            ("origin", link.origin, entry.origin),
            ("prev", wanted, entry.prev),
        ):
            report.want(kind, position, expected, got)
        self._check_control(position, entry)
        check_time(position, entry, link.accepted_at, report)
        link.accepted_at = entry.accepted_at
        link.prev = leaf
        if entry.act.type in CONTROL_TYPES:
            link.ctl = leaf

    def _check_control(self, position: int, entry: Entry) -> None:
        """Compare `ctl`; one wrong control entry would else be told at every later one."""
        ctl = self.link.ctl
        if entry.ctl != ctl and self._told != (ctl, entry.ctl):
            self._told = (ctl, entry.ctl)
            self._report.add("ctl", position, ctl, entry.ctl)


def check_time(position: int, entry: Entry, before: int, report: Report) -> None:
    """Hold the time of an entry against that of the entry before it."""
    if entry.act.type == "setback" and not is_stopped(entry):
        told = entry.act.number("was"), entry.act.number("now")
        report.want("accepted-at", position, told, (before, entry.accepted_at))
        return
    back = before - entry.accepted_at
    if back > CLOCK_SLACK or (back > 0 and entry.act.type != "clock"):
        report.add("accepted-at", position, f"≥ {before}", entry.accepted_at)


def _check_columns(
    position: int, entry: Entry, columns: Mapping[str, object], report: Report
) -> None:
    act = entry.act
    wanted = (
        act.log,
        position,
        entry.prev,
        entry.leaf,
        act.hash,
        act.id,
        act.dev,
        act.dseq,
        act.type,
    )
    for name, expected in zip(_COLUMNS, wanted, strict=True):
        if columns[name] != expected:
            report.add("column", position, f"{name} {_spell(expected)}", _spell(columns[name]))


def _spell(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
