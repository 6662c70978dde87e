"""What an auditor's own file says and what an audit made of it."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.i18n import Language
from kt1custody.words.errors import error_lines

if TYPE_CHECKING:
    from kt1custody.services.evidence.verify import Report, TrustFile


def plain_trust(report: "Report") -> dict[str, object] | None:
    """Give what was made of the auditor's own file as plain values."""
    standing = report.trust
    if standing is None:
        return None
    now = standing.after or standing.before
    return {
        "file": standing.name,
        "renewed": standing.after is not None,
        "exposed": standing.is_exposed,
        "since": None if now is None else now.since,
        "size": None if now is None else now.checkpoint.size,
        "anchor": None if now is None or now.anchor is None else asdict(now.anchor),
        "covered_by": list(report.covered_by),
    }


def trust_lines(language: Language, report: "Report", zone: tzinfo) -> Iterator[str]:
    """Say since when the auditor trusts the log and from which paper, and how safe that is."""
    standing = report.trust
    if standing is None:
        return
    before, now = standing.before, standing.after or standing.before
    if before is not None:
        yield language.say_count(
            "Trusted since {since} by {name}; last audited {at}, {count} entry.",
            "Trusted since {since} by {name}; last audited {at}, {count} entries.",
            before.checkpoint.size,
            since=language.moment(before.since, zone),
            name=standing.name,
            at=language.moment(before.audited, zone),
        )
    if now is not None:
        yield from _standing(language, standing.name, now, zone)
    if report.covered_by[0] == "trust":
        yield language.say("What anchors it is your own earlier audit alone.")
    if standing.fault is not None:
        yield f"⚠ {error_lines(language, standing.fault)[0]}"
    if standing.after is None:
        yield language.say("{name} was left as it was.", name=standing.name)
    if standing.is_exposed:
        yield language.say(
            "⚠ Others can write {name}: whoever does decides what you trust. Keep it on a medium of "
            "your own that nobody else may write.",
            name=standing.name,
        )


def _standing(language: Language, name: str, now: "TrustFile", zone: tzinfo) -> Iterator[str]:
    """Say what is trusted now, and from which paper."""
    if now.genesis is None:
        yield language.say("{name} holds no genesis hash yet: give --genesis once.", name=name)
    if now.anchor is None:
        yield language.say("Nothing from outside has reached this log yet.")
        return
    yield language.say_count(
        "Newest from outside: {what}, {count} entry, {at}.",
        "Newest from outside: {what}, {count} entries, {at}.",
        now.anchor.size,
        what=language.word("anchor", now.anchor.kind, name=now.anchor.name),
        at=language.moment(now.anchor.at, zone),
    )
