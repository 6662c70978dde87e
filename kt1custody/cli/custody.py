"""Handing over, delivering, and asking who holds what."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import telling
from kt1custody.cli.face import Face, common
from kt1custody.core.act import CONDITIONS, REASONS
from kt1custody.i18n import say

if TYPE_CHECKING:
    from kt1custody.core.entry import Entry

_items = click.argument("given", nargs=-1, metavar=say("[NUMBER|SEAL|PICTURE]…"))
_from = click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path),
    metavar=say("FILE"),
    help=say("Read them from a file, one a line."),
)
_giver = click.option("--giver", required=True, metavar="NV…", help=say("Who holds the items now."))
_keeper = click.option(
    "--keeper",
    metavar="NV…",
    help=say("Clerk with whose key the receiver's name is encrypted; the clerk of this desk."),
)
_cond = click.option(
    "--cond",
    type=click.Choice(CONDITIONS),
    default="intact",
    show_default=True,
    help=telling.words_of("cond", CONDITIONS),
)
_name = click.option("--name", help=say("Who received; better left out here and typed when asked."))
_paper = click.option("--paper", help=say("Number of the letter of introduction or card."))
_note = click.option("--note", help=say("Remark of the receiver."))


@click.command(help=say("Hand over 1 to 500 items; giver and receiver sign the same list."))
@_items
@_from
@_giver
@click.option("--receiver", required=True, metavar="NV…", help=say("Who takes them."))
@click.option("--witness", metavar="NV…", help=say("Second person; needed for mark A."))
@_cond
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
    from kt1custody.services import hand_over

    told = hand_over.Handover(
        telling.staff_number(giver),
        telling.staff_number(receiver),
        telling.staff_number(witness) if witness else None,
        cond=cond,
    )
    question = say("Do {giver} and {receiver} agree on this list?", giver=giver, receiver=receiver)
    entry = hand_over.hand_over(face.desk(), told, given, file, confirm=face.confirm(question))
    _answer(face, entry)


@click.command(help=say("Record that items were delivered."))
@_items
@_from
@_giver
@_keeper
@_name
@_paper
@_note
@_cond
@common
@click.pass_obj
def deliver(
    face: Face,
    given: tuple[str, ...],
    file: Path | None,
    giver: str,
    keeper: str | None,
    name: str | None,
    paper: str | None,
    note: str | None,
    cond: str,
) -> None:
    """Deliver items."""
    from kt1custody.services import deliver as delivering

    receiver = delivering.Receiver(
        face.ask(name, say("Full name of the receiver")),
        face.ask(paper, say("Number of the letter of introduction or card")) or None,
        face.ask(note, say("Remark of the receiver")) or None,
    )
    door = delivering.Door(telling.staff_number(giver), face.clerk(keeper), cond)
    confirm = face.confirm(say("Were these items delivered?"))
    _answer(face, delivering.deliver(face.desk(), door, receiver, given, file, confirm=confirm))


@click.command("return", help=say("Record that items went back to their sender."))
@_items
@_from
@_giver
@_keeper
@_name
@_paper
@_note
@_cond
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["return"]),
    help=telling.words_of("reason", REASONS["return"]),
)
@common
@click.pass_obj
def bring_back(
    face: Face,
    given: tuple[str, ...],
    file: Path | None,
    giver: str,
    keeper: str | None,
    name: str | None,
    paper: str | None,
    note: str | None,
    cond: str,
    reason: str,
) -> None:
    """Return items."""
    from kt1custody.services import deliver as delivering

    receiver = delivering.Receiver(
        face.ask(name, say("Full name of who took them back")),
        face.ask(paper, say("Number of the letter of introduction or card")) or None,
        face.ask(note, say("Remark of the receiver")) or None,
    )
    door = delivering.Door(telling.staff_number(giver), face.clerk(keeper), cond)
    confirm = face.confirm(say("Did these items go back to the sender?"))
    entry = delivering.bring_back(face.desk(), door, receiver, reason, given, file, confirm=confirm)
    _answer(face, entry)


@click.command(help=say("Report that the receiver refused items; the holder stays."))
@_items
@_from
@_giver
@_cond
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["refuse"]),
    help=telling.words_of("reason", REASONS["refuse"]),
)
@common
@click.pass_obj
def refuse(
    face: Face, given: tuple[str, ...], file: Path | None, giver: str, cond: str, reason: str
) -> None:
    """Report a refusal."""
    _report(face, "refuse", given, file, giver, cond, reason)


@click.command(help=say("Report that nobody was there to receive items; the holder stays."))
@_items
@_from
@_giver
@_cond
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["absent"]),
    help=telling.words_of("reason", REASONS["absent"]),
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
    from kt1custody.services import look

    name = who.strip().upper()
    found, zone = look.held(face.desk(), name), face.settings.zone
    face.answer(
        {"holder": name, "items": [telling.item(one, zone) for one in found]},
        telling.list_lines(found, zone, face.place),
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
    from kt1custody.services import deliver as delivering

    confirm = face.confirm(say("Report this for these items?"))
    entry = delivering.report(
        face.desk(),
        kind,
        telling.staff_number(giver),
        reason,
        given,
        file,
        cond=cond,
        confirm=confirm,
    )
    _answer(face, entry)


def _answer(face: Face, entry: "Entry") -> None:
    numbers = [f"{line.n:012d}" for line in entry.act.lines]
    line = say(
        "Signed and recorded: {count} items, log position {seq}.",
        count=len(numbers),
        seq=entry.seq,
    )
    face.answer({"seq": entry.seq, "judgement": list(entry.judgement), "numbers": numbers}, [line])
