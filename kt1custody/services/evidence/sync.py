"""Acts that were signed on another device and come in a file: late, twice, in any order.

**Rule:** every whole act of the file is taken, whatever stands beside it; an authentic one is
judged, never refused, and one that came before is answered with its first entry. Format:
`.docs/formats.md` §14.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core.custody.table import DISPUTES, WAITING
from kt1custody.core.formats import frames
from kt1custody.core.formats.frames import ACTS, RECEIPTS, frame
from kt1custody.errors import MalformedInputError
from kt1custody.services.session.receive import Receipt, receive_all
from kt1custody.services.session.session import Session
from kt1custody.system import files

OUTCOMES = ("accepted", "waiting", "disputed", "refused")
_MAX_FILE = 256 * 1024 * 1024
_MAX_ACTS = 100_000  # of one file; a phone that was away for two weeks brings a few thousand


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of a file of acts.

    Attributes:
        receipts: One for each act, in the order of the file.
        new: How many were not in the log yet.
        cut: The file ends in the middle of an act; what stood before it was taken.
    """

    receipts: tuple[Receipt, ...]
    new: int
    cut: bool

    @property
    def counts(self) -> Counter[str]:
        """Count by outcome, one of `OUTCOMES`."""
        return Counter(map(outcome, self.receipts))


def sync(session: Session, file: Path, receipts: Path | None = None) -> Synced:
    """Take all acts of a file.

    Args:
        file: Untrusted.
        receipts: Where to write the log's receipts for the device; not there yet. Or None.

    Raises:
        MalformedInputError: `not-acts`: it is no file of acts; `acts-too-many`. Nothing was taken.
        RefusedError: `file-exists`.
        UnavailableError: `file-unreadable`. If the program is stopped in between, what was taken
            stays; the same file may be given again.
    """
    if receipts is not None:
        files.refuse_existing(receipts)
        files.probe(receipts)
    acts, cut = read_file(file, ACTS)
    done = receive_all(session, acts)
    if receipts is not None:
        files.write(receipts, RECEIPTS + b"".join(frame(one.spelled) for one in done))
    return Synced(tuple(done), sum(not one.known for one in done), cut)


def read_file(file: Path, kind: bytes) -> tuple[list[bytes], bool]:
    """Read a file of acts or of receipts.

    Args:
        file: Untrusted.
        kind: `ACTS` or `RECEIPTS`: the line that it begins with.

    Returns:
        The pieces, and whether the file ends in the middle of one.

    Raises:
        MalformedInputError: `not-acts`: neither; `acts-too-many`.
        UnavailableError: `file-unreadable`.
    """
    content = files.read(file, _MAX_FILE + 1)
    if not content.startswith(kind) or len(content) > _MAX_FILE:
        raise MalformedInputError("not-acts", name=file.name)
    pieces, end = frames.split(content, begin=len(kind), most=_MAX_ACTS + 1)
    if len(pieces) > _MAX_ACTS:
        raise MalformedInputError("acts-too-many", name=file.name, most=_MAX_ACTS)
    return pieces, end != len(content)


def outcome(one: Receipt) -> str:
    """Say in a word what came of an act."""
    codes = {code for _, code in one.entry.judgement}
    if one.refused is not None:
        return "refused"
    if codes & DISPUTES:
        return "disputed"
    return "waiting" if codes & WAITING else "accepted"
