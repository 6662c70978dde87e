"""Nothing is signed on top of an end of the log that does not agree with itself."""

import contextlib
import sqlite3

import pytest

from kt1custody.errors import KtError, UnavailableError, VerificationError
from kt1custody.services.evidence import verify
from kt1custody.store import db, newest, statements
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, nightly
from tests.kit.false_history import Parts, attacker, edit, entries_of, put, raws_of

LAST = "WHERE seq = (SELECT max(seq) FROM entries)"
EDITS = {
    "head's leaf": "UPDATE head SET leaf = zeroblob(32)",
    "head's time": "UPDATE head SET accepted_at = accepted_at + 60",
    "head's time back": "UPDATE head SET accepted_at = accepted_at - 3600",
    "head one further": "UPDATE head SET seq = seq + 1",
    "head one back": "UPDATE head SET seq = seq - 1",
    "head's tree": "UPDATE head SET peaks = substr(peaks, 33) || substr(peaks, 1, 32)",
    "head's base": "UPDATE head SET base = 1",
    "the newest gone": f"DELETE FROM entries {LAST}",
    "the leaf beside the newest": f"UPDATE entries SET leaf = zeroblob(32) {LAST}",
    "the type beside the newest": f"UPDATE entries SET kind = 'clock' {LAST}",
    "the counter beside the newest": f"UPDATE entries SET dseq = 0 {LAST}",
    "a leaf shortly before it": "UPDATE entries SET leaf = zeroblob(32) WHERE seq = 24",
}
# What a control entry is found by.
HIDDEN = "UPDATE entries SET kind = 'clock' WHERE seq IN (SELECT max(seq) FROM entries WHERE kind = '{}')"


def hold(world: cast.World, who: str = cast.DRIVER) -> None:
    at_counter.hold(world.at(300), cast.CLERK, who, "absent")


def refused(world: cast.World) -> str:
    """Say why nothing is written, and make sure that it is so."""
    before = raws_of(world)
    with pytest.raises(KtError) as raised:
        hold(world)
    assert raws_of(world) == before
    assert isinstance(raised.value, (UnavailableError, VerificationError))
    return raised.value.code


def test_the_end_of_an_honest_log_agrees_with_itself(lived: cast.World):
    hold(lived)
    hold(lived, cast.CLERK_2)
    with lived.session.database.read() as connection:
        newest.refuse_differing(LogBook(connection))
    assert verify.verify(lived.session).findings == []


def look(world: cast.World) -> int:
    """Look at the end of the log; gives how many statements it took."""
    asked: list[str] = []
    with world.session.database.read() as connection:
        book, raw = LogBook(connection), statements.driver(connection)
        raw.set_trace_callback(asked.append)
        try:
            newest.refuse_differing(book)
        finally:
            raw.set_trace_callback(None)
    return len(asked)


def test_an_end_that_was_found_right_is_looked_at_again_once_a_row_has_changed(
    lived: cast.World,
):
    whole = look(lived)
    assert look(lived) == 1 < whole
    with lived.session.database.write() as connection:
        connection.exec_driver_sql("UPDATE head SET seq = seq")
    assert look(lived) == whole
    hold(cast.World(lived.folder))
    assert look(lived) > 1


@pytest.mark.parametrize("edit", [
    "UPDATE frontiers SET next = 900 WHERE name = 'QUAY01'",
    "UPDATE head SET accepted_at = accepted_at - 3600",
    "DELETE FROM frontiers",
])  # fmt: skip
@pytest.mark.parametrize("is_own", [True, False])
def test_an_edit_between_two_looks_is_found(lived: cast.World, edit: str, is_own: bool):
    look(lived)
    if is_own:
        with lived.session.database.write() as connection:
            connection.exec_driver_sql(edit)
    else:
        with contextlib.closing(sqlite3.connect(lived.session.data / db.NAME)) as raw, raw:
            raw.execute(edit)
    with pytest.raises(UnavailableError, match="database-broken"):
        look(lived)


def test_an_entry_that_is_rewritten_between_two_looks_is_found(lived: cast.World):
    look(lived)
    with contextlib.closing(sqlite3.connect(lived.session.data / db.NAME)) as raw, raw:
        [[guard]] = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'entries_no_update'")
        raw.execute("BEGIN")
        raw.execute("DROP TRIGGER entries_no_update")
        raw.execute("UPDATE entries SET leaf = zeroblob(32) WHERE seq = 24")
        raw.execute(guard)
    with pytest.raises(UnavailableError, match="database-broken"):
        look(lived)


@pytest.mark.parametrize("name", EDITS)
def test_nothing_is_signed_on_top_of_an_edited_end(lived: cast.World, name: str):
    with attacker(lived) as raw:
        raw.execute(EDITS[name])
    assert refused(lived) == "database-broken"
    verify.rebuild(lived.session)
    if name == "the newest gone":  # now `kt1 catch-up` brings it back
        assert refused(lived) == "log-behind"
        return
    hold(lived)
    assert verify.verify(lived.session).findings == []


@pytest.mark.parametrize(("kind", "then"), [("enrol", ()), ("hold", (cast.CLERK_2,)), ("hold", ())])
def test_a_hidden_control_entry_is_missed(lived: cast.World, kind: str, then: tuple[str, ...]):
    hold(lived, cast.COURIER_2)
    for who in then:
        hold(lived, who)
    with attacker(lived) as raw:
        raw.execute(HIDDEN.format(kind))
    assert refused(lived) == "database-broken"
    verify.rebuild(lived.session)
    hold(lived)
    assert verify.verify(lived.session).findings == []


def later(parts: Parts) -> None:
    time = parts[5]
    assert isinstance(time, int)
    parts[5] = time + 1


@pytest.mark.parametrize("with_head", nightly.each([False, True], True))
def test_nothing_is_signed_on_top_of_a_newest_entry_that_was_rewritten(
    lived: cast.World, with_head: bool
):
    """Only what was signed tells; neither a rebuild nor anything else makes it right."""
    before = raws_of(lived)
    with attacker(lived) as raw:
        raw.execute(f"DELETE FROM entries {LAST}")
        put(raw, edit(before[-1], later))
    if with_head:
        verify.rebuild(lived.session)
    assert refused(lived) == "log-forked" if with_head else "database-broken"
    with attacker(lived) as raw:
        raw.execute(f"DELETE FROM entries {LAST}")
        put(raw, before[-1])
    verify.rebuild(lived.session)
    hold(lived)


def test_a_leaf_of_another_entry_does_not_pass_for_the_tree_s(lived: cast.World):
    """Newest entry and head agree, and the tree is the one that was signed."""
    before = raws_of(lived)
    fresh = edit(before[-1], later)
    with attacker(lived) as raw:
        raw.execute(f"DELETE FROM entries {LAST}")
        put(raw, fresh)
    leaf, time = entries_of(lived)[-1].leaf, entries_of(lived)[-1].accepted_at
    with attacker(lived) as raw:
        raw.execute("UPDATE head SET leaf = ?, accepted_at = ?", (leaf, time))
    assert refused(lived) == "database-broken"


# How far rows have got.
ROWS = {
    "numbers": "name LIKE 'numbers-%'",
    "serials": "name = 'serials'",
    "counters": "name = 'QUAY01'",
}
ENDS = ["next = next + 1", "next = next - 1", "next = next + 900", f"next = {2**62}", "next = 0"]


def work_on(world: cast.World) -> list[int]:
    """Register and print: numbers, serials and a counter are given out."""
    manifest = cast.write_manifest(world.folder / "more.csv", 2, begin=40)
    made = at_counter.import_manifest(world.at(300), lambda: cast.CLERK, manifest)
    at_counter.print_seals(
        world.at(305),
        cast.CLERK,
        [],
        world.folder / "more.pdf",
        world.folder / "more",
        confirm=cast.yes,
    )
    return list(made.numbers)


def test_rows_of_an_honest_log_go_on(lived: cast.World):
    assert len(work_on(lived)) == 2
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        for name, end in connection.exec_driver_sql("SELECT name, next FROM frontiers"):
            assert book.frontier(name) == end
    assert verify.verify(lived.session).findings == []


@pytest.mark.parametrize(("row", "end"), nightly.pairs(list(ROWS), [*ENDS, None]))
def test_nothing_is_given_out_behind_a_row_that_does_not_end_there(
    lived: cast.World, row: str, end: str | None
):
    with attacker(lived) as raw:
        change = "DELETE FROM frontiers" if end is None else f"UPDATE frontiers SET {end}"
        assert raw.execute(f"{change} WHERE {ROWS[row]}").rowcount == 1
    with pytest.raises(UnavailableError, match=r"database-broken \(place='frontiers"):
        work_on(lived)
    verify.rebuild(lived.session)
    lived.session.close()
    assert verify.verify(lived.at(310)).findings == []
