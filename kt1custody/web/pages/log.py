"""The log: how it stands in one sentence, its last verification, and what may be taken away of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kt1custody.core.formats.numbers import format_item_number
from kt1custody.services.evidence import closing, dossier, export, log_state
from kt1custody.services.evidence.log_state import LogState
from kt1custody.services.evidence.verify import Report
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
    )


@router.post("/log/verify")
def verify(ask: Reading) -> Response:
    """Begin to verify the log beside."""
    ask.site.verification.begin()
    return RedirectResponse("/log", 303)


@router.post("/log/closing.pdf")
def closing_sheet(ask: Reading) -> Response:
    """Give out a checkpoint and its closing sheet, which two people sign on paper."""
    with ask.site.writing:
        signed, sheet = closing.close_with_sheet(ask.session)
    name = f"to-chot-{signed.checkpoint.size}.pdf"
    return Response(sheet, media_type="application/pdf", headers=zips.attachment(name))


@router.post("/log/bundle.zip")
def bundle(ask: Reading) -> Response:
    """Give the bundle with which a stranger verifies the whole log."""
    with export.bundle(ask.session) as made:
        return zips.answer(f"kt1-{made.checkpoint.size}", made.contents)


@router.post("/investigate/{n}/dossier.zip")
def dossier_of(n: int, ask: Reading) -> Response:
    """Give the dossier of an item; no record is opened for it."""
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
        count = len(last.report.findings) + last.report.more
        words = language.say_count(
            "WRONG: {count} finding {age} ago. Leave the machine as it is.",
            "WRONG: {count} findings {age} ago. Leave the machine as it is.",
            count,
            age=age,
        )
        return {"look": "bad", "sign": "✕", "words": words}
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
    for finding in report.findings[:_FINDINGS]:
        lines += audit_finding_lines(language, finding)
    for gap in report.not_checked:
        code, _, about = gap.partition(": ")
        kind = "unchecked-here" if language.has_word("unchecked-here", code) else "unchecked"
        words = language.word(kind, code) + (f" ({about})" if about else "")
        lines.append(language.say("Not checked: {what}", what=words))
    return lines
