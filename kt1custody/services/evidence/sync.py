"""Acts that were signed on another device and come in a file: late, twice, in any order.

**Rule:** every whole act of the file is taken, whatever stands beside it; an authentic one is
judged, never refused, and one that came before is answered with its first entry. Format:
`.docs/formats.md` §14.
"""

from collections import Counter
from dataclasses import dataclass

from kt1custody.core.custody.table import DISPUTES, WAITING
from kt1custody.core.formats import frames
from kt1custody.core.formats.frames import ACTS, RECEIPTS, frame
from kt1custody.errors import MalformedInputError
from kt1custody.services.session.given_file import GivenFile
from kt1custody.services.session.receive import Receipt, receive_all
from kt1custody.services.session.session import Session

OUTCOMES = ("accepted", "waiting", "disputed", "refused")
MAX_FILE = 256 * 1024 * 1024
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
    def receipts_file(self) -> bytes:
        """The log's receipts as a file for the device."""
        return RECEIPTS + b"".join(frame(one.spelled) for one in self.receipts)

    @property
    def counts(self) -> Counter[str]:
        """Count by outcome, one of `OUTCOMES`."""
        return Counter(map(outcome, self.receipts))


def sync(session: Session, file: GivenFile) -> Synced:
    """Take all acts of a file.

    If the program is stopped in between, what was taken stays; the same file may be given again.

    Args:
        file: Untrusted; at most `MAX_FILE` bytes count.

    Raises:
        MalformedInputError: `not-acts`: it is no file of acts; `acts-too-many`. Nothing was taken.
    """
    acts, cut = read_file(file, ACTS)
    done = receive_all(session, acts)
    return Synced(tuple(done), sum(not one.known for one in done), cut)


def read_file(file: GivenFile, kind: bytes) -> tuple[list[bytes], bool]:
    """Take a file of acts or of receipts apart.

    Args:
        file: Untrusted, as of `sync`.
        kind: `ACTS` or `RECEIPTS`: the line that it begins with.

    Returns:
        The pieces, and whether the file ends in the middle of one.

    Raises:
        MalformedInputError: `not-acts`: neither; `acts-too-many`.
    """
    content = file.content
    if not content.startswith(kind) or len(content) > MAX_FILE:
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
