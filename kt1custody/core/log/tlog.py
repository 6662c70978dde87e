"""Texts that go with a checkpoint: proofs, what witnesses are asked and answer, the policy of trust.

**Rule:** formats of C2SP (tlog-proof, tlog-witness, tlog-policy), unchanged, so that tools of
strangers read them; each has one spelling here. Format: `.docs/formats.md` §15.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.core.formats import note, numbers
from kt1custody.core.formats.note import SignatureLine, VerifierKey
from kt1custody.core.log import checkpoint
from kt1custody.core.log.checkpoint import SignedCheckpoint
from kt1custody.core.log.keyring import Control
from kt1custody.errors import MalformedInputError, RefusedError

MAX_PROOF = 63  # hashes
GROUP = "kt1-quorum"
RESERVED = ("none", GROUP)  # names that a policy of trust gives another meaning
ADD_CHECKPOINT = "/add-checkpoint"
_CHECKPOINT_PATH = re.compile("/([0-9a-f]{64})/checkpoint")
_ANSWER = re.compile(rb"([1-5][0-9]{2}) (.*)", re.DOTALL)
_PROOF = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That a leaf stands in the log, as read: nothing of it has been verified.

    Attributes:
        index: Position of the entry.
        hashes: From the leaf's sibling up.
    """

    index: int
    hashes: tuple[bytes, ...]
    signed: SignedCheckpoint


@dataclass(frozen=True, slots=True)
class Request:
    """What a witness is asked, as read: to cosign a checkpoint that follows the one it knows."""

    old: int
    hashes: tuple[bytes, ...]
    signed: SignedCheckpoint


def spell_proof(index: int, hashes: Sequence[bytes], noted: bytes) -> bytes:
    """Spell the proof of a leaf in the tree of a signed checkpoint."""
    head = [_PROOF, f"index {index}", *map(_base64, hashes)]
    return "\n".join(head).encode() + b"\n\n" + noted


def read_proof(unverified: bytes) -> InclusionProof:
    """Read a proof; one with `extra` data is refused.

    Args:
        unverified: Untrusted; the caller has limited its length.

    Raises:
        MalformedInputError: `note-malformed`.
    """
    lines, signed = _read(unverified)
    if len(lines) < 2 or lines[0] != _PROOF:
        raise MalformedInputError("note-malformed")
    return InclusionProof(_read_number("index", lines[1]), _read_hashes(lines[2:]), signed)


def spell_request(old: int, hashes: Sequence[bytes], noted: bytes) -> bytes:
    """Spell the body of `add-checkpoint`."""
    return "\n".join([f"old {old}", *map(_base64, hashes)]).encode() + b"\n\n" + noted


def read_request(unverified: bytes) -> Request:
    """Read the body of `add-checkpoint`, of any log.

    Args:
        unverified: Untrusted; the caller has limited its length.

    Raises:
        MalformedInputError: `note-malformed`.
    """
    lines, signed = _read(unverified, extended=True)
    return Request(_read_number("old", lines[0]), _read_hashes(lines[1:]), signed)


def read_cosignatures(unverified: bytes) -> tuple[SignatureLine, ...]:
    """Read what a witness answers: signature lines and nothing else.

    Raises:
        MalformedInputError: `note-malformed`.
    """
    try:
        told = unverified.decode()
    except UnicodeDecodeError:
        raise MalformedInputError("note-malformed") from None
    if not told.endswith("\n") or told.count("\n") > note.MAX_LINES:
        raise MalformedInputError("note-malformed")
    return tuple(map(note.read_line, told[:-1].split("\n")))


def encode_size(size: int) -> bytes:
    """Encode the size that a witness has cosigned last, its answer to whoever begins elsewhere."""
    return f"{size}\n".encode()


def read_answered_size(unverified: bytes) -> int:
    """Read the answer of a witness that has cosigned another size last.

    Raises:
        MalformedInputError: `note-malformed`.
    """
    if not (unverified.endswith(b"\n") and unverified.isascii()):
        raise MalformedInputError("note-malformed")
    return checkpoint.read_size(unverified[:-1].decode())


def encode_answer(status: int, body: bytes) -> bytes:
    """Encode an answer as a file for a stick."""
    return f"{status} ".encode() + body


def read_answer(unverified: bytes) -> tuple[int, bytes]:
    """Read status and body of an answer that came in a file.

    Raises:
        MalformedInputError: `answer-malformed`.
    """
    found = _ANSWER.fullmatch(unverified)
    if found is None:
        raise MalformedInputError("answer-malformed")
    return int(found[1]), found[2]


def origin_hash(origin: str) -> str:
    """Give SHA-256 of an origin in hex: how a witness's addresses name a log."""
    return hashlib.sha256(origin.encode()).hexdigest()


def checkpoint_path(origin: str) -> str:
    """Give the path where a witness shows what it has cosigned last of a log."""
    return f"/{origin_hash(origin)}/checkpoint"


def read_checkpoint_path(path: str) -> str | None:
    """Give the origin's hash that such a path names; None: it is another path."""
    found = _CHECKPOINT_PATH.fullmatch(path)
    return found[1] if found else None


def refuse_witness_name(name: str) -> None:
    """Refuse what is no name of a witness.

    Raises:
        RefusedError: `witness-name`.
    """
    if not numbers.is_witness_name(name) or name in RESERVED:
        raise RefusedError("witness-name", name=name)


def spell_policy(control: Control, size: int) -> str:
    """Spell whom a stranger must trust for a checkpoint of this size.

    Args:
        control: Keys and quorums as of that size.
    """
    log = VerifierKey(control.origin, note.SIGNATURE, control.service_key("log").pub)
    lines = [f"log {log}"]
    quorum = control.quorum_at(size)
    if quorum is None:
        return "\n".join([*lines, "quorum none"]) + "\n"
    for one in quorum.witnesses:
        key = VerifierKey(one.name, note.COSIGNATURE, one.pub)
        lines.append(f"witness {one.name} {key}" + (f" {one.url}" if one.url else ""))
    names = " ".join(one.name for one in quorum.witnesses)
    return "\n".join([*lines, f"group {GROUP} {quorum.least} {names}", f"quorum {GROUP}"]) + "\n"


def _read(unverified: bytes, *, extended: bool = False) -> tuple[list[str], SignedCheckpoint]:
    """Read the lines above the first empty line, and the checkpoint below it."""
    if len(unverified) > checkpoint.MAX_BYTES:
        raise MalformedInputError("note-malformed")
    head, gap, noted = unverified.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise MalformedInputError("note-malformed") from None
    if not gap:
        raise MalformedInputError("note-malformed")
    return lines, checkpoint.read(noted, extended=extended)


def _read_number(word: str, line: str) -> int:
    begin, _, told = line.partition(" ")
    if begin != word:
        raise MalformedInputError("note-malformed")
    return checkpoint.read_size(told)


def _read_hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_PROOF:
        raise MalformedInputError("note-malformed")
    return tuple(map(checkpoint.read_hash, lines))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
