"""Seals: printed, stuck on and scanned, voided, and printed anew after a jam."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import CONDITIONS, REASONS
from kt1custody.errors import NotAllowedError
from kt1custody.services.custody import look
from kt1custody.services.seals.labels import Printer
from kt1custody.services.seals.resume import CameOut, Resume
from kt1custody.services.seals.seal import Bind, PrintSeals, Void
from kt1custody.services.session import print_book, use_case
from kt1custody.web import items
from kt1custody.web.api.scan import ScanAsked
from kt1custody.web.asking import Asking, asking
from kt1custody.web.proposals import checked, proposed
from kt1custody.web.wire import Message, OneOf

router = APIRouter(tags=["seals"])
VoidReason = Annotated[str, OneOf(REASONS["void"])]
Scans = Annotated[tuple[str, ...], Field(max_length=2_000)]


class PrintAsked(Message):
    """Which items get a seal; none named: all that wait for one."""

    scans: Scans = ()

    def use_case(self, by: str) -> PrintSeals:
        """Make the use case."""
        return PrintSeals(by=by, given=self.scans)


class LabelsAsked(Message):
    """Labels that were scanned on their envelopes."""

    scans: Scans
    witness: str | None = None

    def use_case(self, by: str) -> Bind:
        """Make the use case."""
        return Bind(by=by, witness=_staff(self.witness), given=self.scans)


class VoidAsked(Message):
    """Whose seal is void, and why."""

    scan: str
    reason: VoidReason
    cond: Annotated[str, OneOf(CONDITIONS)] = "intact"
    witness: str | None = None
    reprint: bool = False

    def use_case(self, by: str) -> Void:
        """Make the use case."""
        return Void(
            by=by,
            witness=_staff(self.witness),
            given=self.scan,
            reason=self.reason,
            cond=self.cond,
            reprint=self.reprint,
        )


class ResumeAsked(Message):
    """Which labels of a job are there and good."""

    job: str
    scans: Scans = ()
    places: Annotated[str, Field(max_length=2_000)] = ""
    reason: VoidReason = "misprint"
    witness: str | None = None

    def use_case(self, by: str) -> Resume:
        """Make the use case."""
        return Resume(
            by=by,
            witness=_staff(self.witness),
            given=self.job,
            came_out=CameOut(self.scans, self.places),
            reason=self.reason,
        )


class PrinterAsked(Message):
    """The label printer."""

    dpi: Literal[203, 300] = 203
    copies: Literal[1, 2] = 2


SealsAsking = Annotated[Asking, Depends(asking("seals"))]


@router.post("/print/check")
def check_print(asked: PrintAsked, ask: SealsAsking) -> dict[str, object]:
    """Say which items would get a seal, and which wait for theirs to be stuck on."""
    allowed = use_case.check(ask.session, asked.use_case(ask.visit.staff))
    shown = allowed.shown
    return {
        "people": list(allowed.people),
        "items": items.shown(ask, shown.items),
        "left_out": [numbers.format_item_number(n) for n in shown.left_out],
        "jobs": [numbers.format_serial(job) for job in shown.older],
    }


@router.post("/print/propose")
def propose_print(asked: PrintAsked, ask: SealsAsking) -> dict[str, object]:
    """Propose a print job; its labels are drawn once the log has it."""
    return proposed(ask, asked.use_case(ask.visit.staff))


@router.post("/labels")
def draw(asked: PrinterAsked, ask: SealsAsking) -> dict[str, object]:
    """Draw the labels of the job that was just committed; they lie at `/seals/labels/JOB.pdf`."""
    drawn = ask.visit.labels.draw(ask.session, Printer(dpi=asked.dpi, copies=asked.copies))
    job = numbers.format_serial(drawn.job)
    return {"job": job, "count": drawn.count, "path": f"/seals/labels/{job}.pdf"}


@router.post("/bind/scan")
def scan_label(asked: ScanAsked, ask: SealsAsking) -> dict[str, object]:
    """Say on which envelope a label belongs."""
    seen, state = look.scanned(ask.session, asked.text)
    [shown] = items.shown(ask, [state])
    return {"item": shown, "serial": seen.serial, **_envelope(ask, state)}


@router.post("/bind/check")
def check_bind(asked: LabelsAsked, ask: SealsAsking) -> dict[str, object]:
    """Ask the rules whether these labels may be bound."""
    return checked(ask, asked.use_case(ask.visit.staff))


@router.post("/bind/propose")
def propose_bind(asked: LabelsAsked, ask: SealsAsking) -> dict[str, object]:
    """Propose to bind labels."""
    return proposed(ask, asked.use_case(ask.visit.staff))


@router.post("/void/check")
def check_void(asked: VoidAsked, ask: SealsAsking) -> dict[str, object]:
    """Ask the rules whether a seal may be voided."""
    return checked(ask, asked.use_case(ask.visit.staff))


@router.post("/void/propose")
def propose_void(asked: VoidAsked, ask: SealsAsking) -> dict[str, object]:
    """Propose to void a seal."""
    return proposed(ask, asked.use_case(ask.visit.staff))


@router.post("/resume/check")
def check_resume(asked: ResumeAsked, ask: SealsAsking) -> dict[str, object]:
    """Say which labels would be voided and printed anew."""
    allowed = use_case.check(ask.session, asked.use_case(ask.visit.staff))
    missing = allowed.shown.missing
    return {
        "people": list(allowed.people),
        "missing": [{"n": label.item.n, "serial": label.serial} for label in missing],
    }


@router.post("/resume/propose")
def propose_resume(asked: ResumeAsked, ask: SealsAsking) -> dict[str, object]:
    """Propose to go on after a jam."""
    return proposed(ask, asked.use_case(ask.visit.staff))


def _envelope(ask: Asking, state: ItemState) -> dict[str, object]:
    """Say by what the envelope is known, if this person may read it."""
    try:
        named = print_book.envelopes_of(ask.session, [state], ask.visit.staff).get(state.n)
    except NotAllowedError:
        named = None
    return {
        "reference": "" if named is None else named.reference or "",
        "recipient": "" if named is None else named.recipient,
    }


def _staff(typed: str | None) -> str | None:
    return numbers.parse_staff_number(typed) if typed else None
