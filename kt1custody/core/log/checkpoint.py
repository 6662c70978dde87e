"""Checkpoints: size and root of a log, signed by its key and cosigned by witnesses.

**Rule:** a checkpoint counts by signatures of keys that were known beforehand; this module gives
bytes and lines, `signing` verifies. Format: C2SP tlog-checkpoint and tlog-cosignature, and
`.docs/formats.md` §15.
"""

import base64
import binascii
import re
from dataclasses import dataclass

from kt1custody.core.formats import note
from kt1custody.core.formats.note import SignatureLine, UnverifiedNote
from kt1custody.errors import MalformedInputError

MAX_BYTES = 131_072  # of a signed checkpoint, and of a proof with one
LAST_SIZE = 2**53  # what every language of our verifiers counts exactly
_SIZE = re.compile("0|[1-9][0-9]{0,15}")
_HASH = re.compile("[A-Za-z0-9+/]{43}=")
_LAST_TIME = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log was at one moment.

    Attributes:
        origin: Origin of the log, and name of its key.
        size: How many entries it had.
        root: Root of the tree over their leaf hashes, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Spell it: three lines, as the log key signs them."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as read with its signature lines, none of which has been verified."""

    checkpoint: Checkpoint
    note: UnverifiedNote

    def spelled(self) -> bytes:
        """Spell the note again; the same bytes as were read."""
        return note.spell(self.note.text, self.note.signatures)


@dataclass(frozen=True, slots=True)
class Cosignature:
    """What a witness says: at this time this was the largest consistent checkpoint it knew.

    Attributes:
        time: Unix seconds UTC, by the witness's clock.
        signature: Ed25519, 64 bytes, over `cosigned(text, time)`.
    """

    time: int
    signature: bytes


def read(unverified: bytes, *, extended: bool = False) -> SignedCheckpoint:
    """Read a signed checkpoint.

    Args:
        unverified: Untrusted.
        extended: Take extension lines too, as other logs may have them; ours has none.

    Raises:
        MalformedInputError: `note-malformed`.
    """
    if len(unverified) > MAX_BYTES:
        raise MalformedInputError("note-malformed")
    found = note.read(unverified)
    if extended and "\n\n" in found.text:  # an extension line is never empty
        raise MalformedInputError("note-malformed")
    head = "\n".join([*found.text.split("\n")[:3], ""]) if extended else found.text
    return SignedCheckpoint(read_text(head), found)


def read_text(text: str) -> Checkpoint:
    """Read the three lines of a checkpoint.

    Raises:
        MalformedInputError: `note-malformed`.
    """
    lines = text.split("\n")
    if len(lines) != 4 or not lines[0]:
        raise MalformedInputError("note-malformed")
    told = Checkpoint(lines[0], read_size(lines[1]), read_hash(lines[2]))
    if told.text != text:
        raise MalformedInputError("note-malformed")
    return told


def read_size(told: str) -> int:
    """Read a size or index as decimal digits without leading zeros.

    Raises:
        MalformedInputError: `note-malformed`.
    """
    if not _SIZE.fullmatch(told) or int(told) > LAST_SIZE:
        raise MalformedInputError("note-malformed")
    return int(told)


def read_hash(told: str) -> bytes:
    """Read a hash of 32 bytes in its one spelling as base64.

    Raises:
        MalformedInputError: `note-malformed`.
    """
    try:
        raw = base64.b64decode(told, validate=True) if _HASH.fullmatch(told) else b""
    except binascii.Error:
        raw = b""
    if len(raw) != 32 or base64.b64encode(raw).decode() != told:
        raise MalformedInputError("note-malformed")
    return raw


def cosigned(text: str, time: int) -> bytes:
    """Spell what a witness signs (tlog-cosignature v1, Ed25519)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosignature_line(name: str, public_key: bytes, one: Cosignature) -> SignatureLine:
    """Spell a cosignature as a line under the note."""
    key = note.key_hash(name, public_key, note.COSIGNATURE)
    return SignatureLine(name, key, one.time.to_bytes(8, "big") + one.signature)


def cosignatures_by(found: UnverifiedNote, name: str, public_key: bytes) -> tuple[Cosignature, ...]:
    """Give the cosignatures that claim to be by a witness; none of them has been verified.

    Raises:
        MalformedInputError: `note-malformed`: one names this key and is no cosignature.
    """
    raws = found.signatures_by(name, public_key, note.COSIGNATURE)
    if any(len(raw) != 72 or int.from_bytes(raw[:8], "big") > _LAST_TIME for raw in raws):
        raise MalformedInputError("note-malformed")
    return tuple(Cosignature(int.from_bytes(raw[:8], "big"), raw[8:]) for raw in raws)
