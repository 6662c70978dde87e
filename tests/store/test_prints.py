"""Labels of print acts are counted in the tables as the log itself says them."""

from kt1custody.core.custody.judgement import fresh_serials
from kt1custody.core.custody.table import Status
from kt1custody.store import prints
from kt1custody.store.log import LogBook
from kt1custody.store.prints import LabelCounts
from tests.kit import at_counter, cast


def recounted(book: LogBook) -> dict[int, LabelCounts]:
    """The same from the entries, label by label."""
    found = {}
    for entry in book.acts("print"):
        bound = missing = 0
        serials = fresh_serials(entry.act, entry.judgement)
        for serial, n in serials.items():
            item = book.item(n)
            assert item is not None
            is_free = item.status == Status.REGISTERED and serial not in item.voided
            bound += item.seal == serial
            missing += item.seal != serial and is_free
        found[entry.seq] = LabelCounts(len(serials), bound, missing)
    return found


def test_labels_are_counted_as_the_log_says_them(lived: cast.World):
    manifest = cast.write_manifest(lived.folder / "more.csv", 4, begin=30)
    made = at_counter.import_manifest(lived.at(150), lambda: cast.CLERK, manifest)
    assert not made.findings
    for minutes, numbers in ((160, made.numbers[:3]), (165, made.numbers[3:])):
        pdf, given = lived.folder / f"{minutes}.pdf", [str(n) for n in numbers]
        at_counter.print_seals(lived.at(minutes), cast.CLERK, given, pdf, confirm=cast.yes)
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        acts = prints.acts(connection, after=-1)
        counted = prints.labels(connection, [act.seq for act in acts])
        assert counted == recounted(book)
        assert {one.missing for one in counted.values()} > {0}
        for act in acts:
            entry = book.entry(act.seq)
            assert entry.act.type == "print"
            assert (act.by, act.dev, act.at) == (entry.act.by, entry.act.dev, entry.act.at)
            assert act.accepted_at == entry.accepted_at
        assert prints.acts(connection, after=acts[0].seq) == acts[1:]
        assert prints.labels(connection, [0]) == {}
