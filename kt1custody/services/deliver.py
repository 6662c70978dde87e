"""At the addressee's door: delivered, refused, nobody there, brought back to the sender.

**Rule:** one holder at all times; a refusal or an absence is a report and moves nothing. Whoever
receives is named in a confidential record, never in the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core import cbor, spelling
from kt1custody.core.entry import Entry
from kt1custody.errors import MalformedInputError
from kt1custody.services import slips
from kt1custody.services.append import Pen
from kt1custody.services.desk import Desk
from kt1custody.services.hand_over import Confirm, step

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
    desk: Desk,
    door: Door,
    receiver: Receiver,
    given: Sequence[str],
    file: Path | None = None,
    *,
    confirm: Confirm,
) -> Entry:
    """Record that items were delivered."""
    record = receiver.to_record()

    def draft(pen: Pen, lines: list[dict[str, cbor.Value]]) -> Entry:
        [commitment] = slips.put(pen, door.keeper, ["receiver"], [record])
        own: dict[str, cbor.Value] = {"commit": commitment, "remark": record["note"] is not None}
        return pen.add(pen.draft("deliver", door.giver, own, lines))

    people = [door.giver, door.keeper]
    return step(desk, people, given, file, confirm=confirm, cond=door.cond, draft=draft)


def bring_back(
    desk: Desk,
    door: Door,
    receiver: Receiver,
    reason: str,
    given: Sequence[str],
    file: Path | None = None,
    *,
    confirm: Confirm,
) -> Entry:
    """Record that items went back to their sender, who signed for them."""
    record = receiver.to_record()

    def draft(pen: Pen, lines: list[dict[str, cbor.Value]]) -> Entry:
        [commitment] = slips.put(pen, door.keeper, ["return"], [record])
        own: dict[str, cbor.Value] = {"commit": commitment, "reason": reason}
        return pen.add(pen.draft("return", door.giver, own, lines))

    people = [door.giver, door.keeper]
    return step(desk, people, given, file, confirm=confirm, cond=door.cond, draft=draft)


def report(
    desk: Desk,
    kind: str,
    giver: str,
    reason: str,
    given: Sequence[str],
    file: Path | None = None,
    *,
    cond: str = "intact",
    confirm: Confirm,
) -> Entry:
    """Report a refusal (`refuse`) or that nobody was there (`absent`); the holder stays."""

    def draft(pen: Pen, lines: list[dict[str, cbor.Value]]) -> Entry:
        return pen.add(pen.draft(kind, giver, {"reason": reason}, lines))

    return step(desk, [giver], given, file, confirm=confirm, cond=cond, draft=draft)
