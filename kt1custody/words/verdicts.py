"""Verdicts in words: what an audit has checked, found, and could not check."""

import re
from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.core.formats import origins
from kt1custody.core.formats.numbers import format_item_number
from kt1custody.i18n import Language, one_line
from kt1custody.words.trust import plain_trust, trust_lines

if TYPE_CHECKING:
    from kt1custody.services.evidence.verify import Finding, Report


_TYPED = re.compile("(.+): group ([0-7])")


def plain_verdict(language: Language, report: "Report") -> dict[str, object]:
    """Give a verdict as plain values, as the verifiers that travel in a bundle do."""
    return {
        "verdict": report.verdict,
        "form": report.form,
        "origin": report.origin,
        "item": report.item,
        "size": report.size,
        "covered": report.covered,
        "as_of": report.as_of,
        "since": report.since,
        "reread": report.reread,
        "trust": plain_trust(report),
        "entries": report.entries,
        "signatures": report.signatures,
        "items": report.items,
        "genesis": None if report.genesis is None else report.genesis.hex(),
        "checked": report.checked,
        "findings": [
            {
                "kind": finding.kind,
                "seq": finding.seq,
                "expected": finding.expected,
                "got": finding.got,
            }
            for finding in report.findings
        ],
        "not_checked": report.not_checked,
        "outside": report.outside,
        "notes": [_revoked(language, *note) for note in report.notes],
        "opened": [
            {
                "seq": opened.seq,
                "act": opened.kind,
                "commit": opened.commit,
                "record": opened.record,
            }
            for opened in report.opened
        ],
        "story": None if report.story is None else report.story.plain(),
    }


def verdict_lines(language: Language, report: "Report", zone: tzinfo, most: int) -> Iterator[str]:
    """Say what an audit came to; at most so many findings."""
    yield looked_at_line(language, report)
    yield from _standing(language, report, zone)
    yield from trust_lines(language, report, zone)
    if report.since is not None:
        yield language.say(
            "Of {since} verified before, {reread} were read again, chosen by chance.",
            since=language.say_count("{count} entry", "{count} entries", report.since),
            reread=language.number(report.reread or 0),
        )
    if report.checked:
        checked = "; ".join(language.word("checked", code) for code in report.checked)
        yield language.say("Checked: {what}", what=checked)
    for opened in report.opened:
        yield language.say(
            "Opened record of #{seq} ({act}), {commit}:",
            seq=opened.seq,
            act=language.word("act", opened.kind),
            commit=opened.commit.hex(),
        )
        yield from (
            f"    {one_line(name)}: {one_line(value)}" for name, value in opened.record.items()
        )
    yield from (_revoked(language, *note) for note in report.notes)
    yield from _story(language, report, zone)
    for anchor in report.outside:
        yield language.say("Outside: {what}", what=_coded(language, "outside", anchor))
    for finding in report.findings[:most]:
        yield from audit_finding_lines(language, finding)
    more = len(report.findings) - most + report.more
    if more > 0:
        yield language.say_count(
            "… and {count} more finding; --json shows it.",
            "… and {count} more findings; --json shows them.",
            more,
        )
    for gap in report.not_checked:
        yield language.say("Not checked: {what}", what=_coded(language, "unchecked", gap))
    is_partly_read = report.since is not None and (report.reread or 0) < report.since
    code = "match-since" if report.verdict == "match" and is_partly_read else report.verdict
    yield language.word("verdict", code)


def looked_at_line(language: Language, report: "Report") -> str:
    """Say how much an audit has read."""
    return language.say(
        "{entries}, {signatures}, {items} looked at.",
        entries=language.say_count("{count} entry", "{count} entries", report.entries),
        signatures=language.say_count("{count} signature", "{count} signatures", report.signatures),
        items=language.say_count("{count} item", "{count} items", report.items),
    )


def audit_finding_lines(language: Language, finding: "Finding") -> Iterator[str]:
    """Say what is wrong, what was expected there and what was found."""
    sign = "–" if finding.is_missing else "✗"
    place = language.say("beside the log") if finding.seq is None else f"#{finding.seq}"
    yield f"{sign} {place}: {language.word('audit', finding.kind)}"
    yield language.say(
        "    expected {expected}", expected=evidence_word(language, finding.expected)
    )
    yield language.say("    got {got}", got=evidence_word(language, finding.got))


def epoch_lines(language: Language, origin: str) -> list[str]:
    """Say of a count of entries that it is of its epoch alone; nothing of the first one."""
    found = origins.find(origin)
    if found is None or found.epoch == 1:
        return []
    return [language.say("This counts the entries of the epoch {origin} alone.", origin=origin)]


def evidence_word(language: Language, text: str) -> str:
    """Give what was expected, found or is missing: a word where it has one, else the value itself."""
    return language.word("evidence", text) if language.has_word("evidence", text) else text


def _story(language: Language, report: "Report", zone: tzinfo) -> Iterator[str]:
    """Tell the story of a dossier's item, and what it is worth."""
    from kt1custody.services.evidence.story_words import StoryWords

    if report.story is None:
        return
    words = StoryWords(language, report.story, zone, report.offices)
    yield from (
        "",
        language.word("story", "title", item=format_item_number(int(report.story.item))),
    )
    if report.verdict != "match":
        yield f"  ⚠ {language.word('story', f'doubt-{report.verdict}')}"
    yield from (f"  {line}" for line in words.facts)
    for title, lines in words.parts():
        yield from (title, *(f"  {line}" for line in lines))
    yield ""


def _standing(language: Language, report: "Report", zone: tzinfo) -> Iterator[str]:
    """Say how far the log is anchored outside."""
    if report.size is None:
        return
    covered = language.number(report.covered)
    if report.as_of is None:
        yield language.say_count(
            "{covered} of {count} entry is anchored outside.",
            "{covered} of {count} entries are anchored outside.",
            report.size,
            covered=covered,
        )
    else:
        yield language.say_count(
            "{covered} of {count} entry is anchored outside, since {at}.",
            "{covered} of {count} entries are anchored outside, since {at}.",
            report.size,
            covered=covered,
            at=language.moment_to_the_second(report.as_of, zone),
        )
    yield from epoch_lines(language, report.origin)


def _coded(language: Language, kind: str, text: str) -> str:
    """Give the words for a code, with what it is about behind it."""
    code, _, about = text.partition(": ")
    typed = _TYPED.fullmatch(about)
    if typed is not None and typed[2] == "0":
        about = language.say("{code}: a code has 42 digits", code=typed[1])
    elif typed is not None:
        about = language.say("{code}: group {group} is mistyped", code=typed[1], group=typed[2])
    return f"{language.word(kind, code)} ({about})" if about else language.word(kind, code)


def _revoked(language: Language, seq: int, role: str, kid: bytes) -> str:
    return language.say(
        "#{seq}: signed as {role} with the key {kid}, which was revoked later.",
        seq=seq,
        role=language.word("role", role) if language.has_word("role", role) else role,
        kid=kid.hex(),
    )
