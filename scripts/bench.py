"""Measures speed and memory against yardsticks of the same run; a target that is missed is shown.

`--quick` takes seconds, without it minutes. `--json FILE` writes rows of name, value, unit,
yardstick, ratio, target, met. The code is 0 unless something cannot be measured.
"""

import contextlib
import hashlib
import io
import json
import os
import random
import secrets
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import setup_env

from tests.kit import at_counter

AUDIT = "--audit-for-memory"  # what this script calls itself with
ITEM_LIFE = 10  # handovers of one item in the logs made here
_STATUS = Path("/proc/self/status")  # tells a process its own peak; `getrusage` its parent's too


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        value: None if it could not be measured here.
        yardstick: What was measured beside it; or what the value itself must stay below.
        ratio: Ours in units of the yardstick; None where the value speaks for itself.
        target: What the ratio must reach, or the value must stay below; None if only told.
    """

    name: str
    value: float | None
    unit: str
    yardstick: str
    ratio: float | None = None
    target: float | None = None
    met: bool | None = None


def main() -> int:
    """Measure everything, showing each figure as it comes."""
    if "--help" in sys.argv:
        print(__doc__)
        return 0
    sys.path.insert(0, str(setup_env.ROOT))
    shown = []
    for row in _rows(quick="--quick" in sys.argv):
        shown.append(asdict(row))
        sign = "≥" if row.ratio is not None else "<"
        print(
            {None: " ", True: "✓", False: "✗"}[row.met],
            f"{row.name:<32} {_spell(row.value):>10}",
            f"{row.unit:<12}",
            "            " if row.target is None else f"{sign} {row.target:<10g}",
            "" if row.ratio is None else f"{row.ratio:.2f} ×",
            row.yardstick,
            flush=True,
        )
    if "--json" in sys.argv:
        path = Path(sys.argv[sys.argv.index("--json") + 1])
        path.write_text(json.dumps(shown, ensure_ascii=False, indent=1), "utf-8")
    return 0


def _spell(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _rows(*, quick: bool) -> Iterator[Row]:
    from tests.kit import cast

    # On the disk of the checkout, since a system's own temporary folder may be in memory.
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=setup_env.ROOT) as name:
        folder = Path(name)
        world = cast.make_founded(folder / "founded")
        yield _handover(cast.copy_world(world, folder / "handover"), rounds=15 if quick else 45)
        for rows in (200,) if quick else (200, 5_000):
            yield _import(world, folder, rows, rounds=3 if quick else 7)
        from bench_evidence import rows as evidence

        lived = cast.copy_world(world, folder / "evidence")
        cast.live_a_day(lived)
        yield from evidence(lived, folder, quick=quick)
        from bench_pages import registering
        from bench_pages import rows as pages

        yield from pages(cast.copy_world(world, folder / "pages"), folder, quick=quick)
        year, slips = cast.copy_world(world, folder / "year"), 2_000 if quick else 20_000
        _register(year, slips)
        yield from registering(year, folder, slips=slips)
        yield from _audit(list(_log(world, 1_000 if quick else 5_000, signed=True)))
        yield from _seals(20 if quick else 100)
        copy = cast.copy_world(world, folder / "search")
        yield from _search(copy, 5_000 if quick else 100_000)
        yield _help()
        if not _STATUS.exists():
            yield Row("audit memory", None, "MB", f"not measured: there is no {_STATUS}")
        else:
            yield _memory(world, 50_000) if quick else _memory(world, 1_000_000, limit=400)
        world.session.close()


def _compare(
    name: str,
    unit: str,
    work: Callable[[], int],
    yardstick: str,
    against: Callable[[], int],
    target: float,
    *,
    rounds: int = 5,
    turns: int = 1,
) -> Row:
    """Run both in turn, so many turns a round; what is told are medians of the rounds."""
    ours, ratios = [], []
    for _ in range(rounds):
        clocks, counts = [0.0, 0.0], [0, 0]
        for _ in range(turns):
            for side, run in enumerate((work, against)):
                begin = time.perf_counter()
                counts[side] += run()
                clocks[side] += time.perf_counter() - begin
        speeds = [count / clock for count, clock in zip(counts, clocks, strict=True)]
        ours.append(speeds[0])
        ratios.append(speeds[0] / speeds[1])
    ratio = statistics.median(ratios)
    return Row(name, statistics.median(ours), unit, yardstick, ratio, target, ratio >= target)


def _tell(name: str, unit: str, work: Callable[[], int]) -> Row:
    """Measure what has no target."""
    speeds = []
    for _ in range(3):
        begin = time.perf_counter()
        speeds.append(work() / (time.perf_counter() - begin))
    return Row(name, statistics.median(speeds), unit, "told only")


def _handover(world: Any, *, rounds: int) -> Row:
    """Hand one item to and fro, everybody's key being unlocked."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from kt1custody.store.log import LogBook
    from tests.kit import cast
    from tests.kit.at_counter import Handover, hand_over

    cast.live_a_day(world)
    with world.session.database.read() as connection:
        plain = [item for item in LogBook(connection).items(holder=cast.COURIER) if not item.mark]
    number = str(plain[0].n)
    ways = [Handover(cast.COURIER, cast.COURIER_2), Handover(cast.COURIER_2, cast.COURIER)]

    def ours() -> int:
        hand_over(world.at(200), ways[0], [number], confirm=cast.yes)
        ways.reverse()
        return 1

    raw = sqlite3.connect(world.session.data / "raw.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute("CREATE TABLE t (seq INTEGER PRIMARY KEY, entry BLOB)")
    key = Ed25519PrivateKey.generate()
    message, public = secrets.token_bytes(600), key.public_key()  # an entry has about as many
    signature = key.sign(message)

    def bare() -> int:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO t (entry) VALUES (?)", (message,))
        raw.execute("COMMIT")
        public.verify(signature, message)
        public.verify(signature, message)
        return 1

    for _ in range(20):
        ours(), bare()
    yardstick = "raw sqlite3 commit of one row (WAL, FULL, same folder) and two bare verifications"
    row = _compare(
        "handover, one client", "acts/s", ours, yardstick, bare, 0.45, rounds=rounds, turns=40
    )
    raw.close()
    world.session.close()
    return row


def _import(world: Any, folder: Path, rows: int, *, rounds: int) -> Row:
    """Import a manifest into a log with its places and people, the clerk's key being unlocked."""
    import sqlalchemy as sa

    from kt1custody.store import db
    from kt1custody.store.tables import EntryRow
    from tests.kit import cast

    manifest = _manifest(folder / "manifest.csv", rows)
    copies = [cast.copy_world(world, folder / f"import{place}") for place in range(rounds + 1)]
    for one in copies:
        one.session.unlock([cast.CLERK])

    def ours(copy: Any) -> int:
        made = at_counter.import_manifest(copy.at(5), lambda: cast.CLERK, manifest)
        if len(made.numbers) != rows:
            sys.exit(f"not measured, the manifest is not right: {made.findings[:1]}")
        return rows

    ours(first := copies.pop())
    tables = [EntryRow.metadata.tables[name] for name in _IMPORTED]
    with first.session.database.read() as connection:
        begin = {table.name: _rows_of(connection, table) for table in tables}
    with copies[0].session.database.read() as connection:
        before = {table.name: _rows_of(connection, table) for table in tables}
    added = {
        name: [row for row in found if row not in before[name]] for name, found in begin.items()
    }
    bare_copies = [cast.copy_world(world, folder / f"bare{place}") for place in range(rounds)]
    opened = [db.open_folder(one.folder / "data") for one in bare_copies]

    def bare() -> int:
        with opened.pop().write() as connection:
            for table in tables:
                if added[table.name]:
                    connection.execute(sa.insert(table), added[table.name])
        return rows

    yardstick = f"bare Core bulk insert of the same rows into the same tables, {rows:,} items"
    row = _compare(
        "import", "items/s", lambda: ours(copies.pop()), yardstick, bare, 0.3, rounds=rounds
    )
    for one in (first, *copies):
        one.session.close()
    return row


_IMPORTED = ("entries", "records", "slipkeys", "slip_tags", "items", "lines")


def _rows_of(connection: Any, table: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(table.select()).mappings()]


def _manifest(path: Path, rows: int) -> Path:
    """Write a manifest by saying the rows of the sample again under other references."""
    import csv

    from tests.kit import cast

    with cast.MANIFEST.open(encoding="utf-8-sig", newline="") as file:
        header, *sample = csv.reader(file)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for place in range(rows):
            row = list(sample[place % len(sample)])
            row[0], row[1] = str(place + 1), row[1] and f"{row[1]}-{place}"
            writer.writerow(row)
    return path


class _Evidence:
    """A log in memory, for the audit."""

    def __init__(self, raws: Sequence[bytes]) -> None:
        self.raw = raws.__getitem__
        self._raws = raws

    def rows(self) -> Iterator[tuple[bytes, None]]:
        """Give every entry."""
        return ((raw, None) for raw in self._raws)

    def catalogue(self, _: bytes) -> None:
        """Find nothing; the log made here needs no offices but its own."""


def _audit(raws: Sequence[bytes]) -> Iterator[Row]:
    """Audit a log in memory, part by part and whole."""
    from kt1custody.audit.chain import walk
    from kt1custody.audit.findings import Report
    from kt1custody.audit.replay import Replay
    from kt1custody.audit.report import audit

    evidence = _Evidence(raws)
    yield _structure(raws)
    entries = list(walk(evidence.rows(), Report()))
    replay = Replay(evidence.raw, evidence.catalogue, Report())
    yield _signatures([(position, replay.take(position, entry)) for position, entry in entries])

    def custody() -> int:
        again = Replay(evidence.raw, evidence.catalogue, Report())
        for position, entry in entries:
            again.take(position, entry)
        return len(entries)

    def whole() -> int:
        report = Report()
        audit(evidence, report)
        _demand_sound(report)
        return report.entries

    yield _tell("audit, custody replay", "entries/s", custody)
    yield _tell("audit, all of it", "entries/s", whole)


def _structure(raws: Sequence[bytes]) -> Row:
    from kt1custody.audit.chain import walk
    from kt1custody.audit.findings import Report
    from kt1custody.core.formats import cbor

    def ours() -> int:
        return sum(1 for _ in walk(_Evidence(raws).rows(), Report()))

    def bare() -> int:
        for raw in raws:
            hashlib.sha256(b"\x00" + raw).digest()
            entry: Any = cbor.decode(raw)
            cbor.decode(entry[6])
        return len(raws)

    yardstick = "SHA-256 and our strict decode of every entry and of the act in it"
    return _compare("audit, structure", "entries/s", ours, yardstick, bare, 0.5)


def _signatures(claims: Sequence[tuple[int, Any]]) -> Row:
    """Verify the signatures that a replay has asked for."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from kt1custody.audit.findings import Report
    from kt1custody.audit.signatures import Verifier

    workers = os.cpu_count() or 1
    told = [one for _, signings in claims for one in signings]
    prepared = [
        (Ed25519PublicKey.from_public_bytes(one.key.pub), one.signature, one.to_be_signed)
        for one in told
    ]

    def ours() -> int:
        report = Report()
        verifier = Verifier(report, workers)
        for position, signings in claims:
            verifier.add(position, "bad-signature", signings)
        verifier.finish()
        _demand_sound(report)
        return report.signatures

    def verify(part: Sequence[tuple[Ed25519PublicKey, bytes, bytes]]) -> None:
        for key, signature, message in part:
            key.verify(signature, message)

    def bare() -> int:
        size = -(-len(prepared) // workers)
        with ThreadPoolExecutor(workers) as pool:
            parts = [prepared[begin : begin + size] for begin in range(0, len(prepared), size)]
            list(pool.map(verify, parts))
        return len(prepared)

    yardstick = f"bare verification of prepared messages, {workers} threads"
    return _compare("audit, signatures", "signatures/s", ours, yardstick, bare, 0.8)


def _seals(count: int) -> Iterator[Row]:
    """Draw seals and their labels."""
    import qrcode
    from PIL import Image, ImageDraw

    from kt1custody.i18n import language
    from kt1custody.printing import qr, seal_label

    chance = random.Random(count)
    texts = ["71" + "".join(chance.choices("123456789", k=330)) for _ in range(count)]

    def bitmaps() -> int:
        return sum(1 for text in texts if qr.seal_png(text))

    def default_bitmaps() -> int:
        for text in texts:
            qrcode.make(text).save(io.BytesIO())
        return count

    yardstick = "qrcode.make(text).save(…), its default path"
    yield _compare("seal bitmaps", "seals/s", bitmaps, yardstick, default_bitmaps, 5)

    labels = [
        seal_label.Label(
            text=text,
            n=682600000014,
            serial=65_536 + n,
            mark="A",
            urgent="Hỏa tốc",
            hour="",
            on="",
            accepted="23/11/2026",
            office="Hệ 1",
            dest="Xã",
            place=1,
            of=count,
        )
        for n, text in enumerate(texts)
    ]

    def pages() -> int:
        seal_label.pdf(
            language("vi"), labels, [qr.seal_png(text) for text in texts], date(2026, 11, 23)
        )
        return count

    def default_pages() -> int:
        made = []
        for text in texts:
            page = Image.new("1", (800, 480), 1)
            page.paste(qrcode.make(text).get_image().resize((228, 228)), (24, 64))
            draw = ImageDraw.Draw(page)
            for place in range(6):
                draw.text((280, 30 + 60 * place), "6826 0000 0014", font_size=28)
            made.append(page)
        made[0].save(io.BytesIO(), "PDF", save_all=True, append_images=made[1:])
        return count

    yardstick = "qrcode's default path and a page drawn with Pillow"
    yield _compare("label pages", "pages/s", pages, yardstick, default_pages, 2.5)


def _search(world: Any, count: int) -> Iterator[Row]:
    """Register slips between real agencies, open them as at unlocking, and search them."""
    from kt1custody.services.registration.search import Finder
    from tests.kit import cast

    typed, limit = _register(world, count), 50.0
    finder, clocks = Finder(world.session, cast.CLERK), []
    for words in ("ubnd", *typed):
        begin = time.perf_counter()
        found = finder.search(words)
        clocks.append(1_000 * (time.perf_counter() - begin))
        if found.searched != count or not found.best:
            sys.exit("not measured, a search did not find what is there")
    first, *others = clocks
    value, worst = statistics.median(others), max(others)
    name, yardstick = f"search, {count:,} slips", f"median of {len(others)} different searches"
    yield Row(name, value, "ms", yardstick, None, limit, value < limit)
    yield Row("search, the slowest", worst, "ms", "of these", None, limit, worst < limit)
    yardstick = "the first search: every slip is decrypted and indexed"
    yield Row(f"unlock, {count:,} slips", first / 1_000, "s", yardstick)
    tracemalloc.start()
    finder = Finder(world.session, cast.CLERK)
    finder.search("ubnd")
    value, limit = tracemalloc.get_traced_memory()[0] / 2**20, 150
    tracemalloc.stop()
    yield Row("search, memory", value, "MB", "kept after unlocking", None, limit, value < limit)


def _register(world: Any, count: int) -> Sequence[str]:
    """Register so many slips, 200 an act; give searches each of which finds some."""
    from kt1custody.core.formats import numbers
    from kt1custody.services.custody import look
    from kt1custody.services.session import slips
    from kt1custody.services.session.proposal import proposing
    from kt1custody.services.session.writer import commit
    from tests.kit import cast

    session = world.at(5)
    session.unlock([cast.CLERK])
    places = look.places(session)
    assert places is not None  # noqa: S101
    agencies = list(places.agencies.values())
    chance = random.Random(count)
    common = {"mark": 0, "urgency": 0, "kind": 0, "appt": None, "dest": cast.OFFICE}
    typed = ["lam dong", "uy ban nhan dan xa", "ld", "1", "6826", "a b c", "1 2 3"]
    for begin in range(0, count, 200):
        items = [
            numbers.item_number(log_number=68, year=2026, running=running)
            for running in range(begin + 1, begin + 201)
        ]
        sent = [_sent(chance, *chance.sample(agencies, 2)) for _ in items]
        with proposing(session) as pen:
            [listed] = slips.put(pen, cast.CLERK, ["list"], [{"source": "-", "rows": 200}])
            commits = slips.put(pen, cast.CLERK, items, [one.to_record() for one in sent])
            lines = [
                {**common, "n": n, "commit": commit}
                for n, commit in zip(items, commits, strict=True)
            ]
            own = {"office": cast.OFFICE, "list": listed}
            pen.add(pen.draft("register", cast.CLERK, own, lines))
            proposal = pen.done()
        commit(session, proposal, session.here.sign(proposal))
        if begin < 10_000:
            names = [places.agencies[code].name for code in (sent[0].sender, sent[0].recipient)]
            typed += _typed(chance, names, items[0], sent[0])
    return list(dict.fromkeys(typed))


def _sent(chance: random.Random, sender: Any, recipient: Any) -> Any:
    from kt1custody.core.formats.item import Slip

    def person() -> str:
        given = ["An", "Bình", "Đức", "Hoà", "Khải", "Quý", "Thuỷ", "Ưng", "Yến"]
        return f"{chance.choice(['Lê', 'Nguyễn', 'Trần', 'Võ'])} " + " ".join(
            chance.choices(given, k=2)
        )

    symbol = f"{chance.choice(['BC', 'CV', 'KH', 'QĐ', 'TB'])}/{sender.code.split('-')[-1]}"
    reference = f"{chance.randint(1, 3_000)}-{symbol}"
    named = person() if chance.random() < 0.15 else None
    note = f"giao {person()}" if chance.random() < 0.05 else None
    return Slip(
        sender=sender.code,
        recipient=recipient.code,
        reference=reference,
        named=named,
        layers=1,
        weight=40,
        note=note,
    )


def _typed(chance: random.Random, names: Sequence[str], item: int, slip: Any) -> Iterator[str]:
    """Say what somebody may type who looks for a slip."""
    from kt1custody.core.search import words

    sender, recipient = ([word.plain for word in words(name)] for name in names)
    yield " ".join(chance.sample(sender, 2) + chance.sample(recipient, 2))
    yield " ".join(word[:2] for word in recipient)
    yield "".join(word[0] for word in sender)
    yield names[1]
    yield slip.reference
    yield slip.reference.partition("-")[0]
    yield slip.sender.replace("-", "")
    yield str(item)
    yield slip.named or slip.note or slip.recipient


def _help() -> Row:
    def once() -> float:
        begin = time.perf_counter()
        words = [sys.executable, "-m", "kt1custody", "--help"]
        subprocess.run(words, cwd=setup_env.ROOT, capture_output=True, check=True)
        return time.perf_counter() - begin

    value = statistics.median(once() for _ in range(7))
    return Row("kt1 --help", value, "s", "wall clock of a new process", None, 0.3, value < 0.3)


def _memory(world: Any, acts: int, *, limit: float | None = None) -> Row:
    """Audit a long log in a process of its own and ask for its peak memory."""
    from kt1custody.core.formats.frames import frame

    with subprocess.Popen(
        [sys.executable, __file__, AUDIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as auditor:
        assert auditor.stdin is not None and auditor.stdout is not None  # noqa: S101, PT018
        with contextlib.suppress(BrokenPipeError):  # its exit code says why
            for raw in _log(world, acts, signed=False):
                auditor.stdin.write(frame(raw))
            auditor.stdin.close()
        answer = auditor.stdout.read()
    if auditor.returncode != 0:
        sys.exit(auditor.returncode)
    value = float(answer)
    yardstick = "peak RSS; signatures of this log have the form only, so they are not verified"
    met = None if limit is None else value < limit
    return Row(f"audit memory, {acts:,} acts", value, "MB", yardstick, None, limit, met)


def _audit_for_memory() -> int:
    """Check structure and custody of a log from standard input; write the peak memory in MB."""
    sys.path.insert(0, str(setup_env.ROOT))
    from kt1custody.audit.chain import walk
    from kt1custody.audit.findings import Report
    from kt1custody.audit.replay import Replay

    report, begins = Report(), array("Q")
    with tempfile.TemporaryFile() as log:

        def rows() -> Iterator[tuple[bytes, None]]:
            while head := sys.stdin.buffer.read(2):
                begins.append(log.seek(0, os.SEEK_END))
                told = sys.stdin.buffer.read(int.from_bytes(head, "big"))
                log.write(head + told)
                yield told, None

        def raw(position: int) -> bytes:
            log.seek(begins[position])
            return log.read(int.from_bytes(log.read(2), "big"))

        replay = Replay(raw, lambda _: None, report)
        for position, entry in walk(rows(), report):
            replay.take(position, entry)
    _demand_sound(report)
    status = _STATUS.read_text("ascii").splitlines()
    [peak] = [line.split()[1] for line in status if line.startswith("VmHWM:")]
    print(int(peak) / 1024)
    return 0


def _demand_sound(report: Any) -> None:
    if report.findings:
        sys.exit(f"not measured, the log is not sound: {report.findings[0]}")


def _log(world: Any, acts: int, *, signed: bool) -> Iterator[bytes]:
    """Make a long log: items are registered, sealed and handed to and fro, one item an act.

    Args:
        signed: With real signatures; else 64 zero bytes stand in their place.
    """
    from kt1custody.core.formats import numbers
    from tests.kit import cast

    numbers_of = [
        numbers.item_number(log_number=68, year=2026, running=running)
        for running in range(1, acts // ITEM_LIFE + 1)
    ]
    made = _Maker(world, signed=signed)
    yield from made.begun
    own: dict[str, Any] = {"office": cast.OFFICE}
    for begin in range(0, len(numbers_of), 200):
        some = list(enumerate(numbers_of))[begin : begin + 200]
        steps = {n: {"n": n, "seal": numbers.FIRST_SERIAL + place} for place, n in some}
        lines: list[dict[str, Any]] = [
            {"n": n, "mark": 0, "urgency": 0, "kind": 0, "appt": None, "dest": cast.OFFICE}
            for n in steps
        ]
        told = [{**line, "commit": secrets.token_bytes(32)} for line in lines]
        yield made.add("register", cast.CLERK, {**own, "list": secrets.token_bytes(32)}, told)
        told = [
            {"n": n, "serial": one["seal"], "job": 65_536, "copy": 1} for n, one in steps.items()
        ]
        yield made.add("print", cast.CLERK, own, told)
        told = [{**one, "cond": "intact", "prev": made.heads[n]} for n, one in steps.items()]
        yield made.add("bind", cast.CLERK, {**own, "witness": None}, told)
    ways = ((cast.CLERK, cast.COURIER, None), (cast.COURIER, cast.CLERK, cast.OFFICE))
    while made.seq + 1 < acts:
        for place, n in enumerate(numbers_of[: acts - made.seq - 1]):
            giver, receiver, office = ways[made.handed // len(numbers_of) % 2]
            made.handed += 1
            line = {"n": n, "seal": numbers.FIRST_SERIAL + place, "cond": "intact"}
            to: dict[str, Any] = {"to": receiver, "office": office, "witness": None}
            yield made.add("handover", giver, to, [{**line, "prev": made.heads[n]}])


class _Maker:
    """Spells entries one after the other, as the writer does, but judges nothing.

    Attributes:
        begun: The entries of the founded log.
        heads: Step hash of every item's last step.
    """

    def __init__(self, world: Any, *, signed: bool) -> None:
        from kt1custody.core.log.entry import read_entry
        from kt1custody.store import log
        from tests.kit import cast

        people = (cast.CLERK, cast.COURIER)
        world.session.unlock(people)
        self._keys = {staff: world.session.person(staff).signing for staff in people}
        self._signed = signed
        with world.session.database.read() as connection:
            self.begun = list(log.entries(connection))
        newest = read_entry(self.begun[-1])
        self._origin, self._log = newest.origin, newest.act.log
        self.seq, self._leaf, self._ctl = newest.seq, newest.leaf, newest.leaf
        self._device = newest.act.dseq, newest.act.hash
        self.heads: dict[int, bytes] = {}
        self.handed = 0

    def add(
        self, kind: str, by: str, own: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
    ) -> bytes:
        """Spell the next entry."""
        from kt1custody.core.log.act import make_act
        from kt1custody.core.log.entry import leaf_hash, spell_entry, step_hash
        from tests.kit import cast

        now = cast.MORNING + 3_600
        act = make_act(
            {
                "v": 1,
                "type": kind,
                "log": self._log,
                "id": secrets.token_bytes(16),
                "at": now,
                "dev": "QUAY01",
                "dseq": self._device[0] + 1,
                "dprev": self._device[1],
                "seen": [self.seq, self._leaf],
                "by": by,
                "items": list(lines),
                **own,
            }
        )
        signatures = self._sign(act)
        self.seq += 1
        raw = spell_entry(
            origin=self._origin,
            seq=self.seq,
            prev=self._leaf,
            ctl=self._ctl,
            accepted_at=now,
            body=act.body,
            signatures=signatures,
            judgement=(),
        )
        self._leaf, self._device = leaf_hash(raw), (act.dseq, act.hash)
        if kind != "print":
            step = step_hash(act.body, signatures)
            self.heads.update(dict.fromkeys((line.n for line in act.lines), step))
        return raw

    def _sign(self, act: Any) -> list[Any]:
        from kt1custody.core.log.entry import Signature, to_be_signed

        signatures: list[Any] = []
        for role, person in zip(act.roles, act.persons, strict=True):
            key = self._keys[person]
            value = bytes(64)
            if self._signed:
                value = key.sign(
                    to_be_signed(
                        log=act.log,
                        body=act.body,
                        role=role,
                        alg=key.alg,
                        kid=key.kid,
                        before=signatures,
                    )
                )
            signatures.append(Signature(role, key.kid, value))
        return signatures


if __name__ == "__main__":
    if AUDIT in sys.argv:
        sys.exit(_audit_for_memory())
    if Path(sys.prefix).resolve() != setup_env.VENV.resolve():
        python = setup_env.ensure("dev")
        sys.exit(setup_env.run(python, "scripts/bench.py", *sys.argv[1:]))
    sys.exit(main())
