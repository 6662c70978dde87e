"""What an audit found, in words and for machines."""

import re
from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.cli import telling, trusted
from kt1custody.core.formats.numbers import format_item_number
from kt1custody.i18n import (
    has_word,
    moment_to_the_second,
    number,
    one_line,
    say,
    say_count,
    word,
)

if TYPE_CHECKING:
    from kt1custody.services.evidence.verify import Finding, Report


_TYPED = re.compile("(.+): group ([0-7])")


def answer(report: "Report") -> dict[str, object]:
    """Spell it for machines, as the verifiers that travel in a bundle do."""
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
        "trust": trusted.answer(report),
        "entries": report.entries,
        "signatures": report.signatures,
        "items": report.items,
        "genesis": None if report.genesis is None else report.genesis.hex(),
        "checked": report.checked,
        "findings": [
            {"kind": one.kind, "seq": one.seq, "expected": one.expected, "got": one.got}
            for one in report.findings
        ],
        "not_checked": report.not_checked,
        "outside": report.outside,
        "notes": [_revoked(*note) for note in report.notes],
        "opened": [
            {"seq": one.seq, "act": one.kind, "commit": one.commit, "record": one.record}
            for one in report.opened
        ],
        "story": None if report.story is None else report.story.plain(),
    }


def lines(report: "Report", zone: tzinfo, most: int) -> Iterator[str]:
    """Spell it for people; at most so many findings."""
    yield say(
        "{entries}, {signatures}, {items} looked at.",
        entries=say_count("{count} entry", "{count} entries", report.entries),
        signatures=say_count("{count} signature", "{count} signatures", report.signatures),
        items=say_count("{count} item", "{count} items", report.items),
    )
    yield from _standing(report, zone)
    yield from trusted.lines(report, zone)
    if report.since is not None:
        yield say(
            "Of {since} verified before, {reread} were read again, chosen by chance.",
            since=say_count("{count} entry", "{count} entries", report.since),
            reread=number(report.reread or 0),
        )
    if report.checked:
        told = "; ".join(word("checked", one) for one in report.checked)
        yield say("Checked: {what}", what=told)
    for opened in report.opened:
        yield say(
            "Opened record of #{seq} ({act}), {commit}:",
            seq=opened.seq,
            act=word("act", opened.kind),
            commit=opened.commit.hex(),
        )
        yield from (
            f"    {one_line(name)}: {one_line(value)}" for name, value in opened.record.items()
        )
    yield from (_revoked(*note) for note in report.notes)
    yield from _story(report, zone)
    for one in report.outside:
        yield say("Outside: {what}", what=_told("outside", one))
    for found in report.findings[:most]:
        yield from _finding(found)
    more = len(report.findings) - most + report.more
    if more > 0:
        yield say_count(
            "… and {count} more finding; --json shows it.",
            "… and {count} more findings; --json shows them.",
            more,
        )
    for one in report.not_checked:
        yield say("Not checked: {what}", what=_told("unchecked", one))
    is_partly_read = report.since is not None and (report.reread or 0) < report.since
    code = "match-since" if report.verdict == "match" and is_partly_read else report.verdict
    yield word("verdict", code)


def _story(report: "Report", zone: tzinfo) -> Iterator[str]:
    """Tell the story of a dossier's item, and what it is worth."""
    from kt1custody.services.evidence.story_words import Teller

    if report.story is None:
        return
    teller = Teller(report.story, zone, report.place)
    yield from ("", word("story", "title", item=format_item_number(int(report.story.item))))
    if report.verdict != "match":
        yield f"  ⚠ {word('story', f'doubt-{report.verdict}')}"
    yield from (f"  {line}" for line in teller.facts)
    for title, lines in teller.parts():
        yield from (title, *(f"  {line}" for line in lines))
    yield ""


def _standing(report: "Report", zone: tzinfo) -> Iterator[str]:
    """Say how far the log is anchored outside."""
    if report.size is None:
        return
    covered = number(report.covered)
    if report.as_of is None:
        yield say_count(
            "{covered} of {count} entry is anchored outside.",
            "{covered} of {count} entries are anchored outside.",
            report.size,
            covered=covered,
        )
    else:
        yield say_count(
            "{covered} of {count} entry is anchored outside, since {at}.",
            "{covered} of {count} entries are anchored outside, since {at}.",
            report.size,
            covered=covered,
            at=moment_to_the_second(report.as_of, zone),
        )
    yield from telling.epoch_lines(report.origin)


def _finding(one: "Finding") -> Iterator[str]:
    sign = "–" if one.is_missing else "✗"
    place = say("beside the log") if one.seq is None else f"#{one.seq}"
    yield f"{sign} {place}: {word('audit', one.kind)}"
    yield say("    expected {expected}", expected=telling.evidence(one.expected))
    yield say("    got {got}", got=telling.evidence(one.got))


def _told(kind: str, one: str) -> str:
    """Spell a code, with what it is about behind it."""
    code, _, about = one.partition(": ")
    typed = _TYPED.fullmatch(about)
    if typed is not None and typed[2] == "0":
        about = say("{code}: a code has 42 digits", code=typed[1])
    elif typed is not None:
        about = say("{code}: group {group} is mistyped", code=typed[1], group=typed[2])
    return f"{word(kind, code)} ({about})" if about else word(kind, code)


def _revoked(seq: int, role: str, kid: bytes) -> str:
    return say(
        "#{seq}: signed as {role} with the key {kid}, which was revoked later.",
        seq=seq,
        role=word("role", role) if has_word("role", role) else role,
        kid=kid.hex(),
    )
