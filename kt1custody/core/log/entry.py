"""Entries: acts as the log holds them, their hashes, and the bytes that people sign.

**Rule:** the bytes of an entry are kept as they were hashed; nothing here spells them again to
verify them. Format: `.docs/formats.md` §4 and §5.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.act import Act, read_act
from kt1custody.errors import MalformedInputError

MAX_ENTRY_BYTES = 65_535  # tlog-tiles writes an entry's length in two bytes
NO_CONTROL = bytes(32)
CLOCK_SLACK = 120  # seconds that the clock may be behind the newest entry, told by a `clock` act
_VERSION = "kt1-entry/1"
_PROTECTED = {numbers.ED25519: b"\xa1\x01\x32", numbers.ESP256: b"\xa1\x01\x28"}

Fault = tuple[int, str]
Judgement = tuple[Fault, ...]
WHOLE = -1  # stands in a fault in the place of a line: it is the whole act's


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as an entry holds it: in which role, by which key, 64 bytes."""

    role: str
    kid: bytes
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as read; its chain, signatures and judgement are not yet verified.

    Attributes:
        raw: The bytes in the log.
        accepted_at: The server's clock when it took the act, Unix seconds UTC.
        judgement: Sorted pairs of line index (or `WHOLE`) and code; empty = accepted.
    """

    raw: bytes
    origin: str
    seq: int
    prev: bytes
    ctl: bytes
    accepted_at: int
    act: Act
    signatures: tuple[Signature, ...]
    judgement: Judgement

    @property
    def leaf(self) -> bytes:
        """Leaf hash of RFC 6962, 32 bytes."""
        return leaf_hash(self.raw)

    @property
    def whole(self) -> frozenset[str]:
        """The codes of what was judged of the whole act."""
        return frozenset(codes_of(self.judgement, WHOLE))

    @property
    def step(self) -> bytes:
        """What the next step of an item names as `prev`, 32 bytes."""
        return step_hash(self.act.body, self.signatures)


def codes_of(judgement: Iterable[Fault], *lines: int) -> tuple[str, ...]:
    """Give the codes of what was judged of some lines of an act, or of the `WHOLE`."""
    return tuple(code for line, code in judgement if line in lines)


def leaf_hash(raw: bytes) -> bytes:
    """Hash an entry's bytes as a leaf of the tree (RFC 6962)."""
    return hashlib.sha256(b"\x00" + raw).digest()


def first_prev(origin: str) -> bytes:
    """Give the `prev` of entry 0."""
    return hashlib.sha256(f"kt1-log/1\n{origin}".encode()).digest()


def step_hash(body: bytes, signatures: Sequence[Signature]) -> bytes:
    """Hash an act with its signatures, as the giver of the next step holds it."""
    return hashlib.sha256(cbor.encode([body, _spell(signatures)])).digest()


def to_be_signed(
    *, log: str, body: bytes, role: str, alg: int, kid: bytes, before: Sequence[Signature]
) -> bytes:
    """Spell what one person signs (RFC 9052 §4.4); `before` are the signatures already given."""
    payload = cbor.encode([log, body, kid, _spell(before)])
    return sig_structure(alg, f"kt1-act/1/{role}", payload)


def sig_structure(alg: int, external_aad: str, payload: bytes) -> bytes:
    """Spell a COSE `Sig_structure` with only the algorithm protected."""
    return cbor.encode(["Signature1", _PROTECTED[alg], external_aad.encode(), payload])


def possession(origin: str, key: cbor.Value) -> bytes:
    """Spell what a new key signs to prove that its private half exists."""
    assert isinstance(key, dict)  # noqa: S101  # a key map, checked with its act
    told = {name: part for name, part in key.items() if name != "possess"}
    return b"kt1-possess/1" + origin.encode() + cbor.encode(told)


def switch(origin: str, key: cbor.Value) -> bytes:
    """Spell what the old key of a service signs when another follows it."""
    return b"kt1-rotate/1" + origin.encode() + cbor.encode(key)


def spell_entry(
    *,
    origin: str,
    seq: int,
    prev: bytes,
    ctl: bytes,
    accepted_at: int,
    body: bytes,
    signatures: Sequence[Signature],
    judgement: Judgement,
) -> bytes:
    """Spell an entry.

    Raises:
        MalformedInputError: `entry-too-large`; nothing may be signed or written of it.
    """
    raw = cbor.encode(
        [
            _VERSION,
            origin,
            seq,
            prev,
            ctl,
            accepted_at,
            body,
            _spell(signatures),
            [list(fault) for fault in judgement],
        ]
    )
    if len(raw) > MAX_ENTRY_BYTES:
        raise MalformedInputError("entry-too-large", length=len(raw))
    return raw


def read_entry(unverified: bytes) -> Entry:
    """Read an entry and the act in it.

    Args:
        unverified: Untrusted bytes of any length.

    Raises:
        MalformedInputError: `entry-too-large`, `not-canonical`, `entry-malformed`, or as
            `read_act`.
    """
    if len(unverified) > MAX_ENTRY_BYTES:
        raise MalformedInputError("entry-too-large", length=len(unverified))
    value = cbor.decode(unverified, what="entry")
    if not (type(value) is list and len(value) == 9 and value[0] == _VERSION):
        raise MalformedInputError("entry-malformed", why="version")
    _, origin, seq, prev, ctl, accepted_at, body, signatures, judgement = value
    if not (
        type(origin) is str
        and type(seq) is int
        and seq >= 0
        and type(accepted_at) is int
        and accepted_at >= 0
        and all(type(part) is bytes and len(part) == 32 for part in (prev, ctl))
        and type(body) is bytes
    ):
        raise MalformedInputError("entry-malformed", why="types")
    return Entry(
        raw=unverified,
        origin=origin,
        seq=seq,
        prev=prev,
        ctl=ctl,
        accepted_at=accepted_at,
        act=read_act(body),
        signatures=read_signatures(signatures),
        judgement=read_judgement(judgement),
    )


def read_signatures(value: cbor.Value) -> tuple[Signature, ...]:
    """Read the array of signatures of an entry.

    Raises:
        MalformedInputError: `entry-malformed`.
    """
    if not (type(value) is list and all(type(part) is list and len(part) == 3 for part in value)):
        raise MalformedInputError("entry-malformed", why="signatures")
    found = tuple(Signature(*part) for part in value)
    if all(
        type(one.role) is str
        and type(one.kid) is bytes
        and len(one.kid) == 8
        and type(one.value) is bytes
        and len(one.value) == 64
        for one in found
    ):
        return found
    raise MalformedInputError("entry-malformed", why="signatures")


def read_judgement(value: cbor.Value) -> Judgement:
    """Read the array of faults of an entry.

    Raises:
        MalformedInputError: `entry-malformed`.
    """
    if type(value) is list and all(type(part) is list and len(part) == 2 for part in value):
        found = [(part[0], part[1]) for part in value]
        if all(type(line) is int and type(code) is str for line, code in found) and found == sorted(
            set(found)
        ):
            return tuple(found)
    raise MalformedInputError("entry-malformed", why="judgement")


def _spell(signatures: Sequence[Signature]) -> list[list[str | bytes]]:
    return [[one.role, one.kid, one.value] for one in signatures]
