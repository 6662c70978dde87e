"""Codes from paper against what lies here: a match says how far, and no false one is told."""

import shutil
from pathlib import Path

from kt1custody.core.log import anchor
from kt1custody.services.custody import look
from kt1custody.services.evidence import closing, paper
from kt1custody.services.session import readings
from kt1custody.store.readings import NAME
from tests.kit import at_counter, cast
from tests.kit.false_history import unguarded
from tests.kit.phone import size


def code_of(world: cast.World) -> str:
    return anchor.code(closing.close(world.session).checkpoint)


def log_says(world: cast.World, *codes: str) -> list[tuple[str, int]]:
    return [(one.outcome, one.size) for one in paper.compare_log(world.session, codes)]


def book_says(world: cast.World, *codes: str) -> list[tuple[str, int]]:
    return [(one.outcome, one.size) for one in paper.compare_readings(world.session, codes)]


def test_codes_of_some_days_fit_as_far_as_they_go(world: cast.World, day: cast.Day):
    first, before = code_of(world), size(world)
    at_counter.hold(world.at(210), cast.CLERK, cast.CLERK_2, "absent")
    second = code_of(world)
    assert log_says(world, second, first) == [("fits", size(world)), ("fits", before)]
    [told] = paper.compare_log(world.session, [first])
    assert (told.own, told.last) == (size(world), before - 1)
    wrong = first[:-1] + str((int(first[-1]) + 1) % 10)
    [mistyped, short] = paper.compare_log(world.session, [wrong, "0000"])
    assert (mistyped.outcome, mistyped.group, short.group) == ("mistyped", 7, 0)
    assert paper.compare_log(world.session, []) == []


def test_an_edited_entry_is_told_whatever_its_leaf_and_the_tiles_say(
    world: cast.World, day: cast.Day
):
    code, count = code_of(world), size(world)
    with unguarded(world) as database:
        [raw] = database.execute("SELECT entry FROM entries WHERE seq = 20").fetchone()
        database.execute("UPDATE entries SET entry = ? WHERE seq = 20", (raw[:-1] + b"\x00",))
    assert log_says(world, code) == [("differs", count)]


def test_a_lost_end_is_told_and_codes_of_every_epoch_fit(world: cast.World, tmp_path: Path):
    old = code_of(world)
    world.back_up(tmp_path / "backup")
    at_counter.hold(world.at(210), cast.CLERK, cast.CLERK_2, "absent")
    new = code_of(world)
    world.restore(tmp_path / "backup")
    world.at(215)
    assert [outcome for outcome, _ in log_says(world, old, new)] == ["fits", "ends-before"]
    at_counter.begin_epoch(world.session, "restored", cast.OFFICERS)
    [first, second] = paper.compare_log(world.session, [old, code_of(world)])
    assert (first.outcome, second.outcome) == ("fits", "fits")
    assert (second.size, second.last) == (1, size(world) - 1)


def test_the_book_of_readings_can_be_neither_cut_nor_written_anew(world: cast.World, day: cast.Day):
    n, path = str(day.numbers[3]), world.session.data / NAME
    look.story(world.session, n, cast.CLERK)
    world.session.readings.close()
    shutil.copy(path, world.folder / NAME)
    look.story(world.session, n, cast.CLERK)
    told = readings.code(world.session)
    assert told
    count, code = told
    assert (count, book_says(world, code)) == (2, [("fits", 2)])
    assert log_says(world, code)[0][0] == "mistyped"  # it is of another chain
    look.story(world.session, n, cast.CLERK)
    assert book_says(world, code) == [("fits", 2)]
    for name in (path, world.session.keys / "readings-head.db"):
        world.session.readings.close()
        name.unlink()  # whoever can write both folders, and makes another book of as many
    shutil.copy(world.folder / NAME, path)
    assert book_says(world, code) == [("ends-before", 2)]
    for _ in range(3):
        look.story(world.session, str(day.numbers[4]), cast.CLERK)
    assert book_says(world, code) == [("differs", 2)]
