"""Founding the log, its catalogues, its people."""

from pathlib import Path

import click

from kt1custody.cli import telling
from kt1custody.cli.face import Face, common
from kt1custody.core.act import CATALOGUE_KINDS, REASONS
from kt1custody.i18n import number, say, word

_officers = click.option(
    "--officer",
    "officers",
    nargs=2,
    required=True,
    metavar="NV… NV…",
    help=say("The two officers who sign."),
)


@click.command(help=say("Found the log of a service: once, by two officers and a reserve."))
@click.option("--log", required=True, metavar="kt1.tinh.vn/68", help=say("Name of the log."))
@click.option("--name", required=True, help=say("Name of the service, in words."))
@click.option(
    "--office",
    required=True,
    type=click.IntRange(100_000, 999_999),
    help=say("Number of the founding office."),
)
@click.option(
    "--number",
    required=True,
    type=click.IntRange(10, 99),
    help=say("The log's two digits, first in every item number."),
)
@_officers
@click.option(
    "--reserve", required=True, metavar="NV…", help=say("Whose key is sealed as the reserve.")
)
@click.option("--training", is_flag=True, help=say("Only for practice; nothing it makes is valid."))
@click.option(
    "--qr",
    type=click.Path(path_type=Path),
    metavar="PNG",
    help=say("Also write the genesis hash as a QR picture."),
)
@common
@click.pass_obj
def init(
    face: Face,
    log: str,
    name: str,
    office: int,
    number: int,
    officers: tuple[str, str],
    reserve: str,
    training: bool,
    qr: Path | None,
) -> None:
    """Found a log."""
    from kt1custody.services import found

    first, second, third = map(telling.staff_number, (*officers, reserve))
    founding = found.Founding(log, name, office, number, training, (first, second, third))
    genesis = found.found(face.desk(), founding)
    if qr is not None:
        found.write_genesis_qr(genesis, qr)
    lines = [
        say("The log {log} is founded. Genesis hash:", log=log),
        genesis.hex(),
        found.genesis_symbol(genesis),
        say("Print it on paper for every auditor. Seal the key file of {staff} away.", staff=third),
    ]
    face.answer({"log": log, "genesis": genesis.hex()}, lines)


@click.command(
    help=say(
        "Bring a list of offices or agencies into force: {kinds}.", kinds=", ".join(CATALOGUE_KINDS)
    )
)
@click.argument("kind", type=click.Choice(CATALOGUE_KINDS), metavar=say("KIND"))
@click.argument("file", type=click.Path(path_type=Path), metavar=say("FILE"))
@_officers
@common
@click.pass_obj
def catalogue(face: Face, kind: str, file: Path, officers: tuple[str, str]) -> None:
    """Load a catalogue."""
    from kt1custody.services import people

    first, second = map(telling.staff_number, officers)
    entry = people.load_catalogue(face.desk(), kind, file, (first, second))
    told = {"seq": entry.seq, "kind": kind, "hash": entry.act.octets("hash").hex()}
    what = word("catalogue", kind)
    face.answer(told, [say("In force: {what}. Log position {seq}.", what=what, seq=entry.seq)])


@click.group(help=say("People and their keys."))
def person() -> None:
    """Hold the commands about people."""


@person.command(help=say("Enrol everybody in a list who has no key yet, and make key files."))
@click.argument("file", type=click.Path(path_type=Path), metavar=say("FILE"))
@_officers
@common
@click.pass_obj
def enrol(face: Face, file: Path, officers: tuple[str, str]) -> None:
    """Enrol people."""
    from kt1custody.services import people

    first, second = map(telling.staff_number, officers)
    done = people.enrol(face.desk(), file, (first, second))
    face.answer(
        {"enrolled": done},
        [
            say(
                "{count} people enrolled: {who}",
                count=number(len(done)),
                who=", ".join(done) or "–",
            )
        ],
    )


@person.command(help=say("Stop a person or device at once; anybody on duty may."))
@click.argument("who", metavar="NV…")
@click.option("--by", required=True, metavar="NV…", help=say("Who stops."))
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["hold"]),
    help=telling.words_of("reason", REASONS["hold"]),
)
@common
@click.pass_obj
def hold(face: Face, who: str, by: str, reason: str) -> None:
    """Put a person on hold."""
    from kt1custody.services import people

    entry = people.hold(face.desk(), telling.staff_number(by), telling.staff_number(who), reason)
    _answer(face, entry.seq, say("{who} is on hold.", who=who))


@person.command(help=say("End a hold; two officers."))
@click.argument("who", metavar="NV…")
@_officers
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["lift"]),
    help=telling.words_of("reason", REASONS["lift"]),
)
@common
@click.pass_obj
def lift(face: Face, who: str, officers: tuple[str, str], reason: str) -> None:
    """End a hold."""
    from kt1custody.services import people

    first, second = map(telling.staff_number, officers)
    entry = people.lift(face.desk(), telling.staff_number(who), reason, (first, second))
    _answer(face, entry.seq, say("{who} is on hold no more.", who=who))


@person.command(help=say("End a person's key for good; two officers."))
@click.argument("who", metavar="NV…")
@_officers
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["revoke"]),
    help=telling.words_of("reason", REASONS["revoke"]),
)
@click.option(
    "--since",
    metavar=say("TIME"),
    help=say("From when the key is not to be trusted, dd/mm/yyyy hh:mm; else from now."),
)
@common
@click.pass_obj
def revoke(face: Face, who: str, officers: tuple[str, str], reason: str, since: str | None) -> None:
    """End a key."""
    from kt1custody.services import people

    first, second = map(telling.staff_number, officers)
    begin = None if since is None else face.time(since)
    entry = people.revoke(face.desk(), telling.staff_number(who), reason, begin, (first, second))
    _answer(face, entry.seq, say("The key of {who} is revoked.", who=who))


def _answer(face: Face, seq: int, done: str) -> None:
    face.answer({"seq": seq}, [say("{done} Log position {seq}.", done=done, seq=seq)])
