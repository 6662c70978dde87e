"""Stories of items: who had them when, every act with the time between, and what the slip says."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.i18n import Language, one_line
from kt1custody.words.acts import plain_act
from kt1custody.words.items import Place, item_line
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.core.custody.custody_story import Gap, SealUse, Tenure
    from kt1custody.services.custody.look import ItemStory


def story_lines(language: Language, story: "ItemStory", zone: tzinfo, place: Place) -> list[str]:
    """Tell the story of an item, with the time between its acts."""
    from kt1custody.services.evidence.story_words import StoryWords

    lines = [item_line(language, story.state, zone, place), *slip_lines(language, story, zone)]
    if story.custody is None:
        return lines
    offices = {} if story.places is None else story.places.offices
    names = {str(number): office.name for number, office in offices.items()}
    words = StoryWords(language, story.custody, zone, names, story.names)
    lines += words.facts
    for title, part in words.parts()[:-1]:
        lines += ["", title, *(f"  {line}" for line in part)]
    lines += ["", language.word("story", "steps")]
    before = None
    for step, line in zip(story.happenings, words.steps, strict=True):
        if before is not None:
            lines.append(f"    ↓ {language.span(step.accepted_at - before)}")
        lines.append(f"  {line.text()}")
        before = step.accepted_at
    return lines


def plain_custody(story: "ItemStory", zone: tzinfo) -> dict[str, object] | None:
    """Give who had an item when as plain values."""
    custody = story.custody
    if custody is None:
        return None
    parts: dict[str, Sequence[Tenure | Gap | SealUse]] = {
        "holders": custody.holders,
        "gaps": custody.gaps,
        "seals": custody.seals,
    }
    return {
        name: [
            {
                **asdict(period),
                "since": clock_time(period.since, zone),
                "until": clock_time(period.until, zone),
            }
            for period in part
        ]
        for name, part in parts.items()
    }


def plain_acts(story: "ItemStory", zone: tzinfo) -> list[dict[str, object]]:
    """Give every act about an item as plain values, with the seconds since the one before."""
    befores = [None, *(step.accepted_at for step in story.happenings)]
    return [
        {
            **plain_act(step, zone),
            "seconds_after": None if before is None else step.accepted_at - before,
        }
        for step, before in zip(story.happenings, befores, strict=False)
    ]


def slip_lines(language: Language, story: "ItemStory", zone: tzinfo) -> list[str]:
    """Say what the confidential record says, if it was opened; or that it was declared lost."""
    slip, places, say = story.slip, story.places, language.say
    lost = []
    if story.lost is not None:
        lost.append(
            say(
                "⚠ The slip was declared lost by {first} and {second} at {time}: {reason} (log position {seq}).",
                first=story.lost.officers[0],
                second=story.lost.officers[1],
                time=language.moment(story.lost.at, zone),
                reason=language.word("reason", story.lost.reason),
                seq=story.lost.seq,
            )
        )
    if slip is None:
        return lost

    def name(code: str) -> str:
        agency = places.agencies.get(code) if places else None
        return f"{agency.name} ({code})" if agency else one_line(code)

    return [
        say("From: {sender}", sender=name(slip.sender)),
        say("To: {recipient}", recipient=name(slip.recipient)),
        say("Document number: {reference}", reference=one_line(slip.reference or "–")),
        say("Only for: {named}", named=one_line(slip.named or "–")),
        say(
            "Envelopes: {layers}, {weight} g, note: {note}",
            layers=slip.layers,
            weight=language.number(slip.weight),
            note=one_line(slip.note or "–"),
        ),
        *lost,
    ]
