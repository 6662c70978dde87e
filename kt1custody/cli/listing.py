"""Lists of items with their due times: what is late first, in words and for machines."""

from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.cli import telling
from kt1custody.cli.telling import Place, clock_time
from kt1custody.core.custody.due import Standing, Why
from kt1custody.i18n import moment, number, say, say_count, span, word

if TYPE_CHECKING:
    from kt1custody.services.custody.standing import Attempt, CalendarEnd, Listed, Listing

# Said in front of an item, where a hurried eye looks; the others need no mark.
_MARKED = (Standing.LATE, Standing.TODAY)


def plain(listing: "Listing", zone: tzinfo, *, by_number: bool) -> list[dict[str, object]]:
    """Spell the items of a list for machines.

    Args:
        by_number: In the order of their numbers, as programs expect a whole list.
    """
    rows = sorted(listing.rows, key=lambda row: row.state.n) if by_number else listing.rows
    return [_plain(row, zone) for row in rows]


def lines(listing: "Listing", zone: tzinfo, place: Place) -> list[str]:
    """Spell a list, its totals, and where its due times come from."""
    if not listing.total:
        return [say("No items.")]
    told = [_line(row, listing.now, zone, place) for row in listing.rows]
    told.append(telling.totals_line(listing.marks))
    if listing.counts:
        told.append(_counts_line(listing))
    if listing.pages > 1:
        told.append(
            say("Page {page} of {pages}.", page=number(listing.page), pages=number(listing.pages))
        )
    if listing.page < listing.pages:
        told[-1] += " " + say("Next: --page {page}", page=listing.page + 1)
    if any(row.due.why is Why.TRANSIT for row in listing.rows):
        told.append(word("due", "source"))
    return [*told, *calendar_lines(listing.calendar)]


def calendar_lines(end: "CalendarEnd | None") -> list[str]:
    """Warn of the end of the calendar of days off, before which IT has to act."""
    if end is None:
        return []
    day = f"{end.last:%d/%m/%Y}"
    if end.left < 0:
        return [
            say(
                "⚠ The calendar of days off ended on {day}: what is accepted since has no due time. IT "
                "installs a newer version, or completes catalogues/working_days.csv.",
                day=day,
            )
        ]
    return [
        say_count(
            "⚠ The calendar of days off ends on {day}, in {count} day: what is due behind it gets no "
            "due time. IT installs a newer version, or completes catalogues/working_days.csv.",
            "⚠ The calendar of days off ends on {day}, in {count} days: what is due behind it gets no "
            "due time. IT installs a newer version, or completes catalogues/working_days.csv.",
            end.left,
            day=day,
        )
    ]


def _line(row: "Listed", now: int, zone: tzinfo, place: Place) -> str:
    status, told = None, []
    if row.attempt is not None:
        report = _attempt(row.attempt, zone)
        if row.attempt.is_last:
            status = say("{report}, still with", report=report)
        else:
            told.append(say("before: {report}", report=report))
    told = [telling.item_line(row.state, zone, place, status), *told, *_due(row, now, zone)]
    mark = f"{word('standing', row.standing.value)}: " if row.standing in _MARKED else ""
    return mark + " · ".join(told)


def _attempt(attempt: "Attempt", zone: tzinfo) -> str:
    return say(
        "{what} {at} ({reason})",
        what=word("attempt", attempt.kind),
        at=moment(attempt.at, zone),
        reason=word("reason", attempt.reason),
    )


def _due(row: "Listed", now: int, zone: tzinfo) -> list[str]:
    """Say when an item is due, and how late it is."""
    if row.standing in (Standing.MET, Standing.CLOSED):
        return []
    if row.due.at is None:
        return [word("due", row.due.why.value)]
    told = []
    if row.due.why is not Why.APPOINTMENT:  # its hour stands in the line already
        told.append(say("due {at}", at=moment(row.due.at, zone)))
    if row.standing is Standing.LATE:
        told.append(say("late by {span}", span=span(now - row.due.at)))
    if row.standing is Standing.MET_LATE:
        told.append(word("standing", row.standing.value))
    return told


def _counts_line(listing: "Listing") -> str:
    """Count what needs somebody, among what is open."""
    counted = [(word("standing", one.value), listing.counts.get(one, 0)) for one in _MARKED]
    counted += [
        (word("attempt", kind), listing.failed.get(kind, 0)) for kind in ("refuse", "absent")
    ]
    counted.append((word("due", "none"), listing.counts.get(Standing.OPEN, 0)))
    return say("Open: {counts}", counts=" · ".join(f"{name}: {number(n)}" for name, n in counted))


def _plain(row: "Listed", zone: tzinfo) -> dict[str, object]:
    attempt = row.attempt
    return {
        **telling.item(row.state, zone),
        "accepted": clock_time(row.accepted, zone),
        "due": clock_time(row.due.at, zone),
        "due_why": row.due.why.value,
        "standing": row.standing.value,
        "attempt": attempt
        and {
            "what": attempt.kind,
            "at": clock_time(attempt.at, zone),
            "reason": attempt.reason,
            "waits": attempt.is_last,
        },
    }
