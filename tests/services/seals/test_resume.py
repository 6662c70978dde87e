"""Going on after a jam: what is missing is voided and printed anew, and nothing else."""

import pytest

from kt1custody.core.formats import numbers
from kt1custody.services.seals.resume import CameOut
from tests.kit import at_counter, cast, paper
from tests.kit.print_counter import PrintCounter, refused


def test_a_jam_resumes_with_the_missing_labels_only(counter: PrintCounter):
    job = counter.print("a.pdf")
    heard = CameOut(given=counter.scans(job, [4, 1]), places="6")
    made = counter.resume(job, heard, "b.pdf")
    lost = [counter.items[place - 1] for place in (2, 3, 5)]
    assert [n for n, _ in made.serials] == lost
    assert [(one.n, one.copy) for one in paper.seals_on(counter.file("b.pdf"))] == [
        (n, copy) for n in lost for copy in (1, 2)
    ]
    told = counter.job_of(job)
    assert counter.states(job) == ["missing", "void", "void", "missing", "void", "missing"]
    assert told.gaps == [(1, 1), (4, 4), (6, 6)]
    assert [one.new for one in told.labels if one.new] == [serial for _, serial in made.serials]
    assert {one.reason for one in told.labels} == {"misprint", None}
    counter.bind(job, [1, 4, 6])
    counter.bind(made, [1, 2, 3])
    assert counter.states(job) == ["bound", "void", "void", "bound", "void", "bound"]
    assert counter.states(made) == ["bound"] * 3
    paper.check(counter.world.session, [counter.file("a.pdf"), counter.file("b.pdf")])


def test_bound_labels_are_never_touched_by_a_resume(counter: PrintCounter):
    job = counter.print("a.pdf")
    counter.bind(job, [1, 2, 3])
    before = [counter.state(n) for n in counter.items[:3]]
    made = counter.resume(job, CameOut(places="5"), "b.pdf")
    assert [n for n, _ in made.serials] == [counter.items[3], counter.items[5]]
    assert [counter.state(n) for n in counter.items[:3]] == before


def test_a_heard_label_that_does_not_belong_there_stops_the_resume(counter: PrintCounter):
    job = counter.print("a.pdf")
    made = counter.resume(job, CameOut(places="2-6"), "b.pdf")
    before = counter.seq()
    with refused("label-of-another-job"):
        counter.resume(job, CameOut(counter.scans(made, [1])), "c.pdf")
    with refused("seal-void"):  # it should have been thrown away
        counter.resume(job, CameOut(counter.scans(job, [1, 2])), "c.pdf")
    with refused("seal-not-scanned"):
        counter.resume(job, CameOut([str(counter.items[3])]), "c.pdf")
    with refused("serial-unknown"):
        counter.resume(job, CameOut([numbers.format_serial(99_999)]), "c.pdf")
    assert counter.seq() == before
    assert not counter.file("c.pdf").exists()


@pytest.mark.parametrize(
    "typed", ["0", "7", "1-7", "3-2", "x", "1-", "-2", "1-2-3", "٣", "1e9", "9" * 40]
)
def test_places_that_are_not_of_the_job_are_refused(counter: PrintCounter, typed: str):
    job = counter.print("a.pdf")
    before = counter.seq()
    with refused("places-malformed"):
        counter.resume(job, CameOut(places=typed), "b.pdf")
    assert counter.seq() == before


def test_what_changes_while_the_clerk_looks_is_not_voided(counter: PrintCounter):
    job = counter.print("a.pdf")
    given = numbers.format_serial(job.number)

    def bind_one(told: object, missing: object) -> bool:
        counter.bind(job, [3])
        return True

    with refused("changed-meanwhile"):
        at_counter.resume(
            counter.world.at(15), cast.CLERK, None, given, CameOut(), counter.file("b.pdf"),
            confirm=bind_one,
        )  # fmt: skip
    assert counter.states(job) == ["missing", "missing", "bound", "missing", "missing", "missing"]
    assert not counter.file("b.pdf").exists()
