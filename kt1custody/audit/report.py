"""The audit of a log: structure, signatures, judgements, custody, tree, in one pass."""

import os
from collections.abc import Iterator
from typing import Protocol

from kt1custody.audit.chain import Link, Row, walk
from kt1custody.audit.findings import Report
from kt1custody.audit.judge import Trunk
from kt1custody.audit.replay import Replay
from kt1custody.audit.signatures import Verifier
from kt1custody.audit.working_state import Before, Nothing
from kt1custody.core.log import signers
from kt1custody.core.log.entry import Entry, leaf_hash
from kt1custody.errors import KtError, VerificationError

_PROVED = frozenset({"genesis", "enrol", "rotate", "quorum"})  # with proofs of new keys


class Watcher(Protocol):
    """Sees every entry that can be read, in the log's order."""

    def see(self, position: int, entry: Entry, replay: Replay) -> None:
        """Look at one entry, which has been replayed."""


class Evidence(Protocol):
    """A log to be audited: a database or a bundle."""

    def rows(self, begin: int = 0) -> Iterator[Row]:
        """Give every entry's bytes in the log's order, with its columns if it has any.

        Args:
            begin: Position of the first one.
        """

    def raw(self, seq: int) -> bytes:
        """Give the bytes of one entry again; raises `KtError` if there is none."""

    def catalogue(self, digest: bytes) -> bytes | None:
        """Find the bytes of a catalogue by their hash."""


def audit(
    evidence: Evidence,
    report: Report,
    genesis: bytes | None = None,
    watcher: Watcher | None = None,
    before: Before | None = None,
) -> Replay:
    """Audit a log as far as its entries go.

    Args:
        evidence: Untrusted.
        report: Findings are added to it.
        genesis: The genesis hash as known from elsewhere, or None.
        watcher: Compares what lies beside the entries, or None.
        before: What was audited before; only what came since is read.

    Returns:
        The replay, to be compared with derived tables.
    """
    report.look("entries", "chain", "signatures", "judgements", "tree")
    before = before or Nothing()
    replay = _begin(evidence, report, before)
    if before.size and replay.broken:
        return replay
    _read_again(evidence, before, report)
    verifier = Verifier(report, os.cpu_count() or 1)
    rows = evidence.rows(before.size) if before.size else evidence.rows()
    for position, entry in walk(rows, report, _link(replay), replay.skip):
        signings = replay.take(position, entry)
        if watcher is not None:
            watcher.see(position, entry, replay)
        verifier.add(position, "bad-signature", signings)
        if signings and entry.act.type in _PROVED:
            _add_proofs(position, entry, replay, verifier, report)
    verifier.finish()
    replay.tell_gaps()
    report.items = len(replay.memory.items)
    report.genesis = replay.leaf(0) if replay.size else None
    if replay.size == 0:
        report.add("genesis", 0, "genesis", "no entries")
    elif genesis is None:
        report.skip("genesis-not-given")
    elif report.want("genesis", 0, genesis, report.genesis):
        report.look("genesis")
    return replay


def trunks(replay: Replay) -> list[Trunk]:
    """Give the trees of a replay, to be compared with checkpoints."""
    return [
        Trunk(epoch.base, epoch.growth.size, epoch.growth.root, epoch.control)
        for epoch in replay.epochs
        if epoch.control is not None
    ]


def _link(replay: Replay) -> Link:
    """Say what the next entry must name."""
    if replay.head is None:
        return Link()
    seq, leaf, accepted_at = replay.head
    control = replay.control
    return Link(seq + 1, control.origin, leaf, control.head, accepted_at)


def _begin(evidence: Evidence, report: Report, before: Before) -> Replay:
    """Begin a replay, behind what was audited before if that is still here; else say so."""
    last = before.size - 1
    try:
        if before.size == 0 or _is_same(evidence, before, report):
            return Replay(evidence.raw, evidence.catalogue, report, before)
    except KtError as error:
        count = sum(1 for _ in evidence.rows())
        if count < before.size:
            report.add("entries-missing", last, f"{before.size} entries", count)
        else:
            report.add("entry-unreadable", None, "entry", error)
    return Replay(evidence.raw, evidence.catalogue, report)


def _is_same(evidence: Evidence, before: Before, report: Report) -> bool:
    """Hold the first and the last entry that were audited before against those that are here."""
    for kind, seq in (("genesis", 0), ("evidence", before.size - 1)):
        if not report.want(kind, seq, before.leaf(seq), leaf_hash(evidence.raw(seq))):
            return False
    return True


def _read_again(evidence: Evidence, before: Before, report: Report) -> None:
    """Hold entries of the sample against what was audited before: they may have been edited since."""
    for seq in before.sample:
        try:
            report.want("evidence", seq, before.leaf(seq), leaf_hash(evidence.raw(seq)))
        except KtError:
            report.add("entries-missing", seq, before.leaf(seq), "missing")
    report.reread = len(before.sample) if before.size else None


def _add_proofs(
    position: int, entry: Entry, replay: Replay, verifier: Verifier, report: Report
) -> None:
    """Have the proofs verified that new keys exist and that old ones agree."""
    control = None if position == 0 else replay.control
    try:
        verifier.add(position, "possession", tuple(signers.possessions(control, entry.act)))
    except VerificationError as error:
        report.add("possession", position, "consent of the old key", error)
