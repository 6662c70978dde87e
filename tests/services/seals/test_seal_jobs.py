"""Print jobs at the counter: jams, lost files, spoiled labels, two clerks at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import MAX_LINES
from kt1custody.errors import KtError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.services.seals import labels, seal, spoiled
from kt1custody.services.seals.resume import CameOut
from kt1custody.services.session import print_book
from kt1custody.services.session.print_book import PrintJob
from kt1custody.signing.person_keys import PersonKey
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, paper
from tests.kit.at_counter import Job


@dataclass
class Counter:
    """A counter with some registered items and a printer."""

    world: cast.World
    items: tuple[int, ...]

    def file(self, name: str) -> Path:
        return self.world.folder / name

    def print(self, name: str, at: int = 10) -> Job:
        session = self.world.at(at)
        return at_counter.print_seals(session, cast.CLERK, [], self.file(name), confirm=cast.yes)

    def scans(self, job: Job, places: Sequence[int]) -> list[str]:
        return [numbers.format_serial(job.serials[place - 1][1]) for place in places]

    def bind(self, job: Job, places: Sequence[int]) -> None:
        scans = self.scans(job, places)
        at_counter.bind(self.world.session, cast.CLERK, cast.CONTROLLER, scans, confirm=cast.yes)

    def resume(self, job: Job, came_out: CameOut, name: str, witness: str | None = None) -> Job:
        given = numbers.format_serial(job.number)
        _, made = at_counter.resume(
            self.world.at(15), cast.CLERK, witness, given, came_out, self.file(name),
            confirm=lambda job, missing: True,
        )  # fmt: skip
        return made

    def told(self, job: Job) -> PrintJob:
        return print_book.job(self.world.session, numbers.format_serial(job.number))

    def states(self, job: Job) -> list[str]:
        return [one.state for one in self.told(job).labels]

    def state(self, n: int) -> ItemState:
        with self.world.session.database.read() as connection:
            state = LogBook(connection).item(n)
        assert state is not None
        return state

    def seq(self) -> int:
        with self.world.session.database.read() as connection:
            return LogBook(connection).seq


@pytest.fixture
def counter(founded: cast.World, keys: Mapping[str, PersonKey]) -> Counter:
    founded.session.admit_all(keys)
    manifest = cast.write_manifest(founded.folder / "sang.csv", 6)
    made = at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, manifest)
    return Counter(founded, made.numbers)


def refused(code: str) -> pytest.RaisesExc[KtError]:
    return pytest.RaisesExc(KtError, match=code)


def test_a_jam_resumes_with_the_missing_labels_only(counter: Counter):
    job = counter.print("a.pdf")
    heard = CameOut(given=counter.scans(job, [4, 1]), places="6")
    made = counter.resume(job, heard, "b.pdf")
    lost = [counter.items[place - 1] for place in (2, 3, 5)]
    assert [n for n, _ in made.serials] == lost
    assert [(one.n, one.copy) for one in paper.seals_on(counter.file("b.pdf"))] == [
        (n, copy) for n in lost for copy in (1, 2)
    ]
    told = counter.told(job)
    assert counter.states(job) == ["missing", "void", "void", "missing", "void", "missing"]
    assert told.gaps == [(1, 1), (4, 4), (6, 6)]
    assert [one.new for one in told.labels if one.new] == [serial for _, serial in made.serials]
    assert {one.reason for one in told.labels} == {"misprint", None}
    counter.bind(job, [1, 4, 6])
    counter.bind(made, [1, 2, 3])
    assert counter.states(job) == ["bound", "void", "void", "bound", "void", "bound"]
    assert counter.states(made) == ["bound"] * 3
    paper.check(counter.world.session, [counter.file("a.pdf"), counter.file("b.pdf")])


def test_a_lost_file_is_said_and_everything_is_printed_anew(counter: Counter):
    job = counter.print("a.pdf")
    counter.file("a.pdf").unlink()
    for given in ([], [str(counter.items[2])]):
        with pytest.raises(KtError) as caught:
            at_counter.print_seals(
                counter.world.at(11), cast.CLERK, given, counter.file("b.pdf"), confirm=cast.yes
            )
        assert caught.value.code == "printed-already"
        assert caught.value.detail["jobs"] == numbers.format_serial(job.number)
    made = counter.resume(job, CameOut(), "b.pdf")
    assert [n for n, _ in made.serials] == list(counter.items)
    assert set(counter.states(job)) == {"void"}
    with refused("nothing-missing"):
        counter.resume(job, CameOut(), "c.pdf")


def test_new_items_are_printed_while_others_wait_to_be_bound(counter: Counter):
    counter.print("a.pdf")
    more = cast.write_manifest(counter.file("more.csv"), 2, begin=6)
    made = at_counter.import_manifest(counter.world.at(11), lambda: cast.CLERK, more)
    assert [n for n, _ in counter.print("b.pdf", 12).serials] == list(made.numbers)


def test_bound_labels_are_never_touched_by_a_resume(counter: Counter):
    job = counter.print("a.pdf")
    counter.bind(job, [1, 2, 3])
    before = [counter.state(n) for n in counter.items[:3]]
    made = counter.resume(job, CameOut(places="5"), "b.pdf")
    assert [n for n, _ in made.serials] == [counter.items[3], counter.items[5]]
    assert [counter.state(n) for n in counter.items[:3]] == before


def test_a_heard_label_that_does_not_belong_there_stops_the_resume(counter: Counter):
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
def test_places_that_are_not_of_the_job_are_refused(counter: Counter, typed: str):
    job = counter.print("a.pdf")
    before = counter.seq()
    with refused("places-malformed"):
        counter.resume(job, CameOut(places=typed), "b.pdf")
    assert counter.seq() == before


def test_places_are_read_as_people_write_them():
    assert print_book.read_ranges(" 1 - 3, 5,7–8,", 8) == {1, 2, 3, 5, 7, 8}
    assert print_book.read_ranges("", 8) == set()
    assert print_book.ranges([1, 2, 3, 5, 7, 8]) == [(1, 3), (5, 5), (7, 8)]


def test_a_job_is_found_by_any_label_or_item_of_it(counter: Counter):
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


def marked(counter: Counter) -> int:
    """Register one item of mark A."""
    manifest = counter.file("a.csv")
    lines = cast.MANIFEST.read_text("utf-8-sig").splitlines()
    rows = [line for line in lines[1:] if ",A," in line][:1]
    manifest.write_text("\n".join([lines[0], *rows]), "utf-8")
    made = at_counter.import_manifest(counter.world.at(6), lambda: cast.CLERK, manifest)
    assert made.numbers, made.findings
    return made.numbers[0]


def test_a_seal_of_mark_a_is_printed_anew_by_two_people_only(counter: Counter):
    n = marked(counter)
    job = counter.print("a.pdf")
    before, state = counter.seq(), counter.state(n)
    assert state.mark == 3
    with refused("witness-missing"):
        counter.resume(job, CameOut(), "b.pdf")
    with refused("witness-missing"):
        at_counter.void(
            counter.world.at(16), cast.CLERK, None, str(n), "torn",
            reprint=counter.file("b.pdf"), confirm=cast.yes,
        )  # fmt: skip
    assert (counter.seq(), counter.state(n)) == (before, state)
    assert not counter.file("b.pdf").exists()
    made = counter.resume(job, CameOut(), "b.pdf", cast.CONTROLLER)
    assert n in dict(made.serials)


def test_what_changes_while_the_clerk_looks_is_not_voided(counter: Counter):
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


def test_two_clerks_who_print_at_once_do_not_share_a_serial(counter: Counter):
    def print_too(shown: object) -> bool:
        counter.print("b.pdf")
        return True

    with refused("printed-already"):
        at_counter.print_seals(
            counter.world.session, cast.CLERK, [], counter.file("a.pdf"), confirm=print_too
        )
    assert not counter.file("a.pdf").exists()
    paper.check(counter.world.session, [counter.file("b.pdf")])


def test_an_item_cancelled_while_the_clerk_looks_gets_no_label(counter: Counter):
    def cancel(shown: object) -> bool:
        n = str(counter.items[0])
        at_counter.void(counter.world.session, cast.CLERK, None, n, "cancelled", confirm=cast.yes)
        return True

    with refused("changed-meanwhile"):
        at_counter.print_seals(
            counter.world.at(9), cast.CLERK, [], counter.file("a.pdf"), confirm=cancel
        )
    assert not counter.file("a.pdf").exists()


def test_a_cancelled_item_gets_no_new_label(counter: Counter):
    job = counter.print("a.pdf")
    scan, pdf = counter.scans(job, [1])[0], counter.file("b.pdf")
    before = counter.seq()
    with refused("cancelled-no-label"):
        at_counter.void(
            counter.world.session,
            cast.CLERK,
            None,
            scan,
            "cancelled",
            reprint=pdf,
            confirm=cast.yes,
        )
    with refused("cancelled-no-label"):
        at_counter.resume(
            counter.world.session, cast.CLERK, None, scan, CameOut(), pdf,
            reason="cancelled", confirm=lambda job, missing: True,
        )  # fmt: skip
    assert counter.seq() == before
    at_counter.void(counter.world.session, cast.CLERK, None, scan, "cancelled", confirm=cast.yes)
    assert counter.states(job)[0] == "void"
    assert counter.items[0] not in dict(counter.resume(job, CameOut(), "b.pdf").serials)


def test_a_reprint_voids_first_and_prints_both_copies_again(counter: Counter):
    job = counter.print("a.pdf")
    counter.bind(job, [1])
    scan = counter.scans(job, [1])[0]
    entry, made = at_counter.void(
        counter.world.at(20), cast.CLERK, None, scan, "torn",
        reprint=counter.file("b.pdf"), confirm=cast.yes,
    )  # fmt: skip
    assert made is not None
    assert entry.act.lines[0].number("new") == made.number
    contents = paper.seals_on(counter.file("b.pdf"))
    assert [(one.serial, one.copy) for one in contents] == [(made.number, 1), (made.number, 2)]
    assert counter.states(job)[0] == "void"
    assert counter.states(made) == ["missing"]
    with refused("seal-void"):
        counter.bind(job, [1])
    counter.bind(made, [1])


def test_a_seal_states_the_time_of_its_print_act(counter: Counter):
    session = counter.world.at(10)
    started, ticks = session.as_of or 0, iter(range(10_000))
    session.as_of, session.clock = None, lambda: started + 3 * next(ticks)  # drawing takes seconds
    job = at_counter.print_seals(session, cast.CLERK, [], counter.file("a.pdf"), confirm=cast.yes)
    given = numbers.format_serial(job.number)
    counter.bind(job, [1, 2])
    _, again = at_counter.resume(
        session, cast.CLERK, None, given, CameOut(places="3-5"), counter.file("b.pdf"),
        confirm=lambda job, missing: True,
    )  # fmt: skip
    at_counter.void(
        session, cast.CLERK, None, counter.scans(job, [1])[0], "torn",
        reprint=counter.file("c.pdf"), confirm=cast.yes,
    )  # fmt: skip
    with session.database.read() as connection:
        book = LogBook(connection)
        acts = {
            line.number("serial"): entry for entry in book.acts("print") for line in entry.act.lines
        }
        assert {entry.judgement for entry in book.acts("void")} == {()}
    contents = [one for name in "abc" for one in paper.seals_on(counter.file(f"{name}.pdf"))]
    assert len(contents) == 16
    for one in contents:
        entry = acts[one.serial]
        assert one.at == entry.act.at < entry.accepted_at
        assert one.issuer == entry.act.number("office")
        assert entry.judgement == ()
    assert again.number in acts


def test_a_job_of_several_acts_is_one_job(counter: Counter, monkeypatch: pytest.MonkeyPatch):
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
    assert listed == counter.told(job).summary
    made = counter.resume(job, CameOut(places="3"), "b.pdf")
    assert [n for n, _ in made.serials] == [counter.items[place] for place in (0, 3, 4, 5)]
    counter.bind(made, [1, 2, 3, 4])
    counter.bind(job, [3])
    whole = counter.told(job).summary, counter.told(made).summary
    assert [one.counts for one in whole] == [
        {"bound": 2, "void": 4, "missing": 0}, {"bound": 4, "void": 0, "missing": 0},
    ]  # fmt: skip
    assert print_book.jobs(counter.world.session, None, None) == [*whole]
    paper.check(counter.world.session, [counter.file("a.pdf"), counter.file("b.pdf")])


def test_jobs_are_listed_by_day(counter: Counter):
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


def test_spoiled_labels_stand_in_the_register_with_who_and_why(counter: Counter):
    n = marked(counter)
    job = counter.print("a.pdf")
    place = [one for one, _ in job.serials].index(n) + 1
    counter.bind(job, [1, place])
    _, made = at_counter.void(
        counter.world.at(20), cast.CLERK, cast.CONTROLLER, str(n), "torn",
        reprint=counter.file("b.pdf"), confirm=cast.yes,
    )  # fmt: skip
    assert made is not None
    at_counter.void(
        counter.world.at(25), cast.CLERK, cast.CONTROLLER, str(n), "lost-label", confirm=cast.yes
    )
    with refused("seal-void"):  # what was refused is not in the register
        at_counter.void(
            counter.world.at(26), cast.CLERK, cast.CONTROLLER, counter.scans(job, [place])[0],
            "torn", confirm=cast.yes,
        )  # fmt: skip
    first, second = spoiled.register(counter.world.session)
    assert (first.n, first.old, first.new) == (n, job.serials[place - 1][1], made.number)
    assert (first.by, first.witness, first.reason) == (cast.CLERK, cast.CONTROLLER, "torn")
    assert (first.was_bound, first.nth) == (True, 1)
    assert (second.old, second.new, second.reason) == (made.number, None, "lost-label")
    assert (second.was_bound, second.nth) == (False, 2)
    assert first.at == cast.MORNING + 20 * 60
    assert spoiled.register(counter.world.session, cast.MORNING + 25 * 60) == [second]
    assert spoiled.register(counter.world.session, None, cast.MORNING + 25 * 60) == [first]


def test_a_story_tells_both_seals(counter: Counter):
    job = counter.print("a.pdf")
    counter.resume(job, CameOut(places="2-6"), "b.pdf")
    told = look.story(counter.world.session, str(counter.items[0]))
    assert [one.act for one in told.happenings] == ["register", "print", "print", "void"]
    assert verify.verify(counter.world.session).findings == []
