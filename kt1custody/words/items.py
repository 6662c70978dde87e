"""Items in words: one line each, with totals by mark."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from kt1custody.core.custody.table import ENDED, ItemState
from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Kind, Mark, Urgency
from kt1custody.i18n import Language
from kt1custody.words.times import clock_time

Place = Callable[[str], str]  # names an office by its number; a person's number stays as it is

_SHOWN = 5  # items named of many


def plain_item(state: ItemState, zone: tzinfo) -> dict[str, object]:
    """Give an item as plain values."""
    return {
        "number": f"{state.n:012d}",
        "mark": "" if state.mark == Mark.NONE else Mark(state.mark).name,
        "urgency": Urgency(state.urgency).name.lower(),
        "kind": Kind(state.kind).name.lower(),
        "appointment": clock_time(state.appt, zone),
        "destination": state.dest,
        "status": state.status.value,
        "holder": None if state.status in ENDED else state.holder,
        "seal": None if state.seal is None else numbers.format_serial(state.seal),
        "since": clock_time(state.since, zone),
        "contested": state.contested,
        "waiting": state.waiting,
    }


def item_line(
    language: Language, state: ItemState, zone: tzinfo, place: Place, status: str | None = None
) -> str:
    """Describe an item in one line.

    Args:
        status: Words for what happens to it; None: those of its state.
    """
    head = language.say(
        "{number} {mark:<3} {standing}, since {since}",
        number=numbers.format_item_number(state.n),
        mark="" if state.mark == Mark.NONE else f"[{Mark(state.mark).name}]",
        standing=item_standing(language, state, place, status),
        since=language.moment(state.since, zone),
    )
    more = [] if state.urgency == Urgency.NORMAL else [service_name(language, state, zone)]
    more += [language.say("DISPUTED")] if state.contested else []
    if state.waiting:
        more.append(
            language.say_count("{count} act is waiting", "{count} acts are waiting", state.waiting)
        )
    return " · ".join((head, *more))


def item_standing(
    language: Language, state: ItemState, place: Place, status: str | None = None
) -> str:
    """Say where an item stands, and with whom; nobody holds what is delivered, returned or void."""
    words = status or language.word("status", state.status.value)
    return words if state.status in ENDED else f"{words}: {place(state.holder)}"


def service_name(language: Language, state: ItemState, zone: tzinfo) -> str:
    """Name the service asked for, with the hour of an appointment."""
    name = language.word("service", Urgency(state.urgency).name)
    if state.appt is None:
        return name
    return language.say("{service} at {at}", service=name, at=language.moment(state.appt, zone))


def item_lines(
    language: Language, states: Sequence[ItemState], zone: tzinfo, place: Place
) -> list[str]:
    """Describe a list of items to be agreed on, and its totals by mark."""
    if not states:
        return [language.say("No items.")]
    lines = [item_line(language, state, zone, place) for state in states]
    return [*lines, totals_line(language, Counter(state.mark for state in states))]


def totals_line(language: Language, marks: Mapping[int, int]) -> str:
    """Say how many items there are of each mark."""
    named = {"–" if mark == Mark.NONE else Mark(mark).name: marks[mark] for mark in marks}
    totals = ", ".join(f"{mark}: {language.number(named[mark])}" for mark in sorted(named))
    return language.say_count(
        "{count} item ({totals})",
        "{count} items ({totals})",
        sum(marks.values()),
        totals=totals or "–",
    )


def some_items(language: Language, items: Sequence[int]) -> str:
    """Name the first of many items; 0 stands for the whole act."""
    names = [
        numbers.format_item_number(n) if n else language.say("the whole act")
        for n in items[:_SHOWN]
    ]
    shown, left = ", ".join(names), len(items) - _SHOWN
    if left <= 0:
        return shown
    return language.say("{shown} and {left} more", shown=shown, left=language.number(left))
