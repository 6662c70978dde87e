"""What a database holds beside its entries, compared with the replay and the log's hashes."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping

from kt1custody.audit.findings import Report, spell
from kt1custody.audit.replay import Replay
from kt1custody.core.custody import aside
from kt1custody.core.custody.history import is_stopped
from kt1custody.core.custody.judgement import fresh_serials, printed
from kt1custody.core.custody.table import FORMAT, columns
from kt1custody.core.formats.tree import HASH, WIDTH
from kt1custody.core.log.commitments import commitments, declared_lost, is_made_here
from kt1custody.core.log.entry import Entry

Rows = Iterable[Mapping[str, object]]
# Gives of a commitment what the record is about and whether its key is still there, or None.
FindRecord = Callable[[bytes], tuple[object, bool] | None]
# What is said of a row that names another log than the entries, where it proves itself.
_PROVED = {"checkpoints": "checkpoint", "stamps": "stamp"}


def compare_items(replay: Replay, rows: Rows, report: Report) -> None:
    """Compare the table of items with the replay, column by column."""
    items, log = replay.memory.items, _log(replay)
    wanted = ({"log": log, **columns(items[n])} for n in sorted(items))
    _compare("items", ("log", "n"), wanted, rows, report)


def compare_serials(replay: Replay, rows: Rows, report: Report) -> None:
    """Compare the table of printed serials with the replay."""
    found = sorted(replay.memory.serials.items())
    log = _log(replay)
    wanted = ({"log": log, "serial": serial, "n": n, "seq": seq} for serial, (n, seq) in found)
    _compare("serials", ("log", "serial"), wanted, rows, report)


def compare_frontiers(replay: Replay, rows: Rows, report: Report) -> None:
    """Compare the table of frontiers with the replay."""
    found = sorted(replay.memory.frontiers.items())
    log = _log(replay)
    wanted = ({"log": log, "name": name, "next": following} for name, following in found)
    _compare("frontiers", ("log", "name"), wanted, rows, report)


def compare_links(replay: Replay, rows: Rows, report: Report) -> None:
    """Compare the table of offers and their answers with the replay."""
    memory, log = replay.memory, _log(replay)
    wanted = (
        {"log": log, "of": of, "seq": seq} for of in memory.linked() for seq in memory.links(of)
    )
    _compare("links", ("log", "of", "seq"), wanted, rows, report)


def compare_head(replay: Replay, rows: Rows, report: Report) -> None:
    """Compare the head with the newest entry."""
    wanted = []
    if replay.head is not None and not replay.broken:
        seq, leaf, accepted_at = replay.head
        control, present = replay.control, replay.epochs[-1]
        wanted.append(
            {
                "log": control.log,
                "origin": control.origin,
                "format": FORMAT,
                "seq": seq,
                "leaf": leaf,
                "accepted_at": accepted_at,
                "base": present.base,
                "peaks": present.growth.peaks,
            }
        )
    _compare("head", ("log",), wanted, rows, report)


def compare_tiles(replay: Replay, rows: Rows, report: Report) -> None:
    """Compare the table of tiles with the trees: full ones of leaves, and every one above."""
    _compare("tiles", ("log", "base", "level", "number"), _tiles(replay), rows, report)


def _tiles(replay: Replay) -> Iterator[Mapping[str, object]]:
    for epoch in replay.epochs:
        for level, number in epoch.growth.grown():
            hashes = epoch.growth.tile(level, number)
            if level > 0 or len(hashes) == HASH * WIDTH:
                yield {
                    "log": _log(replay),
                    "base": epoch.base,
                    "level": level,
                    "number": number,
                    "hashes": hashes,
                }


def compare_logs(replay: Replay, others: Iterable[tuple[str, str]], report: Report) -> None:
    """Name every table with a row that is filed under another log.

    Args:
        others: Name of a table, and of another log that a row of it names.
    """
    for table, other in others:
        kind = _PROVED.get(table, "column")
        report.add(kind, None, f"{table} log = {replay.control.log}", f"{table} log = {other}")


def compare_keys(
    replay: Replay, wrapped: Iterable[tuple[str, bytes]], sealed: Iterable[str], report: Report
) -> None:
    """Name every wrapped key, and every key that records are sealed to, that the log does not.

    Args:
        wrapped: Names of wrapped keys, and to whose key each is wrapped.
        sealed: Names of keys that records are sealed to.
    """
    control, known = replay.control, replay.control.wrapped_keys()
    for name, kid in wrapped:
        if name not in known or kid not in control.keys:
            report.add("key-planted", None, "a key that the log names", f"{name} {spell(kid)}")
    for name in sealed:
        if name not in known:
            report.add("key-planted", None, "a key that the log names", name)


class Beside:
    """Watches the entries go by and compares what lies beside them.

    Lines, print acts, records, catalogues.
    """

    def __init__(
        self,
        report: Report,
        *,
        lines: Rows,
        prints: Rows,
        record: FindRecord,
        catalogues: Iterable[tuple[bytes, bytes]],
    ) -> None:
        self._report, self._record = report, record
        self._lines, self._prints = iter(lines), iter(prints)
        self._named: set[bytes] = set()
        self._missing: list[tuple[int, str, bytes]] = []
        self._shut: list[tuple[int, str, bytes]] = []  # without a one-time key
        self._lost: set[bytes] = set()
        self._catalogues = dict(catalogues)
        for digest, content in self._catalogues.items():
            actual = hashlib.sha256(content).digest()
            report.want("catalogue", None, digest, actual)

    def see(self, position: int, entry: Entry, replay: Replay) -> None:
        """Compare what lies beside one entry."""
        act = entry.act
        for index, (n, kind) in enumerate(aside.names(act, entry.judgement)):
            wanted = {"log": act.log, "n": n, "seq": position, "line": index, "kind": kind}
            self._compare("lines", wanted, self._lines)
        if fresh_serials(act, entry.judgement):
            made = {"log": act.log, "seq": position, **printed(act, entry.accepted_at)}
            self._compare("prints", made, self._prints)
        device = replay.memory.device(act.dev)
        self._lost |= frozenset() if is_stopped(entry) else declared_lost(act)
        is_desk = device is not None and device.is_desk and not is_stopped(entry)
        for about, commitment in commitments(act):
            if commitment not in self._named:
                self._named.add(commitment)
                self._see_record(entry, about, commitment, is_desk=is_desk)
        if act.type == "catalogue" and act.octets("hash") not in self._catalogues:
            self._report.add("catalogue", position, act.octets("hash"), "-")

    def finish(self, records: Iterable[bytes] = ()) -> None:
        """Name what no entry speaks of.

        Args:
            records: Commitments of all records.
        """
        for table, rows in (("lines", self._lines), ("prints", self._prints)):
            for row in rows:
                self._report.add("derived", None, "no such row", f"{table} {dict(row)}")
        for kind, passed, gone in (
            ("record-missing", "records-lost", self._missing),
            ("record-shut", "records-erased", self._shut),
        ):
            for position, about, commitment in gone:
                if commitment in self._lost:
                    self._report.pass_over(passed)
                else:
                    self._report.add(kind, position, about, "-")
        for commitment in records:
            if commitment not in self._named:
                self._report.add("record", None, "a commitment of the log", commitment)

    def _compare(
        self, table: str, wanted: Mapping[str, object], rows: Iterator[Mapping[str, object]]
    ) -> None:
        got = next(rows, None)
        if got != wanted:
            self._report.add("derived", None, f"{table} {wanted}", f"{got}")

    def _see_record(self, entry: Entry, about: str, commitment: bytes, *, is_desk: bool) -> None:
        found = self._record(commitment)
        if found is None and not is_desk:
            self._report.pass_over("records-elsewhere")
        elif found is None and not is_made_here(entry):
            self._report.pass_over("records-by-file", f"{entry.act.dev} {entry.act.by}")
        elif found is None:
            self._missing.append((entry.seq, about, commitment))
        elif found[0] != about:
            self._report.add("record", entry.seq, about, found[0])
        elif not found[1]:
            self._shut.append((entry.seq, about, commitment))


def _compare(
    table: str,
    key: tuple[str, ...],
    wanted: Iterable[Mapping[str, object]],
    rows: Rows,
    report: Report,
) -> None:
    """Walk two lists that are sorted by the same key."""
    left, right = iter(wanted), iter(rows)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        ours = None if one is None else tuple(one[name] for name in key)
        theirs = None if other is None else tuple(other[name] for name in key)
        if one is not None and (theirs is None or (ours is not None and _before(ours, theirs))):
            report.add("derived", None, f"{table} {_name(one, key)}", "no such row")
            one = next(left, None)
        elif other is not None and ours != theirs:
            report.add("derived", None, "no such row", f"{table} {_name(other, key)}")
            other = next(right, None)
        elif one is not None and other is not None:
            _compare_row(table, key, one, other, report)
            one, other = next(left, None), next(right, None)


def _log(replay: Replay) -> str:
    """Name the log; without a genesis it has no name, and no row is wanted."""
    return "" if replay.broken else replay.control.log


def _before(ours: tuple[object, ...], theirs: tuple[object, ...]) -> bool:
    return ours < theirs


def _compare_row(
    table: str,
    key: tuple[str, ...],
    wanted: Mapping[str, object],
    got: Mapping[str, object],
    report: Report,
) -> None:
    for name, expected in wanted.items():
        if got[name] != expected:
            place = f"{table} {_name(wanted, key)} {name}"
            report.add("derived", None, f"{place} = {spell(expected)}", spell(got[name]))


def _name(row: Mapping[str, object], key: tuple[str, ...]) -> str:
    return " ".join(spell(row[name]) for name in key)
