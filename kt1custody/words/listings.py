"""Lists of items with their due times: what is late first."""

from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.core.custody.due import Standing, Why
from kt1custody.i18n import Language
from kt1custody.words.items import Place, item_line, plain_item, totals_line
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.services.custody.standing import Attempt, CalendarEnd, Listed, Listing

# Said in front of an item, where a hurried eye looks; the others need no mark.
_MARKED = (Standing.LATE, Standing.TODAY)


def plain_listing(listing: "Listing", zone: tzinfo, *, by_number: bool) -> list[dict[str, object]]:
    """Give the items of a list as plain values.

    Args:
        by_number: In the order of their numbers, as programs expect a whole list.
    """
    rows = sorted(listing.rows, key=lambda row: row.state.n) if by_number else listing.rows
    return [_plain(row, zone) for row in rows]


def listing_lines(language: Language, listing: "Listing", zone: tzinfo, place: Place) -> list[str]:
    """Describe a list, its totals, and where its due times come from."""
    if not listing.total:
        return [language.say("No items.")]
    lines = [_line(language, row, listing.now, zone, place) for row in listing.rows]
    lines.append(totals_line(language, listing.marks))
    if listing.counts:
        lines.append(_counts_line(language, listing))
    if listing.pages > 1:
        page, pages = language.number(listing.page), language.number(listing.pages)
        lines.append(language.say("Page {page} of {pages}.", page=page, pages=pages))
    if listing.page < listing.pages:
        lines[-1] += " " + language.say("Next: --page {page}", page=listing.page + 1)
    if any(row.due.why is Why.TRANSIT for row in listing.rows):
        lines.append(language.word("due", "source"))
    return [*lines, *calendar_lines(language, listing.calendar)]


def calendar_lines(language: Language, end: "CalendarEnd | None") -> list[str]:
    """Warn of the end of the calendar of days off, before which IT has to act."""
    if end is None:
        return []
    day = f"{end.last:%d/%m/%Y}"
    if end.left < 0:
        return [
            language.say(
                "⚠ The calendar of days off ended on {day}: what is accepted since has no due time. IT "
                "installs a newer version, or completes catalogues/working_days.csv.",
                day=day,
            )
        ]
    return [
        language.say_count(
            "⚠ The calendar of days off ends on {day}, in {count} day: what is due behind it gets no "
            "due time. IT installs a newer version, or completes catalogues/working_days.csv.",
            "⚠ The calendar of days off ends on {day}, in {count} days: what is due behind it gets no "
            "due time. IT installs a newer version, or completes catalogues/working_days.csv.",
            end.left,
            day=day,
        )
    ]


def _line(language: Language, row: "Listed", now: int, zone: tzinfo, place: Place) -> str:
    status, before = None, []
    if row.attempt is not None:
        report = _attempt(language, row.attempt, zone)
        if row.attempt.is_last:
            status = language.say("{report}, still with", report=report)
        else:
            before.append(language.say("before: {report}", report=report))
    head = item_line(language, row.state, zone, place, status)
    mark = f"{language.word('standing', row.standing.value)}: " if row.standing in _MARKED else ""
    return mark + " · ".join((head, *before, *_due(language, row, now, zone)))


def _attempt(language: Language, attempt: "Attempt", zone: tzinfo) -> str:
    return language.say(
        "{what} {at} ({reason})",
        what=language.word("attempt", attempt.kind),
        at=language.moment(attempt.at, zone),
        reason=language.word("reason", attempt.reason),
    )


def _due(language: Language, row: "Listed", now: int, zone: tzinfo) -> list[str]:
    """Say when an item is due, and how late it is."""
    if row.standing in (Standing.MET, Standing.CLOSED):
        return []
    if row.due.at is None:
        return [language.word("due", row.due.why.value)]
    parts = []
    if row.due.why is not Why.APPOINTMENT:  # its hour stands in the line already
        parts.append(language.say("due {at}", at=language.moment(row.due.at, zone)))
    if row.standing is Standing.LATE:
        parts.append(language.say("late by {span}", span=language.span(now - row.due.at)))
    if row.standing is Standing.MET_LATE:
        parts.append(language.word("standing", row.standing.value))
    return parts


def _counts_line(language: Language, listing: "Listing") -> str:
    """Count what needs somebody, among what is open."""
    counted = [
        (language.word("standing", standing.value), listing.counts.get(standing, 0))
        for standing in _MARKED
    ]
    counted += [
        (language.word("attempt", kind), listing.failed.get(kind, 0))
        for kind in ("refuse", "absent")
    ]
    counted.append((language.word("due", "none"), listing.counts.get(Standing.OPEN, 0)))
    return language.say(
        "Open: {counts}", counts=" · ".join(f"{name}: {language.number(n)}" for name, n in counted)
    )


def _plain(row: "Listed", zone: tzinfo) -> dict[str, object]:
    attempt = row.attempt
    return {
        **plain_item(row.state, zone),
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
