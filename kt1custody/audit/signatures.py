"""Verifying many signatures on all cores, while the replay goes on."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from kt1custody.audit.findings import Report
from kt1custody.core.log.signers import Signing
from kt1custody.errors import VerificationError
from kt1custody.signing import sign

_BATCH = 64
_AHEAD = 64  # batches that may wait; bounds the memory


@dataclass(frozen=True, slots=True)
class UnverifiedSignature:
    """A signature to verify, and where it stands."""

    seq: int
    kind: str
    signing: Signing


class Verifier:
    """Takes claims one by one and writes findings in the log's order."""

    def __init__(self, report: Report, workers: int) -> None:
        self._report = report
        self._pool = ThreadPoolExecutor(workers)  # the library lets go of the interpreter's lock
        self._batch: list[UnverifiedSignature] = []
        self._waiting: deque[Future[list[UnverifiedSignature]]] = deque()

    def add(self, seq: int, kind: str, signings: Sequence[Signing]) -> None:
        """Have signatures verified; `kind` is that of the finding if one is wrong."""
        self._report.signatures += len(signings)
        self._batch += [UnverifiedSignature(seq, kind, signing) for signing in signings]
        if len(self._batch) >= _BATCH:
            self._send()
        while len(self._waiting) > _AHEAD:
            self._collect()

    def finish(self) -> None:
        """Wait for all."""
        self._send()
        while self._waiting:
            self._collect()
        self._pool.shutdown()

    def _send(self) -> None:
        self._waiting.append(self._pool.submit(_wrong, self._batch))
        self._batch = []

    def _collect(self) -> None:
        for claim in self._waiting.popleft().result():
            key = claim.signing.key
            self._report.add(claim.kind, claim.seq, f"signature by {key.owner}", key.kid)


def _wrong(claims: Sequence[UnverifiedSignature]) -> list[UnverifiedSignature]:
    """Give the claims that do not hold."""
    found = []
    for claim in claims:
        one = claim.signing
        try:
            sign.verify(one.key.alg, one.key.pub, one.to_be_signed, one.signature)
        except VerificationError:
            found.append(claim)
    return found
