"""Labels of seals: what they state is what the log says of their print act."""

from kt1custody.core.formats import numbers
from kt1custody.services.seals import labels
from kt1custody.services.seals.labels import Printer
from kt1custody.services.seals.resume import CameOut
from kt1custody.services.seals.seal import PrintSeals
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, paper
from tests.kit.print_counter import PrintCounter
from tests.kit.words import VI


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


def test_each_copy_has_its_label_and_each_seal_one_picture(counter: PrintCounter):
    session = counter.world.at(10)
    entries = at_counter.carry_out(session, PrintSeals(by=cast.CLERK))
    one, two = (
        labels.draw(session, cast.CLERK, entries, Printer(copies=copies, has_bitmaps=copies == 2))
        for copies in (1, 2)
    )
    assert [n for n, _ in two.serials] == list(counter.items)
    assert (one.count, two.count) == (6, 12)
    assert one.pictures == two.pictures  # of copy 1
    serial = numbers.format_serial(two.job)
    assert two.pictures[0][0] == f"{serial}.png"
    assert [name for name, _ in two.bitmaps][:2] == [f"{serial}-1.png", f"{serial}-2.png"]
    assert one.bitmaps == ()
    (counter.file("a.pdf")).write_bytes(two.pdf)
    seals = paper.seals_on(counter.file("a.pdf"))
    assert [(one.serial, one.copy) for one in seals] == [
        (serial, copy) for _, serial in two.serials for copy in (1, 2)
    ]


def test_a_test_label_comes_with_the_sentences_by_which_it_is_judged():
    pdf, advice = labels.calibrate(VI, 203)
    assert pdf.startswith(b"%PDF")
    assert advice
