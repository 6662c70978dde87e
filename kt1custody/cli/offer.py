"""Handing over between two devices: offer, take, withdraw, and what waits to be taken."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import scans, sources
from kt1custody.cli.face import Face, common, cond_option, from_file, items, witness_option
from kt1custody.cli.speech import say, say_count, span
from kt1custody.core.formats import numbers

if TYPE_CHECKING:
    from kt1custody.services.custody.offer import Open, Taking
    from kt1custody.services.session.proposal import Proposal, Signed

_of = click.argument("offer", metavar=say("OFFER"))


@click.command(help=say("Offer items to somebody who takes them on another device."))
@items
@from_file
@click.option("--giver", required=True, metavar="NV…", help=say("Who holds the items now."))
@click.option("--receiver", required=True, metavar="NV…", help=say("Who is to take them."))
@cond_option
@click.option(
    "--qr",
    type=click.Path(path_type=Path),
    metavar="PNG",
    help=say("Write the QR that the receiver scans."),
)
@common
@click.pass_obj
def offer(
    face: Face,
    given: tuple[str, ...],
    file: Path | None,
    giver: str,
    receiver: str,
    cond: str,
    qr: Path | None,
) -> None:
    """Offer items."""
    from kt1custody.services.custody import offer as offers
    from kt1custody.system import files

    if qr is not None:
        files.refuse_existing(qr)
        offers.refuse_long_device(face.session())
    step = offers.Offer(
        given=(),
        giver=numbers.parse_staff_number(giver),
        receiver=numbers.parse_staff_number(receiver),
        cond=cond,
    )
    scanned = scans.collect(face, given, file, step)
    step = replace(step, given=scanned)
    confirm = face.confirm(say("Offer these items to {receiver}?", receiver=receiver))

    def draw(proposal: "Proposal", signed: "Signed") -> None:
        """Draw the QR before the offer is recorded: one that cannot be written leaves no offer."""
        if qr is not None:
            files.write(qr, offers.qr_picture(proposal.acts[0], signed[0][0]))

    try:
        [*_, entry] = scans.keep(face, scanned, lambda: face.carry_out(step, confirm, draw))
    except BaseException:
        if qr is not None:  # nobody takes what was not recorded
            qr.unlink(missing_ok=True)
        raise
    count, receiver = len(entry.act.lines), entry.act.text("to")
    face.answer(
        {"seq": entry.seq, "to": receiver, "count": count},
        [
            say_count(
                "{count} item offered to {receiver}, offer #{seq}. It stays yours until taken: "
                "kt1 take {seq}",
                "{count} items offered to {receiver}, offer #{seq}. They stay yours until taken: "
                "kt1 take {seq}",
                count,
                receiver=receiver,
                seq=entry.seq,
            )
        ],
    )


@click.command(help=say("Take what was offered, after scanning the envelopes yourself."))
@_of
@items
@from_file
@click.option("--receiver", required=True, metavar="NV…", help=say("Who takes them."))
@witness_option
@cond_option
@common
@click.pass_obj
def take(
    face: Face,
    offer: str,
    given: tuple[str, ...],
    file: Path | None,
    receiver: str,
    witness: str | None,
    cond: str,
) -> None:
    """Take items."""
    from kt1custody.services.custody import offer as offers

    of = sources.single(face, offer)
    taking = offers.Take(
        receiver=numbers.parse_staff_number(receiver),
        witness=numbers.parse_staff_number(witness) if witness else None,
        offered=of,
        given=(),
        cond=cond,
    )
    scanned = scans.collect(face, given, file, taking)
    taking = replace(taking, given=scanned)
    ask = face.confirm(say("Do you take these items?"))

    def confirm(shown: "Taking") -> bool:
        for n in shown.short:
            face.note(say("Not found: {number}", number=numbers.format_item_number(n)))
        return ask(shown.items)

    [*_, entry] = scans.keep(face, scanned, lambda: face.carry_out(taking, confirm))
    found = [f"{line.n:012d}" for line in entry.act.lines]
    short = [f"{n:012d}" for n, kind in entry.act.names if kind == "short"]
    told = {"seq": entry.seq, "numbers": found, "short": short}
    told["judgement"] = list(entry.judgement)
    lines = [
        say_count(
            "{count} item taken. Log position {seq}.",
            "{count} items taken. Log position {seq}.",
            len(found),
            seq=entry.seq,
        )
    ]
    if any(code == "offer-missing" for _, code in entry.judgement):
        lines.append(say("The offer itself is not in the log yet; custody moves when it comes."))
    if short:
        lines.append(
            say_count(
                "{count} item was not found; it stays with the giver.",
                "{count} items were not found; they stay with the giver.",
                len(short),
            )
        )
    face.answer(told, lines)


@click.command(help=say("Withdraw an offer that nobody has taken."))
@_of
@click.option(
    "--giver",
    required=True,
    metavar="NV…",
    help=say("Who withdraws it: who made the offer, or a clerk of the same office."),
)
@common
@click.pass_obj
def withdraw(face: Face, offer: str, giver: str) -> None:
    """Withdraw an offer."""
    from kt1custody.services.custody import offer as offers

    of = sources.single(face, offer)
    withdrawal = offers.Withdraw(giver=numbers.parse_staff_number(giver), offered=of)
    [*_, entry] = face.carry_out(withdrawal)
    line = say("The offer is withdrawn. Log position {seq}.", seq=entry.seq)
    face.answer({"seq": entry.seq}, [line])


@click.command(help=say("List the offers that wait to be taken, oldest first."))
@click.argument("who", required=False, metavar="[NV…]")
@common
@click.pass_obj
def offers(face: Face, who: str | None) -> None:
    """List open offers."""
    from kt1custody.services.custody import offer as offering

    found = offering.waiting(face.session(), numbers.parse_staff_number(who) if who else None)
    told = [
        {
            "seq": one.entry.seq,
            "giver": one.entry.act.by,
            "receiver": one.entry.act.text("to"),
            "count": len(one.entry.act.lines),
            "age": one.age,
        }
        for one in found
    ]
    lines = [_line(one) for one in found] or [say("No offer waits to be taken.")]
    face.answer({"offers": told}, lines)


def _line(one: "Open") -> str:
    act = one.entry.act
    return say_count(
        "#{seq}: {count} item from {giver} to {receiver}, waiting for {age}",
        "#{seq}: {count} items from {giver} to {receiver}, waiting for {age}",
        len(act.lines),
        seq=one.entry.seq,
        giver=act.by,
        receiver=act.text("to"),
        age=span(one.age),
    )
