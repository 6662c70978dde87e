"""What the pages cost: starting the server, the first page, and eight counters at once."""

import contextlib
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench import Row

COUNTERS = 8
ITEMS = 23
START, PAGE, COMMIT, REQUEST = 2.5, 200.0, 150.0, 1_000.0  # s, kB, ms, ms


def rows(world: Any, folder: Path, *, quick: bool) -> Iterator[Row]:
    """Measure all of it.

    Args:
        world: A log with places and people, of the tests' cast.
        folder: For what the server says.
    """
    from tests.kit import at_counter, cast
    from tests.kit.counter import READER, serving

    cast.live_a_day(world, COUNTERS * ITEMS + 8)
    for number in range(1, COUNTERS + 1):
        device, name = f"WEB{number}", f"Quầy {number}"
        at_counter.enrol_device(world.at(130), device, name, cast.OFFICE, cast.OFFICERS)
    world.session.clock = lambda: int(time.time())  # as the server, which looks at codes
    began = time.perf_counter()
    with serving(world, folder, "--unlock", READER) as counter:
        value = time.perf_counter() - began
        yield Row("pages, start", value, "s", "until it answers", None, START, value < START)
        yield _first_page(counter)
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
