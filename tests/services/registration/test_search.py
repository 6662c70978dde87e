"""Slips are found by those who may, among those they may see, and nothing is left of it."""

import hashlib
import itertools
from pathlib import Path

import pytest

from kt1custody.core.search import Way
from kt1custody.errors import KtError, MalformedInputError, NotAllowedError, RefusedError
from kt1custody.services.custody import look
from kt1custody.services.registration import search
from tests.kit import at_counter, cast
from tests.kit.at_counter import CastSession

DAY = 24 * 60  # minutes


@pytest.fixture
def session(lived: cast.World) -> CastSession:
    """The desk after a day, at 10:20."""
    return lived.at(200)


def refused(session: CastSession, staff: str, typed: str = "ubnd") -> str:
    with pytest.raises(KtError) as caught:
        search.Finder(session, staff).search(typed)
    return caught.value.code


def numbers(found: search.FoundSlips) -> list[int]:
    return [one.state.n for one in found.best]


def change(session: CastSession, statement: str, *values: object) -> None:
    with session.database.write() as connection:
        assert connection.exec_driver_sql(statement, values).rowcount == 1


def commitment(session: CastSession, n: int) -> bytes:
    with session.database.read() as connection:
        statement = "SELECT commitment FROM items WHERE n = ?"
        return bytes(connection.exec_driver_sql(statement, (n,)).scalar_one())


def register_rows(world: cast.World, minutes: int, clerk: str, rows: int, begin: int) -> list[int]:
    path = cast.write_manifest(world.folder / f"{minutes}.csv", rows, begin)
    made = at_counter.import_manifest(world.at(minutes), lambda: clerk, path)
    assert not made.findings
    return list(made.numbers)


def test_an_agency_is_found_without_a_pin(session: CastSession):
    session.ask_pin = nobody
    found = search.agencies(session, "uy ban da lat xuan truong")
    assert found.total == 1
    [one] = found.best
    assert one.agency.name == "Ủy ban nhân dân phường Xuân Trường - Đà Lạt"
    assert one.office == "Bưu điện phường Xuân Trường - Đà Lạt"
    assert one.way is Way.WORDS


def test_of_agencies_that_fit_alike_the_short_name_comes_first(session: CastSession):
    found = search.agencies(session, "cong an", limit=2)
    assert [one.agency.code for one in found.best] == ["B-CA", "LD-CA"]
    assert found.total == 3


def test_an_address_counts_only_where_no_name_fits(session: CastSession):
    """An address may name the old place too, which is what people still write."""
    [one] = search.agencies(session, "so noi vu da lat").best
    assert one.agency.code == "LD-S-NV"
    assert "Đà Lạt" in one.agency.address
    assert "Đà Lạt" not in one.agency.name
    named = search.agencies(session, "ubnd da lat")
    assert {"Đà Lạt" in one.agency.name for one in named.best} == {True}


def nobody(staff: str) -> str:
    raise AssertionError(staff)


@pytest.mark.parametrize("staff", [cast.CLERK, cast.CLERK_2, cast.CONTROLLER])
def test_clerks_and_controllers_of_the_office_find_its_slips(
    session: CastSession, staff: str, day: cast.Day
):
    found = search.Finder(session, staff).search("TOA AN btc 1129")
    assert numbers(found) == [day.numbers[0]]
    [one] = found.best
    assert one.slip.reference == "1129-TA-VP"
    assert (one.state.status.value, one.state.holder) == ("delivered", cast.COURIER)
    assert one.at == cast.MORNING + 5 * 60
    assert (found.total, found.searched, found.unopened) == (1, 12, 0)


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        ("1129-ta-vp", [0]),
        ("1129", [0]),
        ("toa an", [6, 4, 2, 0]),
        ("toà án văn phòng chính phủ", [6, 4]),
        ("chu tich", [5]),  # the only one who may open it
        ("ld snv", [9, 7, 3]),
        ("ubnd", [11, 10, 8, 5, 1]),
        ("vpcp", [6, 4]),
        ("khong co", []),
    ],
)
def test_slips_are_found_by_what_stands_in_them(
    session: CastSession, day: cast.Day, typed: str, places: list[int]
):
    found = search.Finder(session, cast.CLERK).search(typed)
    assert numbers(found) == [day.numbers[place] for place in places]


def test_a_slip_is_found_by_the_words_of_its_note(lived: cast.World):
    cells = {
        "sender": "LD-TAND",
        "recipient": "LD-S-YT",
        "reference": "88-CV/TA",
        "kind": "Thư",
        "layers": "1",
        "weight": "20",
        "note": "Giao tận tay K’Brỗi",
    }
    made = at_counter.register_one(lived.at(200), lambda: cast.CLERK, cells)
    for typed in ("kbroi", "tan tay", "so y te k'bro"):
        assert numbers(search.Finder(lived.session, cast.CLERK).search(typed)) == list(made.numbers)


def test_a_slip_is_found_by_its_items_number(session: CastSession, day: cast.Day):
    finder = search.Finder(session, cast.CLERK)
    for n in day.numbers:
        digits = f"{n:012d}"
        for typed in (digits, f"{digits[:4]} {digits[4:8]} {digits[8:]}"):
            found = finder.search(typed)
            assert [(one.state.n, one.way) for one in found.best] == [(n, Way.EXACT)]


def test_only_the_best_are_told_but_all_are_counted(session: CastSession, day: cast.Day):
    found = search.Finder(session, cast.CLERK).search("ld", limit=3)
    assert numbers(found) == [day.numbers[11], day.numbers[10], day.numbers[9]]
    assert found.total == 12


@pytest.mark.parametrize("staff", [cast.COURIER, cast.DRIVER, *cast.OFFICERS, cast.ADMIN, "NV099"])
def test_nobody_else_finds_slips_or_is_asked_for_a_pin(session: CastSession, staff: str):
    session.ask_pin = nobody
    assert refused(session, staff) == ("no-such-person" if staff == "NV099" else "no-access")


def test_who_was_revoked_since_finds_nothing_more(lived: cast.World):
    finder = search.Finder(lived.at(200), cast.CLERK_2)
    assert finder.search("ubnd").total
    at_counter.revoke(lived.at(210), cast.CLERK_2, "left", None, cast.OFFICERS)
    with pytest.raises(RefusedError, match="no-such-person"):
        finder.search("ubnd")


def test_who_moved_to_another_office_leaves_the_slips_behind(lived: cast.World):
    finder = search.Finder(lived.at(200), cast.CLERK_2)
    assert finder.search("ubnd").total
    at_counter.revoke(lived.at(210), cast.CLERK_2, "left", None, cast.OFFICERS)
    path = lived.folder / "moved.csv"
    path.write_text(f"ma,ho_ten,vai_tro,don_vi\n{cast.CLERK_2},Trần Đình Khải,clerk,BDX-24787\n")
    for old in lived.session.keys.rglob(f"{cast.CLERK_2}*"):
        old.unlink()
    at_counter.enrol(lived.at(220), path, cast.OFFICERS)
    with pytest.raises(NotAllowedError, match="no-access"):
        finder.search("ubnd")
    assert search.Finder(lived.session, cast.CLERK_2).search("ubnd").searched == 0


def test_who_has_no_office_key_finds_nothing(session: CastSession):
    with session.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM wrapped_keys WHERE name LIKE 'office%'")
    assert refused(session, cast.CLERK) == "no-office-key"


def test_a_wrong_pin_finds_nothing(session: CastSession):
    session.ask_pin = lambda staff: "000000"
    assert refused(session, cast.CLERK) == "wrong-pin"


@pytest.mark.parametrize("typed", ["", " - ", "x" * 301])
def test_nobody_types_a_pin_for_a_search_that_says_nothing(session: CastSession, typed: str):
    session.ask_pin = nobody
    with pytest.raises(MalformedInputError):
        search.Finder(session, cast.CLERK).search(typed)


def test_each_office_sees_what_it_registered_itself(lived: cast.World, day: cast.Day):
    commune = search.Finder(lived.at(200), cast.COMMUNE_CLERK)
    assert (commune.search("ubnd").total, commune.search("ubnd").searched) == (0, 0)
    theirs = register_rows(lived, 210, cast.COMMUNE_CLERK, 3, 12)
    ours = search.Finder(lived.session, cast.CLERK)
    assert commune.search("ld").searched == 3
    assert sorted(numbers(commune.search("ld"))) == theirs
    assert sorted(numbers(ours.search("ld"))) == list(day.numbers)
    assert commune.search(str(day.numbers[0])).total == 0
    assert ours.search(str(theirs[0])).total == 0


def test_what_came_since_is_found_once(lived: cast.World):
    finder = search.Finder(lived.at(200), cast.CLERK)
    assert finder.search("ld").searched == 12
    new = register_rows(lived, 210, cast.CLERK_2, 4, 20)
    assert numbers(finder.search("ld"))[:4] == new[::-1]
    assert finder.search("ld").searched == finder.search("ld").total == 16


def test_days_are_searched_whole_and_no_further(lived: cast.World):
    register_rows(lived, DAY + 60, cast.CLERK, 2, 20)
    on_day = {minutes: search_days(lived, minutes, days) for minutes, days in DAYS_SEARCHED}
    assert on_day == {
        DAY + 120: (2, "2026-11-24", "2026-11-24"),
        2 * DAY: (2, "2026-11-24", "2026-11-25"),
        3 * DAY - 421: (14, "2026-11-23", "2026-11-25"),  # one minute before midnight
        3 * DAY + 1: (2, "2026-11-24", "2026-11-26"),
        119 * DAY: (14, "2026-11-23", "2027-03-22"),
        120 * DAY: (2, "2026-11-24", "2027-03-23"),
        121 * DAY: (0, "2026-11-25", "2027-03-24"),
    }


def test_a_day_is_told_by_the_clock_even_if_that_went_back(lived: cast.World):
    midnight = 17 * 60
    later = register_rows(lived, midnight + 1, cast.CLERK, 2, 20)
    for begin in range(
        30, 46
    ):  # as many as came before, so that no search by halves passes them by
        register_rows(lived, midnight - 1, cast.CLERK, 1, begin)
    found = search.Finder(lived.at(midnight + 5), cast.CLERK, days=1).search("ld")
    assert numbers(found) == later[::-1]


DAYS_SEARCHED = (
    (DAY + 120, 1),
    (2 * DAY, 2),
    (3 * DAY - 421, 3),
    (3 * DAY + 1, 3),
    (119 * DAY, 120),
    (120 * DAY, 120),
    (121 * DAY, 120),
)


def search_days(world: cast.World, minutes: int, days: int) -> tuple[int, str, str]:
    found = search.Finder(world.at(minutes), cast.CLERK, days=days).search("ld")
    assert found.total == found.searched
    return found.searched, found.first.isoformat(), found.last.isoformat()


@pytest.mark.parametrize("days", [0, 121, -1])
def test_older_slips_are_not_for_this_search(session: CastSession, days: int):
    with pytest.raises(ValueError, match="days"):
        search.Finder(session, cast.CLERK, days=days)


@pytest.mark.parametrize("table", ["slipkeys", "records"])
def test_an_erased_slip_is_left_out_and_counted(session: CastSession, day: cast.Day, table: str):
    erased = commitment(session, day.numbers[0])
    before = search.Finder(session, cast.CLERK)
    assert numbers(before.search("1129")) == [day.numbers[0]]
    change(session, f"DELETE FROM {table} WHERE commitment = ?", erased)
    assert before.search("1129").best == ()  # although it is still in this memory
    found = search.Finder(session, cast.CLERK).search("1129")
    assert (found.total, found.searched, found.unopened, found.lost) == (0, 11, 1, 0)
    at_counter.declare_lost(session, "disk", cast.OFFICERS, confirm=cast.yes)
    found = search.Finder(session, cast.CLERK).search("1129")
    assert (found.searched, found.unopened, found.lost) == (11, 0, 1)
    told = look.story(session, str(day.numbers[0]), cast.CLERK)
    assert told.lost is not None
    assert (told.slip, told.lost.officers, told.lost.reason) == (None, cast.OFFICERS, "disk")
    assert look.story(session, str(day.numbers[1])).lost is None


def test_a_damaged_slip_is_left_out_and_counted(session: CastSession, day: cast.Day):
    damaged = commitment(session, day.numbers[0])
    before = search.Finder(session, cast.CLERK)
    assert before.search("1129").best
    change(session, "UPDATE records SET box = zeroblob(200) WHERE commitment = ?", damaged)
    assert before.search("1129").best == ()
    found = search.Finder(session, cast.CLERK).search("ld")
    assert (found.total, found.searched, found.unopened) == (11, 11, 1)


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.endswith("-shm")  # locks
        and not path.name.startswith("readings")  # who was shown what, without a word of the search
    }


def test_nothing_of_a_search_is_written(session: CastSession, lived: cast.World):
    with session.database.read():
        assert session.behind() is None
    before = files(lived.folder)
    assert any(name.endswith("kt1.db") for name in before)
    finder = search.Finder(session, cast.CLERK)
    for typed in ("Zyxwv Qponm", "1129-TA-VP", "toa an"):
        finder.search(typed)
        search.agencies(session, typed)
    assert files(lived.folder) == before
    kept = [*session.data.rglob("*"), *session.keys.rglob("*")]
    spots = [path.read_bytes() for path in kept if path.is_file()]
    assert len(spots) > 10
    for typed, content in itertools.product(("Zyxwv", "zyxwv", "1129-TA-VP"), spots):
        assert typed.encode() not in content
        assert typed.encode("utf-16-le") not in content


def test_an_error_does_not_repeat_what_was_sought(session: CastSession):
    with pytest.raises(NotAllowedError) as caught:
        search.Finder(session, cast.COURIER).search("Zyxwv Qponm")
    assert "yxwv" not in str(caught.value)


def test_a_code_or_a_whole_name_means_an_agency_and_a_part_of_one_does_not(
    founded: cast.World,
) -> None:
    session = founded.session
    agency = search.agencies(session, "so tai chinh").best[0].agency
    typed = [agency.code.lower(), f" {agency.name.upper()} ", agency.name[:-3], "", "../.."]
    assert search.named(session, typed) == dict.fromkeys(typed[:2], agency)
