"""A new epoch: the log goes on where entries are gone for good.

**Rule:** first comes catching up; only what no bundle, mirror or device can bring back justifies a
new epoch, and two officers sign what is left and why. State, keys and acts carry over; the old
entries stay where they are, and every verifier sees the seam. Format: `.docs/formats.md` §17.
"""

from dataclasses import dataclass

from kt1custody.core.formats import cbor
from kt1custody.errors import RefusedError
from kt1custody.services.session import checkpoint, clock_check, here
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.writer import begin_epoch
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True)
class Begun:
    """What was begun.

    Attributes:
        origin: Origin of the new epoch.
        kept: How many entries of the old epoch are left.
        lost: How many are known to be gone.
    """

    origin: str
    kept: int
    lost: int


def begin(
    session: Session, reason: str, officers: tuple[str, str], *, given_up: str | None = None
) -> Begun:
    """Begin a new epoch of a log that is behind what it signed last.

    Args:
        reason: `restored`, `disk` or `other`.
        given_up: The newest epoch that was begun since what is here, and of which nothing is left.

    Raises:
        RefusedError: `epoch-needless`: nothing is missing; `epoch-taken`: another copy of this log
            has begun that epoch already, and it was not given up.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        control = book.control
        old: dict[str, cbor.Value] = {
            "origin": control.origin,
            "size": book.tree.size,
            "root": book.tree.root(),
        }
    kept = session.last_signed.find(control.origin)
    if kept is None or kept.size <= book.tree.size:
        raise RefusedError("epoch-needless")
    known = (one.origin for one in session.last_signed.every())
    later = checkpoint.origin_after(known, control.origin)
    if later != given_up:
        raise RefusedError("epoch-taken", origin=later or str(given_up))
    stem, _, number = (later or control.origin).rpartition("/e")
    origin = f"{stem}/e{int(number) + 1}"
    session.unlock(officers)
    own: dict[str, cbor.Value] = {
        "origin": origin,
        "old": old,
        "genesis": control.genesis,
        "note": kept.note,
        "reason": reason,
    }
    lost = kept.size - book.tree.size
    with session.database.read() as connection:
        book = LogBook(connection)
        proposer = Proposer(session, book, clock_check.check(session, book).now)
        proposer.add(proposer.draft("epoch", officers[0], {**own, "by2": officers[1]}))
        proposal = proposer.done()
    begin_epoch(session, proposal, here.sign(session, proposal))
    return Begun(origin, book.tree.size, lost)
