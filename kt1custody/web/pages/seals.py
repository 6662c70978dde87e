"""Seals: what has none yet, print jobs and their labels, binding by scanning, voiding."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import CONDITIONS, REASONS
from kt1custody.errors import MalformedInputError, NotAllowedError, RefusedError
from kt1custody.services.seals import labels, spoiled
from kt1custody.services.session import print_book
from kt1custody.services.session.print_book import JobLabel, JobSummary, PrintJob
from kt1custody.web import items
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page
from kt1custody.web.pages.handover import HANDS, person

router = APIRouter(prefix="/seals")
_REGISTER = 92 * 86_400  # seconds of the register of spoiled labels that are shown
RESOLUTIONS = (203, 300)  # dots an inch
SealsAsking = Annotated[Asking, Depends(asking("seals"))]


@router.get("")
def seals(request: Request, ask: SealsAsking) -> HTMLResponse:
    """Show what waits for a seal, and the print jobs of a week."""
    jobs = [_job(ask, job) for job in reversed(print_book.jobs(ask.session, None, None))]
    return page.show(request, "seals", ask=ask, jobs=jobs)


@router.get("/bind")
def bind(request: Request, ask: SealsAsking) -> HTMLResponse:
    """Show an empty list of labels."""
    return _show_bind(request, ask, expected=[], job="")


@router.get("/job/{job}/bind")
def bind_job(job: str, request: Request, ask: SealsAsking) -> HTMLResponse:
    """Show an empty list of labels, beside what is expected of a job."""
    expected = _missing(_labels(ask, print_book.job(ask.session, job)))
    return _show_bind(request, ask, expected=expected, job=job)


def _show_bind(
    request: Request, ask: Asking, *, expected: list[dict[str, object]], job: str
) -> HTMLResponse:
    return page.show(
        request, "seals_bind", ask=ask, people=_witnesses(ask), expected=expected, job=job
    )


@router.get("/void")
def void(request: Request, ask: SealsAsking) -> HTMLResponse:
    """Ask whose seal is void, and why."""
    language = ask.language
    return page.show(
        request,
        "seals_void",
        ask=ask,
        people=_witnesses(ask),
        reasons=[(code, language.word("reason", code)) for code in REASONS["void"]],
        conditions=[(code, language.word("cond", code)) for code in CONDITIONS],
    )


@router.get("/spoiled")
def show_spoiled(request: Request, ask: SealsAsking) -> HTMLResponse:
    """Show the register of spoiled labels: three months, newest first."""
    language, zone = ask.language, ask.session.zone
    begin = ask.session.now(ask.session.control()) - _REGISTER
    found = spoiled.register(ask.session, begin)
    totals = Counter(one.reason for one in found)
    return page.show(
        request,
        "seals_spoiled",
        ask=ask,
        totals=[
            (language.word("reason", code), totals[code])
            for code in REASONS["void"]
            if totals[code]
        ],
        rows=[
            {
                "at": language.moment(one.at, zone),
                "number": numbers.format_item_number(one.n),
                "old": numbers.format_serial(one.old),
                "new": "–" if one.new is None else f"→ {numbers.format_serial(one.new)}",
                "reason": language.word("reason", one.reason),
                "was_bound": one.was_bound,
                "people": [ask.visit.name(who) for who in (one.by, one.witness) if who],
            }
            for one in reversed(found)
        ],
    )


@router.get("/printer")
def show_printer(request: Request, ask: SealsAsking) -> HTMLResponse:
    """Show how the printer beside this browser is tested; until it is, no labels are printed here."""
    tests = [
        (dpi, labels.calibrate(ask.language, dpi)[1], labels.sample_text(dpi))
        for dpi in RESOLUTIONS
    ]
    return page.show(request, "seals_printer", ask=ask, tests=tests)


@router.get("/calibration.pdf")
def calibrate(ask: SealsAsking, dpi: int = RESOLUTIONS[0]) -> Response:
    """Give the test label of a printer.

    Raises:
        MalformedInputError: `request-malformed`: there is no such printer.
    """
    if dpi not in RESOLUTIONS:
        raise MalformedInputError("request-malformed", field="dpi")
    return _pdf(labels.calibrate(ask.language, dpi)[0], "tem-thu")


@router.get("/labels/{job}.pdf")
def labels_of(job: str, ask: SealsAsking) -> Response:
    """Give the labels that were drawn in this visit."""
    drawn = ask.visit.labels.drawn
    if drawn is None or numbers.format_serial(drawn.job) != job:
        raise RefusedError("no-labels-waiting")
    return _pdf(drawn.pdf, f"tem-{job}")


@router.get("/job/{job}")
def show_job(job: str, request: Request, ask: SealsAsking) -> HTMLResponse:
    """Show a print job label by label, and what can be done after a jam."""
    found = print_book.job(ask.session, job)
    language = ask.language
    shown = _labels(ask, found)
    return page.show(
        request,
        "seals_job",
        ask=ask,
        job=_job(ask, found.summary),
        labels=shown,
        expected=_missing(shown),
        people=_witnesses(ask),
        reasons=[
            (code, language.word("reason", code)) for code in REASONS["void"] if code != "cancelled"
        ],
    )


def _labels(ask: Asking, job: PrintJob) -> list[dict[str, object]]:
    """Describe a job label by label, with the envelope on which each belongs if that may be read."""
    try:
        envelopes = print_book.envelopes(ask.session, job, ask.visit.staff)
    except NotAllowedError:  # of another office, or nobody has unlocked this server
        envelopes = {}
    shown = items.shown(ask, (label.item for label in job.labels))
    return [
        {
            **item,
            "place": f"{label.place}/{len(job.labels)}",
            "serial": label.serial,
            "seal": numbers.format_serial(label.serial),
            "outcome": _outcome(ask, label),
            "label": label.state,
            "envelope": envelopes.get(label.item.n),
        }
        for label, item in zip(job.labels, shown, strict=True)
    ]


def _missing(labels: list[dict[str, object]]) -> list[dict[str, object]]:
    """Choose the labels that could still be bound."""
    return [label for label in labels if label["label"] == "missing"]


def _outcome(ask: Asking, label: JobLabel) -> str:
    """Say what came of a label."""
    words = [ask.language.word("label", label.state)]
    if label.reason is not None:
        words.append(ask.language.word("reason", label.reason))
    if label.new is not None:
        new = numbers.format_serial(label.new)
        words.append(ask.language.say("new seal {serial}", serial=new))
    return " · ".join(words)


def _job(ask: Asking, job: JobSummary) -> dict[str, object]:
    return {
        "number": numbers.format_serial(job.number),
        "at": ask.language.moment(job.at, ask.session.zone),
        "by": ask.visit.name(job.by),
        "printed": job.printed,
        **job.counts,
    }


def _witnesses(ask: Asking) -> list[dict[str, object]]:
    people = ask.site.people()
    return [
        person(ask, key) for key in people if key.role in HANDS and key.owner != ask.visit.staff
    ]


def _pdf(content: bytes, name: str) -> Response:
    headers = {"content-disposition": f'inline; filename="{name}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
