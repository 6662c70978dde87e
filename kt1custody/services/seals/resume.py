"""Going on after a jam: what did not come out of the printer is voided and printed anew.

**Rule:** a label that failed is void, never sent again. One transaction holds both the void and
the new serial, so that an item never has two labels to choose from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.core.formats import numbers
from kt1custody.errors import RefusedError
from kt1custody.services.seals import labels, seal
from kt1custody.services.session import print_book, scan
from kt1custody.services.session.print_book import JobLabel, PrintJob
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.step import Lines
from kt1custody.services.session.use_case import UseCase
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True)
class CameOut:
    """What a clerk says of the labels that came out well; all of it untrusted.

    Attributes:
        given: Scans of labels, or their typed serials.
        places: Places in the job as printed on the labels, such as `1-117`.
    """

    given: Sequence[str] = ()
    places: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jammed:
    """A print job of which labels did not come out, and those labels."""

    job: PrintJob
    missing: list[JobLabel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(UseCase[Jammed]):
    """Void the labels of a job that did not come out, and print new ones for their items.

    Labels that are bound or void already stay as they are.

    Attributes:
        given: Untrusted: the job's number, a label of it, or an item of it.
        came_out: Which of the labels not yet bound are there and good.
    """

    by: str
    witness: str | None
    given: str
    came_out: CameOut
    reason: str = "misprint"

    def propose(self, pen: Proposer) -> Jammed:
        """Add the `print` acts of the new labels and the `void` acts of the old.

        Raises:
            RefusedError: `nothing-missing`; `label-of-another-job`; `not-possible` with labels
                that were scanned and are void, or with items of mark A and no witness.
            MalformedInputError: `places-malformed`.
        """
        seal.refuse_cancelled(self.reason)
        job = print_book.find(pen.book, self.given)
        missing = _missing(pen.book, job, self.came_out)
        if not missing:
            raise RefusedError("nothing-missing", job=numbers.format_serial(job.number))
        items = [label.item for label in missing]
        pen.show(items)
        fresh = labels.add_prints(pen, self.by, items)
        seal.add_voids(pen, self.by, self.witness, _void_lines(missing, self.reason, fresh))
        return Jammed(job=job, missing=missing)


def _void_lines(missing: Sequence[JobLabel], reason: str, fresh: Sequence[int]) -> Lines:
    """Encode the lines that void labels; `fresh` are the serials printed instead."""
    return [
        seal.void_line(label.item, label.serial, "intact", reason, new)
        for label, new in zip(missing, fresh, strict=True)
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
