"""When an item is due at the door, and how it stands against that.

Transit time runs from acceptance to the first delivery at the address (Circular 16/2017/TT-BTTTT,
article 4): J is the local day of acceptance, and J + 1.5 lies in the first half of the second
working day behind it. An item with an appointment is due at its hour. A first delivery that
failed, because the addressee refused or nobody was there, ends the transit time like one that
succeeded.

**Rule:** the figures are dated tables in `catalogues/`. Where they name none, or no calendar of
working days, there is no due time and `Due.why` says so: nothing is guessed. Times are the log's.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import TypeVar

from kt1custody.core.custody.table import ENDED, ItemState, Status
from kt1custody.core.formats.item import TIMED, Urgency
from kt1custody.core.formats.places import FOUNDING_KINDS, Office

_SATURDAY = 5  # as `date.weekday` counts
_LONGEST = 60  # working days; no target is as long
_T = TypeVar("_T")


class Why(StrEnum):
    """What a due time rests on, or why there is none."""

    APPOINTMENT = "appointment"
    TRANSIT = "transit"
    ACTUAL = "actual"  # an area without a limit
    NO_TARGET = "no-target"
    NO_CALENDAR = "no-calendar"


class Standing(StrEnum):
    """How an item stands against its due time."""

    LATE = "late"  # the time is over, and nobody has stood at the door
    TODAY = "today"
    LATER = "later"
    OPEN = "open"  # without a due time
    MET = "met"
    MET_LATE = "met-late"
    ELSEWHERE = "elsewhere"  # another founding office delivers it, and its log knows when
    CLOSED = "closed"  # went back without having been at the door


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The transit time of a service.

    Attributes:
        days: Working days behind the day of acceptance: J + 1.5 is 1.5. None: as long as it takes.
        until: Local hour on the last of them.
    """

    days: float | None
    until: time


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """The calendar of the offices that send and receive.

    Attributes:
        known: First and last day of each stretch for which all days off are listed.
        off: Days off beside Saturday and Sunday.
        worked: Saturdays and Sundays on which offices work instead.
    """

    known: Sequence[tuple[date, date]]
    off: frozenset[date]
    worked: frozenset[date]

    def after(self, day: date, count: int) -> date | None:
        """Give the working day so many behind a day, or None where the calendar does not reach."""
        while count > 0:
            day += timedelta(days=1)
            if not any(first <= day <= last for first, last in self.known):
                return None
            weekend = day.weekday() >= _SATURDAY and day not in self.worked
            count -= not (weekend or day in self.off)
        return day

    def end(self, day: date) -> date:
        """Give the last day known without a gap from a day on; else the last one known before it."""
        last = date.min
        for first, until in sorted(self.known):
            if first <= day or first <= last + timedelta(days=1):
                last = max(last, until)
        return last


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """All that due times are reckoned from.

    Attributes:
        times: By scope (`intra`, `inter`, or the number of a delivering office, which counts
            before both) and urgency: the first day in force, `YYYY-MM-DD`, and the target.
    """

    times: Mapping[tuple[str, Urgency], Sequence[tuple[str, Target]]]
    calendar: WorkingDays


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When an item must have been at the door: Unix seconds UTC, or None; and why."""

    at: int | None
    why: Why


def in_force(figures: Sequence[tuple[str, _T]], day: date) -> _T | None:
    """Give the newest of dated figures that is in force on a day."""
    valid = [one for one in figures if one[0] <= day.isoformat()]
    return max(valid, key=lambda one: one[0])[1] if valid else None


def due(
    state: ItemState, accepted: int, dest: Office | None, own: int, targets: Targets, zone: tzinfo
) -> Due:
    """Say when an item is due.

    Args:
        accepted: When the log took its registration, Unix seconds UTC.
        dest: The office that delivers it; None if the lists do not know it any more.
        own: Number of the office that has this log.
        zone: The office's time zone.
    """
    if state.appt is not None and state.urgency in TIMED:
        return Due(at=state.appt, why=Why.APPOINTMENT)
    day = datetime.fromtimestamp(accepted, zone).date()
    target = _target(state, dest, own, targets, day)
    if target is None:
        return Due(at=None, why=Why.NO_TARGET)
    if target.days is None:
        return Due(at=None, why=Why.ACTUAL)
    last = targets.calendar.after(day, min(math.ceil(target.days), _LONGEST))
    if last is None:
        return Due(at=None, why=Why.NO_CALENDAR)
    return Due(at=int(datetime.combine(last, target.until, zone).timestamp()), why=Why.TRANSIT)


def _target(
    state: ItemState, dest: Office | None, own: int, targets: Targets, day: date
) -> Target | None:
    if dest is None:
        return None
    foreign = dest.kind in FOUNDING_KINDS and dest.number != own
    for scope in (str(dest.number), "inter" if foreign else "intra"):
        found = in_force(targets.times.get((scope, Urgency(state.urgency)), ()), day)
        if found is not None:
            return found
    return None


def standing(
    state: ItemState, due_at: int | None, first: int | None, now: int, zone: tzinfo
) -> Standing:
    """Say how an item stands.

    Args:
        due_at: When it is due, Unix seconds UTC, or None.
        first: When it was first at the door, delivered or not; None if it never was.
        now: Unix seconds UTC.
    """
    if first is not None:
        return Standing.MET_LATE if due_at is not None and first > due_at else Standing.MET
    if state.status in ENDED:
        return Standing.CLOSED
    if state.status is Status.SENT:
        return Standing.ELSEWHERE
    if due_at is None:
        return Standing.OPEN
    if now > due_at:
        return Standing.LATE
    today, last = (datetime.fromtimestamp(at, zone).date() for at in (now, due_at))
    return Standing.TODAY if last == today else Standing.LATER
