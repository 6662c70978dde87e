"""Seals in words: what a scanned seal says, what it is worth, and how old the public lists are."""

from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Mark
from kt1custody.i18n import Language
from kt1custody.words.errors import error_lines
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.core.seals.seal import SealContent
    from kt1custody.core.seals.status import Head
    from kt1custody.services.evidence.trust import SealAnswer, Trust


def plain_seal(answer: "SealAnswer", zone: tzinfo) -> dict[str, object]:
    """Give what a scanned seal is as plain values."""
    plain: dict[str, object] = {
        "scan": answer.place,
        "colour": answer.verdict.colour.value,
        "verdict": answer.verdict.code,
        "notes": list(answer.verdict.notes),
    }
    if answer.fault is not None:
        plain["fault"] = {"code": answer.fault.code, "detail": answer.fault.detail}
    if answer.content is not None:
        plain |= _plain_content(answer.content, zone)
    return plain


def plain_head(head: "Head", zone: tzinfo, now: int) -> dict[str, object]:
    """Give which public list it is and how old it is as plain values."""
    return {
        "size": head.size,
        "root": head.root.hex(),
        "issued_at": clock_time(head.issued, zone),
        "next_at": clock_time(head.next, zone),
        "age": now - head.issued,
    }


def seal_sentence(language: Language, answer: "SealAnswer", log: str) -> str:
    """Say what a scanned seal is worth."""
    return language.word("seal", answer.verdict.code, log=log)


def seal_lines(language: Language, answer: "SealAnswer", zone: tzinfo, log: str) -> list[str]:
    """Say what could not be read of a seal or what it says, and what was noted of it."""
    lines = [] if answer.fault is None else error_lines(language, answer.fault)
    if answer.content is not None:
        lines += _content_lines(language, answer.content, zone)
    notes = (language.word("seal", code, log=log) for code in answer.verdict.notes)
    return [*lines, *(f"+ {note}" for note in notes)]


def age_lines(language: Language, trust: "Trust", zone: tzinfo, now: int) -> list[str]:
    """Say how old the public lists are, and what they cannot show."""
    head, load = trust.status.head, trust.load
    lines = [
        language.say(
            "Trust list no. {size}, issued {at}, {age} old.",
            size=head.size,
            at=language.moment(head.issued, zone),
            age=language.span(now - head.issued),
        )
    ]
    if load is None:
        lines.append(language.say("No load list: nothing was compared with the log."))
    else:
        lines.append(
            language.say_count(
                "Load list of {holder}: {count} item, issued {at}.",
                "Load list of {holder}: {count} items, issued {at}.",
                len(load.lines),
                holder=load.holder,
                at=language.moment(load.head.issued, zone),
            )
        )
    return [
        *lines,
        language.say("A seal shows that the label was issued, not that the envelope is genuine."),
    ]


def _plain_content(content: "SealContent", zone: tzinfo) -> dict[str, object]:
    return {
        "number": f"{content.n:012d}",
        "serial": numbers.format_serial(content.serial),
        "mark": "" if content.mark == Mark.NONE else content.mark.name,
        "urgency": content.urgency.name.lower(),
        "issuer": content.issuer,
        "destination": content.dest,
        "issued_at": clock_time(content.at, zone),
        "copy": content.copy,
    }


def _content_lines(language: Language, content: "SealContent", zone: tzinfo) -> list[str]:
    return [
        language.say(
            "Item {number}, serial {serial}, mark {mark}, {service}, copy {copy}",
            number=numbers.format_item_number(content.n),
            serial=numbers.format_serial(content.serial),
            mark="–" if content.mark == Mark.NONE else content.mark.name,
            service=language.word("service", content.urgency.name),
            copy=content.copy,
        ),
        language.say(
            "Issued by {issuer} at {at}, delivered by {dest}",
            issuer=content.issuer,
            at=language.moment(content.at, zone),
            dest=content.dest,
        ),
    ]
