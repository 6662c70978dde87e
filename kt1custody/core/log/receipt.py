"""Receipts: what the log answers to a device, enough for it to check the log for ever after.

**Rule:** a receipt names all of the entry that its device does not have itself, and proves the
entry under a signed checkpoint: whoever keeps one keeps a piece of the log that nobody can rewrite
unseen. Format: `.docs/formats.md` §5.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.core.formats import cbor
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.entry import (
    Entry,
    Judgement,
    Signature,
    read_entry,
    read_judgement,
    spell_entry,
)
from kt1custody.core.log.tlog import InclusionProof
from kt1custody.errors import MalformedInputError

_RECEIPT, _REFUSAL = "kt1-receipt/1", "kt1-refusal/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedReceipt:
    """A receipt as read: nothing of it has been verified.

    Attributes:
        entry: Bytes of the entry: given with a refusal, whose entry the device has not made; else
            None, and `spell` makes them.
        hashes: Consistency proof from the size that the act had seen.
    """

    seq: int
    prev: bytes
    ctl: bytes
    accepted_at: int
    judgement: Judgement
    entry: bytes | None
    proof: InclusionProof
    hashes: tuple[bytes, ...]

    def spell(self, body: bytes, signatures: Sequence[Signature]) -> bytes:
        """Spell the entry again out of the act that the device has."""
        return spell_entry(
            origin=self.proof.signed.checkpoint.origin,
            seq=self.seq,
            prev=self.prev,
            ctl=self.ctl,
            accepted_at=self.accepted_at,
            body=body,
            signatures=signatures,
            judgement=self.judgement,
        )


def spell(entry: Entry, proof: bytes, hashes: Sequence[bytes]) -> bytes:
    """Spell the receipt of an entry.

    Args:
        proof: Its tlog-proof.
        hashes: Consistency proof from the size that its act had seen to the proof's.
    """
    if entry.act.type == "refused":
        return cbor.encode([_REFUSAL, entry.raw, proof, list(hashes)])
    judged: list[cbor.Value] = [list(fault) for fault in entry.judgement]
    place: list[cbor.Value] = [entry.seq, entry.prev, entry.ctl, entry.accepted_at, judged]
    return cbor.encode([_RECEIPT, *place, proof, list(hashes)])


def read(unverified: bytes) -> UnverifiedReceipt:
    """Read a receipt.

    Args:
        unverified: Untrusted; the caller has limited its length.

    Raises:
        MalformedInputError: `not-canonical`, `receipt-malformed`, `note-malformed` or as
            `read_entry`.
    """
    match cbor.decode(unverified, what="receipt"):
        case [version, bytes(raw), bytes(proof), list(hashes)] if version == _REFUSAL:
            entry = read_entry(raw)
            return UnverifiedReceipt(
                seq=entry.seq,
                prev=entry.prev,
                ctl=entry.ctl,
                accepted_at=entry.accepted_at,
                judgement=entry.judgement,
                entry=raw,
                proof=tlog.read_proof(proof),
                hashes=_hashes(hashes),
            )
        case [
            version,
            int(seq),
            bytes(prev),
            bytes(ctl),
            int(accepted_at),
            list(judged),
            bytes(proof),
            list(hashes),
        ] if (
            version == _RECEIPT
            and _is_number(seq)
            and seq <= checkpoint.LAST_SIZE
            and _is_number(accepted_at)
            and len(prev) == len(ctl) == 32
        ):
            return UnverifiedReceipt(
                seq=seq,
                prev=prev,
                ctl=ctl,
                accepted_at=accepted_at,
                judgement=read_judgement(judged),
                entry=None,
                proof=tlog.read_proof(proof),
                hashes=_hashes(hashes),
            )
    raise MalformedInputError("receipt-malformed")


def _is_number(told: int) -> bool:
    return type(told) is int and told >= 0  # a pattern takes true for a number


def _hashes(told: list[cbor.Value]) -> tuple[bytes, ...]:
    found = tuple(one for one in told if isinstance(one, bytes) and len(one) == 32)
    if len(found) != len(told) or len(found) > tlog.MAX_PROOF + 1:
        raise MalformedInputError("receipt-malformed")
    return found
