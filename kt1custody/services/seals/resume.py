"""Going on after a jam: what did not come out of the printer is voided and printed anew.

**Rule:** a label that failed is void, never sent again. One transaction holds both the void and
the new serial, so that an item never has two labels to choose from.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core.formats import numbers
from kt1custody.errors import RefusedError
from kt1custody.services.seals import labels, seal
from kt1custody.services.seals.labels import Job
from kt1custody.services.session import here, print_book, scan
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.print_book import JobLabel, PrintJob
from kt1custody.services.session.proposal import Proposal, proposing
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import Lines
from kt1custody.store.log import LogBook

Confirm = Callable[[PrintJob, Sequence[JobLabel]], bool]


@dataclass(frozen=True, slots=True)
class CameOut:
    """What a clerk says of the labels that came out well; all of it untrusted.

    Attributes:
        given: Scans of labels, or their typed serials.
        places: Places in the job as printed on the labels, such as `1-117`.
    """

    given: Sequence[str] = ()
    places: str = ""


def resume(
    session: Session,
    by: str,
    witness: str | None,
    given: str,
    came_out: CameOut,
    pdf: Path,
    *,
    reason: str = "misprint",
    printer: labels.Printer = labels.USUAL,
    confirm: Confirm,
) -> tuple[list[JobLabel], Job]:
    """Void the labels of a job that did not come out, and print new ones for their items.

    Labels that are bound or void already stay as they are. One transaction holds both, so that an
    item never has two labels to choose from.

    Args:
        given: Untrusted: the job's number, a label of it, or an item of it.
        came_out: Which of the labels not yet bound are there and good.
        pdf: File to write, not there yet.
        confirm: Shows what is missing and asks; nothing happens on False.

    Returns:
        The labels as they were before they were voided, and the new job.

    Raises:
        RefusedError: `nothing-missing`; `label-of-another-job`; `not-possible` with labels that
            were heard and are void, or with items of mark A and no witness; `file-exists`,
            `changed-meanwhile`.
        MalformedInputError: `places-malformed`.
    """
    seal.refuse_cancelled(reason)
    labels.refuse_existing(pdf)
    with session.database.read() as connection:
        book = LogBook(connection)
        job = print_book.find(book, given)
        missing = _missing(book, job, came_out)
        if not missing:
            raise RefusedError("nothing-missing", job=numbers.format_serial(job.number))
        drafts = Drafts.of(session, book)
        labels.check_print(drafts, by, [one.item for one in missing])
        seal.check_voids(drafts, by, witness, _void_lines(missing, reason))
    if not confirm(job, missing):
        raise RefusedError("not-confirmed")
    session.unlock([by, *([witness] if witness else [])])
    shown = [one.item for one in missing]
    drawn = labels.draw(session, by, shown, printer)

    def propose() -> Proposal:
        with proposing(session) as pen:
            seal.refuse_changed(pen, shown)
            labels.record(pen, by, drawn)
            fresh = [serial for _, serial in drawn.serials]
            seal.add_voids(pen, by, witness, _void_lines(missing, reason, fresh))
            return pen.done(shown)

    here.carry_out(session, propose)
    return missing, labels.write(drawn, pdf, printer)


def _void_lines(missing: Sequence[JobLabel], reason: str, fresh: Sequence[int] = ()) -> Lines:
    """Spell the lines that void labels; `fresh` are the serials printed instead, if any are yet."""
    return [
        seal.void_line(one.item, one.serial, "intact", reason, new)
        for one, new in itertools.zip_longest(missing, fresh)
    ]


def _missing(book: LogBook, job: PrintJob, came_out: CameOut) -> list[JobLabel]:
    """Find the labels that could still be bound and of which nobody says that they are there."""
    last = max((one.place for one in job.labels), default=0)
    places = print_book.read_ranges(came_out.places, last)
    heard: set[int | None] = {one.serial for one in job.labels if one.place in places}
    if came_out.given:
        scanned = scan.items(book, came_out.given)
        seal.refuse_unread(scanned)
        of_job = {one.serial: one for one in job.labels}
        for one in scanned:
            if one.serial not in of_job:
                raise RefusedError("label-of-another-job", serial=one.serial)
        dead = [one.n for one in scanned if of_job[one.serial or 0].state == "void"]
        if dead:
            raise RefusedError("not-possible", faults=[(n, "seal-void") for n in dead])
        heard |= {one.serial for one in scanned}
    return [one for one in job.labels if one.state == "missing" and one.serial not in heard]
