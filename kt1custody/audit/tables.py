"""What a database holds beside its entries, compared with the replay and the log's hashes."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from kt1custody.audit.findings import Report, spell
from kt1custody.audit.replay import Replay
from kt1custody.core.custody import columns
from kt1custody.core.entry import Entry

# Who signs these writes into this database, records and all; a phone's records may come later.
_AT_A_DESK = frozenset({"genesis", "enrol", "catalogue", "register", "print", "bind"})
Rows = Iterable[Mapping[str, object]]
FORMAT = 2


def compare_items(replay: Replay, rows: Rows, report: Report) -> None:
    """Compare the table of items with the replay, column by column."""
    _compare("items", ("n",), map(columns, replay.items()), rows, report)


def compare_serials(replay: Replay, rows: Rows, report: Report) -> None:
    """Compare the table of printed serials with the replay."""
    wanted = ({"serial": s, "n": n, "seq": seq} for s, n, seq in replay.serials())
    _compare("serials", ("serial",), wanted, rows, report)


def compare_links(replay: Replay, rows: Rows, report: Report) -> None:
    """Compare the table of offers and their answers with the replay."""
    wanted = ({"of": of, "seq": seq} for of, seq in replay.linked())
    _compare("links", ("of", "seq"), wanted, rows, report)


def compare_head(replay: Replay, rows: Rows, report: Report) -> None:
    """Compare the head with the newest entry."""
    wanted = []
    if replay.head is not None and not replay.broken:
        seq, leaf, accepted_at = replay.head
        control = replay.control
        wanted.append(
            {
                "log": control.log,
                "origin": control.origin,
                "format": FORMAT,
                "seq": seq,
                "leaf": leaf,
                "accepted_at": accepted_at,
            }
        )
    _compare("head", ("log",), wanted, rows, report)


class Beside:
    """Watches the entries go by and compares what lies beside them: lines, records, catalogues."""

    def __init__(
        self,
        report: Report,
        *,
        lines: Rows,
        records: Rows,
        catalogues: Iterable[tuple[bytes, bytes]],
    ) -> None:
        self._report = report
        self._lines = iter(lines)
        # Commitment → what it is about, and whether its key is still there.
        self._records = {row["commitment"]: (row["about"], row["has_key"]) for row in records}
        self._named: set[object] = set()
        self._desks: set[str] = set()
        self._catalogues = dict(catalogues)
        for digest, content in self._catalogues.items():
            actual = hashlib.sha256(content).digest()
            if actual != digest:
                report.add("catalogue", None, digest, actual)

    def see(self, position: int, entry: Entry) -> None:
        """Compare what lies beside one entry."""
        act = entry.act
        for index, (n, kind) in enumerate(act.names):
            wanted = {"n": n, "seq": position, "line": index, "kind": kind}
            got = next(self._lines, None)
            if got != wanted:
                self._report.add("derived", None, f"lines {wanted}", f"{got}")
        if act.type in _AT_A_DESK:
            self._desks.add(act.dev)
        for about, commitment in _commitments(entry):
            self._see_record(position, about, commitment, act.dev in self._desks)
        if act.type == "catalogue" and act.octets("hash") not in self._catalogues:
            self._report.add("catalogue", position, act.octets("hash"), "-")

    def finish(self) -> None:
        """Name what no entry speaks of."""
        for row in self._lines:
            self._report.add("derived", None, "no such row", f"lines {dict(row)}")
        for commitment in self._records.keys() - self._named:
            self._report.add("record", None, "a commitment of the log", commitment)

    def _see_record(self, position: int, about: str, commitment: bytes, is_desk: bool) -> None:
        if commitment in self._named:
            return
        self._named.add(commitment)
        stored, has_key = self._records.get(commitment, (None, True))
        if stored is None and not is_desk:
            self._report.skip("records-elsewhere")
        elif stored is None:
            self._report.add("record-missing", position, about, "-")
        elif stored != about:
            self._report.add("record", position, about, stored)
        elif not has_key:
            self._report.skip("records-erased")


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


def _commitments(entry: Entry) -> Iterator[tuple[str, bytes]]:
    """Give what the records of an act are about, and their commitments."""
    act = entry.act
    match act.type:
        case "register":
            yield "list", act.octets("list")
            for line in act.lines:
                yield str(line.n), line.octets("commit")
        case "enrol":
            yield act.text("who"), act.octets("commit")
        case "correct":
            if act.fields["field"] == "commit":
                yield str(act.lines[0].n), act.octets("value")
        case "deliver":
            yield "receiver", act.octets("commit")
        case "return":
            yield "return", act.octets("commit")
        case _:
            pass
