"""Checking a seal by scanning it: what the label is worth, in colour, shape and words."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.core.seals.assessment import Colour
from kt1custody.errors import MalformedInputError
from kt1custody.services.evidence import seal_check
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page
from kt1custody.web.wire import Message
from kt1custody.words.seals import seal_lines, seal_sentence

router = APIRouter()
answers = APIRouter(tags=["check"])
Checking = Annotated[Asking, Depends(asking("check"))]
_MOST = 200  # seals of one session
_LOOKS = {
    Colour.GREEN: ("good", "✓"),
    Colour.PLAIN: ("note", "○"),
    Colour.UNREAD: ("warn", "?"),
    Colour.NONE: ("note", "–"),
    Colour.AMBER: ("warn", "▲"),
    Colour.RED: ("bad", "✕"),
}


class CheckAsked(Message):
    """Scans of one session, one for each cover; untrusted text."""

    scans: tuple[str, ...]


@router.get("/check")
def check(request: Request, ask: Checking) -> HTMLResponse:
    """Show an empty list to scan into."""
    return page.show(request, "check", ask=ask)


@answers.post("/check")
def check_seals(asked: CheckAsked, ask: Checking) -> dict[str, object]:
    """Say what scanned seals are; changes nothing."""
    if len(asked.scans) > _MOST:
        raise MalformedInputError("request-malformed", field="scans")
    found, log = seal_check.check(ask.session, asked.scans), ask.session.control().log
    seals = []
    for one in found:
        look, sign = _LOOKS[one.verdict.colour]
        here = ask.language.has_word("seal-here", one.verdict.code)
        seals.append(
            {
                "look": look,
                "sign": sign,
                "colour": ask.language.word("colour", one.verdict.colour.value),
                "words": ask.language.word("seal-here", one.verdict.code)
                if here
                else seal_sentence(ask.language, one, log),
                "lines": seal_lines(ask.language, one, ask.session.zone, log),
            }
        )
    return {"seals": seals}
