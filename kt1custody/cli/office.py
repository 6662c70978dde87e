"""Founding the log, and its catalogues."""

from pathlib import Path

import click

from kt1custody.cli import telling
from kt1custody.cli.face import Face, common, officers_option
from kt1custody.core.forms import CATALOGUE_KINDS
from kt1custody.i18n import say, word


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
@officers_option
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
@officers_option
@common
@click.pass_obj
def catalogue(face: Face, kind: str, file: Path, officers: tuple[str, str]) -> None:
    """Load a catalogue."""
    from kt1custody.services import catalogue as lists

    first, second = map(telling.staff_number, officers)
    entry = lists.load(face.desk(), kind, file, (first, second))
    told = {"seq": entry.seq, "kind": kind, "hash": entry.act.octets("hash").hex()}
    what = word("catalogue", kind)
    face.answer(told, [say("In force: {what}. Log position {seq}.", what=what, seq=entry.seq)])
