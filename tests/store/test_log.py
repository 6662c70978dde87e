"""Reading the log: what the custody rules ask, what people ask, and what a connection remembers."""

from collections.abc import Iterator
from typing import Any

import pytest

from kt1custody.core.custody.table import Status
from kt1custody.core.log.act import make_act
from kt1custody.core.log.entry import first_prev, read_entry
from kt1custody.errors import UnavailableError
from kt1custody.services.session.writer import LogWriter, writing
from kt1custody.store import log, rows
from kt1custody.store.log import LogBook
from tests.kit import at_counter, by_hand, cast
from tests.kit.false_history import attacker

HOLD = {"who": cast.COURIER, "reason": "absent"}


@pytest.fixture
def book(lived: cast.World) -> Iterator[LogBook]:
    """The log after a day, in a transaction."""
    with lived.session.database.read() as connection:
        yield LogBook(connection)


def spoil(world: cast.World, statement: str) -> None:
    """Change the file as somebody would who has taken the guards away."""
    with attacker(world) as connection:
        connection.execute(statement)


def holds(world: cast.World) -> set[str]:
    with world.session.database.read() as connection:
        return set(LogBook(connection).control.holds)


def hold(pen: LogWriter, who: str = cast.COURIER) -> None:
    by_hand.add(pen, pen.draft("hold", cast.CLERK, {"who": who, "reason": "absent"}))


# What a book says.


def test_a_book_stands_at_the_newest_entry(book: LogBook):
    newest = book.entry(book.seq)
    assert (newest.seq, newest.leaf, newest.accepted_at) == (book.seq, book.leaf, book.accepted_at)
    assert book.find(newest.act.hash) == newest
    assert book.moment(book.seq) == (newest.leaf, newest.accepted_at)


def test_an_older_entry_tells_its_moment(book: LogBook):
    first = book.entry(0)
    assert book.moment(0) == (first.leaf, first.accepted_at)
    assert first.prev == first_prev("kt1.lamdong.vn/68/e1")


def test_what_the_log_does_not_have_is_none(book: LogBook):
    assert book.moment(book.seq + 1) is None
    assert book.find(bytes(32)) is None
    assert book.item(682699999999) is None
    assert book.printed(4_000_000_000) is None
    assert book.last_of("QUAY99") is None


def test_the_newest_act_of_a_device_is_known(book: LogBook):
    newest = book.entry(book.seq).act
    assert book.last_of("QUAY01") == (newest.dseq, newest.hash)


def test_states_of_items_are_read_one_by_one_or_together(book: LogBook, day: cast.Day):
    alone = {n: book.item(n) for n in day.numbers}
    together = LogBook(book.connection)
    together.load([*range(500), *day.numbers])
    assert {n: together.item(n) for n in day.numbers} == alone
    assert together.item(7) is None
    assert None not in alone.values()


def test_items_are_listed_by_holder_and_state(book: LogBook, day: cast.Day):
    every = [state.n for state in book.items()]
    assert every == sorted(day.numbers)
    ended = {state.n for state in book.items() if state.status in ("delivered", "returned")}
    assert ended == set(day.numbers[:2])
    assert [s.n for s in book.items(is_open=True)] == [n for n in every if n not in ended]
    assert [s.n for s in book.items(holder=cast.COURIER)] == [n for n in every if n not in ended]
    assert book.items(holder="680900") == []
    assert book.items(is_unsealed=True) == []


def test_items_without_a_seal_are_listed(founded: cast.World):
    manifest = cast.write_manifest(founded.folder / "m.csv", 3)
    made = at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, manifest)
    with founded.session.database.read() as connection:
        unsealed = LogBook(connection).items(is_unsealed=True)
    assert [(one.n, one.status) for one in unsealed] == [
        (n, Status.REGISTERED) for n in sorted(made.numbers)
    ]


def test_serials_lead_to_items_and_back(book: LogBook, day: cast.Day):
    pairs = book.serials_of([*range(900), *day.numbers])
    assert {n for n, _ in pairs} == set(day.numbers)
    assert [serial for _, serial in pairs] == list(range(65_536, 65_536 + len(pairs)))
    assert book.frontier("serials") == pairs[-1][1] + 1
    assert book.printed(pairs[3][1]) == pairs[3][0]


def test_a_row_that_ends_where_no_act_is_is_told(founded: cast.World):
    with founded.session.database.write() as connection:
        connection.exec_driver_sql("UPDATE frontiers SET next = 900 WHERE name = 'QUAY01'")
        connection.exec_driver_sql("INSERT INTO frontiers SELECT log, 'serials', 'x' FROM head")
        broken = LogBook(connection)
        for ask in (lambda: broken.last_of("QUAY01"), lambda: broken.frontier("serials")):
            with pytest.raises(UnavailableError, match="database-broken"):
                ask()


def test_how_far_a_year_s_numbers_have_got_is_known(book: LogBook, day: cast.Day):
    assert book.frontier("numbers-6826") == len(day.numbers) + 1
    assert book.frontier("numbers-6827") is None


def test_every_act_about_an_item_is_found_in_order(book: LogBook, day: cast.Day):
    told = book.lines(day.numbers[1])
    assert [kind for _, _, kind in told] == [
        "register", "print", "bind", "handover", "refuse", "return",
    ]  # fmt: skip
    for seq, line, kind in told:
        act = book.entry(seq).act
        assert (act.type, act.lines[line].n) == (kind, day.numbers[1])


def test_only_steps_count_as_past(book: LogBook, day: cast.Day):
    kinds = [book.entry(seq).act.type for seq, _ in book.past(day.numbers[1])]
    assert kinds == ["register", "bind", "handover", "return"]


def test_acts_of_a_type_are_read_from_a_position_on(book: LogBook):
    enrolled = book.acts("enrol")
    told = [one.act.text("who") for one in enrolled]
    assert (told[0], told[-1], len(told)) == ("NV001", "NV042", 12)
    assert [one.seq for one in enrolled] == sorted(one.seq for one in enrolled)
    assert book.acts("enrol", after=enrolled[-2].seq) == enrolled[-1:]


@pytest.mark.parametrize(
    ("changes", "is_twin"),
    [
        ({"at": cast.MORNING}, True),
        ({"at": cast.MORNING, "id": bytes(16)}, True),
        ({"at": cast.MORNING, "dev": "QUAY09"}, True),
        ({"at": cast.MORNING, "id": bytes(16), "dev": "QUAY09"}, False),
        ({}, False),
    ],
)
def test_a_twin_has_the_id_or_the_counter_of_another_act(
    book: LogBook, changes: dict[str, object], is_twin: bool
):
    act = book.entry(book.seq).act
    other = make_act({**act.fields, **changes})  # type: ignore[dict-item]
    assert book.twins(other) == ([book.seq] if is_twin else [])


def test_a_twin_that_has_just_been_appended_is_seen(lived: cast.World):
    lived.session.unlock([cast.CLERK])
    with writing(lived.at(200)) as pen:
        first = pen.draft("hold", cast.CLERK, HOLD)
        again = make_act({**first.fields, "at": first.at - 1})
        before = pen.book.twins(again)
        entry = by_hand.add(pen, first)
        assert (before, pen.book.twins(again)) == ([], [entry.seq])


def test_rows_and_bytes_are_read_in_the_order_of_the_log(lived: cast.World):
    with lived.session.database.read() as connection:
        last = LogBook(connection).seq
        raws = list(log.entries(connection))
        found = list(rows.entries(connection))
    assert [row["seq"] for row in found] == list(range(last + 1))
    assert [row["entry"] for row in found] == raws


def test_control_entries_are_read_in_the_order_of_the_log(lived: cast.World):
    at_counter.hold(lived.at(200), cast.CLERK, cast.COURIER, "absent")
    with lived.session.database.read() as connection:
        kinds = [read_entry(raw).act.type for raw in log.control_entries(connection)]
    first = ["genesis", "catalogue", "catalogue", "office_key", *["enrol"] * 10]
    assert kinds == [*first, *["office_key", "enrol"] * 2, "hold"]


# What a connection remembers of the control entries.


def test_control_as_it_was_after_an_entry(lived: cast.World):
    at_counter.hold(lived.at(200), cast.CLERK, cast.COURIER, "absent")
    with lived.session.database.read() as connection:
        now, then = LogBook(connection), LogBook(connection, until=0)
    assert set(now.control.holds) == {cast.COURIER}
    assert then.control.holds == {}
    assert then.control.head == then.control.genesis
    assert then.control.current_key(cast.CLERK) is None


def test_an_unchanged_log_is_read_from_its_head_alone(lived: cast.World):
    asked: list[str] = []
    with lived.session.database.read() as connection:
        first = LogBook(connection).control
        raw: Any = connection.connection.dbapi_connection
        raw.set_trace_callback(asked.append)
        again = LogBook(connection).control
        raw.set_trace_callback(None)
    assert again == first
    assert len(asked) == 1
    assert "FROM head" in asked[0]


def test_what_this_connection_appended_is_not_read_again(lived: cast.World):
    asked: list[str] = []
    with writing(lived.at(200)) as pen:
        pen.sign_and_append(pen.draft("clock", "server", {"was": pen.now, "now": pen.now}))
    with lived.session.database.read() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.set_trace_callback(asked.append)
        LogBook(connection)
        raw.set_trace_callback(None)
    assert ["FROM head" in one for one in asked] == [True]


def test_an_act_that_is_rolled_back_leaves_the_control_state_right(lived: cast.World):
    def write() -> None:
        with writing(lived.at(200)) as pen:
            pen.sign_and_append(pen.draft("clock", "server", {"was": pen.now, "now": pen.now}))
            raise ZeroDivisionError

    other = lived.new_session("QUAY01")
    other.as_of = lived.at(200).as_of
    with pytest.raises(ZeroDivisionError):
        write()
    at_counter.hold(other, cast.CLERK, cast.COURIER_2, "absent")
    other.close()
    assert holds(lived) == {cast.COURIER_2}


def test_only_newer_control_entries_are_read(lived: cast.World):
    asked: list[str] = []
    holds(lived)
    other = lived.new_session("QUAY01")
    other.as_of = lived.at(200).as_of
    at_counter.hold(other, cast.CLERK, cast.COURIER, "absent")
    other.close()
    with lived.session.database.read() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.set_trace_callback(asked.append)
        found = LogBook(connection).control
        raw.set_trace_callback(None)
    assert set(found.holds) == {cast.COURIER}
    assert ["FROM head" in one for one in asked] == [True, False]
    assert "BETWEEN 17 AND" in asked[1]


def test_what_another_process_appends_is_seen(lived: cast.World):
    other = lived.new_session("QUAY01")
    before = holds(lived)
    lived.at(200)
    other.as_of = lived.session.as_of
    at_counter.hold(other, cast.CLERK, cast.COURIER, "absent")
    between = holds(lived)
    at_counter.lift(other, cast.COURIER, "cleared", cast.OFFICERS)
    other.close()
    assert (before, between, holds(lived)) == (set(), {cast.COURIER}, set())


def test_what_is_rolled_back_is_forgotten(lived: cast.World):
    def write() -> None:
        with writing(lived.session) as pen:
            hold(pen)
            assert set(LogBook(pen.book.connection).control.holds) == {cast.COURIER}
            raise ZeroDivisionError

    lived.at(200).unlock([cast.CLERK])
    with pytest.raises(ZeroDivisionError):
        write()
    assert holds(lived) == set()


def test_what_took_the_place_of_what_was_rolled_back_counts(lived: cast.World):
    def write() -> None:
        with writing(lived.session) as pen:
            hold(pen, cast.COURIER)
            LogBook(pen.book.connection)
            raise ZeroDivisionError

    other = lived.new_session("QUAY01")
    other.as_of = lived.at(200).as_of
    lived.session.unlock([cast.CLERK])
    with pytest.raises(ZeroDivisionError):
        write()
    at_counter.hold(other, cast.CLERK, cast.COURIER_2, "absent")
    other.close()
    assert holds(lived) == {cast.COURIER_2}


def test_books_do_not_share_their_control_state(lived: cast.World):
    with lived.session.database.read() as connection:
        first = LogBook(connection).control
        for table in ("keys", "revoked", "devices", "holds", "policies", "catalogues", "names"):
            getattr(first, table).clear()
        again = LogBook(connection).control
    assert again.current_key(cast.CLERK) is not None
    assert all((again.devices, again.policies, again.catalogues, again.names))


# What cannot be relied on.


def test_an_entry_that_cannot_be_read_is_the_databases_fault(lived: cast.World):
    spoil(lived, "UPDATE entries SET entry = x'a0' WHERE seq = 14")
    with (
        lived.session.database.read() as connection,
        pytest.raises(UnavailableError, match="database-broken"),
    ):
        LogBook(connection)


def test_a_text_in_the_place_of_an_entry_is_the_databases_fault(lived: cast.World):
    spoil(lived, "UPDATE entries SET entry = 'text' WHERE seq = 20")
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        with pytest.raises(UnavailableError, match="database-broken"):
            book.entry(20)


def test_a_log_without_control_entries_is_broken(lived: cast.World):
    spoil(lived, "UPDATE entries SET kind = 'clock'")
    with (
        lived.session.database.read() as connection,
        pytest.raises(UnavailableError, match="database-broken"),
    ):
        LogBook(connection)


@pytest.mark.parametrize("change", ["status = 'lost'", "voided = 'x'", "voided = x'00'"])
def test_a_state_that_no_entry_makes_is_told(lived: cast.World, day: cast.Day, change: str):
    with lived.session.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE items SET {change} WHERE n = {day.numbers[0]}")
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        with pytest.raises(UnavailableError, match="database-broken"):
            book.item(day.numbers[0])
