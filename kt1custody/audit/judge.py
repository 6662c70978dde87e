"""Weighing checkpoints and evidence against the log: what was signed, printed, stamped, answered.

**Rule:** a root counts only if it is that of the tree over the entries that are here. What lies
beside the log must be right; what is given by hand counts if a key of this log or of a witness has
signed it, and covers the log up to its size. Format: `.docs/formats.md` §10, §15 and §16.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kt1custody.audit.evidence import Claim, OutsideEvidence, read_stamp
from kt1custody.audit.findings import Report
from kt1custody.audit.trust_file import CODE, FILE, QUORUM, TRUST
from kt1custody.core.formats import origins, tree
from kt1custody.core.log import checkpoint
from kt1custody.core.log.act import Act
from kt1custody.core.log.checkpoint import Checkpoint, SignedCheckpoint
from kt1custody.core.log.entry import leaf_hash, read_entry
from kt1custody.core.log.keyring import Control
from kt1custody.errors import KtError, MalformedInputError, UnavailableError, VerificationError
from kt1custody.signing import cosigned, stamp

Raw = Callable[[int], bytes | None]


@dataclass(frozen=True, slots=True)
class Trunk:
    """What is here of one epoch.

    Attributes:
        base: Position of its first entry.
        size: How many entries it has; of a dossier, as its checkpoint says.
        root: Gives the root at a size up to there; None where that cannot be known.
        control: Verified state after its last entry.
    """

    base: int
    size: int
    root: Callable[[int], bytes | None]
    control: Control

    @property
    def origin(self) -> str:
        """Origin of its checkpoints."""
        return self.control.origin

    def checkpoint(self, size: int) -> Checkpoint | None:
        """Give the checkpoint that a size must have."""
        root = self.root(size) if size <= self.size else None
        return None if root is None else Checkpoint(self.origin, size, root)


class EvidenceCheck:
    """Weighs one thing after the other and writes into the report."""

    def __init__(
        self, report: Report, trunks: Sequence[Trunk], raw: Raw, roots: Sequence[bytes] = ()
    ) -> None:
        """Begin.

        Args:
            trunks: One an epoch, the present one last.
            raw: Gives the bytes of an entry by its position; None, or `KtError`, if it is not here.
            roots: Root certificates of stamping authorities, PEM.
        """
        self._report, self._read, self._roots = report, raw, roots
        self._trunks = {one.origin: one for one in trunks}
        self._present = trunks[-1]
        self._known: dict[SignedCheckpoint, str] = {}
        self._largest: dict[str, int] = {}  # sizes of our own checkpoints

    def own(self, name: str, unverified: bytes) -> Checkpoint | None:
        """Check a signed checkpoint that lies beside the log; gives what it says if it is one."""
        report = self._report
        try:
            signed = checkpoint.read(unverified)
        except MalformedInputError as error:
            report.add("checkpoint", None, f"{name}: a signed checkpoint", error)
            return None
        told = signed.checkpoint
        self._largest[told.origin] = max(told.size, self._largest.get(told.origin, 0))
        trunk = self._trunks.get(told.origin)
        if trunk is None:
            self._of_no_epoch(name, told)
            return told
        fits = self._fits(name, told, trunk)
        try:
            found = cosigned.verified(signed, trunk.control)
        except VerificationError as error:
            report.add("checkpoint", None, f"{name}: signatures that hold", error)
            return told
        report.look("checkpoint")
        if found.is_quorum and fits and trunk is self._present:
            report.look("quorum")
            report.cover(told.size, found.time, (QUORUM, "-"))
        return told

    def stamp(self, name: str, response: bytes, origin: str, where: str) -> None:
        """Check a time stamp that lies beside the log.

        Args:
            name: Its name `<size>.tsr`.
        """
        report = self._report
        report.look("stamps")
        trunk = self._trunks.get(origin)
        try:
            size = read_stamp(name, response).size
        except MalformedInputError as error:
            report.add("stamp", None, f"{where}{name}: a time stamp", error)
            return
        most = 0 if trunk is None else max(trunk.size, self._largest.get(origin, size))
        if trunk is None or size > most:
            report.add("stamp", None, f"{origin}: at most {most}", f"{where}{name}")
            return
        told = trunk.checkpoint(size)
        if told is None:
            report.pass_over("stamp-other-size")
            return
        try:
            self._stamped(told, response)
        except KtError as error:
            report.add("stamp", None, f"{where}{name}: {told.text}", error)

    def seams(self, since: int = 0) -> None:
        """Check that every `epoch` act names what is left of the epoch before it.

        Args:
            since: Position from which on entries are looked at.
        """
        for closed, following in pairwise(self._trunks.values()):
            raw = self._raw(following.base) if following.base >= since else None
            act = None if raw is None else read_entry(raw).act
            if act is not None and act.type == "epoch":
                self._seam(following.base, act, closed)

    def weigh(self, given: OutsideEvidence) -> None:
        """Weigh everything that was given by hand."""
        for name in given.unread:
            self._report.skip("evidence-unreadable", name)
        for claim in given.claims:
            self._weigh(claim)

    def finish(self, size: int | None) -> None:
        """Say how far the log is covered.

        Args:
            size: Up to where it should be; None where nothing says so.
        """
        self._report.size = size
        if size is not None and self._report.covered < size:
            self._report.skip("tail-not-anchored")

    def _seam(self, seq: int, act: Act, closed: Trunk) -> None:
        """Check what an `epoch` act says of the epoch before it, and the checkpoint that it shows."""
        report = self._report
        old = act.maps("old")[0]
        left = closed.checkpoint(closed.size)
        report.want("epoch", seq, closed.size, old["size"])
        if left is not None:
            report.want("epoch", seq, left.root, old["root"])
        noted = act.fields["note"]
        if not isinstance(noted, bytes):
            return
        try:
            signed = checkpoint.read(noted)
            is_ours = self._is_signed(signed)
        except KtError as error:
            report.add("epoch", seq, "a signed checkpoint", error)
            return
        told = signed.checkpoint
        mine = closed.checkpoint(told.size)
        report.want("epoch", seq, (closed.origin, True), (told.origin, is_ours))
        if told.size > closed.size:
            self._lost(told.size, closed)
        elif mine is not None:
            report.want("epoch", seq, mine.text, told.text)

    def _raw(self, seq: int) -> bytes | None:
        try:
            return self._read(seq)
        except KtError:
            return None

    def _fits(self, name: str, told: Checkpoint, trunk: Trunk) -> bool:
        """Hold size and root of a checkpoint of our own against the tree."""
        if told.size > trunk.size:
            if trunk is self._present:
                self._missing(name, told.size, trunk)
            else:  # two officers have told of it
                self._lost(told.size, trunk)
            return False
        mine = trunk.checkpoint(told.size)
        if mine is None:
            return False
        return self._report.want("checkpoint", None, mine.text, told.text)

    def _weigh(self, claim: Claim) -> None:
        report = self._report
        fault = self._counts(claim.signed) if claim.signed else ""
        if fault:
            report.skip(fault, claim.name)
            return
        named = claim.checkpoint
        if named is not None and named.origin not in self._trunks:
            self._of_no_epoch(claim.name, named)
            return
        trunks = self._spoken_of(claim)
        near = [one for one in trunks if claim.size <= one.size]
        mine = [told for one in near if (told := one.checkpoint(claim.size)) is not None]
        fitting = next((told for told in mine if _is_of(claim, told)), None)
        if fitting is not None:
            self._take(claim, fitting)
        elif len(near) < len(trunks):
            short = next(one for one in trunks if one not in near)
            self._missing(claim.name, claim.size, short)
        elif len(mine) < len(near) and claim.trusted is not None:
            report.pass_over("trust-not-compared", claim.size)
        elif len(mine) < len(near):
            report.skip("evidence-not-compared", claim.name)
        else:
            got = named.text if named else f"{claim.name}: another hash"
            report.add("evidence", None, mine[0].text, got)

    def _spoken_of(self, claim: Claim) -> list[Trunk]:
        """Give the epochs of which a claim may speak; a code or stamp names none."""
        if claim.checkpoint is not None:
            return [self._trunks[claim.checkpoint.origin]]
        return list(reversed(self._trunks.values()))

    def _later(self, origin: str) -> int | None:
        """Tell by how many epochs an origin of this log is later than the present one, or none of it."""
        other, present = origins.find(origin), origins.find(self._present.origin)
        if other is None or present is None or other.log != present.log:
            return None
        return other.epoch - present.epoch

    def _of_no_epoch(self, name: str, told: Checkpoint) -> None:
        """Tell of a checkpoint of an origin that this log does not have."""
        later = self._later(told.origin)
        if later is not None and later > 0:
            expected = f"{told.origin} {told.size} ({name})"
            self._report.add("entries-missing", None, expected, self._present.origin)
        elif later is not None:  # two officers have passed over it
            self._report.pass_over("lost-entries", f"{told.origin} 0 < {told.size}")
        else:
            self._report.add("checkpoint", None, f"{name}: {self._present.origin}", told.origin)

    def _missing(self, name: str, size: int, trunk: Trunk) -> None:
        self._report.add("entries-missing", trunk.base + size - 1, f"{size} ({name})", trunk.size)

    def _lost(self, size: int, trunk: Trunk) -> None:
        self._report.pass_over("lost-entries", f"{trunk.origin} {trunk.size} < {size}")

    def _counts(self, signed: SignedCheckpoint) -> str:
        """Tell in a code why a checkpoint does not count; empty if it does."""
        if signed not in self._known:
            try:
                counts = self._is_signed(signed)
                self._known[signed] = "" if counts else "evidence-unsigned"
            except VerificationError:
                self._known[signed] = "evidence-unreadable"
        return self._known[signed]

    def _is_signed(self, signed: SignedCheckpoint) -> bool:
        """Tell whether a log key or a witness of this log has signed; every known line must hold."""
        origin = signed.checkpoint.origin
        if origin not in self._trunks and self._later(origin) is None:
            return False
        control = self._present.control
        keys = [key.pub for key in control.keys.values() if key.owner == "log"]
        witnesses = {(one.name, one.pub) for each in control.quorums for one in each.witnesses}
        by_log = [cosigned.is_signed_by(signed, key) for key in keys]
        times = [cosigned.cosignature_by(signed, *one) for one in sorted(witnesses)]
        return any(by_log) or any(one is not None for one in times)

    def _take(self, claim: Claim, told: Checkpoint) -> None:
        """Take evidence whose root is ours; if the rest of it holds it covers the log."""
        report, at = self._report, None
        if claim.stamp is not None:
            try:
                at = self._stamped(told, claim.stamp)
            except VerificationError:
                report.skip("evidence-unsigned", claim.name)
                return
            except MalformedInputError:
                report.skip("evidence-unreadable", claim.name)
                return
        if claim.proof is not None and not self._leads(claim, told):
            return
        report.look("evidence")
        is_trusted = claim.stamp is None or at is not None
        if is_trusted and told.origin == self._present.origin:
            report.cover(told.size, at, (_kind_of(claim), claim.name))

    def _leads(self, claim: Claim, told: Checkpoint) -> bool:
        """Check a proof or receipt against the entry of which it speaks."""
        report, proof, found = self._report, claim.proof, claim.receipt
        assert proof is not None  # noqa: S101  # the caller asked
        seq = self._trunks[told.origin].base + proof.index
        if found is not None and not report.want("evidence", seq, seq, found.seq):
            return False
        raw = self._raw(seq) if proof.index < told.size else b""
        if raw is None:  # of a dossier; its checkpoint has been compared
            return True
        leaf = leaf_hash(raw)
        same = report.want("evidence", seq, leaf, leaf if claim.leaf is None else claim.leaf)
        try:
            if found is not None and claim.leaf is None:
                entry = read_entry(raw)
                mine = (entry.prev, entry.ctl, entry.accepted_at, entry.judgement)
                theirs = (found.prev, found.ctl, found.accepted_at, found.judgement)
                same = report.want("evidence", seq, mine, theirs) and same
            tree.check_inclusion(leaf, proof.index, told.size, told.root, proof.hashes)
        except KtError as error:
            report.add("evidence", seq, told.text, error)
            return False
        return same

    def _stamped(self, told: Checkpoint, response: bytes) -> int | None:
        """Check a stamp of a checkpoint.

        Returns:
            Its time, Unix seconds UTC, or None where its signature could not be verified.

        Raises:
            VerificationError: `stamp-wrong`.
            MalformedInputError: `stamp-malformed`.
        """
        if _hash_in_stamp(told) not in response:
            raise VerificationError("stamp-wrong", why="stamp-message")
        text = told.text.encode()
        try:
            at = stamp.check(text, response, self._roots) if self._roots else None
        except UnavailableError:  # the library is not installed
            at = None
        if at is None:
            self._report.pass_over("stamp-signature")
        else:
            self._report.look("stamp-signature")
        return at


def _is_of(claim: Claim, told: Checkpoint) -> bool:
    """Tell whether a claim speaks of this very checkpoint."""
    if claim.anchor is not None:
        return claim.anchor.fits(told)
    if claim.stamp is not None:
        return _hash_in_stamp(told) in claim.stamp
    return claim.checkpoint == told


def _kind_of(claim: Claim) -> str:
    if claim.trusted is not None:
        return TRUST
    return FILE if claim.anchor is None else CODE


def _hash_in_stamp(told: Checkpoint) -> bytes:
    """Spell the octets that a time stamp of a checkpoint holds (DER)."""
    return b"\x04\x20" + hashlib.sha256(told.text.encode()).digest()
