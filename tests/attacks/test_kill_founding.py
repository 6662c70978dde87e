"""A machine that dies while a log is founded: the same command again founds it, or finishes it.

Killed at any step that makes something last, from the note of the answers to the sheet on paper.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kt1custody.services.keys import founding_note
from kt1custody.services.people import roster
from kt1custody.store.log import LogBook
from tests.kit import cast

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork")

KILLED = -9
NAMES = ("Trần Văn Đạt", "Phạm Thị Hoà", "Nguyễn Đức Quỳnh")
PEOPLE = (*cast.OFFICERS, cast.RESERVE)
FILES = {*(f"{staff}.key" for staff in PEOPLE), "log.key", "server.key", "checkpoint.db"}


def words(folder: Path) -> list[str]:
    """Spell the founding."""
    places = ["--data", folder / "data", "--keys", folder / "keys", "--pin-file", folder / "pins"]
    told = [*places, "--as-of", "23/11/2026 07:00", "--yes", "init", "--training"]
    told += ["--log", "kt1.lamdong.vn/68", "--name", "KT1 Lâm Đồng", "--office", cast.OFFICE]
    told += ["--number", 68, "--officer", *cast.OFFICERS, "--reserve", cast.RESERVE]
    return [*map(str, told), "--names", *NAMES, "--pdf", str(folder / "sheet.pdf")]


def play(folder: Path, points: list[int | None]) -> list[tuple[Path, int]]:
    """Run the founding once for each point, in a folder of its own; gives folders and exit codes."""
    runs, places = [], []
    for number, step in enumerate(points):
        place = folder / f"{number}"
        if not place.exists():
            (place / "temporary").mkdir(parents=True)
            pins = "".join(f"{staff}={cast.PINS[staff]}\n" for staff in PEOPLE)
            (place / "pins").write_text(pins, "utf-8")
        places.append(place)
        runs.append(
            {
                "words": words(place),
                "temporary": str(place / "temporary"),
                "trace": str(place / "trace.txt"),
                "step": step,
                "during": None,
            }
        )
    done = subprocess.run(
        [sys.executable, str(Path(cast.__file__).with_name("kill_at.py"))],
        input=json.dumps(runs).encode(),
        capture_output=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("KT1_")},
        check=True,
    )
    return list(zip(places, map(int, done.stdout.split()), strict=True))


def check(place: Path) -> None:
    """Hold what a founding has made against what it must be: all of it, and nothing else."""
    assert {path.name for path in (place / "keys").iterdir()} - {
        "checkpoint.db-wal",
        "checkpoint.db-shm",
        *(f"{staff}.tries" for staff in PEOPLE),
    } == FILES
    assert [path.name for path in (place / "data").iterdir()] == ["kt1.db"]
    assert (place / "sheet.pdf").read_bytes().startswith(b"%PDF")
    world = cast.World(place)
    world.at(5)
    with world.session.database.read() as connection:
        book = LogBook(connection)
        assert [book.entry(seq).act.type for seq in range(book.seq + 1)] == [
            "genesis",
            "office_key",
            "enrol",
        ]
    members = roster.members(world.session, cast.OFFICERS[0])
    assert [(one.number, one.name) for one in members] == list(zip(PEOPLE, NAMES, strict=True))
    world.session.close()


def last_steps(folder: Path) -> list[int]:
    """Give the steps of an honest founding that make something last, until its note is gone."""
    [(honest, code)] = play(folder, [None])
    assert code == 0
    check(honest)
    steps = (honest / "trace.txt").read_text("utf-8").splitlines()
    lasting = ("fsync", "os.rename", "sql COMMIT", "os.remove")
    removed = [place for place, step in enumerate(steps) if step.startswith("os.remove")]
    return [
        place for place, step in enumerate(steps[: removed[-1] + 1]) if step.startswith(lasting)
    ]


def survive(folder: Path, points: list[int | None]) -> None:
    """Kill a founding at each of these steps, give it again, and look at what there is."""
    killed = play(folder, points)
    assert {code for _, code in killed} == {KILLED}
    assert any((place / "keys" / founding_note.NAME).exists() for place, _ in killed)
    for place, code in play(folder, [None] * len(points)):
        assert code == 0
        check(place)


def test_killed_between_its_files_a_founding_is_given_again_and_ends_well(tmp_path: Path):
    steps = last_steps(tmp_path / "honest")
    assert len(steps) > 40
    survive(tmp_path / "killed", [*steps[2:-1:36], steps[-1]])  # the last: it forgets the answers


@pytest.mark.nightly
def test_killed_at_any_step_a_founding_is_given_again_and_ends_well(tmp_path: Path):
    survive(tmp_path / "killed", [*last_steps(tmp_path / "honest")])
