"""Printing seals, binding them, voiding them, and asking what a seal is."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import telling
from kt1custody.cli.face import Face, common, from_file, items, witness_option
from kt1custody.core import numbers
from kt1custody.core.act import CONDITIONS, REASONS
from kt1custody.core.item import Mark
from kt1custody.i18n import moment, say, word

if TYPE_CHECKING:
    from kt1custody.services.trust import SealAnswer

_by = click.option("--by", metavar="NV…", help=say("Clerk who signs."))
_PNG = click.Path(path_type=Path)


@click.group(help=say("Seals: print, bind, void, check."))
def seal() -> None:
    """Hold the commands about seals."""


@seal.command("print", help=say("Print seals for the items named, or for all that wait for one."))
@items
@_by
@click.option("--pdf", type=_PNG, required=True, metavar=say("FILE"), help=say("PDF of labels."))
@click.option(
    "--pictures", type=_PNG, metavar=say("FOLDER"), help=say("Also one PNG for each seal.")
)
@common
@click.pass_obj
def print_seals(
    face: Face, given: tuple[str, ...], by: str | None, pdf: Path, pictures: Path | None
) -> None:
    """Print seals."""
    from kt1custody.services import seal as seals

    confirm = face.confirm(say("Print seals for these items?"))
    job = seals.print_seals(face.desk(), face.clerk(by), given, pdf, pictures, confirm=confirm)
    told = {
        "pdf": str(job.pdf),
        "seals": [
            {"number": f"{n:012d}", "serial": numbers.format_serial(serial)}
            for n, serial in job.serials
        ],
    }
    line = say(
        "{count} labels in {pdf}. Stick them on, then scan each: kt1 seal bind",
        count=len(job.serials),
        pdf=job.pdf,
    )
    face.answer(told, [line])


@seal.command(help=say("Bind seals to their items, after scanning the labels that were stuck on."))
@items
@from_file
@_by
@witness_option
@common
@click.pass_obj
def bind(
    face: Face, given: tuple[str, ...], file: Path | None, by: str | None, witness: str | None
) -> None:
    """Bind seals."""
    from kt1custody.services import seal as seals

    entries = seals.bind(
        face.desk(),
        face.clerk(by),
        telling.staff_number(witness) if witness else None,
        given,
        file,
        confirm=face.confirm(say("Are these labels stuck on these envelopes?")),
    )
    count = sum(len(entry.act.lines) for entry in entries)
    told = {"seqs": [entry.seq for entry in entries], "count": count}
    face.answer(told, [say("{count} seals bound.", count=count)])


@seal.command(help=say("Void the seal of an item, and print a new one if wanted."))
@click.argument("given", metavar=say("NUMBER|SEAL|PICTURE"))
@_by
@witness_option
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["void"]),
    help=telling.words_of("reason", REASONS["void"]),
)
@click.option("--cond", type=click.Choice(CONDITIONS), default="intact", help=say("Envelope."))
@click.option("--reprint", type=_PNG, metavar=say("FILE"), help=say("PDF with a new label for it."))
@common
@click.pass_obj
def void(
    face: Face,
    given: str,
    by: str | None,
    witness: str | None,
    reason: str,
    cond: str,
    reprint: Path | None,
) -> None:
    """Void a seal."""
    from kt1custody.services import seal as seals

    entry, job = seals.void(
        face.desk(),
        face.clerk(by),
        telling.staff_number(witness) if witness else None,
        given,
        reason,
        cond=cond,
        reprint=reprint,
        confirm=face.confirm(say("Void the seal of this item?")),
    )
    lines = [say("The seal is void. Log position {seq}.", seq=entry.seq)]
    if job is not None:
        lines.append(say("The new label is in {pdf}; stick it on and bind it.", pdf=job.pdf))
    new = numbers.format_serial(job.serials[0][1]) if job else None
    face.answer({"seq": entry.seq, "new_serial": new}, lines)


@seal.command(
    help=say("Say what a seal is, from public material alone: a scanned text, number or picture.")
)
@click.argument("given", metavar=say("TEXT|NUMBER|PICTURE"))
@click.option(
    "--trust",
    type=click.Path(path_type=Path),
    required=True,
    metavar=say("FOLDER"),
    help=say("Public folder, written by kt1 publish."),
)
@common
@click.pass_obj
def check(face: Face, given: str, trust: Path) -> None:
    """Check a seal."""
    from kt1custody.services import trust as public

    answers = public.check_seal(given, trust)
    told, lines = [], []
    for one in answers:
        told.append(_answer(face, one))
        lines += _lines(face, one)
    face.answer({"seals": told}, lines)


def _answer(face: Face, one: "SealAnswer") -> dict[str, object]:
    content = one.content
    if content is None:
        return {"verdict": one.verdict, "log": one.log, "training": one.training}
    return {
        "verdict": one.verdict,
        "log": one.log,
        "training": one.training,
        "number": f"{content.n:012d}",
        "serial": numbers.format_serial(content.serial),
        "mark": "" if content.mark == Mark.NONE else content.mark.name,
        "urgency": content.urgency.name.lower(),
        "issuer": content.issuer,
        "destination": content.dest,
        "issued_at": telling.clock_time(content.at, face.settings.zone),
        "copy": content.copy,
    }


def _lines(face: Face, one: "SealAnswer") -> list[str]:
    lines = [say("TRAINING – NOT VALID")] if one.training else []
    lines.append(word("seal", one.verdict, log=one.log))
    content = one.content
    if content is not None:
        lines.append(
            say(
                "Item {number}, serial {serial}, mark {mark}, {service}, copy {copy}",
                number=numbers.format_item_number(content.n),
                serial=numbers.format_serial(content.serial),
                mark="–" if content.mark == Mark.NONE else content.mark.name,
                service=word("service", content.urgency.name),
                copy=content.copy,
            )
        )
        lines.append(
            say(
                "Issued by {issuer} at {at}, delivered by {dest}",
                issuer=content.issuer,
                at=moment(content.at, face.settings.zone),
                dest=content.dest,
            )
        )
    lines.append(say("A seal shows that the label was issued, not that the envelope is genuine."))
    return lines
