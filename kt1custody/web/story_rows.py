"""The story of an item as a page shows it: a timeline by holder, and every step in a row."""

from collections.abc import Mapping, Sequence

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
from kt1custody.services.custody.look import ItemStory
from kt1custody.services.evidence.story_words import StoryWords
from kt1custody.web import charts
from kt1custody.web.asking import Asking
from kt1custody.web.charts import Lane, Period, Timeline
from kt1custody.web.items import Name


def words(ask: Asking, story: ItemStory, custody: CustodyStory) -> StoryWords:
    """Put a story into the words of the request's language, with the names that may be read."""
    offices = {} if story.places is None else story.places.offices
    names = {str(number): office.name for number, office in offices.items()}
    staff = {signer.staff for step in custody.steps for signer in step.signers}
    staff |= {step.to for step in custody.steps if step.to} | {h.holder for h in custody.holders}
    people = {who: ask.visit.name(who) for who in staff if ask.visit.name(who) != who}
    return StoryWords(ask.language, custody, ask.session.zone, names, people)


def timeline(ask: Asking, custody: CustodyStory, told: StoryWords, name: Name) -> Timeline:
    """Lay out who answered for an item when, with a dot for each act, and the gaps below."""
    lines = dict(zip(custody.holders, told.holders, strict=False))
    ranks = {one.staff: one.rank for step in custody.steps for one in step.signers}
    end = custody.as_of if custody.ended is None else custody.step(custody.ended).when
    lanes = []
    for holder in dict.fromkeys(held.holder for held in custody.holders):
        held = [one for one in custody.holders if one.holder == holder]
        periods = [
            Period(since=one.since, until=_until(one.until, end), words=lines[one]) for one in held
        ]
        dots = [
            (step.when, f"#{step.seq} {ask.language.word('act', step.act)}")
            for step in custody.steps
            if step.act != "disclose"  # which moves nothing
            and _holder_at(custody.holders, step) == holder
            and step.when <= end
        ]
        detail = _detail(ask, holder, ranks)
        lanes.append(Lane(name=name(holder), detail=detail, periods=periods, dots=dots))
    lanes += _gap_lanes(ask, custody.gaps, told.gaps, end)
    return charts.timeline(lanes, ask.session.zone)


def steps(ask: Asking, story: ItemStory, told: StoryWords, name: Name) -> list[dict[str, object]]:
    """Describe every act about an item, in the log's order."""
    befores = [None, *(step.accepted_at for step in story.happenings)]
    return [
        {
            "seq": step.seq,
            "at": ask.language.moment_to_the_second(step.accepted_at, ask.session.zone),
            "claimed": _claimed(ask, step),
            "act": line.act,
            "to": name(step.to) if step.to else "",
            "who": [name(signer.staff) for signer in step.signers],
            "details": line.details,
            "after": "" if before is None else ask.language.span(step.accepted_at - before),
            "outcome": _outcome(ask, step, line.doubts),
        }
        for step, line, before in zip(story.happenings, told.steps, befores, strict=False)
    ]


def _until(until: int | None, end: int) -> int:
    return end if until is None else until


def _holder_at(holders: Sequence[Tenure], step: Happening) -> str:
    """Find on whose lane an act stands: of whoever answered for the item once it was done."""
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
            )
            for gap, line in zip(gaps, lines, strict=False)
            if gap.kind == kind
        ]
        title = ask.language.word("gap", kind)
        lanes.append(Lane(name=title, detail=ask.language.say("gap"), periods=periods))
    return lanes


def _is_grave(gap: Gap) -> bool:
    return gap.kind in (NOBODY, CONTESTED) or (gap.kind == ONE_SIDE and gap.until is None)


def _claimed(ask: Asking, step: Happening) -> str:
    """Say what the signer's device had on its clock, where that is another time than the log's."""
    apart = step.accepted_at - step.at
    if not apart:
        return ""
    at = ask.language.moment_to_the_second(step.at, ask.session.zone)
    span = ask.language.span(abs(apart))
    if apart > 0:
        return ask.language.say("device: {at}, {span} before the log", at=at, span=span)
    return ask.language.say("device: {at}, {span} after the log", at=at, span=span)


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
