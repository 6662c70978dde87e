"""Handing over on one device: the giver and the receiver sign the same list, one after the other.

**Rule:** what cannot be handed over is named, item by item and person by person, before anybody
confirms or signs.
"""

from dataclasses import dataclass

from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act
from kt1custody.core.log.keyring import OFFICE_ROLES
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.step import Lines, StepUseCase


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(StepUseCase):
    """Who gives to whom: a clerk or controller takes items for the office, others for themselves."""

    giver: str
    receiver: str
    witness: str | None = None

    def draft(self, drafts: Drafts, lines: Lines, _commitment: bytes) -> Act:
        """Draft the `handover`."""
        own: dict[str, cbor.Value] = {
            "to": self.receiver,
            "office": office_for(drafts, self.receiver),
            "witness": self.witness,
        }
        return drafts.draft("handover", self.giver, own, lines)


def office_for(drafts: Drafts, receiver: str) -> int | None:
    """Give the office for which a person takes items, or None for who takes them for himself."""
    control = drafts.book.control
    newest = control.current_key(receiver)
    if newest is None:
        return None
    key = control.key_now(newest.kid, drafts.now)
    return key.office if key.role in OFFICE_ROLES else None
