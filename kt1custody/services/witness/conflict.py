"""What a witness has cosigned of this log that this log is not.

**Rule:** that the log was rolled back or forked is proved by its own signature alone, never by what
a witness says; and such a proof is kept before anybody hears of it.
"""

import hashlib
from dataclasses import dataclass

from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.checkpoint import SignedCheckpoint
from kt1custody.core.log.keyring import Control, Witness
from kt1custody.errors import KtError
from kt1custody.services.session.session import Session
from kt1custody.services.witness import reply
from kt1custody.services.witness.reply import WitnessReply
from kt1custody.signing import cosigned
from kt1custody.store import tree
from kt1custody.store.log import LogBook
from kt1custody.system import files

AHEAD, FORKED, CLAIMS = "ahead", "forked", "claims"


@dataclass(frozen=True, slots=True)
class Rival:
    """Another history of this log.

    Attributes:
        code: `AHEAD`: longer than this log; `FORKED`: another root at the same size; `CLAIMS`: the
            witness says so and shows no signature of this log.
        size: How many entries it has, or None if that was not said.
        kept: Name of the file in `Session.evidence` that holds it: a signed checkpoint for `kt1
            verify --against`, or the answer.
    """

    code: str
    size: int | None
    kept: str


def confront(session: Session, one: Witness, answer: WitnessReply) -> Rival | None:
    """See what a witness keeps of this log, after it has refused what follows from our tree.

    Args:
        one: Without an address, such as one who answers by stick, it can show nothing.
        answer: What it replied, untrusted.

    Returns:
        None if that is a size of this log by now: somebody else has asked meanwhile.

    Raises:
        UnavailableError: `file-unwritable`, or of the database.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        control, own = book.control, book.tree.size
    signed = _shown(one, control)
    if signed is not None:
        code = _compare(session, signed)
        if code is not None:
            told = signed.checkpoint
            kept = f"{told.size}-{told.root.hex()[:16]}.checkpoint"
            files.write(session.evidence / kept, signed.spelled(), makes_folder=True)
            return Rival(code, told.size, kept)
    if answer.size is not None and answer.size <= own:
        return None
    # One a witness: it may claim something new each time.
    kept = hashlib.sha256(f"{one.name}\n".encode() + one.pub).hexdigest()[:16] + ".answer"
    content = tlog.encode_answer(answer.status, answer.body)
    files.write(session.evidence / kept, content, makes_folder=True)
    return Rival(CLAIMS, answer.size, kept)


def _shown(one: Witness, control: Control) -> SignedCheckpoint | None:
    """Fetch the checkpoint of this log that a witness keeps, if a log key of it has signed it."""
    if one.url is None:
        return None
    try:
        signed = checkpoint.read(reply.newest(one, control.origin).body)
        keys = [key.pub for key in control.keys.values() if key.owner == "log"]
        is_ours = any(cosigned.is_signed_by(signed, key) for key in keys)
    except KtError:
        return None
    return signed if is_ours and signed.checkpoint.origin == control.origin else None


def _compare(session: Session, signed: SignedCheckpoint) -> str | None:
    """Tell how a checkpoint that our key has signed differs from our log; None if it does not."""
    told = signed.checkpoint
    with session.database.read() as connection:
        book = LogBook(connection)
        last = session.last_signed.find(told.origin)
        if told.size > max(book.tree.size, last.size if last else 0):
            return AHEAD
        if told.size > book.tree.size:
            return None  # the log itself knows that it is behind
        root = tree.tiles(connection, book.base).root(told.size)
    return None if root == told.root else FORKED
