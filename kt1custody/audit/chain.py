"""Structure of the log: every entry readable, in its place, linked to the one before.

**Rule:** bytes are hashed as they were delivered. Format: `.docs/formats.md` §5.
"""

from collections.abc import Iterable, Iterator, Mapping

from kt1custody.audit.findings import Report
from kt1custody.core.act import CONTROL_TYPES
from kt1custody.core.entry import CLOCK_SLACK, NO_CONTROL, Entry, first_prev, leaf_hash, read_entry
from kt1custody.errors import MalformedInputError

Row = tuple[bytes, Mapping[str, object] | None]
_COLUMNS = ("log", "seq", "prev", "leaf", "body_hash", "act_id", "dev", "dseq", "kind")


def walk(rows: Iterable[Row], report: Report) -> Iterator[tuple[int, Entry]]:
    """Check the chain and give every entry that can be read, with its true position.

    Args:
        rows: Bytes of the entries in the log's order; beside them, where they come from a
            database, the columns they are found by.
    """
    chain = _Chain(report)
    for position, (raw, columns) in enumerate(rows):
        report.entries += 1
        try:
            entry = read_entry(raw)
        except MalformedInputError as error:
            report.add("entry-unreadable", position, "entry", error)
            chain.skip(raw)
            continue
        chain.check(position, entry)
        if columns is not None:
            _check_columns(position, entry, columns, report)
        yield position, entry


class _Chain:
    """What the next entry must name."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._origin: str | None = None
        self._prev: bytes | None = None
        self._ctl = NO_CONTROL
        self._told: tuple[bytes, bytes] | None = None
        self._accepted_at = 0

    def skip(self, raw: bytes) -> None:
        self._prev = leaf_hash(raw)

    def check(self, position: int, entry: Entry) -> None:
        report, leaf = self._report, entry.leaf
        if self._origin is None:
            self._origin = entry.origin
        wanted = first_prev(self._origin) if self._prev is None else self._prev
        for kind, expected, got in (
            ("seq", position, entry.seq),
            ("origin", self._origin, entry.origin),
            ("prev", wanted, entry.prev),
        ):
            if expected != got:
                report.add(kind, position, expected, got)
        self._check_control(position, entry)
        if entry.accepted_at < self._accepted_at - CLOCK_SLACK or (
            entry.accepted_at < self._accepted_at and entry.act.type != "clock"
        ):
            report.add("accepted-at", position, f"≥ {self._accepted_at}", entry.accepted_at)
        self._accepted_at = entry.accepted_at
        self._prev = leaf
        if entry.act.type in CONTROL_TYPES:
            self._ctl = leaf

    def _check_control(self, position: int, entry: Entry) -> None:
        """Compare `ctl`; one wrong control entry would else be told at every later one."""
        if entry.ctl != self._ctl and self._told != (self._ctl, entry.ctl):
            self._told = (self._ctl, entry.ctl)
            self._report.add("ctl", position, self._ctl, entry.ctl)


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
