"""Seals: the signed text in the QR on an envelope.

**Rule:** a seal says that the label was issued, never that the envelope is genuine. Its identity
is the issuing key and the serial. A scanned text is `UnverifiedSeal` until the signature and the
key's place in the log have been checked. Format: `.docs/formats.md` §6.
"""

from dataclasses import dataclass
from typing import Final

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.errors import MalformedInputError

PREFIX = "71"
MAX_DIGITS = 365  # what fits QR version 8-M; refused before any conversion
AAD = b"kt1-seal/1"
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SealContent:
    """What a seal states.

    Attributes:
        issuer: Number of the issuing office; `dest` of the delivering one.
        at: Time of issue, Unix seconds UTC, by the counter's clock.
        commitment: First 16 bytes of the commitment of the item's slip.
        copy: 1, or 2 for the second print across the flap.
    """

    n: int
    serial: int
    mark: Mark
    urgency: Urgency
    issuer: int
    dest: int
    at: int
    commitment: bytes
    copy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedSeal:
    """A seal as scanned: well-formed, but nobody has checked its signature."""

    content: SealContent
    alg: int
    kid: bytes
    to_be_signed: bytes
    signature: bytes


def content_of(item: ItemState, serial: int, *, issuer: int, at: int, copy: int) -> SealContent:
    """Say what a seal of an item states.

    Args:
        issuer: Number of the office that prints it.
        at: Time of its `print` act, Unix seconds UTC.
    """
    return SealContent(
        n=item.n,
        serial=serial,
        mark=Mark(item.mark),
        urgency=Urgency(item.urgency),
        issuer=issuer,
        dest=item.dest,
        at=at,
        commitment=item.commit[:16],
        copy=copy,
    )


def protected_header(alg: int, kid: bytes) -> bytes:
    """Spell the map {1: alg, 4: kid} of COSE, 13 bytes."""
    return b"\xa2\x01" + _ALGS[alg] + b"\x04\x48" + kid


def to_be_signed(content: SealContent, alg: int, kid: bytes) -> bytes:
    """Spell what the seal key signs (RFC 9052 §4.4)."""
    return cbor.encode(["Signature1", protected_header(alg, kid), AAD, _payload(content)])


def to_text(content: SealContent, alg: int, kid: bytes, signature: bytes) -> str:
    """Spell the digits that go into the QR."""
    parts = (protected_header(alg, kid), _payload(content), signature)
    header, payload, signed = (cbor.encode(part) for part in parts)
    return PREFIX + str(int.from_bytes(b"\xd2\x84" + header + b"\xa0" + payload + signed, "big"))


def parse(scanned_text: str) -> UnverifiedSeal:
    """Read a scanned seal.

    Args:
        scanned_text: Untrusted, of any length.

    Raises:
        MalformedInputError: `seal-text` with `why`: `characters`, `length`, `version`,
            `check-digit` (of the item number), or `truncated` for anything else that is not
            exactly a seal's bytes.
    """
    if len(scanned_text) > MAX_DIGITS:
        raise MalformedInputError("seal-text", why="length")
    if not (scanned_text.isascii() and scanned_text.isdecimal()):
        raise MalformedInputError("seal-text", why="characters")
    if not scanned_text.startswith(PREFIX):
        raise MalformedInputError("seal-text", why="version")
    digits = scanned_text[len(PREFIX) :]
    if not digits or digits[0] == "0":
        raise MalformedInputError("seal-text", why="truncated")
    number = int(digits)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return _read(raw)


_ALGS: Final = {numbers.ED25519: b"\x32", numbers.ESP256: b"\x28"}
_ALG_OF: Final = {spelled: alg for alg, spelled in _ALGS.items()}


def _payload(content: SealContent) -> bytes:
    return cbor.encode(
        [
            _VERSION,
            content.n,
            content.serial,
            int(content.mark),
            int(content.urgency),
            content.issuer,
            content.dest,
            content.at,
            content.commitment,
            content.copy,
        ]
    )


def _read(raw: bytes) -> UnverifiedSeal:
    """Take the fixed parts apart: tag and header, payload between, signature at the end."""
    # d2 84 4d | 13 bytes of header | a0 58 len | payload | 58 40 | 64 bytes
    header, rest = raw[3:16], raw[16:]
    alg = _ALG_OF.get(header[2:3])
    framed = raw[:3] == b"\xd2\x84\x4d" and rest[:2] == b"\xa0\x58" and len(rest) > 2
    if not framed or alg is None or header != protected_header(alg, header[5:]):
        raise MalformedInputError("seal-text", why="truncated")
    length = rest[2]
    payload, tail = rest[3 : 3 + length], rest[3 + length :]
    if len(payload) != length or len(tail) != 66 or tail[:2] != b"\x58\x40":
        raise MalformedInputError("seal-text", why="truncated")
    content = _content(payload)
    kid = header[5:]
    return UnverifiedSeal(
        content=content,
        alg=alg,
        kid=kid,
        to_be_signed=to_be_signed(content, alg, kid),
        signature=tail[2:],
    )


def _content(payload: bytes) -> SealContent:
    try:
        told = cbor.decode(payload, what="seal")
    except MalformedInputError:
        raise MalformedInputError("seal-text", why="truncated") from None
    if not (type(told) is list and len(told) == 10 and told[0] == _VERSION):
        raise MalformedInputError("seal-text", why="version")
    _, n, serial, mark, urgency, issuer, dest, at, commitment, copy = told
    if not (
        all(type(one) is int for one in (told[0], n, serial, mark, urgency, issuer, dest, at, copy))
        and type(commitment) is bytes
        and len(commitment) == 16
        and _in_range(n, serial, mark, urgency, issuer, dest, at, copy)
    ):
        raise MalformedInputError("seal-text", why="truncated")
    if numbers.damm(str(n)) != 0:
        raise MalformedInputError("seal-text", why="check-digit")
    return SealContent(
        n=n,
        serial=serial,
        mark=Mark(mark),
        urgency=Urgency(urgency),
        issuer=issuer,
        dest=dest,
        at=at,
        commitment=commitment,
        copy=copy,
    )


def _in_range(n: int, serial: int, mark: int, urgency: int, *rest: int) -> bool:
    issuer, dest, at, copy = rest
    return (
        10**11 <= n < 10**12
        and numbers.FIRST_SERIAL <= serial <= numbers.LAST_SERIAL
        and 0 <= mark <= 3
        and 0 <= urgency <= 3
        and all(100_000 <= office <= 999_999 for office in (issuer, dest))
        and 0 <= at <= numbers.LAST_TIME
        and copy in (1, 2)
    )
