"""When an item is due: working days, appointments, and where nothing is said."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from kt1custody.core.custody.due import (
    Due,
    Standing,
    Target,
    Targets,
    Why,
    WorkingDays,
    due,
    in_force,
    standing,
)
from kt1custody.core.custody.table import ItemState, Status
from kt1custody.core.formats.item import Urgency
from kt1custody.core.formats.places import Office
from kt1custody.sheets import catalogues
from tests.kit import cast
from tests.kit.items import item

HOME = Office(680_900, "HE1-LD", "Hệ 1", "kt1-office", "68")
COMMUNE = Office(680_101, "BDX-1", "Xã", "commune", "1")
HANOI = Office(100_900, "CBDTW-HN", "Hà Nội", "central", "01")


def at(text: str) -> int:
    return int(datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=cast.ZONE).timestamp())


def reckon(state: ItemState, accepted: str, dest: Office | None, targets: Targets) -> Due:
    return due(state, at(accepted), dest, HOME.number, targets, cast.ZONE)


@pytest.mark.parametrize(
    ("accepted", "urgency", "dest", "wanted"),
    [
        ("23/11/2026 07:05", Urgency.NORMAL, COMMUNE, "25/11/2026 12:00"),
        ("23/11/2026 07:05", Urgency.NORMAL, HOME, "25/11/2026 12:00"),
        ("23/11/2026 07:05", Urgency.EXPRESS, COMMUNE, "24/11/2026 17:00"),
        ("23/11/2026 07:05", Urgency.NORMAL, HANOI, "27/11/2026 12:00"),
        ("23/11/2026 07:05", Urgency.EXPRESS, HANOI, "26/11/2026 12:00"),
        # The hour of acceptance does not matter, the day of the date stamp does.
        ("23/11/2026 23:59", Urgency.EXPRESS, COMMUNE, "24/11/2026 17:00"),
        ("24/11/2026 00:00", Urgency.EXPRESS, COMMUNE, "25/11/2026 17:00"),
        # Weekends are no working days, before and within.
        ("27/11/2026 16:00", Urgency.EXPRESS, COMMUNE, "30/11/2026 17:00"),
        ("28/11/2026 09:00", Urgency.NORMAL, COMMUNE, "01/12/2026 12:00"),
        # Tết, a Saturday worked instead, a day off instead of a Sunday.
        ("13/02/2026 09:00", Urgency.EXPRESS, COMMUNE, "23/02/2026 17:00"),
        ("09/01/2026 09:00", Urgency.EXPRESS, COMMUNE, "10/01/2026 17:00"),
        ("24/04/2026 09:00", Urgency.EXPRESS, COMMUNE, "28/04/2026 17:00"),
        ("31/12/2026 09:00", Urgency.EXPRESS, COMMUNE, "04/01/2027 17:00"),
    ],
)
def test_an_item_is_due_as_the_circular_counts(
    accepted: str, urgency: Urgency, dest: Office, wanted: str
) -> None:
    found = reckon(item(urgency), accepted, dest, catalogues.targets())
    assert found == Due(at=at(wanted), why=Why.TRANSIT)


@pytest.mark.parametrize("urgency", [Urgency.TIMED, Urgency.EXPRESS_TIMED])
def test_an_appointment_is_its_own_due_time(urgency: Urgency) -> None:
    timed = item(urgency, at("29/11/2026 08:30"))  # a Sunday, when KT1 delivers too
    found = reckon(timed, "23/11/2026 07:05", HANOI, catalogues.targets())
    assert found == Due(at=at("29/11/2026 08:30"), why=Why.APPOINTMENT)


def test_where_nothing_is_said_nothing_is_guessed() -> None:
    shipped = catalogues.targets()
    for accepted, dest, why in (
        ("23/11/2026 07:05", None, Why.NO_TARGET),  # an office that is not in the list any more
        ("14/08/2017 07:05", COMMUNE, Why.NO_TARGET),  # before the circular
        ("15/08/2017 07:05", COMMUNE, Why.NO_CALENDAR),
        ("28/01/2027 07:05", COMMUNE, Why.NO_CALENDAR),  # its second working day is in February
    ):
        assert reckon(item(), accepted, dest, shipped) == Due(at=None, why=why), accepted
    assert reckon(item(), "27/01/2027 07:05", COMMUNE, shipped).at == at("29/01/2027 12:00")


def test_a_row_of_an_office_counts_before_the_area_and_a_newer_row_from_its_day() -> None:
    rows = {
        ("intra", Urgency.NORMAL): [
            ("2017-08-15", Target(days=1.5, until=time(12))),
            ("2026-11-24", Target(days=1, until=time(16, 30))),
        ],
        (str(COMMUNE.number), Urgency.NORMAL): [
            ("2026-11-25", Target(days=None, until=time(12))),
        ],
    }
    targets = Targets(times=rows, calendar=catalogues.targets().calendar)
    days = ("23/11/2026 08:00", "24/11/2026 08:00", "25/11/2026 08:00")
    found = [reckon(item(), day, COMMUNE, targets) for day in days]
    assert [one.at for one in found] == [at("25/11/2026 12:00"), at("25/11/2026 16:30"), None]
    assert found[2].why is Why.ACTUAL
    assert reckon(item(), days[2], HOME, targets).at == at("26/11/2026 16:30")


def test_the_newest_row_in_force_counts_in_whatever_order_they_stand() -> None:
    rows = [("2026-02-01", "new"), ("2017-08-15", "old")]
    assert in_force(rows, date(2026, 1, 31)) == "old"
    assert in_force(rows, date(2026, 2, 1)) == "new"
    assert in_force(rows, date(2017, 8, 14)) is None


def test_a_calendar_ends_where_it_is_not_known() -> None:
    known = [(date(2026, 3, 2), date(2026, 3, 6))]
    calendar = WorkingDays(known=known, off=frozenset({date(2026, 3, 4)}), worked=frozenset())
    assert calendar.after(date(2026, 3, 1), 2) == date(2026, 3, 3)
    assert calendar.after(date(2026, 3, 3), 1) == date(2026, 3, 5)
    assert calendar.after(date(2026, 3, 5), 2) is None
    more = [*known, (date(2026, 3, 7), date(2026, 3, 31)), (date(2026, 5, 1), date(2026, 5, 9))]
    calendar = WorkingDays(known=more, off=frozenset(), worked=frozenset())
    wanted = {(2, 1): (1, 1), (3, 2): (3, 31), (4, 10): (3, 31), (5, 2): (5, 9), (6, 1): (5, 9)}
    for asked, end in wanted.items():  # from before the first day on nothing is known
        last = calendar.end(date(2026, *asked))
        assert last == (date.min if end == (1, 1) else date(2026, *end)), asked


@pytest.mark.parametrize(
    ("status", "due_at", "first", "now", "wanted"),
    [
        (Status.OUT, 1000, None, 1000, Standing.TODAY),
        (Status.OUT, 1000, None, 1001, Standing.LATE),
        (Status.REGISTERED, 1000, None, 1001, Standing.LATE),
        (Status.HELD, 200_000, None, 1001, Standing.LATER),
        (Status.HELD, None, None, 1001, Standing.OPEN),
        (Status.HELD, 1000, 1000, 5000, Standing.MET),  # refused in time: it is not late
        (Status.OUT, 1000, 1001, 5000, Standing.MET_LATE),
        (Status.DELIVERED, 1000, 1001, 5000, Standing.MET_LATE),
        (Status.DELIVERED, None, 1001, 5000, Standing.MET),
        (Status.SENT, 1000, None, 5000, Standing.ELSEWHERE),
        (Status.RETURNED, 1000, None, 5000, Standing.CLOSED),
        (Status.VOIDED, 1000, None, 5000, Standing.CLOSED),
    ],
)
def test_standing(
    status: Status, due_at: int | None, first: int | None, now: int, wanted: Standing
) -> None:
    assert standing(replace(item(), status=status), due_at, first, now, cast.ZONE) is wanted


def test_today_is_the_office_s_day() -> None:
    late_evening, next_morning = at("23/11/2026 23:30"), at("24/11/2026 00:10")
    stand = [
        standing(item(), next_morning, None, now, cast.ZONE) for now in (late_evening, next_morning)
    ]
    assert stand == [Standing.LATER, Standing.TODAY]
