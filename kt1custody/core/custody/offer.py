"""Offers: a handover in two halves, signed on two devices that need not meet a network.

**Rule:** custody moves when the giver's `offer` and the receiver's `take` are both in the log, in
whichever order they come; one alone moves nothing. An offer is taken once, by the person whom it
names; before, the giver may withdraw it, or where a clerk has made it anybody who works at a counter
of the same office, since the office answers for what he offered. Between phones it crosses as one QR. Format:
`.docs/formats.md` §3 and §13.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Signature
from kt1custody.core.log.keyring import OFFICE_ROLES, Key
from kt1custody.errors import MalformedInputError

PREFIX: Final = "72"
_VERSION = "kt1-offer/1"
_MAX_DIGITS = 365  # what fits QR version 8-M
MAX_DEVICE: Final = 12  # signs of a device's name, so that its offers fit


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer in the log.

    Attributes:
        of: Hash that its takes name.
        prevs: Number of every item that is offered, and the step before as the giver knows it.
        doubled: Its counter or id is known to stand in another act too.
    """

    act: Act
    of: bytes
    giver: Key
    prevs: Mapping[int, bytes | None]
    doubled: bool = False


def read_offer(act: Act, of: bytes, giver: Key, *, doubled: bool = False) -> Offered:
    """Make an offer of its act."""
    return Offered(act, of, giver, {line.n: line.prev for line in act.lines}, doubled)


@dataclass(frozen=True, slots=True)
class Linked:
    """An offer and its answers, as far as they are in the log.

    Attributes:
        answers: Position and act of every take and withdrawal that names the offer, in order, each
            with the key of its author.
        doubled: The offer's counter or id stands in another act too.
    """

    offered: Offered | None
    answers: tuple[tuple[int, Act, Key], ...]
    doubled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferText:
    """What the QR of an offer states; nobody has checked its signature.

    Attributes:
        body_hash: SHA-256 of the offer's body, 32 bytes.
        kid: Of the giver's key, 8 bytes.
        signature: The giver's, 64 bytes; it can be verified once the body is here.
        at: Time claimed by the giver's device, Unix seconds UTC.
        count: How many items are offered.
    """

    body_hash: bytes
    kid: bytes
    signature: bytes
    dev: str
    dseq: int
    at: int
    count: int

    @property
    def of(self) -> bytes:
        """What a take names, 32 bytes."""
        return hashlib.sha256(self.body_hash + self.signature).digest()


def link_of(act: Act, signatures: Sequence[Signature]) -> bytes | None:
    """Give the hash that binds an offer to its takes and withdrawals; None for other acts."""
    if act.type == "offer":
        return hashlib.sha256(act.hash + signatures[0].value).digest()
    return act.octets("of") if act.type in ("take", "withdraw") else None


def take_refusal(linked: Linked, seq: int, act: Act, n: int) -> str | None:
    """Say why a take at a position does not move an item, or None.

    The answer depends only on what stands before the take, and on the offer wherever it stands.
    """
    offered = linked.offered
    if offered is None:
        return "offer-missing"
    if offered.act.text("to") != act.by or n not in offered.prevs:
        return "not-offered"
    return _answer(offered, [one for one in linked.answers if one[0] < seq])


def is_open(linked: Linked) -> bool:
    """Tell whether an offer can still be taken: it stands, and nobody has taken or withdrawn it."""
    offered = linked.offered
    return offered is not None and not _answer(offered, linked.answers)


def _answer(offered: Offered, answers: Sequence[tuple[int, Act, Key]]) -> str | None:
    """Say what came first: that it was withdrawn, that whom it names took; None if neither."""
    for _, one, key in answers:
        if one.type == "withdraw" and may_withdraw(offered, key):
            return "offer-withdrawn"
        if one.type == "take" and one.by == offered.act.text("to"):
            return "offer-taken"
    return None


def may_withdraw(offered: Offered, key: Key) -> bool:
    """Tell whether the owner of a key may withdraw an offer, whatever has become of its giver."""
    giver = offered.giver
    is_colleague = {giver.role, key.role} <= OFFICE_ROLES and giver.office == key.office
    return giver.owner == key.owner or is_colleague


def withdraw_refusal(linked: Linked, key: Key) -> str | None:
    """Say why a withdrawal by the owner of a key has no effect, or None."""
    offered = linked.offered
    if offered is None:
        return "offer-missing"
    if not may_withdraw(offered, key):
        return "not-offered"
    taker = offered.act.text("to")
    taken = any(one.type == "take" and one.by == taker for _, one, _ in linked.answers)
    return "offer-taken" if taken else None


def to_text(act: Act, signature: Signature) -> str:
    """Spell the digits of an offer's QR."""
    count, kid, value = len(act.lines), signature.kid, signature.value
    return spell(
        OfferText(
            body_hash=act.hash,
            kid=kid,
            signature=value,
            dev=act.dev,
            dseq=act.dseq,
            at=act.at,
            count=count,
        )
    )


def spell(told: OfferText) -> str:
    """Spell what the QR of an offer states."""
    parts = (told.body_hash, told.kid, told.signature, told.dev, told.dseq, told.at, told.count)
    return PREFIX + str(int.from_bytes(cbor.encode([_VERSION, *parts]), "big"))


def parse(scanned_text: str) -> OfferText:
    """Read a scanned offer.

    Args:
        scanned_text: Untrusted, of any length.

    Raises:
        MalformedInputError: `offer-text`.
    """
    digits = scanned_text.removeprefix(PREFIX)
    plain = scanned_text.isascii() and scanned_text.isdecimal()
    if not plain or digits == scanned_text or not 0 < len(digits) < _MAX_DIGITS or digits[0] == "0":
        raise MalformedInputError("offer-text")
    number = int(digits)
    try:
        value = cbor.decode(number.to_bytes((number.bit_length() + 7) // 8, "big"), what="offer")
    except MalformedInputError:
        raise MalformedInputError("offer-text") from None
    match value:
        case [
            str(version),
            bytes(body_hash),
            bytes(kid),
            bytes(signature),
            str(dev),
            int(dseq),
            int(at),
            int(count),
        ] if (
            (version, len(body_hash), len(kid), len(signature)) == (_VERSION, 32, 8, 64)
            and numbers.is_staff_number(dev)
            and not any(type(one) is bool for one in (dseq, at, count))
            and 0 <= dseq <= 2**40
            and 0 <= at <= numbers.LAST_TIME
            and 1 <= count <= 500
        ):
            return OfferText(
                body_hash=body_hash,
                kid=kid,
                signature=signature,
                dev=dev,
                dseq=dseq,
                at=at,
                count=count,
            )
    raise MalformedInputError("offer-text")
