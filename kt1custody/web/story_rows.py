"""The story of an item as a page shows it: a timeline by holder, and every step in a row."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from kt1custody.core.custody.custody_story import (
    CONTESTED,
    NOBODY,
    ONE_SIDE,
    CustodyStory,
    Gap,
    Tenure,
)
from kt1custody.core.custody.story import COUNTS, WAITS, Happening
from kt1custody.core.custody.table import WAITING
from kt1custody.core.formats import numbers
from kt1custody.i18n import Language, local_time
from kt1custody.services.custody.look import ItemStory
from kt1custody.services.evidence.story_words import StoryWords
from kt1custody.web import charts
from kt1custody.web.asking import Asking
from kt1custody.web.charts import Dot, Lane, Period, Timeline
from kt1custody.web.items import Name

_DAY = 86_400
_LATE = 3_600  # seconds between what a device says and the log, from which an act came late
_LOOKS = {COUNTS: "good", WAITS: "warn"}


def words(ask: Asking, story: ItemStory, custody: CustodyStory) -> StoryWords:
    """Put a story into the words of the request's language, with the names that may be read."""
    offices = {} if story.places is None else story.places.offices
    names = {str(number): office.name for number, office in offices.items()}
    staff = {signer.staff for step in custody.steps for signer in step.signers}
    staff |= {step.to for step in custody.steps if step.to} | {h.holder for h in custody.holders}
    people = {who: ask.visit.name(who) for who in staff if ask.visit.name(who) != who}
    return StoryWords(ask.language, custody, ask.session.zone, names, people)


def days(ask: Asking, custody: CustodyStory) -> list[date]:
    """Give the local days on which something was done about an item, in order."""
    moments = (step.when for step in custody.steps)
    return sorted({local_time(at, ask.session.zone).date() for at in moments})


def timeline(
    ask: Asking, custody: CustodyStory, told: StoryWords, name: Name, day: date | None = None
) -> Timeline:
    """Lay out who answered for an item when, with a dot for each act; below gaps and seals.

    Args:
        day: The local day that is shown; None: all of it.
    """
    lines = dict(zip(custody.holders, told.holders, strict=False))
    ranks = {one.staff: one.rank for step in custody.steps for one in step.signers}
    end = custody.as_of if custody.ended is None else custody.step(custody.ended).when
    lanes = []
    on_lanes = [
        (_lane_of(custody.holders, step), step)
        for step in custody.steps
        if step.act != "disclose" and step.when <= end  # which moves nothing
    ]
    holders = (held.holder for held in custody.holders)
    for holder in dict.fromkeys((*holders, *(lane for lane, _ in on_lanes))):
        periods = [
            Period(
                since=held.since,
                until=_until(held.until, end),
                words=lines[held],
                label=span(ask.language, _until(held.until, end) - held.since),
            )
            for held in custody.holders
            if held.holder == holder
        ]
        acts = [step for lane, step in on_lanes if lane == holder]
        late = [_way_to_the_log(ask, step) for step in acts if is_late(step)]
        dots = [dot for step in acts for dot in _dots(ask, step)]
        detail = _detail(ask, holder, ranks)
        lanes.append(Lane(name=name(holder), detail=detail, periods=[*periods, *late], dots=dots))
    lanes += _gap_lanes(ask, custody.gaps, told.gaps, end)
    lanes += _seal_lanes(ask, custody, told.seals, end)
    return charts.timeline(lanes, ask.session.zone, None if day is None else _bounds(ask, day))


def steps(ask: Asking, story: ItemStory, told: StoryWords, name: Name) -> list[dict[str, object]]:
    """Describe every act about an item, in the log's order."""
    befores = [None, *(step.accepted_at for step in story.happenings)]
    return [
        {
            "seq": step.seq,
            "at": ask.language.moment_to_the_second(step.accepted_at, ask.session.zone),
            "claimed": _claimed(ask, step),
            "late": _late_words(ask, step) if is_late(step) else "",
            "act": line.act,
            "to": name(step.to) if step.to else "",
            "who": [name(signer.staff) for signer in step.signers],
            "details": line.details,
            "after": "" if before is None else span(ask.language, step.accepted_at - before),
            "outcome": _outcome(ask, step, line.doubts),
        }
        for step, line, before in zip(story.happenings, told.steps, befores, strict=False)
    ]


def span(language: Language, seconds: int) -> str:
    """Write a length of time as an officer pictures it: from two days on in days and hours."""
    days, rest = divmod(seconds, _DAY)
    if days < 2:
        return language.span(seconds)
    return language.say("{days} d {hours} h", days=days, hours=rest // 3_600)


def is_late(step: Happening) -> bool:
    """Tell whether an act has come to the log long after its device says that it was done."""
    return step.accepted_at - step.when > _LATE


def _late_words(ask: Asking, step: Happening) -> str:
    length = span(ask.language, step.accepted_at - step.when)
    return ask.language.say("came {span} late", span=length)


def _dots(ask: Asking, step: Happening) -> Iterator[Dot]:
    """Give the dot of an act where its device says that it was done, and where the log took it."""
    words = f"#{step.seq} {ask.language.word('act', step.act)}"
    yield Dot(at=step.when, words=words, look=_LOOKS.get(step.effect, "bad"))
    if is_late(step):
        late = f"{words}: {_late_words(ask, step)}"
        yield Dot(at=step.accepted_at, words=late, look="late")


def _way_to_the_log(ask: Asking, step: Happening) -> Period:
    words = f"#{step.seq} {_late_words(ask, step)}"
    return Period(since=step.when, until=step.accepted_at, words=words, look="late")


def _bounds(ask: Asking, day: date) -> tuple[int, int]:
    """Give the first and the last second of a local day."""
    begin = datetime.combine(day, time(), ask.session.zone)
    return int(begin.timestamp()), int((begin + timedelta(days=1)).timestamp()) - 1


def _until(until: int | None, end: int) -> int:
    return end if until is None else until


def _lane_of(holders: Sequence[Tenure], step: Happening) -> str:
    """Find on whose lane an act stands: of whoever answered for the item once it was done.

    One that does not count stands on the lane of whom it was given to: all who are said to have it
    are seen side by side.
    """
    if step.effect not in (COUNTS, WAITS) and step.to is not None:
        return step.to
    begun = [held.holder for held in holders if held.since <= step.when]
    return begun[-1] if begun else holders[0].holder


def _detail(ask: Asking, holder: str, ranks: Mapping[str, str]) -> str:
    if holder.isdecimal():
        return ask.language.say("post office {number}", number=holder)
    return " · ".join(
        [*([ask.language.word("role", ranks[holder])] if holder in ranks else []), holder]
    )


def _gap_lanes(ask: Asking, gaps: Sequence[Gap], lines: Sequence[str], end: int) -> list[Lane]:
    lanes = []
    for kind in dict.fromkeys(gap.kind for gap in gaps):
        periods = [
            Period(
                since=min(gap.since, end),
                until=min(_until(gap.until, end), end),
                words=line,
                look="gap" if _is_grave(gap) else "note",
                label=span(ask.language, min(_until(gap.until, end), end) - min(gap.since, end)),
            )
            for gap, line in zip(gaps, lines, strict=False)
            if gap.kind == kind
        ]
        title = ask.language.word("gap", kind)
        lanes.append(Lane(name=title, detail=ask.language.say("gap"), periods=periods))
    return lanes


def _seal_lanes(ask: Asking, custody: CustodyStory, lines: Sequence[str], end: int) -> list[Lane]:
    """Give each seal a lane of its own, so that a second one is seen at once."""
    return [
        Lane(
            name=numbers.format_serial(use.serial),
            detail=ask.language.say("seal"),
            periods=[
                Period(
                    since=use.since,
                    until=_until(use.until, end),
                    words=line,
                    look="seal",
                    label=span(ask.language, _until(use.until, end) - use.since),
                )
            ],
        )
        for use, line in zip(custody.seals, lines, strict=False)
    ]


def _is_grave(gap: Gap) -> bool:
    return gap.kind in (NOBODY, CONTESTED) or (gap.kind == ONE_SIDE and gap.until is None)


def _claimed(ask: Asking, step: Happening) -> str:
    """Say what the signer's device had on its clock, where that is another time than the log's."""
    apart = step.accepted_at - step.at
    if not apart:
        return ""
    at = ask.language.moment_to_the_second(step.at, ask.session.zone)
    length = span(ask.language, abs(apart))
    if apart > 0:
        return ask.language.say("device: {at}, {span} before the log", at=at, span=length)
    return ask.language.say("device: {at}, {span} after the log", at=at, span=length)


def _outcome(ask: Asking, step: Happening, doubts: Sequence[str]) -> dict[str, object]:
    """Say what became of an act, folded: what waited once and is matched now, waits no more."""
    if step.effect != COUNTS:
        look = "warn" if step.effect == WAITS else "bad"
        return {"look": look, "sign": "!" if look == "warn" else "✕", "words": doubts}
    waited = WAITING & {*step.codes}
    if waited and step.of is not None and step.of > step.seq:
        matched = ask.language.say("matched when #{seq} came", seq=step.of)
        return {"look": "good", "sign": "✓", "words": [matched, *doubts]}
    if doubts:
        return {"look": "note", "sign": "–", "words": doubts}
    accepted = ask.language.say("matched later") if waited else ask.language.say("accepted")
    return {"look": "good", "sign": "✓", "words": [accepted]}
