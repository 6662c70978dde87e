"""The audit of a log: structure, signatures, judgements, custody, in one pass."""

import os
from collections.abc import Iterator
from typing import Protocol

from kt1custody.audit.chain import Row, walk
from kt1custody.audit.findings import Report
from kt1custody.audit.replay import Replay
from kt1custody.audit.signatures import Verifier
from kt1custody.core import keyring
from kt1custody.core.entry import Entry


class Watcher(Protocol):
    """Sees every entry that can be read, in the log's order."""

    def see(self, position: int, entry: Entry) -> None:
        """Look at one entry."""


class Evidence(Protocol):
    """A log to be audited: a database or a bundle."""

    def rows(self) -> Iterator[Row]:
        """Give every entry's bytes in the log's order, with its columns if it has any."""

    def raw(self, seq: int) -> bytes:
        """Give the bytes of one entry again."""

    def catalogue(self, digest: bytes) -> bytes | None:
        """Find the bytes of a catalogue by their hash."""


def audit(
    evidence: Evidence,
    report: Report,
    genesis: bytes | None = None,
    watcher: Watcher | None = None,
) -> Replay:
    """Audit a log as far as its entries go.

    Args:
        evidence: Untrusted.
        report: Findings are added to it.
        genesis: The genesis hash as known from elsewhere, or None.
        watcher: Compares what lies beside the entries, or None.

    Returns:
        The replay, to be compared with derived tables.
    """
    replay = Replay(evidence.raw, evidence.catalogue, report)
    verifier = Verifier(report, os.cpu_count() or 1)
    for position, entry in walk(evidence.rows(), report):
        if position == 0:
            report.genesis = entry.leaf
        if watcher is not None:
            watcher.see(position, entry)
        signings = replay.take(position, entry)
        verifier.add(position, "bad-signature", signings)
        if signings and entry.act.type in ("genesis", "enrol"):
            control = None if position == 0 else replay.control
            proofs = tuple(keyring.possessions(control, entry.act))
            verifier.add(position, "possession", proofs)
    verifier.finish()
    report.items = sum(1 for _ in replay.items())
    if report.entries == 0:
        report.add("genesis", 0, "genesis", "no entries")
    elif genesis is None:
        report.skip("genesis-not-given")
    elif report.genesis != genesis:
        report.add("genesis", 0, genesis, report.genesis or b"")
    report.skip("tail-not-anchored")
    return replay
