"""At the addressee's door: delivered, refused, nobody there, brought back to the sender.

**Rule:** one holder at all times; a refusal or an absence is a report and moves nothing. Whoever
receives is named in a confidential record, never in the log.
"""

from dataclasses import dataclass

from kt1custody.core.formats import cbor, spelling
from kt1custody.core.log.act import Act
from kt1custody.errors import MalformedInputError
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.step import Lines, Record, StepUseCase

_LENGTHS = {"name": 100, "paper": 100, "note": 200}


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who took the items at the door; untrusted text.

    Attributes:
        paper: Number of the letter of introduction or card, or None.
        note: A remark, or None.
    """

    name: str
    paper: str | None = None
    note: str | None = None

    def to_record(self) -> dict[str, cbor.Value]:
        """Spell it as a record.

        Raises:
            MalformedInputError: `text-not-allowed` with its field.
        """
        record: dict[str, cbor.Value] = {}
        for name, text in (("name", self.name), ("paper", self.paper), ("note", self.note)):
            tidied = spelling.tidy(text) if text else None
            if tidied and (len(tidied) > _LENGTHS[name] or spelling.has_bad_characters(tidied)):
                raise MalformedInputError("text-not-allowed", field=name)
            record[name] = tidied or None
        if record["name"] is None:
            raise MalformedInputError("text-not-allowed", field="name")
        return record


@dataclass(frozen=True, slots=True, kw_only=True)
class _AtTheDoor(StepUseCase):
    """An act at the addressee's door whose receiver is named in a confidential record.

    Attributes:
        giver: Courier or clerk who holds the items.
        keeper: Clerk, controller or officer with whose key the record is encrypted, since a
            courier may not read records.
    """

    giver: str
    keeper: str
    receiver: Receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver(_AtTheDoor):
    """Items were delivered."""

    @property
    def record(self) -> Record:
        """Who received them; raises as `Receiver.to_record`."""
        return Record(keeper=self.keeper, about="receiver", content=self.receiver.to_record())

    def draft(self, drafts: Drafts, lines: Lines, commitment: bytes) -> Act:
        """Draft the `deliver`."""
        has_remark = self.receiver.to_record()["note"] is not None
        own: dict[str, cbor.Value] = {"commit": commitment, "remark": has_remark}
        return drafts.draft("deliver", self.giver, own, lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class BringBack(_AtTheDoor):
    """Items went back to their sender, who signed for them."""

    reason: str

    @property
    def record(self) -> Record:
        """Who took them back; raises as `Receiver.to_record`."""
        return Record(keeper=self.keeper, about="return", content=self.receiver.to_record())

    def draft(self, drafts: Drafts, lines: Lines, commitment: bytes) -> Act:
        """Draft the `return`."""
        own: dict[str, cbor.Value] = {"commit": commitment, "reason": self.reason}
        return drafts.draft("return", self.giver, own, lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDelivered(StepUseCase):
    """The receiver refused items, or nobody was there; the holder stays.

    Attributes:
        act_type: `refuse` or `absent`.
    """

    act_type: str
    giver: str
    reason: str

    def draft(self, drafts: Drafts, lines: Lines, _commitment: bytes) -> Act:
        """Draft the `refuse` or `absent`."""
        return drafts.draft(self.act_type, self.giver, {"reason": self.reason}, lines)
