"""What the pages cost: starting the server, the first page, eight counters at once, registering."""

import contextlib
import re
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench import Row

COUNTERS = 8
ITEMS = 40
STEPS = 60  # of the item whose story is told
START, PAGE, PAINT, COMMIT = 2.5, 200.0, 1_000.0, 150.0  # s, kB, ms, ms
REQUEST, REGISTER, STORY = 1_000.0, 50.0, 60.0  # ms
SLOWED = 4  # times, as an old counter PC beside this machine


def rows(world: Any, folder: Path, *, quick: bool) -> Iterator[Row]:
    """Measure all of it.

    Args:
        world: A log with places and people, of the tests' cast.
        folder: For what the server says.
    """
    from tests.kit import at_counter, cast
    from tests.kit.counter import READER, serving

    _give(world, COUNTERS * ITEMS)
    for number in range(1, COUNTERS + 1):
        device, name = f"WEB{number}", f"Quầy {number}"
        at_counter.enrol_device(world.at(130), device, name, cast.OFFICE, cast.OFFICERS)
    n = _long_story(world)
    world.session.clock = lambda: int(time.time())  # as the server, which looks at codes
    began = time.perf_counter()
    with serving(world, folder, "--unlock", READER) as counter:
        value = time.perf_counter() - began
        yield Row("pages, start", value, "s", "until it answers", None, START, value < START)
        yield _first_page(counter)
        yield _first_paint(counter)
        yield _story(counter, n, rounds=8 if quick else 40)
        yield from _handovers(world, counter, rounds=4 if quick else 20)


def _first_page(counter: Any) -> Row:
    with counter.browser() as page:
        page.go(f"{counter.url}/sign-in")
        size = page.evaluate(
            "[...performance.getEntriesByType('navigation'),"
            " ...performance.getEntriesByType('resource')]"
            ".reduce((sum, one) => sum + one.decodedBodySize, 0) / 1000"
        )
    return Row("pages, first page", size, "kB", "with fonts", None, PAGE, size < PAGE)


def _first_paint(counter: Any) -> Row:
    """Open the first page again and again as if for the first time; the worst is told."""
    times = []
    for _ in range(3):
        with counter.browser() as page:
            page.slow_down(SLOWED)
            page.go(f"{counter.url}/sign-in")
            paint = "performance.getEntriesByName('first-contentful-paint')"
            page.wait_for(f"{paint}.length > 0")
            times.append(page.evaluate(f"{paint}[0].startTime"))
    value, beside = max(times), f"on a CPU slowed {SLOWED} times"
    return Row("pages, first paint", value, "ms", beside, None, PAINT, value < PAINT)


def registering(world: Any, folder: Path, *, slips: int) -> Iterator[Row]:
    """Register one item after the other where a year's slips are in store.

    Args:
        world: A log with so many slips, of the tests' cast.
        folder: For what the server says.
    """
    from tests.kit import at_counter, cast
    from tests.kit.counter import READER, serving
    from tests.kit.visitor import Visitor

    at_counter.enrol_device(world.at(130), "WEB1", "Quầy 1", cast.OFFICE, cast.OFFICERS)
    with contextlib.closing(world.new_session()) as session:
        session.unlock([cast.CLERK])
        keys = session.unlocked()
    world.session.clock = lambda: int(time.time())  # as the server, which looks at codes
    row = {"sender": "LD-S-TC", "recipient": "Ủy ban nhân dân phường Lang Biang - Đà Lạt"}
    row |= {"kind": "Thư", "layers": "1", "weight": "20"}
    envelope = ["intact", "glued", "stamped", "no-word", "two-for-a"]
    times = []
    with serving(world, folder, "--unlock", READER) as counter:
        visitor = Visitor(world, keys, counter.ask)
        visitor.bind("WEB1")
        visitor.sign_in(cast.CLERK)
        for number in range(12):
            rows = [{**row, "reference": f"{number}-BENCH"}]
            began = time.perf_counter()
            visitor.do("/api/register/check", {"rows": rows})
            told = visitor.do("/api/register/propose", {"rows": rows, "envelope": envelope})
            proposed = time.perf_counter()
            signed = visitor.sign(told)
            at = time.perf_counter()
            visitor.do("/api/commit", signed)
            times.append(time.perf_counter() - at + proposed - began)
    value = statistics.median(times) * 1_000
    name, beside = f"pages, register one, {slips:,} slips", "checked, proposed and committed"
    yield Row(name, value, "ms", beside, None, REGISTER, value < REGISTER)


def _give(world: Any, count: int) -> None:
    """Register, seal and hand to a courier so many items, by lists of at most 200."""
    from kt1custody.printing.read import symbol_texts
    from tests.kit import at_counter, cast
    from tests.kit.at_counter import Handover
    from tests.kit.cast import yes

    header, *rows = cast.MANIFEST.read_text("utf-8-sig").splitlines()
    for minute, begin in zip((5, 50), range(0, count, len(rows)), strict=True):
        given = [
            re.sub(r"^(\d+),(?!,)", rf"\1,{begin}-", row)  # one reference is one item
            for row in rows[: count - begin]
        ]
        manifest = world.folder / f"{begin}.csv"
        manifest.write_text("\n".join([header, *given]), "utf-8")
        made = at_counter.import_manifest(world.at(minute), lambda: cast.CLERK, manifest)
        pictures, pdf = world.folder / f"seals{begin}", world.folder / f"seals{begin}.pdf"
        at_counter.print_seals(world.at(minute + 5), cast.CLERK, [], pdf, pictures, confirm=yes)
        scans = [
            text
            for path in sorted(pictures.glob("*.png"))
            for text in symbol_texts(path.read_bytes())
        ]
        at_counter.bind(world.at(minute + 10), cast.CLERK, cast.CONTROLLER, scans, confirm=yes)
        handover = Handover(cast.CLERK, cast.COURIER, cast.CONTROLLER)
        numbers = [str(number) for number in made.numbers]
        at_counter.hand_over(world.at(minute + 15), handover, numbers, confirm=yes)


def _long_story(world: Any) -> int:
    """Hand an item to and fro until its story has as many steps as are to be told; gives its number."""
    from kt1custody.services.custody import look
    from tests.kit import at_counter, cast
    from tests.kit.at_counter import Handover

    with world.session.database.read() as connection:
        from kt1custody.store.log import LogBook

        n = LogBook(connection).items(holder=cast.COURIER)[-1].n
    done = len(look.story(world.session, str(n)).happenings)
    pair = (cast.COURIER, cast.COURIER_2)
    for turn in range(done, STEPS):
        giver, receiver = pair[(turn - done) % 2], pair[(turn - done + 1) % 2]
        made = Handover(giver, receiver, cast.CONTROLLER)
        at_counter.hand_over(world.at(140 + turn), made, [str(n)], confirm=cast.yes)
    if (STEPS - done) % 2:
        back = Handover(cast.COURIER_2, cast.COURIER, cast.CONTROLLER)
        at_counter.hand_over(world.at(141 + STEPS), back, [str(n)], confirm=cast.yes)
    return int(n)


def _story(counter: Any, n: int, *, rounds: int) -> Row:
    """Have an officer look at an item with many steps, again and again."""
    from tests.kit import cast

    officer = counter.enter(cast.OFFICERS[0])
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        html = officer.do(f"/investigate/{n}")
        times.append(time.perf_counter() - began)
    steps = html.count('<td><a href="/entry/')
    value = statistics.median(times) * 1_000
    name = f"pages, timeline of an item with {steps} steps"
    return Row(name, value, "ms", "at the client", None, STORY, value < STORY and steps >= STEPS)


def _handovers(world: Any, counter: Any, *, rounds: int) -> Iterator[Row]:
    """Have every counter hand its items to and fro without a pause; what people do is not timed."""
    from kt1custody.store.log import LogBook
    from tests.kit import cast
    from tests.kit.visitor import Visitor

    pair = (cast.COURIER, cast.COURIER_2)
    people = [cast.CLERK, *pair]
    with contextlib.closing(world.new_session()) as session:
        session.unlock(people)
        keys = session.unlocked()
    with world.session.database.read() as connection:
        mine = [f"{item.n:012d}" for item in LogBook(connection).items(holder=pair[0])]
    each = len(mine) // COUNTERS
    commits: list[float] = []
    requests: list[float] = []

    def work(number: int) -> None:
        visitor = Visitor(world, keys, counter.ask)
        visitor.bind(f"WEB{number + 1}")
        visitor.sign_in(cast.CLERK)
        scans = mine[number * each : (number + 1) * each]
        for turn in range(rounds):
            giver, receiver = pair[turn % 2], pair[(turn + 1) % 2]
            wanted = {"scans": scans, "giver": giver, "receiver": receiver}
            wanted["witness"] = cast.CLERK  # some have mark A
            began = time.perf_counter()
            told = visitor.do("/api/handover/propose", wanted)
            proposed = time.perf_counter()
            signed = visitor.sign(told)
            at = time.perf_counter()
            visitor.do("/api/commit", signed)
            commits.append(time.perf_counter() - at)
            requests.extend((proposed - began, commits[-1]))

    with ThreadPoolExecutor(COUNTERS) as counters:
        list(counters.map(work, range(COUNTERS)))
    value = statistics.quantiles(commits, n=20)[-1] * 1_000
    name = f"pages, commit p95, {COUNTERS} counters x {each} items"
    yield Row(name, value, "ms", "at the client", None, COMMIT, value < COMMIT)
    worst = max(requests) * 1_000
    yield Row("pages, slowest request", worst, "ms", "of these", None, REQUEST, worst < REQUEST)
