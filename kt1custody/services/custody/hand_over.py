"""Handing over on one device: the giver and the receiver sign the same list, one after the other.

**Rule:** what cannot be handed over is named, item by item and person by person, before anybody
confirms or signs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import OFFICE_ROLES
from kt1custody.services.session import step
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import Confirm, Lines, Plan


@dataclass(frozen=True, slots=True)
class Handover:
    """Who gives to whom: a clerk or controller takes items for the office, others for themselves.

    Attributes:
        cond: What both see of the envelopes, one of `core.forms.CONDITIONS`.
    """

    giver: str
    receiver: str
    witness: str | None = None
    cond: str = "intact"


def hand_over(
    session: Session, handover: Handover, given: Sequence[str], *, confirm: Confirm
) -> Entry:
    """Hand over 1 to 500 items; arguments and errors as of `step.sign`."""
    return step.sign(session, plan(handover), given, confirm=confirm)


def plan(handover: Handover) -> Plan:
    """Plan a handover."""

    def draft(drafts: Drafts, lines: Lines, _: bytes) -> Act:
        own: dict[str, cbor.Value] = {
            "to": handover.receiver,
            "office": office_for(drafts, handover.receiver),
            "witness": handover.witness,
        }
        return drafts.draft("handover", handover.giver, own, lines)

    people = [handover.giver, handover.receiver]
    people += [handover.witness] if handover.witness else []
    return Plan(people=tuple(people), draft=draft, cond=handover.cond)


def office_for(drafts: Drafts, receiver: str) -> int | None:
    """Give the office for which a person takes items, or None for who takes them for himself."""
    control = drafts.book.control
    newest = control.current_key(receiver)
    if newest is None:
        return None
    key = control.key_now(newest.kid, drafts.now)
    return key.office if key.role in OFFICE_ROLES else None
