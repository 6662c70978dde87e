"""The window of doubt of an item: from its last certain sighting to what first casts doubt on it.

**Rule:** read-only, and derived from the log alone. A sighting is certain if the log counts it, the
envelope was intact and its seal was read; what an acceptance says is certain too. Whoever answered
for the item or signed about it inside the window is named, with what else they held meanwhile, so
that nobody looks at one person alone.
"""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kt1custody.core.custody.custody_story import CONTESTED, NOBODY, CustodyStory, Gap, Tenure
from kt1custody.core.custody.story import COUNTS, Happening
from kt1custody.core.log.entry import read_entry
from kt1custody.services.custody import story as telling
from kt1custody.services.session.session import Session
from kt1custody.store import log
from kt1custody.store.log import LogBook

_MOVES = frozenset({"handover", "offer", "take", "refuse", "absent", "deliver", "return"})
_SIGHTINGS = _MOVES - {"offer"} | {"register", "bind", "void"}
FEW, MOST = 10, 300  # items whose stories are told to find what else somebody held: at once, at all


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtWindow:
    """A time in which something may have happened to an item.

    Attributes:
        last: The last certain sighting.
        doubt: The act that casts doubt, or None.
        gap: The gap in custody that casts doubt, or None. Without both nothing casts doubt, but
            nobody has seen the item since.
        since: Unix seconds UTC, included; so is `until`.
        people: Staff numbers of all who answered for the item or signed about it inside, in order.
    """

    last: Happening
    doubt: Happening | None
    gap: Gap | None
    since: int
    until: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBeside:
    """Another item that somebody held inside a window.

    Attributes:
        holder: Staff number.
        since: Unix seconds UTC.
        until: Unix seconds UTC, or None if they still do.
    """

    holder: str
    n: int
    since: int
    until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What else was inside a window.

    Attributes:
        devices: Those that made the acts about the item, in order.
        beside: By holder, then by time.
        left_off: How many items more may have been held; their stories were not told.
    """

    devices: tuple[str, ...]
    beside: tuple[HeldBeside, ...]
    left_off: int


def find(story: CustodyStory) -> DoubtWindow | None:
    """Find the window of an item; None if it has ended and nothing casts doubt on it."""
    doubt, gap = _first_doubt(story), _first_gap(story)
    if doubt is not None and gap is not None:
        doubt, gap = (doubt, None) if doubt.when <= gap.since else (None, gap)
    if doubt is not None:
        until = doubt.when
    elif gap is not None:
        until = gap.since
    elif story.ended is not None:
        return None
    else:
        until = story.as_of
    sure = [step for step in story.steps if _is_certain(step) and step.when <= until]
    last = max(sure or story.steps[:1], key=lambda step: (step.when, step.seq))
    since = min(last.when, until)
    return DoubtWindow(
        last=last,
        doubt=doubt,
        gap=gap,
        since=since,
        until=until,
        people=tuple(dict.fromkeys(_people(story, since, until))),
    )


def surroundings(
    session: Session, n: int, window: DoubtWindow, as_of: int, most: int = MOST
) -> Surroundings:
    """Look what else was inside the window of an item.

    Args:
        most: Of how many other items the story is told, each in half a millisecond.
        as_of: Up to when stories are told, Unix seconds UTC.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        own = (book.entry(seq).act for seq, _, kind in book.lines(n) if kind != "disclose")
        devices = [act.dev for act in own if window.since <= act.at <= window.until]
        others = sorted(_touched(book, window) - {n})
        beside = [
            HeldBeside(holder=held.holder, n=other, since=held.since, until=held.until)
            for other in others[:most]
            for held in _holders(book, other, as_of)
            if held.holder in window.people and _is_inside(held, window.since, window.until)
        ]
        return Surroundings(
            devices=tuple(dict.fromkeys(devices)),
            beside=tuple(sorted(beside, key=lambda held: (held.holder, held.since, held.n))),
            left_off=max(0, len(others) - most),
        )


def _first_doubt(story: CustodyStory) -> Happening | None:
    doubtful = [step for step in story.steps if _is_doubtful(step)]
    return min(doubtful, key=lambda step: (step.when, step.seq), default=None)


def _first_gap(story: CustodyStory) -> Gap | None:
    """Find the first gap that no signature has closed; an offer that was answered leaves none."""
    return next((gap for gap in story.gaps if gap.kind in (NOBODY, CONTESTED)), None)


def _is_doubtful(step: Happening) -> bool:
    is_seen = step.act in _SIGHTINGS or step.act == "offer"
    is_whole = step.found and step.cond in (None, "intact")
    return is_seen and not (is_whole and step.effect == COUNTS)


def _is_certain(step: Happening) -> bool:
    has_seal = step.seal is not None or step.act == "register"
    return step.act in _SIGHTINGS and has_seal and not _is_doubtful(step)


def _is_inside(held: Tenure, since: int, until: int) -> bool:
    return held.since <= until and (held.until is None or held.until >= since)


def _people(story: CustodyStory, since: int, until: int) -> Iterator[str]:
    for held in story.holders:
        if _is_inside(held, since, until) and not held.holder.isdecimal():
            yield held.holder
    for step in story.steps:
        if step.act in _SIGHTINGS and since <= step.when <= until:
            yield from (signer.staff for signer in step.signers)


def _holders(book: LogBook, n: int, as_of: int) -> tuple[Tenure, ...]:
    custody = telling.tell(book, n, as_of)
    return () if custody is None else custody.holders


def _touched(book: LogBook, window: DoubtWindow) -> set[int]:
    """Find every item that people of a window hold now, or have got or given since it began."""
    found = {state.n for who in window.people for state in book.items(holder=who)}
    if not window.people:
        return found
    named = re.compile("|".join(window.people).encode())
    for raw in log.entries(book.connection, _first_since(book, window.since)):
        if named.search(raw) is None:
            continue
        act = read_entry(raw).act
        if act.type in _MOVES and {*act.persons, act.text_or_none("to")} & {*window.people}:
            found |= {line.n for line in act.lines}
    return found


def _first_since(book: LogBook, at: int) -> int:
    """Find the first entry that the log took from a time on; acts come after they were made."""
    return bisect.bisect_left(range(book.seq), at, key=lambda seq: book.time_of(book.entry(seq)))
