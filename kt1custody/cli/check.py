"""Asking what seals are, with public material alone."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import sources, telling
from kt1custody.cli.face import Face, common, from_file, genesis_option, items
from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Mark
from kt1custody.core.seals.assessment import Colour
from kt1custody.core.seals.seal import SealContent
from kt1custody.errors import RefusedError
from kt1custody.i18n import moment, say, say_count, span, word

if TYPE_CHECKING:
    from kt1custody.core.seals.status import Head
    from kt1custody.services.evidence.trust import SealAnswer, Trust

_PATH = click.Path(path_type=Path)
# A shape and a colour beside the word, since some people see no colours and some printers none.
_SHAPES = {
    Colour.GREEN: ("✓", "green", 0),
    Colour.PLAIN: ("○", None, 0),
    Colour.UNREAD: ("?", None, 2),
    Colour.NONE: ("–", None, 2),
    Colour.AMBER: ("▲", "yellow", 3),
    Colour.RED: ("✗", "red", 4),
}


@click.command(
    help=say(
        "Say what seals are, from public material alone: scanned texts, numbers or pictures, one "
        "for each cover. Exit code 0, 2 not a seal, 3 keep and check, 4 wrong."
    )
)
@items
@from_file
@click.option(
    "--trust",
    type=_PATH,
    required=True,
    metavar=say("FOLDER"),
    help=say("Public folder, written by kt1 publish."),
)
@click.option(
    "--load",
    type=_PATH,
    metavar=say("FILE"),
    help=say("Load list, written by kt1 publish --load."),
)
@click.option(
    "--seen",
    type=_PATH,
    metavar=say("FILE"),
    help=say("Where this machine keeps the newest public folder it has seen; beside its data."),
)
@genesis_option
@common
@click.pass_obj
def check(
    face: Face,
    given: tuple[str, ...],
    file: Path | None,
    trust: Path,
    load: Path | None,
    seen: Path | None,
    genesis: str | None,
) -> None:
    """Check seals."""
    from kt1custody.services.evidence import rollback_guard as newest
    from kt1custody.services.evidence import trust as public

    pinned = None if genesis is None else telling.genesis_hash(genesis)
    known = public.read_trust(trust, load, pinned)
    beside = face.session().data.parent / "newest-status"
    newest.keep_newest(seen or beside, known)
    found = sources.read(face, given, file)
    if not found:
        raise RefusedError("nothing-given")
    now = face.session().now(known.control)
    answers = public.check_seals([one.fault or one.text for one in found], known, now)
    told: dict[str, object] = {
        "log": known.control.log,
        "training": known.control.training,
        "trust": _head(face, known.status.head, now),
        "load": known.load and {"holder": known.load.holder, **_head(face, known.load.head, now)},
        "seals": [_answer(face, one) for one in answers],
    }
    lines = [say("TRAINING – NOT VALID")] if known.control.training else []
    for one in answers:
        lines += _lines(face, one, known.control.log, numbered=len(answers) > 1)
    exposed = public.exposed_loads(trust)
    lines += [
        say(
            "⚠ {name} in this public folder is internal: no holder's list may lie there. Tell the "
            "office that published it.",
            name=name,
        )
        for name in exposed
    ]
    told["exposed"] = list(exposed)
    face.answer(told, [*lines, *_age_lines(face, known, now)])
    click.get_current_context().exit(max(_SHAPES[one.verdict.colour][2] for one in answers))


def _head(face: Face, head: "Head", now: int) -> dict[str, object]:
    zone = face.settings.zone
    return {
        "size": head.size,
        "root": head.root.hex(),
        "issued_at": telling.clock_time(head.issued, zone),
        "next_at": telling.clock_time(head.next, zone),
        "age": now - head.issued,
    }


def _answer(face: Face, one: "SealAnswer") -> dict[str, object]:
    told: dict[str, object] = {
        "scan": one.place,
        "colour": one.verdict.colour.value,
        "verdict": one.verdict.code,
        "notes": list(one.verdict.notes),
    }
    if one.fault is not None:
        told["fault"] = {"code": one.fault.code, "detail": one.fault.detail}
    if one.content is not None:
        told |= _content(face, one.content)
    return told


def _content(face: Face, content: SealContent) -> dict[str, object]:
    return {
        "number": f"{content.n:012d}",
        "serial": numbers.format_serial(content.serial),
        "mark": "" if content.mark == Mark.NONE else content.mark.name,
        "urgency": content.urgency.name.lower(),
        "issuer": content.issuer,
        "destination": content.dest,
        "issued_at": telling.clock_time(content.at, face.settings.zone),
        "copy": content.copy,
    }


def _lines(face: Face, one: "SealAnswer", log: str, *, numbered: bool) -> list[str]:
    shape, colour, _ = _SHAPES[one.verdict.colour]
    place = f"{one.place}. " if numbered else ""
    headline = click.style(f"{shape} {word('colour', one.verdict.colour.value)}", fg=colour)
    lines = [f"{place}{headline}: {word('seal', one.verdict.code, log=log)}"]
    if one.fault is not None:
        lines += [f"    {line}" for line in telling.error_lines(one.fault)]
    if one.content is not None:
        lines += [f"    {line}" for line in _content_lines(face, one.content)]
    return [*lines, *(f"    + {word('seal', code, log=log)}" for code in one.verdict.notes)]


def _content_lines(face: Face, content: SealContent) -> list[str]:
    return [
        say(
            "Item {number}, serial {serial}, mark {mark}, {service}, copy {copy}",
            number=numbers.format_item_number(content.n),
            serial=numbers.format_serial(content.serial),
            mark="–" if content.mark == Mark.NONE else content.mark.name,
            service=word("service", content.urgency.name),
            copy=content.copy,
        ),
        say(
            "Issued by {issuer} at {at}, delivered by {dest}",
            issuer=content.issuer,
            at=moment(content.at, face.settings.zone),
            dest=content.dest,
        ),
    ]


def _age_lines(face: Face, known: "Trust", now: int) -> list[str]:
    head, zone = known.status.head, face.settings.zone
    lines = [
        say(
            "Trust list no. {size}, issued {at}, {age} old.",
            size=head.size,
            at=moment(head.issued, zone),
            age=span(now - head.issued),
        )
    ]
    if known.load is None:
        lines.append(say("No load list: nothing was compared with the log."))
    else:
        lines.append(
            say_count(
                "Load list of {holder}: {count} item, issued {at}.",
                "Load list of {holder}: {count} items, issued {at}.",
                len(known.load.lines),
                holder=known.load.holder,
                at=moment(known.load.head.issued, zone),
            )
        )
    return [
        *lines,
        say("A seal shows that the label was issued, not that the envelope is genuine."),
    ]
