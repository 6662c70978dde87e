"""How far the log is witnessed, as its stored checkpoints show.

**Rule:** only signatures count that are verified here; what does not hold is passed over, since
telling of it is the audit's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kt1custody.core.formats import note
from kt1custody.core.formats.note import VerifierKey
from kt1custody.core.log import checkpoint
from kt1custody.core.log.checkpoint import Cosignature, SignedCheckpoint
from kt1custody.core.log.keyring import Control, Quorum, Witness
from kt1custody.errors import KtError
from kt1custody.services.session.session import Session
from kt1custody.signing import cosigned
from kt1custody.store import checkpoints
from kt1custody.store.log import Connection, LogBook


@dataclass(frozen=True, slots=True)
class WitnessCoverage:
    """How far the log is witnessed.

    Attributes:
        log_key: By which witnesses know it.
        size: How many entries it has, in this epoch.
        quorum: Who is in force, or None.
        last: Name → size and time (Unix seconds UTC) of what each witness cosigned last.
        covered: Size and time of the newest checkpoint with a full quorum, or None.
        since: When the first entry behind that was accepted, Unix seconds UTC, or None.
    """

    log_key: VerifierKey
    size: int
    quorum: Quorum | None
    last: Mapping[str, tuple[int, int]]
    covered: tuple[int, int] | None
    since: int | None

    @property
    def uncovered(self) -> int:
        """How many entries no quorum has cosigned."""
        return self.size - (self.covered[0] if self.covered else 0)


def standing(session: Session) -> WitnessCoverage:
    """Tell how far the log is witnessed."""
    with session.database.read() as connection:
        book = LogBook(connection)
        control = book.control
        log_key = VerifierKey(control.origin, note.SIGNATURE, control.service_key("log").pub)
        quorum = control.quorums[-1] if control.quorums else None
        last = last_of(connection, in_force(control))
        found = covered(connection, control)
        first = book.base + (found[0] if found else 0)
        since = book.time_of(book.entry(first)) if first <= book.seq else None
    return WitnessCoverage(log_key, book.tree.size, quorum, last, found, since)


def in_force(control: Control) -> tuple[Witness, ...]:
    """Give the witnesses of the newest quorum."""
    return control.quorums[-1].witnesses if control.quorums else ()


def proof_of(connection: Connection, one: Witness) -> tuple[SignedCheckpoint, Cosignature] | None:
    """Find the newest checkpoint that a witness has cosigned, verified; passes over false lines."""
    for _, noted in checkpoints.backwards(connection):
        if f"— {one.name} ".encode() not in noted:
            continue
        try:
            signed = checkpoint.read(noted)
            found = cosigned.cosignature_by(signed, one.name, one.pub)
        except KtError:  # for the audit to tell
            continue
        if found is not None:
            return signed, found
    return None


def last_of(connection: Connection, witnesses: Iterable[Witness]) -> dict[str, tuple[int, int]]:
    """Give size and time (Unix seconds UTC) of what each witness has cosigned last."""
    found = ((one.name, proof_of(connection, one)) for one in witnesses)
    return {
        name: (proof[0].checkpoint.size, proof[1].time)
        for name, proof in found
        if proof is not None
    }


def covered(connection: Connection, control: Control) -> tuple[int, int] | None:
    """Give size and time (Unix seconds UTC) of the newest checkpoint with a full quorum."""
    for size, noted in checkpoints.backwards(connection):
        quorum = control.quorum_at(size)
        if quorum is None:
            return None  # nor was there any before
        if sum(f"— {one.name} ".encode() in noted for one in quorum.witnesses) < quorum.least:
            continue
        try:
            told = cosigned.verified(checkpoint.read(noted), control)
        except KtError:  # for the audit to tell
            continue
        if told.time is not None:
            return size, told.time
    return None


def size_of(connection: Connection, name: str) -> int:
    """Give the size of the newest checkpoint with a line of this name, 0 if there is none."""
    for size, noted in checkpoints.backwards(connection):
        if f"— {name} ".encode() in noted:
            return size
    return 0
