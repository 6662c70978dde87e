"""What contradicts a log that has signed it, kept by a witness as evidence.

Two signed roots of one size prove that the log has forked. A proof that fails may be anybody's
doing, so such cases must not use up the room of those.
"""

import contextlib
import secrets
import shutil

from kt1custody.core.formats import tree
from kt1custody.core.log import tlog
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.errors import UnavailableError, VerificationError
from kt1custody.store.notes import KeptNote
from kt1custody.system import files
from kt1custody.witnessing.witness import EVIDENCE, OpenWitness

FORK, PROOF = "fork", "proof"
MAX_CASES = 100  # of each kind; the first ones prove as much as all that follow


def follows(request: tlog.Request, before: Checkpoint) -> bool:
    """Tell whether a request proves that its checkpoint follows the one that was cosigned last."""
    after = request.signed.checkpoint
    try:
        tree.check_consistency(request.old, before.root, after.size, after.root, request.hashes)
    except VerificationError:
        return False
    return True


def kind_of(request: tlog.Request, before: Checkpoint) -> str | None:
    """Tell whether a request speaks against the log that has signed it: `FORK`, `PROOF` or None."""
    after = request.signed.checkpoint
    if after.size == before.size:
        return FORK if after.root != before.root else None
    is_proof = 0 < request.old == before.size < after.size
    return PROOF if is_proof and not follows(request, before) else None


def keep(
    witness: OpenWitness, kind: str, cosigned: KeptNote | None, request: tlog.Request, body: bytes
) -> None:
    """Keep what contradicts, once; the answer does not depend on whether that succeeds.

    Args:
        cosigned: The last checkpoint that was cosigned.
        body: The request as it came.
    """
    asked = request.signed.checkpoint
    room = witness.folder / EVIDENCE
    log = tlog.origin_hash(asked.origin)[:8]
    case = room / f"{kind}-{log}-{asked.size}-{asked.root.hex()[:16]}"
    with contextlib.suppress(OSError, UnavailableError):
        if case.exists() or len(list(room.glob(f"{kind}-*"))) >= MAX_CASES:
            return
        beside = room / f".{case.name}.{secrets.token_hex(4)}"
        try:
            files.write(beside / "asked.request", body, makes_folder=True)
            files.write(beside / "asked.checkpoint", request.signed.spelled())
            if cosigned is not None:
                files.write(beside / "kept.checkpoint", cosigned.note)
            beside.rename(case)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
