"""The register of spoiled labels: every seal that was voided, and why."""

from kt1custody.services.seals import spoiled
from tests.kit import at_counter, cast
from tests.kit.print_counter import PrintCounter, marked, refused


def test_spoiled_labels_stand_in_the_register_with_who_and_why(counter: PrintCounter):
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
