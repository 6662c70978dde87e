"""Whose signatures under a checkpoint hold: of the log, and of enough witnesses.

**Rule:** the keys come from the log's own control entries, as they were at the checkpoint's size. A
line by a key that this log never knew is passed over; one that names a key of it and does not hold
makes the whole note worthless. Format: `.docs/formats.md` §15.
"""

from dataclasses import dataclass

from kt1custody.core.formats import numbers
from kt1custody.core.log import checkpoint
from kt1custody.core.log.checkpoint import SignedCheckpoint
from kt1custody.core.log.keyring import Control, Key
from kt1custody.errors import MalformedInputError, VerificationError
from kt1custody.signing import notes, sign


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What the verified signatures under a checkpoint amount to.

    Attributes:
        log_keys: Public log keys that have signed it, the newest first.
        witnesses: Name and earliest time (Unix seconds UTC, by his clock) of every witness, of any
            quorum of this log, who has cosigned it; by name.
        is_quorum: Enough of those who were in force at its size have.
        time: From when on they were enough, Unix seconds UTC; None without quorum.
    """

    log_keys: tuple[bytes, ...]
    witnesses: tuple[tuple[str, int], ...]
    is_quorum: bool
    time: int | None


def verified(signed: SignedCheckpoint, control: Control) -> Cosigned:
    """Verify every line under a checkpoint that names a key of this log.

    Args:
        signed: As read, untrusted.
        control: Verified state of the log at the checkpoint's size or later, in its epoch.

    Raises:
        VerificationError: `note-unsigned`: another log's, or not by the log key that was the newest
            at its size; `bad-signature`: a line that names a key of this log does not hold.
    """
    if signed.checkpoint.origin != control.origin:
        raise VerificationError("note-unsigned")
    times = _times(signed, control)
    keys = log_keys_at(control, signed.checkpoint.size)
    by_log = tuple(key.pub for key in keys if is_signed_by(signed, key.pub))
    if not keys or keys[0].pub not in by_log:
        raise VerificationError("note-unsigned")
    earliest: dict[str, int] = {}
    for witness, at in times.items():
        earliest[witness[0]] = min(at, earliest.get(witness[0], at))
    quorum = control.quorum_at(signed.checkpoint.size)
    enough = None
    if quorum is not None:
        members = {(one.name, one.pub) for one in quorum.witnesses}
        counted = sorted(at for witness, at in times.items() if witness in members)
        enough = counted[quorum.least - 1] if len(counted) >= quorum.least else None
    return Cosigned(by_log, tuple(sorted(earliest.items())), enough is not None, enough)


def log_keys_at(control: Control, size: int) -> list[Key]:
    """Give the log keys that a checkpoint of this size may carry, the newest first.

    The first one must have signed it; the others are of before a rotation.
    """
    end = control.base + size
    return [
        key
        for key in reversed(control.keys.values())
        if key.owner == "log"
        and key.enrolled < end
        and control.revoked.get(key.kid, (end, 0))[0] >= end
    ]


def is_signed_by(signed: SignedCheckpoint, log_key: bytes) -> bool:
    """Tell whether a log key (32 bytes) of the checkpoint's origin has signed it.

    Raises:
        VerificationError: `bad-signature`: a line names this key and does not hold.
    """
    return notes.is_signed_by(signed.note, signed.checkpoint.origin, log_key)


def cosignature_by(
    signed: SignedCheckpoint, name: str, public_key: bytes
) -> checkpoint.Cosignature | None:
    """Give the earliest cosignature of a witness under a checkpoint, or None if he has none.

    Raises:
        VerificationError: `bad-signature`: a line names this witness's key and does not hold.
    """
    try:
        found = checkpoint.cosignatures_by(signed.note, name, public_key)
    except MalformedInputError:
        raise VerificationError("bad-signature") from None
    for one in found:
        told = checkpoint.cosigned(signed.note.text, one.time)
        sign.verify(numbers.ED25519, public_key, told, one.signature)
    return min(found, key=lambda one: one.time, default=None)


def _times(signed: SignedCheckpoint, control: Control) -> dict[tuple[str, bytes], int]:
    """Verify all lines that name a key of this log; gives when each witness has cosigned."""
    for key in control.keys.values():
        if key.owner == "log":
            is_signed_by(signed, key.pub)
    known = {(one.name, one.pub) for quorum in control.quorums for one in quorum.witnesses}
    found = ((witness, cosignature_by(signed, *witness)) for witness in known)
    return {witness: one.time for witness, one in found if one is not None}
