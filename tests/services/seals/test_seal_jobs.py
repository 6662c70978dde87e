"""Print jobs at the counter: lost files, cancelled items, marks, two clerks at once."""

import pytest

from kt1custody.core.formats import numbers
from kt1custody.errors import KtError
from kt1custody.services.seals.resume import CameOut
from tests.kit import at_counter, cast, paper
from tests.kit.print_counter import PrintCounter, marked, refused


def test_a_lost_file_is_said_and_everything_is_printed_anew(counter: PrintCounter):
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


def test_new_items_are_printed_while_others_wait_to_be_bound(counter: PrintCounter):
    counter.print("a.pdf")
    more = cast.write_manifest(counter.file("more.csv"), 2, begin=6)
    made = at_counter.import_manifest(counter.world.at(11), lambda: cast.CLERK, more)
    assert [n for n, _ in counter.print("b.pdf", 12).serials] == list(made.numbers)


def test_a_seal_of_mark_a_is_printed_anew_by_two_people_only(counter: PrintCounter):
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


def test_two_clerks_who_print_at_once_do_not_share_a_serial(counter: PrintCounter):
    def print_too(shown: object) -> bool:
        counter.print("b.pdf")
        return True

    with refused("printed-already"):
        at_counter.print_seals(
            counter.world.session, cast.CLERK, [], counter.file("a.pdf"), confirm=print_too
        )
    assert not counter.file("a.pdf").exists()
    paper.check(counter.world.session, [counter.file("b.pdf")])


def test_an_item_cancelled_while_the_clerk_looks_gets_no_label(counter: PrintCounter):
    def cancel(shown: object) -> bool:
        n = str(counter.items[0])
        at_counter.void(counter.world.session, cast.CLERK, None, n, "cancelled", confirm=cast.yes)
        return True

    with refused("changed-meanwhile"):
        at_counter.print_seals(
            counter.world.at(9), cast.CLERK, [], counter.file("a.pdf"), confirm=cancel
        )
    assert not counter.file("a.pdf").exists()


def test_a_cancelled_item_gets_no_new_label(counter: PrintCounter):
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


def test_a_reprint_voids_first_and_prints_both_copies_again(counter: PrintCounter):
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
