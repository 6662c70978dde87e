"""Handing over, delivering, and asking who holds what."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from kt1custody.cli import scans
from kt1custody.cli.face import Face, common, cond_option, from_file, items, witness_option
from kt1custody.cli.speech import LANGUAGE, say, say_count, words_of
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import REASONS
from kt1custody.words.listings import listing_lines, plain_listing

if TYPE_CHECKING:
    from kt1custody.core.log.entry import Entry
    from kt1custody.services.custody.deliver import Receiver
    from kt1custody.services.session.step import StepUseCase

_C = TypeVar("_C", bound=Callable[..., object])

_giver = click.option("--giver", required=True, metavar="NV…", help=say("Who holds the items now."))


def _at_the_door(command: _C) -> _C:
    """Give a command the options of what happens at the addressee's door."""
    for option in (
        cond_option,
        click.option("--note", help=say("Remark of the receiver.")),
        click.option("--paper", help=say("Number of the letter of introduction or card.")),
        click.option(
            "--name", help=say("Who received; better left out here and typed when asked.")
        ),
        click.option(
            "--keeper",
            metavar="NV…",
            help=say(
                "Clerk with whose key the receiver's name is encrypted; the clerk of this desk."
            ),
        ),
        _giver,
        from_file,
        items,
    ):
        command = option(command)
    return command


@click.command(help=say("Hand over 1 to 500 items; giver and receiver sign the same list."))
@items
@from_file
@_giver
@click.option("--receiver", required=True, metavar="NV…", help=say("Who takes them."))
@witness_option
@cond_option
@common
@click.pass_obj
def handover(
    face: Face,
    given: tuple[str, ...],
    file: Path | None,
    giver: str,
    receiver: str,
    witness: str | None,
    cond: str,
) -> None:
    """Hand items over."""
    from kt1custody.services.custody.hand_over import HandOver

    step = HandOver(
        given=(),
        giver=numbers.parse_staff_number(giver),
        receiver=numbers.parse_staff_number(receiver),
        witness=numbers.parse_staff_number(witness) if witness else None,
        cond=cond,
    )
    question = say("Do {giver} and {receiver} agree on this list?", giver=giver, receiver=receiver)
    _sign(face, step, given, file, question)


@click.command(help=say("Record that items were delivered."))
@_at_the_door
@common
@click.pass_obj
def deliver(face: Face, /, given: tuple[str, ...], file: Path | None, **typed: str | None) -> None:
    """Deliver items."""
    from kt1custody.services.custody.deliver import Deliver

    receiver = _receiver(face, typed, say("Full name of the receiver"))
    step = Deliver(given=(), receiver=receiver, **_door(face, typed))
    _sign(face, step, given, file, say("Were these items delivered?"))


@click.command("return", help=say("Record that items went back to their sender."))
@_at_the_door
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["return"]),
    help=words_of("reason", REASONS["return"]),
)
@common
@click.pass_obj
def bring_back(
    face: Face, /, given: tuple[str, ...], file: Path | None, reason: str, **typed: str | None
) -> None:
    """Return items."""
    from kt1custody.services.custody.deliver import BringBack

    receiver = _receiver(face, typed, say("Full name of who took them back"))
    step = BringBack(given=(), receiver=receiver, reason=reason, **_door(face, typed))
    _sign(face, step, given, file, say("Did these items go back to the sender?"))


def _receiver(face: Face, typed: Mapping[str, str | None], who: str) -> "Receiver":
    """Read who receives, asking for what was not typed as an option."""
    from kt1custody.services.custody.deliver import Receiver

    return Receiver(
        face.ask(typed["name"], who),
        face.ask(typed["paper"], say("Number of the letter of introduction or card")) or None,
        face.ask(typed["note"], say("Remark of the receiver")) or None,
    )


def _door(face: Face, typed: Mapping[str, str | None]) -> dict[str, str]:
    """Read who stands at the door with the items, and who keeps the record."""
    giver = numbers.parse_staff_number(typed["giver"] or "")
    keeper = _keeper(face, typed["keeper"], giver)
    return {"giver": giver, "keeper": keeper, "cond": typed["cond"] or ""}


def _keeper(face: Face, typed: str | None, giver: str) -> str:
    """Say who keeps the record: whoever is named, else the giver, if that is a clerk."""
    from kt1custody.services.custody import look

    return giver if typed is None and giver in look.clerks(face.session()) else face.clerk(typed)


@click.command(help=say("Report that the receiver refused items; the holder stays."))
@items
@from_file
@_giver
@cond_option
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["refuse"]),
    help=words_of("reason", REASONS["refuse"]),
)
@common
@click.pass_obj
def refuse(
    face: Face, given: tuple[str, ...], file: Path | None, giver: str, cond: str, reason: str
) -> None:
    """Report a refusal."""
    _report(face, "refuse", given, file, giver, cond, reason)


@click.command(help=say("Report that nobody was there to receive items; the holder stays."))
@items
@from_file
@_giver
@cond_option
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["absent"]),
    help=words_of("reason", REASONS["absent"]),
)
@common
@click.pass_obj
def absent(
    face: Face, given: tuple[str, ...], file: Path | None, giver: str, cond: str, reason: str
) -> None:
    """Report an absence."""
    _report(face, "absent", given, file, giver, cond, reason)


@click.command(help=say("List what a person or office holds now."))
@click.argument("who", metavar=say("NV…|OFFICE"))
@common
@click.pass_obj
def holder(face: Face, who: str) -> None:
    """List what somebody holds."""
    from kt1custody.services.custody import look, standing

    name = who.strip().upper()
    look.held(face.session(), name)  # whoever is not known holds nothing, and that must be said
    shown, zone = standing.listing(face.session(), holder=name), face.settings.zone
    face.answer(
        {"holder": name, "items": plain_listing(shown, zone, by_number=True)},
        listing_lines(LANGUAGE, shown, zone, face.place),
    )


def _report(
    face: Face,
    kind: str,
    given: tuple[str, ...],
    file: Path | None,
    giver: str,
    cond: str,
    reason: str,
) -> None:
    from kt1custody.services.custody.deliver import NotDelivered

    step = NotDelivered(
        given=(), act_type=kind, giver=numbers.parse_staff_number(giver), reason=reason, cond=cond
    )
    _sign(face, step, given, file, say("Report this for these items?"))


def _sign(
    face: Face, step: "StepUseCase", given: tuple[str, ...], file: Path | None, question: str
) -> None:
    """Collect the scans that a step is about, have it confirmed and signed, and say so."""
    scanned = scans.collect(face, given, file, step)
    whole = replace(step, given=scanned)
    entries = scans.keep(face, scanned, lambda: face.carry_out(whole, face.confirm(question)))
    _answer(face, entries[-1])


def _answer(face: Face, entry: "Entry") -> None:
    numbers = [f"{line.n:012d}" for line in entry.act.lines]
    line = say_count(
        "Signed and recorded: {count} item, log position {seq}.",
        "Signed and recorded: {count} items, log position {seq}.",
        len(numbers),
        seq=entry.seq,
    )
    face.answer({"seq": entry.seq, "judgement": list(entry.judgement), "numbers": numbers}, [line])
