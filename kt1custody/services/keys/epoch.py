"""A new epoch: the log goes on where entries are gone for good.

**Rule:** first comes catching up; only what no bundle, mirror or device can bring back justifies a
new epoch, and two officers sign what is left and why. State, keys and acts carry over; the old
entries stay where they are, and every verifier sees the seam. Format: `.docs/formats.md` §17.
"""

from dataclasses import dataclass
from typing import ClassVar

from kt1custody.core.formats import cbor, origins
from kt1custody.core.log import checkpoint as notes
from kt1custody.core.log.entry import Entry
from kt1custody.errors import RefusedError
from kt1custody.services.session import checkpoint
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.use_case import UseCase
from kt1custody.services.session.writer import ended_epoch


@dataclass(frozen=True, slots=True, kw_only=True)
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


def begun(entry: Entry) -> Begun:
    """Read what an `epoch` that is in the log began."""
    old, note = entry.act.fields["old"], notes.read(entry.act.octets("note"))
    assert isinstance(old, dict)  # noqa: S101  # the schema says so
    kept = old["size"]
    assert isinstance(kept, int)  # noqa: S101
    return Begun(origin=entry.origin, kept=kept, lost=note.checkpoint.size - kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEpoch(UseCase[Begun]):
    """Begin a new epoch of a log that is behind what it signed last.

    Attributes:
        reason: `restored`, `disk` or `other`.
        given_up: The newest epoch that was begun since what is here, and of which nothing is left.
    """

    kind: ClassVar[str] = "epoch"
    reason: str
    officers: tuple[str, str]
    given_up: str | None = None

    def propose(self, pen: Proposer) -> Begun:
        """Add the `epoch`.

        Raises:
            RefusedError: `epoch-needless`: nothing is missing; `epoch-taken`: another copy of this
                log has begun that epoch already, and it was not given up.
        """
        session, book = pen.session, pen.book
        control, size = book.control, book.tree.size
        last_signed = session.last_signed.find(control.origin)
        if last_signed is None or last_signed.size <= size:
            raise RefusedError("epoch-needless")
        known = (signed.origin for signed in session.last_signed.every())
        later = checkpoint.origin_after(known, control.origin)
        if later != self.given_up:
            raise RefusedError("epoch-taken", origin=later or str(self.given_up))
        newest = origins.find(later or control.origin)
        assert newest is not None  # noqa: S101  # the log and its notes bear no other
        origin = str(newest.following)
        own: dict[str, cbor.Value] = {
            "by2": self.officers[1],
            "origin": origin,
            "old": ended_epoch(book),
            "genesis": control.genesis,
            "note": last_signed.note,
            "reason": self.reason,
        }
        pen.add(pen.draft("epoch", self.officers[0], own))
        return Begun(origin=origin, kept=size, lost=last_signed.size - size)
