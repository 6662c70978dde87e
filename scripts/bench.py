"""Measures speed against yardsticks in the same run; never fails a build.

`--quick` takes seconds, without it minutes. `--json FILE` writes rows of name, value, unit,
yardstick, ratio, target, met.
"""

import hashlib
import io
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import setup_env

ROUNDS = 5
MEMORY = "audit memory"


@dataclass(frozen=True)
class Row:
    """One figure; `ratio` is against the yardstick, or the value itself against a limit."""

    name: str
    value: float
    unit: str
    yardstick: str
    ratio: float | None
    target: float | None
    met: bool | None


def main() -> int:
    """Measure everything and show it."""
    quick = "--quick" in sys.argv
    sys.path.insert(0, str(setup_env.ROOT))
    rows = list(_rows(quick=quick))
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:8.2f} × {row.yardstick}"
        met = {None: " ", True: "✓", False: "✗"}[row.met]
        target = "" if row.target is None else f"(target {row.target:g})"
        print(f"{met} {row.name:<26} {row.value:12.1f} {row.unit:<10} {ratio} {target}")
    if "--json" in sys.argv:
        path = Path(sys.argv[sys.argv.index("--json") + 1])
        path.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))
    return 0


def _rows(*, quick: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield _handover(folder, 40 if quick else 200)
        raws = folder / "entries"
        _write_entries(folder, raws, 600 if quick else 20_000)
        yield from _audit(raws)
        yield from _seals(20 if quick else 100)
        yield _help()
        count = 2_000 if quick else 1_000_000
        yield _memory(folder, count, target=None if quick else 400.0)


def _rate(work: Callable[[], int]) -> float:
    begin = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - begin)


def _compare(
    name: str,
    unit: str,
    work: Callable[[], int],
    yardstick: str,
    against: Callable[[], int],
    target: float | None,
) -> Row:
    """Run both in turn; the ratio is the median of the pairs."""
    pairs = [(_rate(work), _rate(against)) for _ in range(ROUNDS)]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    value = statistics.median(ours for ours, _ in pairs)
    met = None if target is None else ratio >= target
    return Row(name, value, unit, yardstick, ratio, target, met)


def _handover(folder: Path, count: int) -> Row:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from kt1custody.services.hand_over import Handover, hand_over
    from tests import cast

    world = cast.make_founded(folder / "world")
    day = cast.live_a_day(world)
    number = str(day.numbers[-1])
    people = [cast.COURIER, cast.COURIER_2]
    world.desk.unlock([*people, cast.CONTROLLER])

    def ours() -> int:
        for _ in range(count):
            people.reverse()
            told = Handover(people[0], people[1], cast.CONTROLLER)
            hand_over(world.at(200), told, [number], confirm=cast.yes)
        return count

    people.reverse()
    raw = sqlite3.connect(folder / "raw.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, entry BLOB)")
    key = Ed25519PrivateKey.generate()
    message, public = bytes(600), key.public_key()
    signature = key.sign(message)

    def bare() -> int:
        for _ in range(count):
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("INSERT INTO t (entry) VALUES (?)", (message,))
            raw.execute("COMMIT")
            public.verify(signature, message)
            public.verify(signature, message)
        return count

    row = _compare(
        "handover, one client",
        "acts/s",
        ours,
        "one bare sqlite3 commit and two bare verifications",
        bare,
        0.3,
    )
    world.desk.close()
    raw.close()
    return row


def _write_entries(folder: Path, path: Path, count: int) -> None:
    """Write a log of real handovers between two couriers, as an entry bundle's bytes."""
    from kt1custody.audit.bundle import frame
    from tests import cast
    from tests.core import paper_log

    world = cast.World(folder / "world")
    office = paper_log.open_office(world)
    paper = paper_log.PaperLog(office)
    world.desk.close()
    begin = len(paper.raws)
    last = {}
    for running in range(5_000, 5_020):
        n = paper_log.number(running)
        accepted = paper_log.register(office, n)
        bind = paper_log.bound(office, n, 900_000 + running, paper_log.step_of(accepted))
        for signed in (accepted, paper_log.printed(office, n, 900_000 + running), bind):
            paper.take(signed)
        last[n] = (bind, cast.CLERK, cast.COURIER)
    while len(paper.raws) - begin < count:
        for n, (before, giver, receiver) in last.items():
            told = paper_log.line(n, paper_log.step_of(before), 900_000 + n // 10 % 10**7)
            signed = paper_log.handed(office, giver, receiver, told)
            paper.take(signed)
            other = cast.COURIER_2 if receiver == cast.COURIER else cast.COURIER
            last[n] = (signed, receiver, other)
    path.write_bytes(b"".join(map(frame, paper.raws)))
    (folder / "offices").write_bytes(b"".join(office.catalogues.values()))


def _audit(path: Path) -> Iterator[Row]:  # noqa: C901  # works and yardsticks, side by side
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from kt1custody.audit.bundle import unframe
    from kt1custody.audit.chain import walk
    from kt1custody.audit.findings import Report
    from kt1custody.audit.replay import Replay
    from kt1custody.audit.signatures import Verifier
    from kt1custody.core import cbor
    from kt1custody.core.entry import read_entry

    raws = unframe(path.read_bytes())

    def structure() -> int:
        return sum(1 for _ in walk(((raw, None) for raw in raws), Report()))

    def bare_structure() -> int:
        for raw in raws:
            hashlib.sha256(b"\x00" + raw).digest()
            value = cbor.decode(raw)
            cbor.decode(value[6])
        return len(raws)

    yield _compare(
        "audit, structure",
        "entries/s",
        structure,
        "SHA-256 and our strict decode",
        bare_structure,
        0.5,
    )
    entries = [read_entry(raw) for raw in raws]

    def replayed() -> list[tuple[int, object]]:
        replay = Replay(raws.__getitem__, lambda _: None, Report())
        return [(entry.seq, replay.take(entry.seq, entry)) for entry in entries]

    claims = replayed()
    workers = os.cpu_count() or 1

    def signatures() -> int:
        verifier = Verifier(report := Report(), workers)
        for seq, signings in claims:
            verifier.add(seq, "bad-signature", signings)
        verifier.finish()
        return report.signatures

    flat = [one for _, signings in claims for one in signings]
    keys = {one.key.pub: Ed25519PublicKey.from_public_bytes(one.key.pub) for one in flat}

    def bare_one(part: list[object]) -> None:
        for one in part:
            keys[one.key.pub].verify(one.signature, one.to_be_signed)

    def bare_signatures() -> int:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(bare_one, [flat[i : i + 64] for i in range(0, len(flat), 64)]))
        return len(flat)

    yield _compare(
        "audit, signatures",
        "signatures/s",
        signatures,
        "bare verification on all cores",
        bare_signatures,
        0.8,
    )
    value = statistics.median(_rate(lambda: len(replayed())) for _ in range(3))
    yield Row("audit, custody replay", value, "entries/s", "", None, None, None)


def _seals(count: int) -> Iterator[Row]:  # noqa: C901  # as above
    import qrcode
    from PIL import Image, ImageDraw

    from kt1custody.printing import qr, seal_label

    chance = random.Random(count)
    texts = ["71" + "".join(chance.choices("123456789", k=330)) for _ in range(count)]

    def bitmaps() -> int:
        for text in texts:
            qr.seal_png(text)
        return count

    def default_bitmaps() -> int:
        for text in texts:
            qrcode.make(text).save(io.BytesIO())
        return count

    yield _compare(
        "seal bitmaps", "seals/s", bitmaps, "qrcode's default path", default_bitmaps, 5.0
    )
    labels = [
        seal_label.Label(text, 682600000014, 65_536 + n, "A", "Hỏa tốc", "Hệ 1", "Xã", 1, 1)
        for n, text in enumerate(texts)
    ]

    def pages() -> int:
        seal_label.labels_pdf(labels, date(2026, 11, 23))
        return count

    def default_pages() -> int:
        made = []
        for text in texts:
            page = Image.new("1", (800, 480), 1)
            symbol = qrcode.make(text).get_image().resize((228, 228))
            page.paste(symbol, (24, 64))
            draw = ImageDraw.Draw(page)
            for place in range(6):
                draw.text((280, 30 + 60 * place), "6826 0000 0014", font_size=28)
            made.append(page)
        made[0].save(io.BytesIO(), "PDF", save_all=True, append_images=made[1:])
        return count

    yield _compare(
        "label pages",
        "pages/s",
        pages,
        "qrcode's default path and a page drawn with Pillow",
        default_pages,
        2.5,
    )


def _help() -> Row:
    def once() -> float:
        begin = time.perf_counter()
        words = [sys.executable, "-m", "kt1custody", "--help"]
        subprocess.run(words, cwd=setup_env.ROOT, capture_output=True, check=True)
        return time.perf_counter() - begin

    value = statistics.median(once() for _ in range(ROUNDS))
    return Row("kt1 --help", value, "s", "seconds", value, 0.3, value < 0.3)


def _memory(folder: Path, count: int, *, target: float | None) -> Row:
    """Audit a log of so many acts in a process of its own, and ask for its peak memory."""
    _write_entries(folder, folder / "many", count)
    words = [sys.executable, __file__, MEMORY, str(folder / "many"), str(folder / "offices")]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    value = float(told)
    met = None if target is None else value < target
    return Row(f"{MEMORY}, {count} acts", value, "MB", "MB", value, target, met)


def _audit_for_memory(path: Path, offices: Path) -> None:
    import resource

    sys.path.insert(0, str(setup_env.ROOT))
    from kt1custody.audit.findings import Report
    from kt1custody.audit.report import audit

    class Evidence:
        """Entries in one file; their places are kept, not their bytes."""

        def __init__(self) -> None:
            self._file = path.open("rb")
            self._places: list[int] = []

        def rows(self) -> Iterator[tuple[bytes, None]]:
            at = 0
            with path.open("rb") as file:
                while head := file.read(2):
                    self._places.append(at)
                    raw = file.read(int.from_bytes(head, "big"))
                    at += 2 + len(raw)
                    yield raw, None

        def raw(self, seq: int) -> bytes:
            self._file.seek(self._places[seq])
            return self._file.read(int.from_bytes(self._file.read(2), "big"))

        def catalogue(self, digest: bytes) -> bytes | None:
            content = offices.read_bytes()
            return content if hashlib.sha256(content).digest() == digest else None

    report = Report()
    audit(Evidence(), report)
    if report.findings:
        sys.exit(str(report.findings[0]))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    if MEMORY in sys.argv:
        _audit_for_memory(Path(sys.argv[2]), Path(sys.argv[3]))
        sys.exit(0)
    python = setup_env.ensure("dev")
    if Path(sys.prefix).resolve() != setup_env.VENV.resolve():
        sys.exit(setup_env.run(python, "scripts/bench.py", *sys.argv[1:]))
    sys.exit(main())
