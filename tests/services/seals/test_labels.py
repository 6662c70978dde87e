"""Labels of seals: what they state is what the log says of their print act."""

from kt1custody.core.formats import numbers
from kt1custody.services.seals.resume import CameOut
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, paper
from tests.kit.print_counter import PrintCounter


def test_a_seal_states_the_time_of_its_print_act(counter: PrintCounter):
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
