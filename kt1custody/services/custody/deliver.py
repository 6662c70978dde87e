"""At the addressee's door: delivered, refused, nobody there, brought back to the sender.

**Rule:** one holder at all times; a refusal or an absence is a report and moves nothing. Whoever
receives is named in a confidential record, never in the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.core.formats import cbor, spelling
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.errors import MalformedInputError
from kt1custody.services.session import step
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import Confirm, Draft, Lines, Plan, Record

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


@dataclass(frozen=True, slots=True)
class Door:
    """Whose items, how the envelopes look, and who keeps the confidential record.

    Attributes:
        giver: Courier or clerk who holds the items.
        keeper: Clerk, controller or officer with whose key the record is encrypted, since a
            courier may not read records.
    """

    giver: str
    keeper: str
    cond: str = "intact"


def deliver(
    session: Session, door: Door, receiver: Receiver, given: Sequence[str], *, confirm: Confirm
) -> Entry:
    """Record that items were delivered; arguments and errors as of `step.sign`."""
    return step.sign(session, delivery(door, receiver), given, confirm=confirm)


def bring_back(
    session: Session,
    door: Door,
    receiver: Receiver,
    reason: str,
    given: Sequence[str],
    *,
    confirm: Confirm,
) -> Entry:
    """Record that items went back to their sender, who signed for them; as `deliver`."""
    return step.sign(session, returning(door, receiver, reason), given, confirm=confirm)


def report(
    session: Session,
    kind: str,
    giver: str,
    reason: str,
    given: Sequence[str],
    *,
    cond: str = "intact",
    confirm: Confirm,
) -> Entry:
    """Report a refusal (`refuse`) or that nobody was there (`absent`); the holder stays."""
    return step.sign(session, reporting(kind, giver, reason, cond), given, confirm=confirm)


def delivery(door: Door, receiver: Receiver) -> Plan:
    """Plan a delivery."""
    record = receiver.to_record()

    def draft(drafts: Drafts, lines: Lines, commitment: bytes) -> Act:
        own: dict[str, cbor.Value] = {"commit": commitment, "remark": record["note"] is not None}
        return drafts.draft("deliver", door.giver, own, lines)

    return _at_the_door(door, Record(keeper=door.keeper, about="receiver", content=record), draft)


def returning(door: Door, receiver: Receiver, reason: str) -> Plan:
    """Plan a return to the sender."""
    record = receiver.to_record()

    def draft(drafts: Drafts, lines: Lines, commitment: bytes) -> Act:
        own: dict[str, cbor.Value] = {"commit": commitment, "reason": reason}
        return drafts.draft("return", door.giver, own, lines)

    return _at_the_door(door, Record(keeper=door.keeper, about="return", content=record), draft)


def reporting(kind: str, giver: str, reason: str, cond: str = "intact") -> Plan:
    """Plan the report of a refusal or an absence."""

    def draft(drafts: Drafts, lines: Lines, _: bytes) -> Act:
        return drafts.draft(kind, giver, {"reason": reason}, lines)

    return Plan(people=(giver,), draft=draft, cond=cond)


def _at_the_door(door: Door, record: Record, draft: Draft) -> Plan:
    return Plan(people=(door.giver, door.keeper), draft=draft, cond=door.cond, record=record)
