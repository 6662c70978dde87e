"""The log: how it stands in one sentence, its last verification, and what may be taken away of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from kt1custody.core.formats.numbers import format_item_number
from kt1custody.services.evidence import closing, dossier, export, log_state
from kt1custody.services.evidence.log_state import LogState
from kt1custody.services.evidence.verify import MATCH, MISSING, Report
from kt1custody.services.session import readings
from kt1custody.services.witness import coverage
from kt1custody.services.witness.coverage import WitnessCoverage
from kt1custody.web import zips
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page
from kt1custody.words.errors import error_lines
from kt1custody.words.verdicts import audit_finding_lines, looked_at_line

router = APIRouter()
Reading = Annotated[Asking, Depends(asking("log"))]
_FINDINGS = 20
_TAKEN = 10
_GAP = "device-gap: "


@router.get("/log")
def log(request: Request, ask: Reading) -> HTMLResponse:
    """Show how the log stands."""
    state, seen = log_state.of(ask.session), coverage.standing(ask.session)
    language, zone = ask.language, ask.session.zone
    return page.show(
        request,
        "log",
        ask=ask,
        sentence=_sentence(ask, state, seen),
        state=state,
        newest=language.moment_to_the_second(state.accepted_at, zone),
        given_out=state.given_out
        and {
            "size": state.given_out[0],
            "at": language.moment(state.given_out[1], zone),
            "after": state.size - state.given_out[0],
        },
        quorum=seen.quorum,
        covered=seen.covered and language.moment(seen.covered[1], zone),
        coverage=seen,
        uncovered_since=seen.since and language.span(max(0, state.now - seen.since)),
        witnesses=[
            {"name": one.name, "last": last and (last[0], language.moment(last[1], zone))}
            for one in (seen.quorum.witnesses if seen.quorum else ())
            for last in [seen.last.get(one.name)]
        ],
        verification=_verification(ask),
        progress=ask.site.verification.progress,
        readings=_book(ask),
        verifiers=export.verifier_sums(),
        taken=_taken(ask),
    )


@router.post("/log/closing.pdf")
def closing_sheet(ask: Reading) -> Response:
    """Give out a checkpoint and its closing sheet, which two people sign on paper."""
    with ask.site.writing:
        signed, sheet = closing.close_with_sheet(ask.session)
    name = f"to-chot-{signed.checkpoint.size}.pdf"
    return Response(sheet, media_type="application/pdf", headers=zips.attachment(name))


@router.post("/log/bundle.zip")
def bundle(ask: Reading) -> Response:
    """Give the bundle with which a stranger verifies the whole log; who took it is noted first."""
    readings.note_taken(ask.session, ask.visit.staff, "bundle")
    with export.bundle(ask.session) as made:
        return zips.answer(f"kt1-{made.checkpoint.size}", made.contents)


@router.post("/investigate/{n}/dossier.zip")
def dossier_of(n: int, ask: Reading) -> Response:
    """Give the dossier of an item, no record of it opened; who took it is noted first."""
    readings.note_taken(ask.session, ask.visit.staff, "dossier", n)
    made = dossier.make(ask.session, f"{n:012d}")
    name = f"kt1-{format_item_number(made.n).replace(' ', '')}-{made.checkpoint.size}"
    return zips.answer(name, made.contents.items())


@router.get("/verify")
def verifier() -> Response:
    """Show the program that verifies bundles and dossiers in a browser, for anybody to save."""
    return Response(
        export.verifier("verify.html"),
        media_type="text/html",
        headers=zips.attachment("verify.html"),
    )


def _sentence(ask: Asking, state: LogState, seen: WitnessCoverage) -> dict[str, str]:
    """Say how the log stands, with the age of what is known, from the gravest to the best."""
    last, language = ask.site.verification.last, ask.language
    if last is None:
        words = language.say_count(
            "{count} entry; not verified since this server started.",
            "{count} entries; not verified since this server started.",
            state.size,
        )
        return {"look": "warn", "sign": "!", "words": words}
    age = language.span(max(0, ask.session.clock() - last.at))
    if last.fault is not None:
        words = language.say("The verification {age} ago could not be done to the end.", age=age)
        return {"look": "warn", "sign": "!", "words": words}
    if last.report.findings:
        words = f"{_fault(ask, last.report)} {language.word('verdict', last.report.verdict)}"
        return {"look": "bad", "sign": "✕", "words": f"{words} ({age})"}
    if last.report.verdict == MATCH:
        match = language.word("verdict", MATCH)
        return {"look": "good", "sign": "✓", "words": f"{match} {_covered(ask, last.report, age)}"}
    gaps = [gap.partition(": ")[2] for gap in last.report.not_checked if gap.startswith(_GAP)]
    if gaps:
        words = language.say(
            "Acts of machines are MISSING: {gaps} (verified {age} ago).",
            gaps="; ".join(gaps),
            age=age,
        )
        return {"look": "warn", "sign": "!", "words": words}
    words = language.say_count(
        "{count} entry; verified {age} ago up to #{last}: nothing wrong was found.",
        "{count} entries; verified {age} ago up to #{last}: nothing wrong was found.",
        state.size,
        age=age,
        last=last.report.entries - 1,
    )
    if seen.quorum is None:
        words += " " + language.say("Nobody outside has witnessed it.")
        return {"look": "warn", "sign": "!", "words": words}
    if seen.uncovered:
        tail = language.number(seen.uncovered)
        words += " " + language.say("The last {count} are not witnessed yet.", count=tail)
    return {"look": "good", "sign": "✓", "words": words}


def _fault(ask: Asking, report: Report) -> str:
    """Name the first place that is wrong, or from where on the end is missing."""
    first = min(report.findings, key=lambda one: (one.seq is None, one.seq or 0))
    if report.verdict == MISSING and first.kind == "entries-missing":
        return ask.language.say("MISSING the end, from #{seq} on.", seq=report.entries)
    if first.seq is None:
        return ask.language.say("Something beside the log is wrong.")
    return ask.language.say("First at #{seq}.", seq=first.seq)


def _covered(ask: Asking, report: Report, age: str) -> str:
    return ask.language.say(
        "Verified {age} ago up to #{last}; paper or witnesses vouch for {covered} of {count}.",
        age=age,
        last=report.entries - 1,
        covered=ask.language.number(report.covered),
        count=ask.language.number(report.size or 0),
    )


def _book(ask: Asking) -> dict[str, object] | None:
    """Say how far the book of readings goes, with its code for paper."""
    found = readings.code(ask.session)
    return None if found is None else {"size": found[0], "code": found[1]}


def _taken(ask: Asking) -> list[dict[str, object]]:
    """List who took what away last, the newest first."""
    language, zone = ask.language, ask.session.zone
    return [
        {
            "at": language.moment(one.at, zone),
            "who": ask.visit.name(one.staff),
            "staff": one.staff,
            "what": language.word("reading", one.why),
            "items": [(n, format_item_number(n)) for n, _ in one.seen],
        }
        for one in readings.taken(ask.session)[: -_TAKEN - 1 : -1]
    ]


def _verification(ask: Asking) -> dict[str, object] | None:
    last = ask.site.verification.last
    if last is None:
        return None
    if last.fault is None:
        lines = _outcome(ask, last.report)
    else:
        lines = error_lines(ask.language, last.fault)
    return {
        "at": ask.language.moment(last.at, ask.session.zone),
        "lines": lines,
    }


def _outcome(ask: Asking, report: Report) -> list[str]:
    """Say what a verification has read and found, and what it cannot know by itself."""
    language = ask.language
    checked = "; ".join(language.word("checked", code) for code in report.checked)
    lines = [looked_at_line(language, report), language.say("Checked: {what}", what=checked)]
    lines.append(language.word("verdict", report.verdict))
    for finding in report.findings[:_FINDINGS]:
        lines += audit_finding_lines(language, finding)
    for gap in report.not_checked:
        code, _, about = gap.partition(": ")
        kind = "unchecked-here" if language.has_word("unchecked-here", code) else "unchecked"
        words = language.word(kind, code) + (f" ({about})" if about else "")
        lines.append(language.say("Not checked: {what}", what=words))
    return lines
