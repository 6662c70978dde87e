"""Puts the story of an item into words: for the screen, and for the page in a dossier.

**Rule:** the same words as the verifiers that travel in a dossier; no person's name but where the
caller brings it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from kt1custody.core.custody.custody_story import (
    CONTESTED,
    NOBODY,
    ONE_SIDE,
    Gap,
    SealUse,
    Story,
    Tenure,
)
from kt1custody.core.custody.story import COUNTS, DISPUTED, WAITS, Happening, Signer
from kt1custody.core.custody.table import DISPUTES, WAITING
from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Kind, Mark, Urgency
from kt1custody.i18n import has_word, local_time, moment, moment_to_the_second, word

_ONE_SIDED = ("deliver", "return")  # their receivers are named in a confidential record


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A step in words.

    Attributes:
        when: To the second, local.
        act: What was done.
        signers: Everybody who signed, by role.
        details: What the act says besides, and what became of it.
        doubts: What the log noted or disputed.
    """

    seq: int
    when: str
    act: str
    signers: str
    details: tuple[str, ...]
    doubts: tuple[str, ...]

    def text(self) -> str:
        """Give it on one line."""
        parts = [f"{self.when}  {self.act} – {self.signers}", *self.details]
        return "; ".join((*parts, *(f"⚠ {doubt}" for doubt in self.doubts))) + f"  #{self.seq}"


class Teller:
    """Words for one story.

    Attributes:
        facts: What kind of item it is.
        holders: Who had it, from when to when.
        gaps: Times for which signatures are missing.
        seals: Seals put on and taken off.
        steps: Every step.
    """

    def __init__(
        self,
        story: Story,
        zone: tzinfo,
        place: Callable[[str], str],
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Put a story into words.

        Args:
            zone: Of the office.
            place: Gives the name of an office by its number.
            names: People's names by staff number, for those who may read them.
        """
        self._story, self._zone, self._place, self._names = story, zone, place, names or {}
        self._ranks = {one.staff: one for step in story.steps for one in step.signers}
        self._now = moment(story.as_of, zone)
        self.facts = self._facts()
        self.holders = [self._tenure(one) for one in story.holders] + self._end()
        self.gaps = [self._gap(one) for one in story.gaps] or [word("story", "no-gaps")]
        self.seals = [self._seal(one) for one in story.seals] or [word("story", "no-seals")]
        self.steps = [self._step(one) for one in story.steps]

    def parts(self) -> list[tuple[str, list[str]]]:
        """Give everything but the facts as titles and lines."""
        return [
            (word("story", "holders"), self.holders),
            (word("story", "gaps"), self.gaps),
            (word("story", "seals"), self.seals),
            (word("story", "steps"), [one.text() for one in self.steps]),
        ]

    def _facts(self) -> list[str]:
        story = self._story
        offset = local_time(story.as_of, self._zone).isoformat()[-6:]
        first = story.step(story.holders[0].seq)
        mark = word("story", "no-mark") if story.mark == Mark.NONE else Mark(story.mark).name
        facts = [
            word(
                "story",
                "facts",
                mark=mark,
                service=word("service", Urgency(story.urgency).name),
                form=word("kind", Kind(story.kind).name),
                office=self._office(first.office),
                dest=self._office(story.dest),
            )
        ]
        if story.appt is not None:
            facts.append(word("story", "appt", at=moment(story.appt, self._zone)))
        return [*facts, word("story", "zone", offset=offset, at=self._now)]

    def _tenure(self, one: Tenure) -> str:
        facts = {"since": moment(one.since, self._zone), "seq": one.seq}
        who = self._holder(one.holder)
        if one.until is None:
            return word("story", "holds", **facts, until=self._now, who=who)
        return word("story", "held", **facts, until=moment(one.until, self._zone), who=who)

    def _holder(self, holder: str) -> str:
        if holder.isdecimal():
            return self._office(holder)
        signer = self._ranks.get(holder)
        if signer is None:
            return self._person(holder)
        office = self._office(signer.office)
        return word("story", "person", who=self._person(holder), office=office)

    def _office(self, number: object) -> str:
        """Name an office, by its number alone where its name is not known."""
        name = self._place(str(number))
        return word("story", "office", office=name) if name == str(number) else name

    def _person(self, staff: str) -> str:
        """Name a person by role and number."""
        signer, name = self._ranks.get(staff), self._names.get(staff)
        told = staff if signer is None else f"{_role(signer.rank)} {staff}"
        return told if name is None else f"{told} {name}"

    def _end(self) -> list[str]:
        """Say how it ended; or that nobody can be named since two steps contradict each other."""
        story = self._story
        if story.ended is not None:
            last = story.step(story.ended)
            at, act = moment(last.when, self._zone), word("act", last.act)
            signers = self._signers(last.signers)
            return [word("story", "ended", at=at, act=act, signers=signers, seq=last.seq)]
        if story.holders[-1].until is not None:
            return [word("story", "unclear", at=moment(story.holders[-1].until, self._zone))]
        return []

    def _signers(self, signers: Sequence[Signer]) -> str:
        return ", ".join(
            word("story", "signer", role=_role(one.role), who=self._person(one.staff))
            for one in signers
        )

    def _gap(self, one: Gap) -> str:
        first = self._story.step(one.seqs[0] or 0)
        facts: dict[str, object] = {
            "since": moment(one.since, self._zone),
            "until": self._now if one.until is None else moment(one.until, self._zone),
            "first": one.seqs[0],
            "last": one.seqs[-1],
        }
        tail = "-open" if one.until is None else ""
        if one.kind == CONTESTED:
            facts["steps"] = ", ".join(f"#{seq}" for seq in one.seqs[:-1])
        elif one.kind == ONE_SIDE and first.act == "take":
            return word("story", "gap-no-offer", **facts, who=self._person(first.signers[0].staff))
        elif one.kind == ONE_SIDE:
            facts["giver"] = self._person(first.signers[0].staff)
            facts["receiver"] = self._person(first.to or "")
            facts["end"] = self._answer(one)
        elif one.kind == NOBODY:
            tail = ""
        return word("story", f"gap-{one.kind}{tail}", **facts)

    def _answer(self, one: Gap) -> str:
        """Say what ended the wait for an answer to an offer."""
        if one.seqs[1] is None:
            return ""
        end = self._story.step(one.seqs[1])
        is_answer = end.of == one.seqs[0]
        code = "take" if end.act == "take" and end.found else "short"
        if end.act != "take":
            code = "withdraw"
        return word("story", f"end-{code}" if is_answer else "end-other")

    def _seal(self, one: SealUse) -> str:
        serial = numbers.format_serial(one.serial)
        since, first = moment(one.since, self._zone), one.seqs[0]
        if one.until is None or one.seqs[1] is None:
            return word("story", "seal-on", serial=serial, since=since, first=first)
        reason = self._story.step(one.seqs[1]).reason or ""
        return word(
            "story",
            "seal-off",
            serial=serial,
            since=since,
            first=first,
            until=moment(one.until, self._zone),
            last=one.seqs[1],
            reason=word("reason", reason),
        )

    def _step(self, step: Happening) -> Line:
        return Line(
            seq=step.seq,
            when=moment_to_the_second(step.when, self._zone),
            act=word("act", step.act),
            signers=self._signers(step.signers),
            details=tuple(self._details(step)),
            doubts=tuple(self._doubts(step)),
        )

    def _details(self, step: Happening) -> list[str]:
        told = [*self._places(step), *self._envelope(step), *self._ruling(step)]
        if step.act in _ONE_SIDED:
            told.append(word("story", "one-sided"))
        if step.when != step.accepted_at:
            at = moment_to_the_second(step.accepted_at, self._zone)
            told.append(word("story", "accepted", at=at))
        if step.ahead is not None:
            told.append(word("story", "ahead", seq=step.ahead))
        return told + [word("story", "corrected", seq=seq) for seq in step.corrected]

    def _places(self, step: Happening) -> list[str]:
        """Say where it was, for whom, and in answer to what."""
        told = []
        if step.office is not None:
            told.append(word("story", "at-office", office=self._office(step.office)))
        if step.act == "offer":
            told.append(word("story", "to", who=self._person(step.to or "")))
        if step.to_office is not None:
            told.append(word("story", "for-office", office=self._office(step.to_office)))
        if step.act in ("take", "withdraw") and step.of is not None:
            told.append(word("story", "of-offer", seq=step.of))
        return told

    def _envelope(self, step: Happening) -> list[str]:
        """Say what was seen of the item, and why it was done."""
        told = [] if step.found else [word("story", "not-found")]
        if step.seal is not None:
            told.append(word("story", "seal", serial=numbers.format_serial(step.seal)))
        if step.cond is not None:
            told.append(word("story", "envelope", cond=word("cond", step.cond)))
        if step.reason is not None:
            told.append(word("story", "reason", reason=word("reason", step.reason)))
        return told

    def _ruling(self, step: Happening) -> list[str]:
        """Say what a correction or a settlement says."""
        if step.change is not None:
            field, value = step.change
            seq = "–" if step.of is None else step.of
            spelled = self._value(field, value)
            return [word("story", "change", seq=seq, field=word("key", field), value=spelled)]
        if step.act == "settle":
            return [word("story", "keeps-none" if step.of is None else "keeps", seq=step.of)]
        return []

    def _doubts(self, step: Happening) -> list[str]:
        """Say what became of a step that does not count, and what the log said of it."""
        told = [] if step.effect == COUNTS else [word("story", f"effect-{step.effect}")]
        codes = [code for code in step.codes if not code.startswith("cond-")]
        if step.effect not in (DISPUTED, WAITS):  # what the log said before it knew better
            codes = [code for code in codes if code not in DISPUTES | WAITING]
        return told + [
            word("judgement", code) if has_word("judgement", code) else code for code in codes
        ]

    def _value(self, field: str, value: str | int | None) -> str:
        """Spell what a correction says."""
        match field, value:
            case "urgency", int(number):
                return word("service", Urgency(number).name)
            case "kind", int(number):
                return word("kind", Kind(number).name)
            case "appt", int(at):
                return moment(at, self._zone)
            case (("cond" | "reason"), str(code)):
                return word(field, code)
            case "commit", _:
                return word("story", "new-record")
            case "remark", _:
                return word("story", "yes" if value else "no")
            case _:
                return "–"


def _role(role: str) -> str:
    return word("role", role) if has_word("role", role) else role
