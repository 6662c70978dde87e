"""What is registered of an item: what everybody may see, and the confidential slip.

**Rule:** the slip never enters the log in clear; a `register` line holds its commitment.
A mark is the letter stamped on the envelope, never the word of secrecy. Format:
`.docs/formats.md` §3 and §7.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from kt1custody.core.formats import cbor
from kt1custody.errors import MalformedInputError


class Mark(IntEnum):
    """Letter stamped on the envelope."""

    NONE = 0
    C = 1
    B = 2
    A = 3


class Urgency(IntEnum):
    """Service asked for."""

    NORMAL = 0  # thường
    EXPRESS = 1  # Hỏa tốc
    TIMED = 2  # Hẹn giờ
    EXPRESS_TIMED = 3  # Hỏa tốc Hẹn giờ


class Kind(IntEnum):
    """What the item is."""

    LETTER = 0  # thư
    PACKET = 1  # gói
    PARCEL = 2  # kiện


TIMED = frozenset({Urgency.TIMED, Urgency.EXPRESS_TIMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """The confidential record about an item (phiếu gửi).

    Attributes:
        sender: Code of an agency; so is `recipient`.
        reference: The sender's document number; None for mark A.
        named: The only person who may open it, or None.
        layers: Envelopes, one in the other.
        weight: Grams.
    """

    sender: str
    recipient: str
    reference: str | None
    named: str | None
    layers: int
    weight: int
    note: str | None

    def to_record(self) -> dict[str, cbor.Value]:
        """Spell it as a record."""
        return {
            "sender": self.sender,
            "recipient": self.recipient,
            "reference": self.reference,
            "named": self.named,
            "layers": self.layers,
            "weight": self.weight,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """An item as accepted over the counter, before it has a number.

    Attributes:
        appt: Appointment, Unix seconds UTC, or None.
        dest: Number of the office that delivers it.
    """

    mark: Mark
    urgency: Urgency
    kind: Kind
    appt: int | None
    dest: int
    slip: Slip


def read_slip(record: Mapping[str, cbor.Value]) -> Slip:
    """Read a slip from its decrypted record.

    Raises:
        MalformedInputError: `record-malformed`.
    """
    try:
        slip = Slip(**record)  # type: ignore[arg-type]  # checked below
    except TypeError:
        raise MalformedInputError("record-malformed", what="slip") from None
    texts = (slip.sender, slip.recipient)
    optional = (slip.reference, slip.named, slip.note)
    if not (
        all(type(text) is str for text in texts)
        and all(text is None or type(text) is str for text in optional)
        and all(type(number) is int for number in (slip.layers, slip.weight))
    ):
        raise MalformedInputError("record-malformed", what="slip")
    return slip
