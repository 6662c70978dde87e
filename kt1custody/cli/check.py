"""Asking what seals are, with public material alone."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import sources
from kt1custody.cli.face import Face, common, from_file, genesis_option, items
from kt1custody.cli.speech import LANGUAGE, say, word
from kt1custody.core.formats import numbers
from kt1custody.core.seals.assessment import Colour
from kt1custody.errors import RefusedError
from kt1custody.words.seals import age_lines, plain_head, plain_seal, seal_lines, seal_sentence

if TYPE_CHECKING:
    from kt1custody.services.evidence.trust import SealAnswer

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
    from kt1custody.cli import incoming
    from kt1custody.services.evidence import trust as public

    pinned = None if genesis is None else numbers.parse_genesis(genesis)
    known = incoming.trusted(trust, load, pinned)
    beside = face.session().data.parent / "newest-status"
    incoming.keep_newest(seen or beside, known)
    scans = sources.read(face, given, file)
    if not scans:
        raise RefusedError("nothing-given")
    now = face.session().now(known.control)
    answers = public.check_seals([scan.fault or scan.text for scan in scans], known, now)
    zone, listed = face.settings.zone, known.load
    plain: dict[str, object] = {
        "log": known.control.log,
        "training": known.control.training,
        "trust": plain_head(known.status.head, zone, now),
        "load": listed and {"holder": listed.holder, **plain_head(listed.head, zone, now)},
        "seals": [plain_seal(answer, zone) for answer in answers],
    }
    lines = [say("TRAINING – NOT VALID")] if known.control.training else []
    for answer in answers:
        lines += _lines(face, answer, known.control.log, numbered=len(answers) > 1)
    exposed = incoming.exposed_loads(trust)
    lines += [
        say(
            "⚠ {name} in this public folder is internal: no holder's list may lie there. Tell the "
            "office that published it.",
            name=name,
        )
        for name in exposed
    ]
    plain["exposed"] = list(exposed)
    face.answer(plain, [*lines, *age_lines(LANGUAGE, known, zone, now)])
    click.get_current_context().exit(max(_SHAPES[answer.verdict.colour][2] for answer in answers))


def _lines(face: Face, answer: "SealAnswer", log: str, *, numbered: bool) -> list[str]:
    shape, colour, _ = _SHAPES[answer.verdict.colour]
    place = f"{answer.place}. " if numbered else ""
    headline = click.style(f"{shape} {word('colour', answer.verdict.colour.value)}", fg=colour)
    sentence = seal_sentence(LANGUAGE, answer, log)
    lines = seal_lines(LANGUAGE, answer, face.settings.zone, log)
    return [f"{place}{headline}: {sentence}", *(f"    {line}" for line in lines)]
