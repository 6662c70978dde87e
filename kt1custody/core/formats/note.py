"""Signed notes: text that anybody reads, with lines of signatures under it (C2SP signed-note).

**Rule:** nothing in a note counts before a signature by a key that was known beforehand holds;
this module gives bytes and lines, `signing` verifies. A signature line has one spelling. Format:
`.docs/formats.md` §12.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.errors import MalformedInputError

MAX_LINES = 100  # of signatures; the standard asks for at least 16
SIGNATURE, COSIGNATURE = b"\x01", b"\x04"  # kinds of Ed25519 keys
_NAME = r"[^\s+\x00-\x1f]+"
_LINE = re.compile(f"— ({_NAME}) ([A-Za-z0-9+/]+={{0,2}})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature under a note.

    Attributes:
        name: Name of the key.
        hash: First four bytes of the hash of name and key: says which key, proves nothing.
        signature: As spelled, of any length; of Ed25519 64 bytes over the text.
    """

    name: str
    hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class UnverifiedNote:
    """A note as read: well-formed, but no signature has been checked.

    Attributes:
        text: What is signed, with its last newline.
    """

    text: str
    signatures: tuple[SignatureLine, ...]

    def signatures_by(
        self, name: str, public_key: bytes, kind: bytes = SIGNATURE
    ) -> tuple[bytes, ...]:
        """Give the signatures that claim to be by an Ed25519 key; others are passed over."""
        wanted = key_hash(name, public_key, kind)
        return tuple(
            one.signature for one in self.signatures if (one.name, one.hash) == (name, wanted)
        )


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key as people hand it on: `name+hash+key`.

    Attributes:
        kind: `SIGNATURE` of a log, `COSIGNATURE` of a witness.
        pub: Ed25519, 32 bytes.
    """

    name: str
    kind: bytes
    pub: bytes

    def __str__(self) -> str:
        told = base64.b64encode(self.kind + self.pub).decode()
        return f"{self.name}+{key_hash(self.name, self.pub, self.kind).hex()}+{told}"


def read_key(unverified: str) -> VerifierKey:
    """Read a verifier key (signed-note, "Verifier keys").

    Raises:
        MalformedInputError: `key-malformed`.
    """
    name, _, rest = unverified.partition("+")
    _, _, told = rest.partition("+")
    try:
        raw = base64.b64decode(told, validate=True)
        key = VerifierKey(name, raw[:1], raw[1:])
        spelled = str(key)
    except ValueError:  # no base64, or signs that UTF-8 does not have
        raise MalformedInputError("key-malformed") from None
    if len(raw) != 33 or key.kind not in (SIGNATURE, COSIGNATURE) or spelled != unverified:
        raise MalformedInputError("key-malformed")
    if not re.fullmatch(_NAME, name):
        raise MalformedInputError("key-malformed")
    return key


def key_hash(name: str, public_key: bytes, kind: bytes = SIGNATURE) -> bytes:
    """Name an Ed25519 key (32 bytes) under its name by four bytes of a hash."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public_key).digest()[:4]


def spell(text: str, signatures: Sequence[SignatureLine]) -> bytes:
    """Spell a note of a text that ends with a newline."""
    return f"{text}\n{''.join(map(spell_line, signatures))}".encode()


def parts(note: UnverifiedNote, most: int) -> list[bytes]:
    """Split a note into notes of the same text that each bear some of its lines, in their order.

    Args:
        most: Bytes of each; one line goes into each whatever its length.
    """
    found: list[list[SignatureLine]] = [[]]
    for line in note.signatures:
        if found[-1] and len(spell(note.text, [*found[-1], line])) > most:
            found.append([])
        found[-1].append(line)
    return [spell(note.text, lines) for lines in found]


def read(unverified: bytes) -> UnverifiedNote:
    """Read a note.

    Args:
        unverified: Untrusted; the caller has limited its length.

    Raises:
        MalformedInputError: `note-malformed`.
    """
    try:
        told = unverified.decode()
    except UnicodeDecodeError:
        raise MalformedInputError("note-malformed") from None
    text, gap, below = told.rpartition("\n\n")
    if not (text and gap and below.endswith("\n")) or _CONTROL.search(told):
        raise MalformedInputError("note-malformed")
    lines = below[:-1].split("\n")
    if len(lines) > MAX_LINES:
        raise MalformedInputError("note-malformed")
    return UnverifiedNote(f"{text}\n", tuple(map(read_line, lines)))


def spell_line(one: SignatureLine) -> str:
    """Spell one signature line with its newline."""
    return f"— {one.name} {base64.b64encode(one.hash + one.signature).decode()}\n"


def read_line(line: str) -> SignatureLine:
    """Read one signature line, without its newline.

    Raises:
        MalformedInputError: `note-malformed`.
    """
    found = _LINE.fullmatch(line)
    try:
        raw = base64.b64decode(found[2], validate=True) if found else b""
    except binascii.Error:
        raw = b""
    if found is None or len(raw) < 5:
        raise MalformedInputError("note-malformed")
    one = SignatureLine(found[1], raw[:4], raw[4:])
    if spell_line(one) != f"{line}\n":  # base64 has spare bits
        raise MalformedInputError("note-malformed")
    return one
