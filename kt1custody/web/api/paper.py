"""Codes from paper: compared with what lies here at once, and taken into the next full verification."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from kt1custody.core.formats import numbers
from kt1custody.services.evidence import paper, verify
from kt1custody.services.evidence.paper import PaperCheck
from kt1custody.web.asking import Asking, asking
from kt1custody.web.wire import Message

router = APIRouter(prefix="/paper", tags=["paper"])
Comparing = Annotated[Asking, Depends(asking("log"))]
Codes = Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=50)]
_LOOKS = {
    paper.FITS: ("good", "✓"),
    paper.DIFFERS: ("bad", "✕"),
    paper.ENDS_BEFORE: ("bad", "✕"),
    paper.MISTYPED: ("warn", "!"),
}


class CompareAsked(Message):
    """Codes from closing sheets, as typed."""

    codes: Codes
    of: Literal["log", "readings"]


class VerifyAsked(Message):
    """What is known from paper; each may be missing."""

    genesis: Annotated[str, Field(max_length=200)]
    codes: Codes


@router.post("/compare")
def compare(asked: CompareAsked, ask: Comparing) -> dict[str, object]:
    """Compare codes with the log or the book of readings; changes nothing."""
    found = (
        paper.compare_log(ask.session, asked.codes)
        if asked.of == "log"
        else paper.compare_readings(ask.session, asked.codes)
    )
    return {"codes": [_row(ask, asked.of, one) for one in found]}


@router.post("/verify")
def verify_with(asked: VerifyAsked, ask: Comparing) -> dict[str, bool]:
    """Begin to verify the whole log against what is on paper; it is kept for those that follow.

    Raises:
        MalformedInputError: `genesis-malformed`.
    """
    genesis = numbers.parse_genesis(asked.genesis) if asked.genesis.strip() else None
    given = verify.gather(genesis, asked.codes)
    return {"begun": ask.site.verification.begin(given)}


def _row(ask: Asking, of: str, one: PaperCheck) -> dict[str, object]:
    language = ask.language
    look, sign = _LOOKS[one.outcome]
    words = language.word(
        "paper",
        f"{of}-{one.outcome}" if one.outcome != paper.MISTYPED else one.outcome,
        size=language.number(one.size),
        own=language.number(one.own),
        last=one.last,
    )
    if one.group:
        words += " " + language.say("Group {group} is wrong.", group=one.group)
    return {"typed": one.typed, "look": look, "sign": sign, "words": words}
