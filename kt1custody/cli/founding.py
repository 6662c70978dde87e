"""Founding the log: asks what is not given, shows it in words, and only then makes anything."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kt1custody.cli import keyboard
from kt1custody.cli.face import Face, common
from kt1custody.cli.founding_questions import DIGITS, OFFICES, FoundingOptions, ask
from kt1custody.cli.speech import day_in_words, say
from kt1custody.errors import KtError, RefusedError

if TYPE_CHECKING:
    from kt1custody.services.keys.genesis_entry import Founding

_PATH = click.Path(path_type=Path)


@click.command(help=say("Found the log of a service: once, by two officers and a reserve."))
@click.option("--log", metavar="kt1.tinh.vn/68", help=say("Name of the log."))
@click.option("--name", help=say("Name of the service, in words."))
@click.option("--office", type=click.IntRange(*OFFICES), help=say("Number of the founding office."))
@click.option(
    "--number",
    type=click.IntRange(*DIGITS),
    help=say("The log's two digits, first in every item number."),
)
@click.option(
    "--officer", "officers", nargs=2, metavar="NV… NV…", help=say("The two officers who sign.")
)
@click.option("--reserve", metavar="NV…", help=say("Whose key is sealed as the reserve."))
@click.option(
    "--names",
    nargs=3,
    metavar=say("NAME NAME NAME"),
    help=say("Full names of the two officers and of the holder of the reserve key."),
)
@click.option("--training", is_flag=True, help=say("Only for practice; nothing it makes is valid."))
@click.option(
    "--pdf",
    type=_PATH,
    metavar=say("FILE"),
    help=say("Where to write the genesis sheet, to be printed, signed and kept."),
)
@click.option(
    "--qr", type=_PATH, metavar="PNG", help=say("Also write the genesis hash as a QR picture.")
)
@common
@click.pass_obj
def init(  # the answers by the names of their options
    face: Face,
    /,
    pdf: Path | None,
    qr: Path | None,
    **given: Any,  # noqa: ANN401
) -> None:
    """Found a log."""
    from kt1custody.services.keys import genesis as found

    session = face.session()
    left = found.unfinished(session)
    if left is not None and left.is_founded:
        face.note(say("This log was founded before; what was interrupted is finished now."))
        founding = ask(face, FoundingOptions(**given), left.founding)
    else:
        found.refuse_place(session)
        known = left.founding if left is not None and _goes_on(face, left.founding) else None
        founding = ask(face, FoundingOptions(**given), known)
        found.refuse_wrong(session, founding)
        if not founding.training:
            face.refuse_open_pins()
        if founding != known:  # else it was shown and agreed to just now
            _show(face, founding)
            if not face.agree(say("Found this log?")):
                raise RefusedError("not-confirmed")
        face.note(
            say(
                "Each of the three now chooses a passphrase in turn, unseen by the others. Then the "
                "keys are made, which takes a moment."
            )
        )
    _found(face, founding, pdf, qr)


def _goes_on(face: Face, left: "Founding") -> bool:
    """Ask whether the answers of a founding that was interrupted shall be taken."""
    face.note(say("A founding was interrupted here, before there was a log. Its answers:"))
    _show(face, left)
    return face.agree(say("Found this log with these answers? (no: they are asked for anew)"))


def _show(face: Face, founding: "Founding") -> None:
    """Show in words what is about to be founded."""
    session = face.session()
    at = session.clock() if session.as_of is None else session.as_of
    names = founding.names or ("", "", "")
    first, second, reserve = (
        f"{staff} {name}".strip() for staff, name in zip(founding.officers, names, strict=True)
    )
    rows = [
        (say("Name of the log"), founding.log),
        (say("Name of the service"), founding.name),
        (say("Number of the founding office"), str(founding.office)),
        (say("First two digits of item numbers"), str(founding.number)),
        (say("Officers"), f"{first}; {second}"),
        (say("Reserve key"), reserve),
        (say("Clock of this machine (must be right)"), day_in_words(at, session.zone)),
        (say("Data folder (back up)"), str(session.data.absolute())),
        (say("Keys folder (never back up)"), str(session.keys.absolute())),
    ]
    face.note("")
    if founding.training:
        face.note(say("TRAINING – NOT VALID"))
    width = max(len(title) for title, _ in rows)
    for title, value in rows:
        face.note(f"  {title:<{width}}  {value}")
    face.note(say("None of this can be changed afterwards, but for the officers by their keys."))


def _found(face: Face, founding: "Founding", pdf: Path | None, qr: Path | None) -> None:
    """Found the log, put its hash on paper, and say what to do next."""
    from kt1custody.services.keys import genesis as found
    from kt1custody.services.keys import genesis_sheet
    from kt1custody.system import files

    session = face.session()
    pdf = pdf or _ask_place()
    for path in (pdf, qr):
        if path is not None:
            files.probe(path)  # before there is a log that must be on it
    genesis = make_log(face, founding)
    try:
        if qr is not None:
            files.write(qr, found.genesis_picture(genesis))
        if pdf is not None:
            files.write(pdf, genesis_sheet.pdf(session, founding))
    except KtError:
        face.note(
            say(
                "The log is founded; only its sheet is missing. Give the same command again with "
                "another file."
            )
        )
        raise
    found.finish(session)
    lines = [
        say("The log {log} is founded. Genesis hash:", log=founding.log),
        genesis.hex("-", 2),  # can be pasted behind --genesis as it is
        *([] if pdf else [found.genesis_symbol(genesis)]),
        *_next(face, founding, pdf),
    ]
    face.answer({"log": founding.log, "genesis": genesis.hex(), "sheet": pdf}, lines)


def make_log(face: Face, founding: "Founding") -> bytes:
    """Found a log, or go on with a founding that was interrupted; gives the genesis hash.

    What is done with the hash, such as putting it on paper, belongs to the founding: until
    `genesis.finish`, the same founding is given again and goes on there.
    """
    from kt1custody.services.keys import founding_here
    from kt1custody.services.keys import genesis as found
    from kt1custody.services.people.staff import NameFounders

    session, officers = face.session(), founding.officers
    left = found.unfinished(session)
    if left is not None and left.is_founded:
        genesis = found.founded_before(session, founding)
    else:
        found.note_answers(session, founding)
        try:
            passphrases = [face.new_pin(staff, passphrase=True) for staff in officers]
        except KtError:
            found.undo(session, founding, keeps_answers=False)
            raise
        genesis = founding_here.found(face.here, founding, passphrases)
    if founding.names is not None and not found.are_officers_named(session):
        names = dict(zip(officers, founding.names, strict=True))
        face.carry_out(NameFounders(names=names, officers=officers[:2]))
    return genesis


def _ask_place() -> Path | None:
    """Ask where to write the genesis sheet, where somebody can answer."""
    if not sys.stdin.isatty():
        return None
    default = say("genesis-sheet.pdf")
    question = say("File for the genesis sheet (Enter: {name})", name=default)
    return Path(keyboard.ask(question, default=default))


def _next(face: Face, founding: "Founding", pdf: Path | None) -> list[str]:
    """Say what to do after the founding, in order."""
    session, reserve = face.session(), founding.officers[2]
    paper = (
        say(
            "Print {pdf}, have all three sign it, put it into the safe, a copy to every auditor.",
            pdf=pdf,
        )
        if pdf
        else say("Copy the hash by hand onto paper and keep it in the safe.")
    )
    return [
        say("Next:"),
        f"  1. {paper}",
        "  2. "
        + say(
            "Copy {file} onto a stick of its own, seal it in an envelope, put it into the safe, and "
            "delete it here.",
            file=session.keys.absolute() / f"{reserve}.key",
        ),
        "  3. "
        + say(
            "Have {data} backed up every day; never {keys}.", data=session.data, keys=session.keys
        ),
        "  4. "
        + say(
            "Load the lists: kt1 catalogue offices FILE, kt1 catalogue agencies FILE, kt1 person "
            "enrol FILE; kt1 catalogue template and kt1 person template make empty ones."
        ),
    ]
