"""Print jobs: what came out of the printer, what did not, and going on after a jam."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kt1custody.cli import scans, sources
from kt1custody.cli.face import Face, common, witness_option
from kt1custody.cli.label_printer import (
    Output,
    by_option,
    jam_line,
    make_printer,
    pdf_option,
    plain,
    printer_options,
)
from kt1custody.cli.speech import LANGUAGE, moment, number, say, say_count, word, words_of
from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.core.log.schema import REASONS
from kt1custody.errors import MalformedInputError
from kt1custody.i18n import one_line
from kt1custody.words.items import service_name
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.services.session.print_book import JobLabel, JobSummary

_PATH = click.Path(path_type=Path)
_SPOILED = tuple(reason for reason in REASONS["void"] if reason != "cancelled")

begin_option = click.option(
    "--from", "begin", metavar=say("DAY"), help=say("First day, dd/mm/yyyy.")
)
end_option = click.option("--to", "end", metavar=say("DAY"), help=say("Last day, dd/mm/yyyy."))


@click.command(help=say("List print jobs, of the last seven days unless days are given."))
@begin_option
@end_option
@common
@click.pass_obj
def jobs(face: Face, begin: str | None, end: str | None) -> None:
    """List print jobs."""
    from kt1custody.services.session import print_book

    found = print_book.jobs(face.session(), *days(face, begin, end))
    lines = [_job_line(face, one) for one in found] or [say("No seal was printed in these days.")]
    face.answer({"jobs": [_job(face, one) for one in found]}, lines)


@click.command(help=say("Show a print job label by label, and what is missing of it."))
@click.argument("given", metavar=say("JOB|SEAL|NUMBER|PICTURE"))
@click.option(
    "--reader",
    metavar="NV…",
    help=say("Clerk for whom the envelopes are named: document number and recipient."),
)
@common
@click.pass_obj
def job(face: Face, given: str, reader: str | None) -> None:
    """Show a print job."""
    from kt1custody.services.session import print_book

    session = face.session()
    told = print_book.job(session, sources.single(face, given))
    named = {}
    if reader is not None:
        who = numbers.parse_staff_number(reader)
        face.unlock_reader(who)
        named = print_book.envelopes(session, told, who)
    lines, labels = [], []
    for one in told.labels:
        envelope = named.get(one.item.n)
        line, label = _label_line(face, one, len(told.labels)), _label(one)
        if envelope is not None:
            line += one_line(f"  {envelope.reference or '–'} → {envelope.recipient}")
            label |= {"reference": envelope.reference, "recipient": envelope.recipient}
        lines.append(line)
        labels.append(label)
    summary = told.summary
    face.answer({**_job(face, summary), "labels": labels}, [*lines, _job_line(face, summary)])


@click.command(
    help=say(
        "After a jam: scan the labels that came out well; the others are voided and printed anew. "
        "A seal came out well if all its labels did."
    )
)
@click.argument("given", metavar=say("JOB|SEAL|NUMBER|PICTURE"))
@click.argument("came_out", nargs=-1, metavar=say("[SEAL|PICTURE]…"))
@click.option(
    "--heard",
    type=_PATH,
    metavar=say("FILE"),
    help=say("Read the scans from a file, one a line."),
)
@click.option(
    "--came",
    "places",
    default="",
    metavar=say("PLACES"),
    help=say("Places that came out well, as printed on the labels: 1-117,120."),
)
@pdf_option
@by_option
@witness_option
@click.option(
    "--reason",
    type=click.Choice(_SPOILED),
    default="misprint",
    show_default=True,
    help=words_of("reason", _SPOILED),
)
@printer_options
@common
@click.pass_obj
def resume(
    face: Face,
    /,
    given: str,
    came_out: tuple[str, ...],
    heard: Path | None,
    places: str,
    pdf: Path,
    by: str | None,
    witness: str | None,
    reason: str,
    **how: Any,  # noqa: ANN401  # the options of the printer
) -> None:
    """Go on after a jam."""
    from kt1custody.services.seals.resume import CameOut, Jammed, Resume
    from kt1custody.services.seals.seal import refuse_cancelled

    refuse_cancelled(reason)
    output = Output(pdf=pdf, bitmaps=how["bitmaps"])
    output.refuse_existing()
    came = scans.collect(face, came_out, heard) if came_out or heard else ()
    ask = face.confirm(say("Void the seals of these items and print new ones?"))
    missing: list[JobLabel] = []

    def confirm(shown: Jammed) -> bool:
        missing[:] = shown.missing
        face.note(_job_line(face, shown.job.summary))
        face.note(_missing_line(shown.missing, len(shown.job.labels)))
        return ask([label.item for label in shown.missing])

    printer = make_printer(face, **how)
    resuming = Resume(
        by=face.clerk(by),
        witness=numbers.parse_staff_number(witness) if witness else None,
        given=sources.single(face, given),
        came_out=CameOut(came, places),
        reason=reason,
    )
    entries = face.carry_out(resuming, confirm)
    made = output.draw(face, resuming.by, entries, printer)
    voided = [numbers.format_serial(label.serial) for label in missing]
    lines = [
        say_count(
            "{count} seal is void; the new label is in {pdf}. Throw the old one away, stick the "
            "new one on, then scan it: kt1 seal bind",
            "{count} seals are void; the new labels are in {pdf}. Throw the old ones away, stick "
            "the new ones on, then scan each: kt1 seal bind",
            len(missing),
            pdf=pdf,
        ),
        jam_line(made),
    ]
    face.answer({**plain(made, pdf), "voided": voided}, lines)


def days(face: Face, begin: str | None, end: str | None) -> tuple[int | None, int | None]:
    """Read the first and last day, as times from midnight to midnight.

    Raises:
        MalformedInputError: `day-malformed`.
    """
    try:
        last = None if end is None else face.time(f"{end.strip()} 00:00")
        first = None if begin is None else face.time(f"{begin.strip()} 00:00")
    except MalformedInputError:
        raise MalformedInputError("day-malformed") from None
    return first, None if last is None else last + int(timedelta(days=1).total_seconds())


def _job(face: Face, told: "JobSummary") -> dict[str, object]:
    return {
        "job": numbers.format_serial(told.number),
        "at": clock_time(told.at, face.settings.zone),
        "by": told.by,
        "printed": told.printed,
        **told.counts,
        "gaps": [list(gap) for gap in told.gaps],
    }


def _label(one: "JobLabel") -> dict[str, object]:
    return {
        "place": one.place,
        "number": f"{one.item.n:012d}",
        "mark": "" if one.item.mark == Mark.NONE else Mark(one.item.mark).name,
        "destination": one.item.dest,
        "serial": numbers.format_serial(one.serial),
        "state": one.state,
        "reason": one.reason,
        "new_serial": None if one.new is None else numbers.format_serial(one.new),
    }


def _job_line(face: Face, told: "JobSummary") -> str:
    line = say_count(
        "{job}  {at}  {by}: {count} seal – {bound} bound, {void} void, {missing} not heard of",
        "{job}  {at}  {by}: {count} seals – {bound} bound, {void} void, {missing} not heard of",
        told.printed,
        job=numbers.format_serial(told.number),
        at=moment(told.at, face.settings.zone),
        by=told.by,
        **{state: number(count) for state, count in told.counts.items()},
    )
    return f"{line} ({_spelled(told.gaps)})" if told.gaps else line


def _missing_line(missing: Sequence["JobLabel"], of: int) -> str:
    from kt1custody.services.session.print_book import ranges

    gaps = _spelled(ranges(one.place for one in missing))
    return say("Missing of {of}: {gaps}", of=number(of), gaps=gaps)


def _label_line(face: Face, one: "JobLabel", of: int) -> str:
    """Say what the label shows to the eye, so that it is found in a pile, and what came of it."""
    item = one.item
    told = [
        f"{one.place}/{of}",
        numbers.format_item_number(item.n),
        numbers.format_serial(one.serial),
        *([] if item.mark == Mark.NONE else [f"[{Mark(item.mark).name}]"]),
        *(
            []
            if item.urgency == Urgency.NORMAL
            else [service_name(LANGUAGE, item, face.settings.zone)]
        ),
        say("deliver to {dest}", dest=face.place(str(item.dest))),
        word("label", one.state),
    ]
    if one.reason is not None:
        told.append(word("reason", one.reason))
    if one.new is not None:
        told.append(say("new seal {serial}", serial=numbers.format_serial(one.new)))
    return "  ".join(told)


def _spelled(gaps: Sequence[tuple[int, int]]) -> str:
    return ", ".join(str(begin) if begin == end else f"{begin}–{end}" for begin, end in gaps)
