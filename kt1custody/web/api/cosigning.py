"""Having witnesses cosign the log: over the network, or by files on a stick."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends

from kt1custody.core.formats import note
from kt1custody.core.log.keyring import Witness
from kt1custody.errors import RefusedError
from kt1custody.services.session.given_file import GivenFile
from kt1custody.services.witness import cosign
from kt1custody.services.witness.cosign import CosignOutcome
from kt1custody.system import http_call
from kt1custody.web import wire
from kt1custody.web.asking import Asking, asking
from kt1custody.web.wire import Base64, Message
from kt1custody.words.cosigning import outcome_lines

router = APIRouter(prefix="/witnesses", tags=["decisions"])
Deciding = Annotated[Asking, Depends(asking("decide"))]


class CosigningAsked(Message):
    """Whom to ask beside those in force: one that is not enrolled yet, or nobody.

    Attributes:
        line: Its key, and behind it its address.
    """

    line: str


class StickAsked(Message):
    """For whom: the name of a witness that has cosigned before; empty: for a new one."""

    name: str


class AnswerAsked(Message):
    """The answer of a witness that came on a stick.

    Attributes:
        line: Key of the witness, if it is not enrolled yet.
    """

    content: Base64
    line: str


@router.post("/ask")
def ask_all(asked: CosigningAsked, ask: Deciding) -> dict[str, object]:
    """Ask all witnesses with an address to cosign the log as it is now."""
    candidates = [_candidate(asked.line)] if asked.line.strip() else []
    for one in candidates:
        if one.url is None or not http_call.is_url(one.url):
            raise RefusedError("url-wrong", name=one.name)
    return _told(ask, cosign.ask(ask.session, candidates))


@router.post("/request")
def request(asked: StickAsked, ask: Deciding) -> dict[str, object]:
    """Make a request for a witness without a network, to go on a stick."""
    made = cosign.request(ask.session, asked.name or None)
    return {"size": made.size, "content": wire.text(made.content)}


@router.post("/answer")
def take(asked: AnswerAsked, ask: Deciding) -> dict[str, object]:
    """Take the answer of a witness."""
    file = GivenFile(name="answer", content=wire.octets(asked.content))
    candidate = _candidate(asked.line) if asked.line.strip() else None
    return _told(ask, [cosign.add(ask.session, file, candidate)])


def _candidate(line: str) -> Witness:
    key, _, url = line.strip().partition(" ")
    return cosign.candidate(note.read_key(key), url.strip() or None)


def _told(ask: Asking, outcomes: Sequence[CosignOutcome]) -> dict[str, object]:
    """Say what came of it; an alarm is an error that says what to do.

    Raises:
        VerificationError: As `cosign.raise_alarm`.
    """
    cosign.raise_alarm(ask.session, outcomes)
    lines = [
        line
        for one in outcomes
        for line in outcome_lines(ask.language, one, ask.session.zone, ask.session.evidence)
    ]
    return {"lines": lines, "all": all(one.is_done for one in outcomes)}
