"""Acts: proposed here, signed in browsers, committed here.

Each verb has two addresses: `check` asks the rules before anybody types a PIN, `propose` gives the
bytes to be signed. One `commit` takes them all.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, Field

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import CONDITIONS
from kt1custody.services.custody.hand_over import HandOver
from kt1custody.services.people import browsers
from kt1custody.services.session import proposal, recorded, use_case, writer
from kt1custody.services.session.use_case import UseCase
from kt1custody.web import items, proposals, wire
from kt1custody.web.asking import Asking, asking
from kt1custody.web.wire import Base64, Message
from kt1custody.words.errors import error_lines
from kt1custody.words.judgements import notes_lines

router = APIRouter(tags=["acts"])
_MOST_SCANS = 2_000
_MOST_ACTS = 100


def _condition(value: str) -> str:
    if value not in CONDITIONS:
        raise ValueError(value)
    return value


class StepAsked(Message):
    """What every act about items has."""

    scans: Annotated[tuple[str, ...], Field(max_length=_MOST_SCANS)]
    cond: Annotated[str, AfterValidator(_condition)] = "intact"


class HandoverAsked(StepAsked):
    """Who gives to whom."""

    giver: str
    receiver: str
    witness: str | None = None

    def use_case(self) -> HandOver:
        """Make the use case."""
        return HandOver(
            given=self.scans,
            giver=numbers.parse_staff_number(self.giver),
            receiver=numbers.parse_staff_number(self.receiver),
            witness=numbers.parse_staff_number(self.witness) if self.witness else None,
            cond=self.cond,
        )


class CommitAsked(Message):
    """What was proposed, and all signatures."""

    proposal: Base64
    signed: Base64


class RecordedAsked(Message):
    """Acts that were signed here and whose answer did not come, by their hashes."""

    acts: Annotated[tuple[Base64, ...], Field(max_length=_MOST_ACTS)]


HandoverAsking = Annotated[Asking, Depends(asking("handover"))]
CommitAsking = Annotated[Asking, Depends(asking("commit"))]


@router.post("/handover/check")
def check_handover(asked: HandoverAsked, ask: HandoverAsking) -> dict[str, object]:
    """Ask the rules about a handover; nothing is signed or written."""
    return checked(ask, asked.use_case())


@router.post("/handover/propose")
def propose_handover(asked: HandoverAsked, ask: HandoverAsking) -> dict[str, object]:
    """Propose a handover; slips are sealed on to the receiver's office, and nobody reads them here."""
    ask.site.lend(ask.session, numbers.parse_staff_number(asked.giver))
    return proposals.proposed(ask, asked.use_case())


@router.post("/recorded")
def find_recorded(asked: RecordedAsked, ask: CommitAsking) -> dict[str, object]:
    """Say which acts of this person the log has."""
    entries = recorded.entries(ask.session, ask.visit.staff, map(wire.octets, asked.acts))
    return {
        "entries": [
            {"seq": one.seq, "type": one.act.type, "numbers": [line.n for line in one.act.lines]}
            for one in entries
        ]
    }


@router.post("/commit")
def commit(asked: CommitAsked, ask: CommitAsking) -> dict[str, object]:
    """Append what was signed: all of it or nothing; a second time changes nothing."""
    proposed = proposal.read(wire.octets(asked.proposal))
    signed = proposal.read_signed(wire.octets(asked.signed))
    before = len(ask.session.recorded)
    with ask.site.writing:
        entries = writer.commit(ask.session, proposed, signed)
    if len(ask.session.recorded) > before:  # not asked for a second time
        browsers.settle_tries(ask.session, entries)
    ask.visit.labels.put(entries)
    notes = [
        (entry.act.lines[at].n if at >= 0 else None, code)
        for entry in entries
        for at, code in entry.judgement
    ]
    return {
        "entries": [{"seq": entry.seq, "type": entry.act.type} for entry in entries],
        "notes": notes_lines(ask.language, notes),
        "warnings": [
            line for error in ask.session.warnings for line in error_lines(ask.language, error)
        ],
    }


def checked(ask: Asking, wanted: UseCase[list[ItemState]]) -> dict[str, object]:
    """Ask the rules about items, and say who would sign."""
    allowed = use_case.check(ask.session, wanted)
    return {"people": list(allowed.signers), "items": items.shown(ask, allowed.shown)}
