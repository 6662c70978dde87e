"""Worlds for tests: made once a process, copied for each test that asks."""

from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import coverage
import pytest
from hypothesis import settings

from kt1custody.signing.person_keys import PersonKey
from tests.kit import cast, nightly, paper_log
from tests.kit.paper_log import Office, PaperLog, Signed, number, step_of
from tests.kit.phone import Phone, keys_of


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what chooses between gate and night."""
    parser.addoption("--nightly", action="store_true", help="go through all of every long search")


def pytest_configure(config: pytest.Config) -> None:
    """Say how far searches go, before any test module asks."""
    settings.load_profile(nightly.NIGHTLY if config.getoption("nightly") else nightly.GATE)


COVERAGE = pytest.StashKey[coverage.Coverage]()
MEASURED = pytest.StashKey[bool]()  # whether coverage hears a test
MEASURED_CASES = 3  # of one test; more of them go through the same code


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of the gate what only a night has time for, and say which tests coverage hears."""
    if not config.getoption("nightly"):
        left = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("nightly")]
    cases: Counter[str] = Counter()
    for item in items:
        name = item.nodeid.partition("[")[0]
        cases[name] += 1
        is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        item.stash[MEASURED] = cases[name] <= MEASURED_CASES and not is_property


def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop coverage, if it is asked for, until a test comes that it hears."""
    measuring = coverage.Coverage.current()
    if measuring is not None:
        session.config.stash[COVERAGE] = measuring
        measuring.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Keep coverage, which halves the speed, to the first cases of each test."""
    measuring = item.config.stash.get(COVERAGE, None)
    if measuring is None or not item.stash[MEASURED]:
        return (yield)
    measuring.start()
    try:
        return (yield)
    finally:
        measuring.stop()


@pytest.fixture(scope="session")
def _founded(tmp_path_factory: pytest.TempPathFactory) -> cast.World:
    world = cast.make_founded(tmp_path_factory.mktemp("founded"))
    world.session.close()
    return world


@pytest.fixture(scope="session")
def _lived(
    tmp_path_factory: pytest.TempPathFactory, _founded: cast.World
) -> tuple[cast.World, cast.Day]:
    world = cast.copy_world(_founded, tmp_path_factory.mktemp("lived"))
    day = cast.live_a_day(world)
    world.session.close()
    return world, day


@pytest.fixture
def founded(tmp_path: Path, _founded: cast.World) -> Iterator[cast.World]:
    """A log with places and people, nothing registered; the test may change it."""
    world = cast.copy_world(_founded, tmp_path)
    yield world
    world.session.close()


@pytest.fixture
def lived(tmp_path: Path, _lived: tuple[cast.World, cast.Day]) -> Iterator[cast.World]:
    """A log after `cast.live_a_day`; the test may change it."""
    world = cast.copy_world(_lived[0], tmp_path)
    yield world
    world.session.close()


@pytest.fixture
def day(_lived: tuple[cast.World, cast.Day]) -> cast.Day:
    """What `lived` holds."""
    return _lived[1]


@pytest.fixture(scope="session")
def keys(_lived: tuple[cast.World, cast.Day]) -> dict[str, PersonKey]:
    return keys_of(_lived[0])


@pytest.fixture
def world(lived: cast.World, keys: dict[str, PersonKey]) -> cast.World:
    """The log after a day, at 10:20, with everybody's key unlocked."""
    lived.at(200).admit_all(keys)
    return lived


@pytest.fixture
def phone(world: cast.World) -> Phone:
    return Phone(world)


@pytest.fixture(scope="session")
def _office(_founded: cast.World) -> Office:
    """Control entries of the founded log, and everybody's keys."""
    world = cast.World(_founded.folder)
    made = paper_log.open_office(world)
    world.session.close()
    return made


@pytest.fixture
def office(_office: Office) -> Office:
    """The same, with the devices' rows where the founded log has left them."""
    return _office.again()


@pytest.fixture
def sealed(office: Office) -> tuple[PaperLog, int, Signed]:
    """A log with one item, sealed and at the office, and its last step."""
    paper = PaperLog(office)
    n = number(1)
    accepted = paper_log.register(office, n)
    bind = paper_log.bound(office, n, 70_000, step_of(accepted))
    for act in (accepted, paper_log.printed(office, n, 70_000), bind):
        assert paper.take(act) == ()
    return paper, n, bind
