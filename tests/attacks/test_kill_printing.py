"""A machine that dies while it prints: no serial is lost sight of, used twice, or bound twice.

After every kill the database opens, the audit finds nothing, and a clerk who looks at what lies on
the table gets exactly the missing labels with one `resume`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kt1custody.core.custody.table import ItemState, Status
from kt1custody.core.formats import numbers
from kt1custody.services.seals.resume import CameOut
from kt1custody.services.session import print_book
from kt1custody.signing.person_keys import PersonKey
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, paper
from tests.kit.phone import keys_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork")

ROOT = Path(__file__).parent.parent.parent
KILLED = -9
ITEMS = 3


@dataclass(frozen=True)
class Scene:
    """A world before a command, and the command; `made` is the sheet it prints."""

    world: cast.World
    words: tuple[str, ...]
    made: str


@pytest.fixture(scope="module")
def keys(_founded: cast.World) -> dict[str, PersonKey]:
    return keys_of(_founded)


def serial(world: cast.World, place: int) -> str:
    return numbers.format_serial(numbers.FIRST_SERIAL + place - 1)


def printing(world: cast.World) -> Scene:
    return Scene(world, ("print", "--pictures", "{folder}/pictures"), "made.pdf")


def resuming(world: cast.World) -> Scene:
    """The first label came out well and is bound, the second is there, the others are not."""
    at_counter.print_seals(world.at(10), cast.CLERK, [], world.folder / "a.pdf", confirm=cast.yes)
    at_counter.bind(world.at(11), cast.CLERK, None, [serial(world, 1)], confirm=cast.yes)
    return Scene(world, ("resume", serial(world, 1), "--came", "2"), "made.pdf")


def reprinting(world: cast.World) -> Scene:
    """All are bound, and one label is torn."""
    at_counter.print_seals(world.at(10), cast.CLERK, [], world.folder / "a.pdf", confirm=cast.yes)
    scans = [serial(world, place) for place in range(1, ITEMS + 1)]
    at_counter.bind(world.at(11), cast.CLERK, None, scans, confirm=cast.yes)
    return Scene(world, ("void", serial(world, 1), "--reason", "torn"), "made.pdf")


SCENES = {"print": printing, "resume": resuming, "void": reprinting}


@pytest.fixture(params=sorted(SCENES))
def scene(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    _founded: cast.World,
    keys: Mapping[str, PersonKey],
) -> Scene:
    world = cast.copy_world(_founded, tmp_path / "scene")
    world.session.admit_all(keys)
    manifest = cast.write_manifest(world.folder / "sang.csv", ITEMS)
    at_counter.import_manifest(world.at(5), lambda: cast.CLERK, manifest)
    pins = "\n".join(f"{staff}={pin}" for staff, pin in cast.PINS.items())
    (world.folder / "pins.txt").write_text(pins, "utf-8")
    made = SCENES[request.param](world)
    world.session.close()
    return made


def words(scene: Scene, folder: Path) -> list[str]:
    """Spell the command for a copy of the world."""
    sheet = "--reprint" if scene.words[0] == "void" else "--pdf"
    places = [
        "--data",
        folder / "data",
        "--keys",
        folder / "keys",
        "--pin-file",
        folder / "pins.txt",
    ]
    told = [*places, "--as-of", "23/11/2026 07:20", "--yes", "seal"]
    own = [word.format(folder=folder) for word in scene.words]
    return [*map(str, told), *own, "--by", cast.CLERK, sheet, str(folder / scene.made)]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("KT1_")}


Point = tuple[int | None, int | None]


def play(scene: Scene, folder: Path, points: Sequence[Point]) -> list[tuple[cast.World, int]]:
    """Run the command once for each point, in a world of its own; gives worlds and exit codes."""
    worlds, runs = [], []
    for place, (step, during) in enumerate(points):
        world = cast.copy_world(scene.world, folder / f"{place}")
        (world.folder / "temporary").mkdir()
        worlds.append(world)
        runs.append(
            {
                "words": words(scene, world.folder),
                "temporary": str(world.folder / "temporary"),
                "trace": str(world.folder / "trace.txt"),
                "step": step,
                "during": during,
            }
        )
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "kit" / "kill_at.py")],
        input=json.dumps(runs).encode(),
        capture_output=True,
        env=environment(),
        check=True,
    )
    return list(zip(worlds, map(int, done.stdout.split()), strict=True))


_STEPS: dict[str, list[str]] = {}


def steps(scene: Scene, folder: Path) -> list[str]:
    """Give the steps of an honest run, once for each command, and hold it against the rules."""
    if scene.words[0] in _STEPS:
        return _STEPS[scene.words[0]]
    [(world, code)] = play(scene, folder / "honest", [(None, None)])
    assert code == 0
    paper.check(world.session, sheets(world))
    assert (world.folder / scene.made).exists()
    world.session.close()
    found = (world.folder / "trace.txt").read_text("utf-8").splitlines()
    return _STEPS.setdefault(scene.words[0], found)


def sheets(world: cast.World) -> list[Path]:
    """Give every PDF and picture that lies anywhere, finished or not, temporary ones included."""
    files = [path for path in world.folder.rglob("*") if path.is_file() and path.stat().st_size]
    return [path for path in files if paper.is_sheet(path) or path.read_bytes()[:4] == b"\x89PNG"]


def states(world: cast.World) -> tuple[list[ItemState], dict[int, int]]:
    """Give the items, and every living serial with its item."""
    with world.session.database.read() as connection:
        book = LogBook(connection)
        items = book.items()
        printed = book.serials_of(one.n for one in items)
    dead = {serial for one in items for serial in one.voided}
    return items, {serial: n for n, serial in printed if serial not in dead}


def go_on(world: cast.World, keys: Mapping[str, PersonKey]) -> None:
    """Do what a clerk does after the machine has died, and hold the end against the rules."""
    session = world.at(30)
    session.admit_all(keys)
    table = {one.serial for path in world.folder.glob("*.pdf") for one in paper.seals_on(path)}
    items, living = states(world)
    bound = {one.seal for one in items}
    lost = {serial: n for serial, n in living.items() if serial not in table | bound}
    for place, (one, _) in enumerate(list(lost.items())):
        again = world.folder / f"again-{place}.pdf"
        given = numbers.format_serial(one)
        labels = print_book.job(session, given).labels
        if one not in states(world)[1]:
            continue  # printed anew with another label of its job
        here = [numbers.format_serial(label.serial) for label in labels if label.serial in table]
        wanted = [label.item.n for label in labels if label.serial in lost]
        at_counter.resume(
            session,
            cast.CLERK,
            None,
            given,
            CameOut(here),
            again,
            confirm=lambda job, missing: True,
        )
        assert [one.n for one in paper.seals_on(again)] == [n for n in wanted for _ in (1, 2)]
    items, living = states(world)
    if {one.n for one in items if one.status == Status.REGISTERED} - set(living.values()):
        at_counter.print_seals(session, cast.CLERK, [], world.folder / "rest.pdf", confirm=cast.yes)
    items, living = states(world)
    unbound = [numbers.format_serial(one) for one in living.keys() - {one.seal for one in items}]
    if unbound:
        at_counter.bind(session, cast.CLERK, None, unbound, confirm=cast.yes)
    items, living = states(world)
    assert len(items) == len(living) == ITEMS
    assert {one.seal: one.n for one in items} == living
    on_table = {one.serial for path in world.folder.glob("*.pdf") for one in paper.seals_on(path)}
    assert living.keys() <= on_table
    paper.check(session, sheets(world))


def survive(scene: Scene, folder: Path, points: Sequence[Point], keys: Mapping[str, PersonKey]):
    for world, code in play(scene, folder, points):
        assert code == KILLED
        paper.check(world.session, sheets(world))
        go_on(world, keys)
        world.session.close()


ADD = "sql INSERT INTO entries"


def commit(found: Sequence[str]) -> int:
    """Find the step that makes the print job last."""
    told = max(place for place, step in enumerate(found) if step.startswith(ADD))
    return found.index("sql COMMIT", told)


@pytest.mark.parametrize("scene", ["resume"], indirect=True)
def test_killed_around_the_commit_a_print_goes_on_with_what_is_missing(
    scene: Scene, tmp_path: Path, keys: Mapping[str, PersonKey]
):
    found = steps(scene, tmp_path)
    last = commit(found)
    after = next(place for place in range(last, len(found)) if found[place].startswith("open "))
    points: list[Point] = [(last, None), (last + 1, None), (after + 1, None)]
    survive(scene, tmp_path / "killed", points, keys)


@pytest.mark.nightly
def test_killed_at_any_step_a_print_goes_on_with_what_is_missing(
    scene: Scene, tmp_path: Path, keys: Mapping[str, PersonKey]
):
    found = steps(scene, tmp_path)
    last = commit(found)
    drawn = max(place for place, step in enumerate(found[:last]) if step == "sql COMMIT")
    kinds = [step.split()[:3] for step in found]  # a second row of a table adds nothing new
    changing = [
        place
        for place, step in enumerate(found)
        if place > drawn
        and not step.startswith(("sql SELECT", "sql PRAGMA"))
        and kinds[place] != kinds[place - 1]
    ]
    assert len(changing) >= 12
    assert {"sql", "open", "os.rename", "fsync"} <= {kinds[place][0] for place in changing}
    points: list[Point] = [(place, None) for place in changing]
    survive(scene, tmp_path / "killed", points, keys)


@pytest.mark.nightly
def test_killed_in_the_middle_of_a_commit_a_print_is_there_or_not(
    scene: Scene, tmp_path: Path, keys: Mapping[str, PersonKey]
):
    last = commit(steps(scene, tmp_path))
    points: list[Point] = [(last, wait) for wait in (0, 50, 100, 200, 400, 800, 1600)]
    survive(scene, tmp_path / "killed", points, keys)


@pytest.mark.nightly
def test_killed_from_outside_a_print_goes_on_with_what_is_missing(
    scene: Scene, tmp_path: Path, keys: Mapping[str, PersonKey]
):
    def start(folder: Path) -> tuple[cast.World, subprocess.Popen[bytes]]:
        world = cast.copy_world(scene.world, folder)
        command = [sys.executable, "-m", "kt1custody", *words(scene, folder)]
        quiet = subprocess.DEVNULL
        return world, subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=quiet, stderr=quiet
        )

    begun = time.monotonic()
    _, honest = start(tmp_path / "whole")
    assert honest.wait() == 0
    whole = time.monotonic() - begun
    for share in (0.75, 0.85, 0.95):
        world, process = start(tmp_path / f"{share}")
        time.sleep(whole * share)
        process.kill()
        assert process.wait() in (KILLED, 0)
        paper.check(world.session, sheets(world))
        go_on(world, keys)
        world.session.close()
