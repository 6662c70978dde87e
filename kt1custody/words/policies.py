"""The policy in words: each rule with what it says, and the sources of the rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kt1custody.i18n import Language
from kt1custody.services.custody.policy import MARKS, WITNESS_MARKS, PolicyRules


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule of a policy.

    Attributes:
        rule: `witness`, `carry` or `max_offline`.
        title: What it is about.
        text: What it says.
    """

    rule: str
    title: str
    text: str


def rule_lines(language: Language, rules: PolicyRules) -> Iterator[RuleLine]:
    """Say what each rule of a policy says."""
    for mark in WITNESS_MARKS:
        title = language.say("A witness is needed, mark {mark}", mark=mark)
        yield RuleLine(
            rule="witness", title=title, text=_words(language, "act", rules.witness[mark])
        )
    for mark in MARKS:
        title = (
            language.say("May hold, no mark")
            if mark == "0"
            else language.say("May hold, mark {mark}", mark=mark)
        )
        yield RuleLine(rule="carry", title=title, text=_words(language, "role", rules.carry[mark]))
    yield RuleLine(
        rule="max_offline",
        title=language.say("A device may be away from the log"),
        text=language.span(rules.max_offline),
    )


def change_lines(
    language: Language, before: PolicyRules, after: PolicyRules
) -> Iterator[tuple[RuleLine, RuleLine]]:
    """Give each rule that changes, as it was and as it is to be."""
    for old, new in zip(rule_lines(language, before), rule_lines(language, after), strict=True):
        if old != new:
            yield old, new


def _words(language: Language, kind: str, codes: Iterable[str]) -> str:
    return ", ".join(language.word(kind, code) for code in sorted(codes)) or language.say("none")
