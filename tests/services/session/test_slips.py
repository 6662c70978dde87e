"""Who is told what a confidential record says, and to which offices it is sealed."""

import pytest

from kt1custody.errors import NotAllowedError
from kt1custody.services.session import slips
from kt1custody.services.session.slips import Reader
from kt1custody.store import records
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import Handover, correct_item
from tests.kit.phone import Phone, entries

OFFICER = cast.OFFICERS[0]
POST = 680_175


def reader(world: cast.World, book: LogBook, staff: str, disclosed: int | None = None) -> Reader:
    return slips.reader_of(world.session, book, staff, disclosed=disclosed)


def test_only_who_works_at_the_counter_is_told_without_an_act(world: cast.World, day: cast.Day):
    with world.session.database.read() as connection:
        book = LogBook(connection)
        state = book.item(day.numbers[3])
        assert state is not None
        mine = reader(world, book, cast.CLERK)
        slip = mine.slip(state.commit, state.n)
        assert slip is not None
        assert mine.slip(bytes(32), state.n) is None  # erased, or never here
        assert mine.has_any()
        for staff in (cast.COURIER, OFFICER, cast.ADMIN):
            with pytest.raises(NotAllowedError, match="no-access") as caught:
                reader(world, book, staff).slip(state.commit, state.n)
            assert caught.value.detail == {"staff": staff}
        with pytest.raises(NotAllowedError, match="no-access"):
            slips.refuse_no_reader(book, cast.COURIER)
        slips.refuse_no_reader(book, cast.CLERK)


def test_an_officer_is_told_what_his_own_disclosure_names(world: cast.World, day: cast.Day):
    mine, other = day.numbers[3:5]
    opened = at_counter.open_slip(world.session, OFFICER, [str(mine)], "court", confirm=cast.yes)
    with world.session.database.read() as connection:
        book = LogBook(connection)
        commits = {n: state.commit for n in (mine, other) if (state := book.item(n)) is not None}
        slip = reader(world, book, OFFICER, opened.entry.seq).slip(commits[mine], mine)
        assert slip == reader(world, book, cast.CLERK).slip(commits[mine], mine)
        for staff, n, seq in (
            (OFFICER, other, opened.entry.seq),  # another item
            (cast.OFFICERS[1], mine, opened.entry.seq),  # another officer
            (OFFICER, mine, opened.entry.seq - 1),  # another act
        ):
            with pytest.raises(NotAllowedError, match="no-access"):
                reader(world, book, staff, seq).slip(commits[n], n)


def test_a_slip_goes_with_its_item_to_the_other_office_and_no_further(
    world: cast.World, phone: Phone
):
    sent, stays = [item for item in phone.held if item.dest != POST][:2]
    world.session.unlock([cast.COMMUNE_CLERK])
    refusals: list[str] = []

    def told(n: int, commit: bytes) -> bool:
        with world.session.database.read() as connection:
            book = LogBook(connection)
            try:
                return reader(world, book, cast.COMMUNE_CLERK).slip(commit, n) is not None
            except NotAllowedError as error:
                refusals.append(error.code)
                return False

    assert not told(sent.n, sent.commit)
    back = Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER)
    at_counter.hand_over(world.session, back, [str(sent.n)], confirm=cast.yes)
    there = Handover(cast.CLERK, cast.COMMUNE_CLERK, cast.CONTROLLER)
    at_counter.hand_over(world.session, there, [str(sent.n)], confirm=cast.yes)
    assert told(sent.n, sent.commit)
    assert not told(stays.n, stays.commit)
    assert refusals == ["slip-elsewhere"] * 2


def test_every_record_of_an_item_is_named_with_its_act(world: cast.World, day: cast.Day):
    n = day.numbers[0]
    correct_item(world.session, str(n), {"note": "bì hai lớp"}, "mistyped", None, confirm=cast.yes)
    correction = entries(world)[-1]
    with world.session.database.read() as connection:
        named = list(slips.of_item(LogBook(connection), n))
    assert [(kind, about) for _, kind, _, about in named] == [
        ("register", n), ("deliver", "receiver"), ("correct", n),
    ]  # fmt: skip
    assert named[-1][2] == correction.act.octets("value")


def test_records_that_do_not_fit_are_told_apart_from_those_of_others(
    world: cast.World, day: cast.Day
):
    with world.session.database.read() as connection:
        book = LogBook(connection)
        state, count = book.item(day.numbers[3]), len(list(records.every(connection)))
        assert state is not None
        broken, shut = reader(world, book, cast.CLERK).try_all()
        assert broken == []
        assert shut < count
    with world.session.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE records SET box = x'00' WHERE commitment = ?", (state.commit,)
        )
    with world.session.database.read() as connection:
        book = LogBook(connection)
        assert reader(world, book, cast.CLERK).try_all() == ([state.commit], shut)


def test_a_clerk_is_told_names_of_the_own_office_and_an_officer_all(world: cast.World):
    with world.session.database.read() as connection:
        book = LogBook(connection)
        own = slips.names(world.session, book, cast.CLERK)
        every = slips.names(world.session, book, OFFICER)
    assert own[cast.COURIER] == "K’Brỗi Hải"
    assert cast.COMMUNE_CLERK not in own
    assert every[cast.COMMUNE_CLERK] == "Cao Thị Mỹ Hạnh"
