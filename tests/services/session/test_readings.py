"""Nobody is told what a slip says without being named; what is done to that book is seen."""

import contextlib
import shutil
import sqlite3

import pytest

from kt1custody.errors import UnavailableError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.services.registration.search import Finder
from kt1custody.services.session import readings
from kt1custody.store.readings import NAME
from tests.kit import at_counter, cast

OFFICER = cast.OFFICERS[0]


def read_by(world: cast.World, n: int) -> list[tuple[str, str]]:
    return [(one.staff, one.why) for one in readings.of_item(world.session, n)]


def test_whoever_is_told_what_a_slip_says_is_named_with_device_time_and_reason(
    world: cast.World, day: cast.Day
):
    n = day.numbers[3]
    look.story(world.session, str(n))
    assert read_by(world, n) == []
    look.story(world.session, str(n), cast.CLERK)
    [one] = readings.of_item(world.session, n)
    state = look.story(world.session, str(n)).state
    assert one.seen == ((n, state.commit),)
    assert (one.dev, one.face, one.at) == ("QUAY01", "command", world.session.as_of)
    Finder(world.session, cast.CLERK).search(str(n))
    at_counter.open_slip(world.at(206), OFFICER, [str(n)], "inspection", confirm=cast.yes)
    at_counter.correct_item(
        world.at(208), str(n), {"note": "bì hai lớp"}, "mistyped", None, confirm=cast.yes
    )
    assert read_by(world, n) == [
        (cast.CLERK, "story"), (cast.CLERK, "search"), (OFFICER, "disclose"),
        (cast.CLERK, "correct"),
    ]  # fmt: skip
    report = verify.verify(world.session)
    assert (report.findings, "readings" in report.checked) == ([], True)


def test_a_page_is_told_from_a_command(world: cast.World, day: cast.Day):
    world.session.is_brief = False
    look.story(world.session, str(day.numbers[3]), cast.CLERK)
    assert readings.of_item(world.session, day.numbers[3])[0].face == "page"


def test_what_cannot_be_noted_is_not_told(world: cast.World, day: cast.Day):
    (world.session.data / NAME).write_bytes(b"no database at all" * 100)
    with pytest.raises(UnavailableError):
        look.story(world.session, str(day.numbers[3]), cast.CLERK)


def test_a_changed_reading_is_found_by_verifying(world: cast.World, day: cast.Day):
    for _ in range(3):
        look.story(world.session, str(day.numbers[3]), cast.CLERK)
    path = world.session.data / NAME
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        [words] = database.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'readings_no_update'"
        ).fetchone()
        database.execute("DROP TRIGGER readings_no_update")
        database.execute(
            "UPDATE readings SET raw = CAST(replace(raw, 'NV001', 'NV002') AS BLOB) WHERE seq = 1"
        )
        database.execute(words)
    [finding] = verify.verify(world.session).findings
    assert (finding.kind, finding.seq) == ("readings", None)


def test_a_restore_loses_no_more_than_it_says(world: cast.World, day: cast.Day):
    n = day.numbers[3]
    look.story(world.session, str(n), cast.CLERK)
    path = world.session.data / NAME
    world.session.readings.close()
    shutil.copy(path, world.folder / NAME)
    look.story(world.session, str(n), cast.CLERK)
    world.session.readings.close()
    shutil.copy(world.folder / NAME, path)
    report = verify.verify(world.session)
    assert (report.findings, report.outside[-1]) == ([], "readings-lost: 2")
    look.story(world.session, str(n), cast.CLERK)
    assert read_by(world, n) == [(cast.CLERK, "story")] * 2
    report = verify.verify(world.session)
    assert (report.findings, "readings-lost: 2" in report.outside) == ([], True)


def test_whoever_takes_a_dossier_or_bundle_away_stands_in_the_chain_too(
    world: cast.World, day: cast.Day
):
    n = day.numbers[3]
    look.story(world.session, str(n), cast.CLERK)
    readings.note_taken(world.session, OFFICER, "dossier", n)
    readings.note_taken(world.session, OFFICER, "bundle")
    assert [(one.staff, one.why) for one in readings.taken(world.session)] == [
        (OFFICER, "dossier"), (OFFICER, "bundle"),
    ]  # fmt: skip
    assert read_by(world, n) == [(cast.CLERK, "story"), (OFFICER, "dossier")]
    report = verify.verify(world.session)
    assert (report.findings, "readings" in report.checked) == ([], True)
