"""Puts the story of an item into words: for the screen, and for the page in a dossier.

**Rule:** the same words as the verifiers that travel in a dossier; no person's name but where the
caller brings it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from kt1custody.core.custody.custody_story import (
    CONTESTED,
    NOBODY,
    ONE_SIDE,
    CustodyStory,
    Gap,
    SealUse,
    Tenure,
)
from kt1custody.core.custody.story import COUNTS, DISPUTED, WAITS, Happening, Signer
from kt1custody.core.custody.table import DISPUTES, WAITING
from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Kind, Mark, Urgency
from kt1custody.i18n import Language, local_time, one_line

_ONE_SIDED = ("deliver", "return")  # their receivers are named in a confidential record


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
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


class StoryWords:
    """One story in the words of one language.

    Attributes:
        facts: What kind of item it is.
        holders: Who had it, from when to when.
        gaps: Times for which signatures are missing.
        seals: Seals put on and taken off.
        steps: Every step.
    """

    def __init__(
        self,
        language: Language,
        story: CustodyStory,
        zone: tzinfo,
        offices: Mapping[str, str],
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Put a story into words.

        Args:
            zone: Of the office.
            offices: Names of offices by number, as far as they are known.
            names: People's names by staff number, for those who may read them.
        """
        self._language, self._word = language, language.word
        self._story, self._zone, self._offices, self._names = story, zone, offices, names or {}
        self._ranks = {signer.staff: signer for step in story.steps for signer in step.signers}
        self._now = self._moment(story.as_of)
        self.facts = self._facts()
        self.holders = [self._tenure(tenure) for tenure in story.holders] + self._end()
        self.gaps = [self._gap(gap) for gap in story.gaps] or [self._word("story", "no-gaps")]
        self.seals = [self._seal(use) for use in story.seals] or [self._word("story", "no-seals")]
        self.steps = [self._step(step) for step in story.steps]

    def parts(self) -> list[tuple[str, list[str]]]:
        """Give everything but the facts as titles and lines."""
        return [
            (self._word("story", "holders"), self.holders),
            (self._word("story", "gaps"), self.gaps),
            (self._word("story", "seals"), self.seals),
            (self._word("story", "steps"), [line.text() for line in self.steps]),
        ]

    def _facts(self) -> list[str]:
        story = self._story
        offset = local_time(story.as_of, self._zone).isoformat()[-6:]
        first = story.step(story.holders[0].seq)
        mark = self._word("story", "no-mark") if story.mark == Mark.NONE else Mark(story.mark).name
        facts = [
            self._word(
                "story",
                "facts",
                mark=mark,
                service=self._word("service", Urgency(story.urgency).name),
                form=self._word("kind", Kind(story.kind).name),
                office=self._office(first.office),
                dest=self._office(story.dest),
            )
        ]
        if story.appt is not None:
            facts.append(self._word("story", "appt", at=self._moment(story.appt)))
        return [*facts, self._word("story", "zone", offset=offset, at=self._now)]

    def _tenure(self, tenure: Tenure) -> str:
        facts = {"since": self._moment(tenure.since), "seq": tenure.seq}
        who = self._holder(tenure.holder)
        if tenure.until is None:
            return self._word("story", "holds", **facts, until=self._now, who=who)
        return self._word("story", "held", **facts, until=self._moment(tenure.until), who=who)

    def _holder(self, holder: str) -> str:
        if holder.isdecimal():
            return self._office(holder)
        signer = self._ranks.get(holder)
        if signer is None:
            return self._person(holder)
        office = self._office(signer.office)
        return self._word("story", "person", who=self._person(holder), office=office)

    def _office(self, number: object) -> str:
        """Name an office, by its number alone where its name is not known."""
        name = self._offices.get(str(number))
        if name is None:
            return self._word("story", "office", office=number)
        return f"{name} ({number})"

    def _person(self, staff: str) -> str:
        """Name a person by role and number."""
        signer, name = self._ranks.get(staff), self._names.get(staff)
        person = staff if signer is None else f"{self._role(signer.rank)} {staff}"
        return person if name is None else f"{person} {one_line(name)}"

    def _end(self) -> list[str]:
        """Say how it ended; or that nobody can be named since two steps contradict each other."""
        story = self._story
        if story.ended is not None:
            last = story.step(story.ended)
            at, act = self._moment(last.when), self._word("act", last.act)
            signers = self._signers(last.signers)
            return [self._word("story", "ended", at=at, act=act, signers=signers, seq=last.seq)]
        if story.holders[-1].until is not None:
            return [self._word("story", "unclear", at=self._moment(story.holders[-1].until))]
        return []

    def _signers(self, signers: Sequence[Signer]) -> str:
        return ", ".join(
            self._word(
                "story", "signer", role=self._role(signer.role), who=self._person(signer.staff)
            )
            for signer in signers
        )

    def _gap(self, gap: Gap) -> str:
        first = self._story.step(gap.seqs[0] or 0)
        facts: dict[str, object] = {
            "since": self._moment(gap.since),
            "until": self._now if gap.until is None else self._moment(gap.until),
            "first": gap.seqs[0],
            "last": gap.seqs[-1],
        }
        tail = "-open" if gap.until is None else ""
        if gap.kind == CONTESTED:
            facts["steps"] = ", ".join(f"#{seq}" for seq in gap.seqs[:-1])
        elif gap.kind == ONE_SIDE and first.act == "take":
            return self._word(
                "story", "gap-no-offer", **facts, who=self._person(first.signers[0].staff)
            )
        elif gap.kind == ONE_SIDE:
            facts["giver"] = self._person(first.signers[0].staff)
            facts["receiver"] = self._person(first.to or "")
            facts["end"] = self._answer(gap)
        elif gap.kind == NOBODY:
            tail = ""
        return self._word("story", f"gap-{gap.kind}{tail}", **facts)

    def _answer(self, gap: Gap) -> str:
        """Say what ended the wait for an answer to an offer."""
        if gap.seqs[1] is None:
            return ""
        end = self._story.step(gap.seqs[1])
        is_answer = end.of == gap.seqs[0]
        code = "take" if end.act == "take" and end.found else "short"
        if end.act != "take":
            code = "withdraw"
        return self._word("story", f"end-{code}" if is_answer else "end-other")

    def _seal(self, use: SealUse) -> str:
        serial = numbers.format_serial(use.serial)
        since, first = self._moment(use.since), use.seqs[0]
        if use.until is None or use.seqs[1] is None:
            return self._word("story", "seal-on", serial=serial, since=since, first=first)
        reason = self._story.step(use.seqs[1]).reason or ""
        return self._word(
            "story",
            "seal-off",
            serial=serial,
            since=since,
            first=first,
            until=self._moment(use.until),
            last=use.seqs[1],
            reason=self._word("reason", reason),
        )

    def _step(self, step: Happening) -> StoryLine:
        return StoryLine(
            seq=step.seq,
            when=self._language.moment_to_the_second(step.when, self._zone),
            act=self._word("act", step.act),
            signers=self._signers(step.signers),
            details=tuple(self._details(step)),
            doubts=tuple(self._doubts(step)),
        )

    def _details(self, step: Happening) -> list[str]:
        details = [*self._places(step), *self._envelope(step), *self._ruling(step)]
        if step.act in _ONE_SIDED:
            details.append(self._word("story", "one-sided"))
        if step.when != step.accepted_at:
            at = self._language.moment_to_the_second(step.accepted_at, self._zone)
            details.append(self._word("story", "accepted", at=at))
        if step.ahead is not None:
            details.append(self._word("story", "ahead", seq=step.ahead))
        return details + [self._word("story", "corrected", seq=seq) for seq in step.corrected]

    def _places(self, step: Happening) -> list[str]:
        """Say where it was, for whom, and in answer to what."""
        details = []
        if step.office is not None:
            details.append(self._word("story", "at-office", office=self._office(step.office)))
        if step.act == "offer":
            details.append(self._word("story", "to", who=self._person(step.to or "")))
        if step.to_office is not None:
            details.append(self._word("story", "for-office", office=self._office(step.to_office)))
        if step.act in ("take", "withdraw") and step.of is not None:
            details.append(self._word("story", "of-offer", seq=step.of))
        return details

    def _envelope(self, step: Happening) -> list[str]:
        """Say what was seen of the item, and why it was done."""
        details = [] if step.found else [self._word("story", "not-found")]
        if step.seal is not None:
            details.append(self._word("story", "seal", serial=numbers.format_serial(step.seal)))
        if step.cond is not None:
            details.append(self._word("story", "envelope", cond=self._word("cond", step.cond)))
        if step.reason is not None:
            details.append(self._word("story", "reason", reason=self._word("reason", step.reason)))
        return details

    def _ruling(self, step: Happening) -> list[str]:
        """Say what a correction or a settlement says."""
        if step.change is not None:
            field, value = step.change
            seq = "–" if step.of is None else step.of
            spelled = self._value(field, value)
            return [
                self._word(
                    "story", "change", seq=seq, field=self._word("key", field), value=spelled
                )
            ]
        if step.act == "settle":
            return [self._word("story", "keeps-none" if step.of is None else "keeps", seq=step.of)]
        return []

    def _doubts(self, step: Happening) -> list[str]:
        """Say what became of a step that does not count, and what the log said of it."""
        doubts = [] if step.effect == COUNTS else [self._word("story", f"effect-{step.effect}")]
        codes = [code for code in step.codes if not code.startswith("cond-")]
        if step.effect not in (DISPUTED, WAITS):  # what the log said before it knew better
            codes = [code for code in codes if code not in DISPUTES | WAITING]
        return doubts + [
            self._word("judgement", code) if self._language.has_word("judgement", code) else code
            for code in codes
        ]

    def _value(self, field: str, value: str | int | None) -> str:
        """Spell what a correction says."""
        match field, value:
            case "urgency", int(number):
                return self._word("service", Urgency(number).name)
            case "kind", int(number):
                return self._word("kind", Kind(number).name)
            case "appt", int(at):
                return self._moment(at)
            case (("cond" | "reason"), str(code)):
                return self._word(field, code)
            case "commit", _:
                return self._word("story", "new-record")
            case "remark", _:
                return self._word("story", "yes" if value else "no")
            case _:
                return "–"

    def _role(self, role: str) -> str:
        return self._word("role", role) if self._language.has_word("role", role) else role

    def _moment(self, at: int) -> str:
        return self._language.moment(at, self._zone)
