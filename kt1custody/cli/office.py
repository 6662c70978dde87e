"""The catalogues of offices and agencies."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import officers as signing
from kt1custody.cli import templates
from kt1custody.cli.face import Face, common
from kt1custody.cli.speech import number, say, say_count, word
from kt1custody.core.log.schema import CATALOGUE_KINDS
from kt1custody.core.manifest.lists import AGENCY_WORDS, OFFICE_WORDS, OFFICES

if TYPE_CHECKING:
    from kt1custody.services.registration.catalogue import NewList

_SHOWN = 12  # codes of a row of changes
_FILE = click.argument("file", type=click.Path(path_type=Path), metavar=say("FILE"))


@click.group(help=say("The closed lists of offices and agencies."))
def catalogue() -> None:
    """Hold the commands about the two lists."""


@catalogue.command("offices", help=say("Bring a list of offices into force (CSV or XLSX)."))
@_FILE
@signing.option
@click.option("--dry-run", is_flag=True, help=say("Only check; store nothing."))
@common
@click.pass_obj
def load_offices(face: Face, file: Path, officers: tuple[str, str] | None, dry_run: bool) -> None:
    """Load the offices."""
    _load(face, "offices", file, officers, dry_run=dry_run)


@catalogue.command("agencies", help=say("Bring a list of agencies into force (CSV or XLSX)."))
@_FILE
@signing.option
@click.option("--dry-run", is_flag=True, help=say("Only check; store nothing."))
@common
@click.pass_obj
def load_agencies(face: Face, file: Path, officers: tuple[str, str] | None, dry_run: bool) -> None:
    """Load the agencies."""
    _load(face, "agencies", file, officers, dry_run=dry_run)


@catalogue.command(
    help=say(
        "Write an empty list to fill in, XLSX or CSV: {kinds}.", kinds=", ".join(CATALOGUE_KINDS)
    )
)
@click.argument("kind", type=click.Choice(CATALOGUE_KINDS), metavar=say("KIND"))
@_FILE
@common
@click.pass_obj
def template(face: Face, kind: str, file: Path) -> None:
    """Write a template."""
    templates.write(face, kind, file)


def _load(
    face: Face, kind: str, file: Path, given: tuple[str, str] | None, *, dry_run: bool
) -> None:
    """Read a list, say what it holds, and have two officers sign for it."""
    from kt1custody.cli import given_files
    from kt1custody.services.registration import catalogue as lists

    made = lists.read(face.session(), kind, given_files.table(file))
    shown = [
        ("new", made.new),
        ("changed", made.changed),
        ("gone", made.gone),
    ]
    told: dict[str, object] = {"kind": kind, "rows": made.rows, **dict(shown)}
    what = word("catalogue", kind)
    if dry_run:
        lines = [*_summary(made), say("The list is right; nothing was stored.")]
        face.answer({**told, "seq": None}, lines)
        return
    if made.is_in_force:
        what = word("list-title", kind)
        line = say("{what} is in force already, as it is here: nothing was signed.", what=what)
        face.answer({**told, "seq": None}, [line])
        return
    for line in _summary(made):
        face.note(line)
    [*_, entry] = face.carry_out(
        lists.BringIntoForce(new_list=made, officers=signing.two(face, given))
    )
    face.answer(
        {**told, "seq": entry.seq, "hash": entry.act.octets("hash").hex()},
        [say("In force: {what}. Log position {seq}.", what=what, seq=entry.seq)],
    )


def _summary(made: "NewList") -> list[str]:
    """Say what a list holds, and what it changes."""
    names = OFFICE_WORDS if made.kind == OFFICES else AGENCY_WORDS
    words = ", ".join(f"{names[code]}: {number(count)}" for code, count in made.words.items())
    lines = [
        say_count(
            "{what}: {count} row ({words})",
            "{what}: {count} rows ({words})",
            made.rows,
            what=word("list-title", made.kind),
            words=words,
        )
    ]
    if made.examples:
        lines.append(
            say("Rows marked as examples were left aside: {count}", count=number(made.examples))
        )
    if len(made.new) < made.rows or made.gone:  # else it is the first list
        lines += [
            say("New: {codes}", codes=_codes(made.new)),
            say("Changed: {codes}", codes=_codes(made.changed)),
            say("No longer there: {codes}", codes=_codes(made.gone)),
        ]
    return lines


def _codes(codes: tuple[str, ...]) -> str:
    """Name some codes, and how many there are."""
    if not codes:
        return "–"
    more = "…" if len(codes) > _SHOWN else ""
    return f"{number(len(codes))} ({', '.join(codes[:_SHOWN])}{more})"
