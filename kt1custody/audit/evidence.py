"""Evidence that others keep, given by hand: what each piece claims of the log at one size.

**Rule:** nothing of a claim is verified here, and a file that cannot be read whole is not read at
all. Kinds of files: `.docs/formats.md` §10.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.core.formats.frames import RECEIPTS, unframe
from kt1custody.core.log import anchor, checkpoint, receipt, tlog
from kt1custody.core.log.anchor import Anchor
from kt1custody.core.log.checkpoint import Checkpoint, SignedCheckpoint
from kt1custody.core.log.entry import leaf_hash
from kt1custody.core.log.receipt import UnverifiedReceipt
from kt1custody.core.log.tlog import InclusionProof
from kt1custody.errors import MalformedInputError

MAX_FILE = 64 * 1024 * 1024  # bytes
_MAX_STAMP = 65_536
_PROOF = b"c2sp.org/tlog-proof@v1\n"
_STAMP = re.compile("(0|[1-9][0-9]{0,15})[.]tsr")
_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")  # the kind of content of a time stamp


@dataclass(frozen=True, slots=True)
class Claim:
    """What a piece of evidence says, as read.

    Attributes:
        name: What to call it.
        size: Of how many entries it speaks.
        signed: The checkpoint, of all but typed codes and time stamps.
        proof: Of a proof or receipt: where its entry stands.
        leaf: Leaf hash of the entry that a refusal names.
        receipt: What a receipt says of its entry.
        anchor: The typed code.
        stamp: The time stamp, DER.
        trusted: What the auditor's own file says of an earlier audit.
    """

    name: str
    size: int
    signed: SignedCheckpoint | None = None
    proof: InclusionProof | None = None
    leaf: bytes | None = None
    receipt: UnverifiedReceipt | None = None
    anchor: Anchor | None = None
    stamp: bytes | None = None
    trusted: Checkpoint | None = None

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint that it names in full; a code and a stamp name none."""
        return self.trusted if self.signed is None else self.signed.checkpoint


@dataclass(frozen=True, slots=True)
class OutsideEvidence:
    """What an auditor has from elsewhere.

    Attributes:
        genesis: The genesis hash, 32 bytes, or None.
        claims: Pieces of evidence that could be read.
        unread: Names of those that could not.
        roots: Root certificates of stamping authorities, PEM.
    """

    genesis: bytes | None = None
    claims: Sequence[Claim] = ()
    unread: Sequence[str] = ()
    roots: Sequence[bytes] = ()


def read_scanned(name: str, unverified: bytes) -> Claim:
    """Read a signed checkpoint as a hand scanner has typed it into a file.

    Line ends, blank lines and the dash before a name may have been changed on the way; what is
    signed may not.

    Raises:
        MalformedInputError: `note-malformed`.
    """
    if len(unverified) > checkpoint.MAX_BYTES:
        raise MalformedInputError("note-malformed")
    text = unverified.decode("utf-8-sig", "replace")
    lines = [line.split() for line in text.splitlines() if line.strip()]
    signatures = "".join(f"\u2014 {' '.join(words[-2:])}\n" for words in lines[3:])
    head = "".join(f"{' '.join(words)}\n" for words in lines[:3])
    signed = checkpoint.read(f"{head}\n{signatures}".encode())
    return Claim(name, signed.checkpoint.size, signed)


def read_code(typed: str) -> Claim:
    """Read a typed code.

    Raises:
        MalformedInputError: `anchor-malformed` with the group that is wrong.
    """
    found = anchor.parse(typed)
    return Claim(" ".join(typed.split()), found.size, anchor=found)


def read_file(name: str, unverified: bytes) -> list[Claim]:
    """Read a file of evidence of any kind.

    Args:
        name: Its name without folders; of a time stamp it says the size.

    Raises:
        MalformedInputError: It is none.
    """
    if _STAMP.fullmatch(name):
        return [read_stamp(name, unverified)]
    if unverified.startswith(RECEIPTS):
        pieces = unframe(unverified[len(RECEIPTS) :])
        if not pieces:
            raise MalformedInputError("receipt-malformed")
        return [_read_receipt(f"{name} {place}", one) for place, one in enumerate(pieces, 1)]
    if unverified.startswith(_PROOF):
        return [_of_proof(name, tlog.read_proof(unverified))]
    if unverified[:1] in (b"\x84", b"\x88"):  # an array of four or eight
        return [_read_receipt(name, unverified)]
    signed = checkpoint.read(unverified)
    return [Claim(name, signed.checkpoint.size, signed)]


def read_stamp(name: str, unverified: bytes) -> Claim:
    """Read a time stamp `<size>.tsr` as far as to see that it is one.

    Raises:
        MalformedInputError: `stamp-malformed`.
    """
    found = _STAMP.fullmatch(name)
    is_long = len(unverified) > _MAX_STAMP
    if found is None or is_long or unverified[:1] != b"\x30" or _TST_INFO not in unverified:
        raise MalformedInputError("stamp-malformed", why="stamp-der")
    return Claim(name, checkpoint.read_size(found[1]), stamp=unverified)


def _read_receipt(name: str, unverified: bytes) -> Claim:
    found = receipt.read(unverified)
    if found.proof.index > found.seq:  # an epoch's entries are counted from its first one
        raise MalformedInputError("receipt-malformed")
    leaf = None if found.entry is None else leaf_hash(found.entry)
    return _of_proof(name, found.proof, leaf, found)


def _of_proof(
    name: str,
    proof: InclusionProof,
    leaf: bytes | None = None,
    told: UnverifiedReceipt | None = None,
) -> Claim:
    signed = proof.signed
    return Claim(name, signed.checkpoint.size, signed, proof, leaf, told)
