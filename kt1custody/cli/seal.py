"""Printing seals, binding them, voiding them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from kt1custody.cli import label_printer, print_job, scans, sources
from kt1custody.cli.check import check
from kt1custody.cli.face import Face, common, from_file, items, witness_option
from kt1custody.cli.label_printer import (
    Output,
    by_option,
    jam_line,
    left_out_lines,
    make_printer,
    pdf_option,
    plain,
    printer_options,
)
from kt1custody.cli.speech import say, say_count, words_of
from kt1custody.cli.spoiled import spoiled
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import CONDITIONS, REASONS

_PNG = click.Path(path_type=Path)


@click.group(help=say("Seals: print, bind, void, check."))
def seal() -> None:
    """Hold the commands about seals."""


@seal.command("print", help=say("Print seals for the items named, or for all that wait for one."))
@items
@by_option
@pdf_option
@click.option(
    "--pictures", type=_PNG, metavar=say("FOLDER"), help=say("Also one PNG for each seal.")
)
@printer_options
@common
@click.pass_obj
def print_seals(
    face: Face,
    /,
    given: tuple[str, ...],
    by: str | None,
    pdf: Path,
    pictures: Path | None,
    **how: Any,  # noqa: ANN401  # the options of the printer
) -> None:
    """Print seals."""
    from kt1custody.services.seals.seal import PrintSeals, ToPrint

    ask = face.confirm(say("Print seals for these items?"))
    output = Output(pdf=pdf, pictures=pictures, bitmaps=how["bitmaps"])
    output.refuse_existing()
    printer = make_printer(face, **how)
    printing = PrintSeals(by=face.clerk(by), given=scans.collect(face, given) if given else ())
    seen: list[ToPrint] = []

    def confirm(shown: ToPrint) -> bool:
        seen.append(shown)
        return ask(shown.items)

    entries = face.carry_out(printing, confirm)
    job = output.draw(face, printing.by, entries, printer)
    [shown] = seen
    line = say_count(
        "{count} label in {pdf}. Stick it on, then scan it: kt1 seal bind",
        "{count} labels in {pdf}. Stick them on, then scan each: kt1 seal bind",
        job.count,
        pdf=pdf,
    )
    where = say(
        "Which label belongs on which envelope: kt1 seal job {job} --reader NV…",
        job=numbers.format_serial(job.job),
    )
    lines = [line, where, jam_line(job), *left_out_lines(shown)]
    face.answer(plain(job, pdf, shown.left_out), lines)


@seal.command(help=say("Bind seals to their items, after scanning the labels that were stuck on."))
@items
@from_file
@by_option
@witness_option
@common
@click.pass_obj
def bind(
    face: Face, given: tuple[str, ...], file: Path | None, by: str | None, witness: str | None
) -> None:
    """Bind seals."""
    from kt1custody.services.seals import seal as seals

    binding = seals.Bind(
        by=face.clerk(by),
        witness=numbers.parse_staff_number(witness) if witness else None,
        given=(),
    )
    scanned = scans.collect(face, given, file, binding)
    binding = replace(binding, given=scanned)
    confirm = face.confirm(say("Are these labels stuck on these envelopes?"))
    entries = scans.keep(face, scanned, lambda: face.carry_out(binding, confirm))
    count = sum(len(entry.act.lines) for entry in entries)
    told = {"seqs": [entry.seq for entry in entries], "count": count}
    face.answer(told, [say_count("{count} seal bound.", "{count} seals bound.", count)])


@seal.command(help=say("Void the seal of an item, and print a new one if wanted."))
@click.argument("given", metavar=say("NUMBER|SEAL|PICTURE"))
@by_option
@witness_option
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["void"]),
    help=words_of("reason", REASONS["void"]),
)
@click.option("--cond", type=click.Choice(CONDITIONS), default="intact", help=say("Envelope."))
@click.option("--reprint", type=_PNG, metavar=say("FILE"), help=say("PDF with a new label for it."))
@printer_options
@common
@click.pass_obj
def void(
    face: Face,
    /,
    given: str,
    by: str | None,
    witness: str | None,
    reason: str,
    cond: str,
    reprint: Path | None,
    **how: Any,  # noqa: ANN401  # the options of the printer
) -> None:
    """Void a seal."""
    from kt1custody.services.seals.seal import Void, refuse_cancelled

    output = None
    if reprint is not None:
        refuse_cancelled(reason)
        output = Output(pdf=reprint, bitmaps=how["bitmaps"])
        output.refuse_existing()
    printer = make_printer(face, **how)
    voiding = Void(
        by=face.clerk(by),
        witness=numbers.parse_staff_number(witness) if witness else None,
        given=sources.single(face, given),
        reason=reason,
        cond=cond,
        reprint=reprint is not None,
    )
    entries = face.carry_out(voiding, face.confirm(say("Void the seal of this item?")))
    job = None if output is None else output.draw(face, voiding.by, entries, printer)
    lines = [say("The seal is void. Log position {seq}.", seq=entries[-1].seq)]
    if job is not None:
        lines.append(say("The new label is in {pdf}; stick it on and bind it.", pdf=reprint))
    new = None if job is None else numbers.format_serial(job.job)
    face.answer({"seq": entries[-1].seq, "new_serial": new}, lines)


for command in (
    check,
    print_job.jobs,
    print_job.job,
    print_job.resume,
    spoiled,
    label_printer.calibrate,
):
    seal.add_command(command)
