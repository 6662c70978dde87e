"""The book of printed seals: jobs found, listed and counted label by label."""

import pytest

from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import MAX_LINES
from kt1custody.services.seals import labels, seal
from kt1custody.services.seals.resume import CameOut
from kt1custody.services.session import print_book
from tests.kit import at_counter, cast, paper
from tests.kit.print_counter import PrintCounter, refused


def test_places_are_read_as_people_write_them():
    assert print_book.read_ranges(" 1 - 3, 5,7–8,", 8) == {1, 2, 3, 5, 7, 8}
    assert print_book.read_ranges("", 8) == set()
    assert print_book.ranges([1, 2, 3, 5, 7, 8]) == [(1, 3), (5, 5), (7, 8)]


def test_a_job_is_found_by_any_label_or_item_of_it(counter: PrintCounter):
    job = counter.print("a.pdf")
    n = counter.items[2]
    session = counter.world.session
    for given in (*counter.scans(job, [1, 6]), numbers.format_item_number(n)):
        assert print_book.job(session, given).number == job.number
    made = counter.resume(job, CameOut(places="1,2,4-6"), "b.pdf")
    assert print_book.job(session, str(n)).number == made.number
    with refused("job-unknown"):
        more = cast.write_manifest(counter.file("more.csv"), 1, begin=6)
        new = at_counter.import_manifest(counter.world.at(20), lambda: cast.CLERK, more).numbers[0]
        print_book.job(session, str(new))


def test_a_job_of_several_acts_is_one_job(counter: PrintCounter, monkeypatch: pytest.MonkeyPatch):
    assert MAX_LINES > 6
    for module in (labels, seal):
        monkeypatch.setattr(module, "MAX_LINES", 2)
    before = counter.seq()
    job = counter.print("a.pdf")
    assert counter.seq() == before + 3
    counter.bind(job, [2])
    for scan in counter.scans(job, [1, 4, 6]):
        told = print_book.job(counter.world.session, scan)
        assert [one.place for one in told.labels] == [1, 2, 3, 4, 5, 6]
    assert counter.states(job) == ["missing", "bound", *["missing"] * 4]
    [listed] = print_book.jobs(counter.world.session, None, None)
    assert listed == counter.job_of(job).summary
    made = counter.resume(job, CameOut(places="3"), "b.pdf")
    assert [n for n, _ in made.serials] == [counter.items[place] for place in (0, 3, 4, 5)]
    counter.bind(made, [1, 2, 3, 4])
    counter.bind(job, [3])
    whole = counter.job_of(job).summary, counter.job_of(made).summary
    assert [one.counts for one in whole] == [
        {"bound": 2, "void": 4, "missing": 0}, {"bound": 4, "void": 0, "missing": 0},
    ]  # fmt: skip
    assert print_book.jobs(counter.world.session, None, None) == [*whole]
    paper.check(counter.world.session, [counter.file("a.pdf"), counter.file("b.pdf")])


def test_jobs_are_listed_by_day(counter: PrintCounter):
    job = counter.print("a.pdf")
    day = 24 * 60
    counter.world.at(2 * day + 15)
    made = counter.resume(job, CameOut(places="1-5"), "b.pdf")
    session = counter.world.at(3 * day)

    def listed(begin: int | None, end: int | None) -> list[int]:
        return [one.number for one in print_book.jobs(session, begin, end)]

    morning = cast.MORNING
    assert listed(None, None) == [job.number, made.number]
    assert listed(morning + 11 * 60, None) == [made.number]
    assert listed(None, morning + 11 * 60) == [job.number]
    assert listed(0, 0) == []
    counter.world.at(9 * day)
    assert listed(None, None) == []  # a week is over
    assert listed(morning, None) == [job.number, made.number]
