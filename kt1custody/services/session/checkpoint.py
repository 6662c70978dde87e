"""Signing checkpoints: what the log was after each commit, kept apart from its data.

**Rule:** nothing is signed that does not follow from what was signed last. The last signed
checkpoint lies in the keys folder, which no backup takes; entries are in the log for good before
their checkpoint is signed, and the checkpoint is kept for good before anybody hears of it. A crash
in between leaves entries that the next commit covers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from kt1custody.core.formats import note, origins
from kt1custody.core.formats.tree import Tree
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control
from kt1custody.errors import RefusedError, UnavailableError, VerificationError
from kt1custody.services.session.session import LAST_SIGNED, Session
from kt1custody.store import checkpoints, log
from kt1custody.store import newest as newest_entry
from kt1custody.store import tree as tiles
from kt1custody.store.log import Connection, LogBook
from kt1custody.store.notes import KeptNote, Notes

# A checkpoint is given out (kept with the log, witnessed) after so many entries, or so long.
GIVE_OUT_ENTRIES = 100
GIVE_OUT_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that the log key has signed.

    Attributes:
        note: The signed note, with the cosignatures it has gathered.
        base: Position of the first entry of its epoch.
    """

    checkpoint: Checkpoint
    note: bytes
    base: int

    @property
    def end(self) -> int:
        """Position behind its last entry."""
        return self.base + self.checkpoint.size


def begin(session: Session, control: Control, entry: Entry) -> None:
    """Sign the first checkpoint of a log that is being founded, or of a new epoch.

    Raises:
        RefusedError: `exists-already`: this origin has had one.
        UnavailableError: `folder-unwritable`.
    """
    tree = Tree()
    tree.add(entry.leaf)
    _begin(session, control, tree)


def begin_again(session: Session) -> Signed:
    """Sign the log as it is where the keys folder knows no checkpoint of it.

    Whoever does so vouches that nothing is missing: paper, witnesses and devices must be asked
    first.

    Raises:
        RefusedError: `begun-already`: there is one, and the log must follow from it.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        tree = _read_again(book)
    try:
        return _begin(session, book.control, tree)
    except RefusedError as error:
        raise RefusedError("begun-already", **error.detail) from None


def refuse_stale(session: Session, book: LogBook) -> KeptNote:
    """Refuse to go on from a log that does not follow from what was signed last.

    Args:
        book: The log under the lock, or as some moment shows it: others may write on and sign
            after that moment, which is no fault of what is read.

    Returns:
        What was signed last.

    Raises:
        UnavailableError: `log-behind`: entries are gone, as after a restore; `epoch-left`: the log
            has gone on elsewhere, and this is what was given up; `notes-missing`; `database-broken`
            as `newest.refuse_differing`.
        VerificationError: `log-forked`: the log is another one than was signed.
    """
    newest_entry.refuse_differing(book)
    every = {one.origin: one for one in session.last_signed.every()}
    kept = every.get(book.control.origin)
    if kept is None:
        raise UnavailableError("notes-missing", path=str(session.keys / LAST_SIGNED))
    later = origin_after(every, book.control.origin)
    if later and kept.size <= book.tree.size:
        raise UnavailableError("epoch-left", origin=later)
    if kept.size > book.tree.size:
        with session.database.read() as connection:
            now = LogBook(connection)
        if kept.size > now.tree.size:
            raise UnavailableError("log-behind", size=kept.size, own=now.tree.size)
    elif kept.peaks != book.tree.peaks:
        grow(kept, book)
    return kept


def origin_after(known: Iterable[str], origin: str) -> str | None:
    """Give the newest of the origins that are later epochs of the same log; None if none is."""
    present = origins.find(origin)
    every = [found for text in known if (found := origins.find(text)) is not None]
    later = [found for found in every if present and found.log == present.log and found > present]
    return str(max(later)) if later else None


def grow(kept: KeptNote, book: LogBook) -> Tree:
    """Add to the tree that was signed last what the log has had since.

    What was written is read and hashed again: a flipped bit must not be signed.

    Raises:
        VerificationError: `log-forked`: the tree beside the log is another.
    """
    tree = Tree.of(kept.size, kept.peaks)
    told = checkpoint.read(kept.note).checkpoint
    if (told.size, told.root) != (tree.size, tree.root()):
        raise VerificationError("log-forked", size=kept.size)
    for leaf in log.leaves_from(book.connection, book.base + kept.size):
        tree.add(leaf)
    if tree.peaks != book.tree.peaks:
        raise VerificationError("log-forked", size=kept.size)
    return tree


def keep(
    session: Session, control: Control, kept: KeptNote, grown: Tree, *, at_once: bool = False
) -> Signed | None:
    """Sign a tree whose entries are in the log for good, and keep that apart from the data.

    Args:
        kept: What was signed last, as `refuse_stale` gave it.
        grown: The tree, as `grow` made it of that.
        at_once: It must outlive a power cut, since somebody will hear of it.

    Returns:
        The checkpoint, or None if somebody else has signed in between.
    """
    signed = _sign(session, control, grown)
    new = KeptNote(kept.origin, grown.size, signed.note, grown.peaks)
    return signed if session.last_signed.put(new, kept, at_once=at_once) else None


def sign(session: Session) -> Signed:
    """Sign the log as it is in the database, for somebody else to hear of it.

    Raises:
        UnavailableError: `log-behind`, `notes-missing`, `key-file-missing` and others of keys.
        VerificationError: `log-forked`.
    """
    while True:
        with session.database.read() as connection:
            book = LogBook(connection)
            kept = refuse_stale(session, book)
            if kept.size > book.tree.size:  # signed since this moment: look at a newer one
                continue
            tree = grow(kept, book)
        if tree.size > kept.size:
            signed = keep(session, book.control, kept, tree, at_once=True)
            if signed is not None:
                return signed
        elif session.last_signed.put(kept, kept):  # signed before, and for good from here on
            told = Checkpoint(kept.origin, tree.size, tree.root())
            return Signed(told, kept.note, book.base)


def close_epoch(session: Session, book: LogBook) -> None:
    """Give out a last checkpoint of an epoch that has lost its end; proofs of its entries need it.

    It is a checkpoint of what is left, which whoever has seen more of the epoch can compare.

    Raises:
        VerificationError: `log-forked`: the tree beside the log is not that of its entries.
    """
    signed = _sign(session, book.control, _read_again(book))
    told, now = signed.checkpoint, session.now(book.control)
    if checkpoints.find(book.connection, told.size, told.origin) is None:
        checkpoints.put(book.connection, told.origin, told.size, now, signed.note)


def give_out(session: Session) -> Signed:
    """Sign the log as it is and keep the checkpoint with it, to be printed and witnessed.

    The same size is given out once, whoever asks how often.
    """
    signed = sign(session)
    with session.database.write() as connection:
        known = checkpoints.find(connection, signed.checkpoint.size, signed.checkpoint.origin)
        if known is not None:
            return Signed(signed.checkpoint, known, signed.base)
        told = signed.checkpoint
        at = session.now(LogBook(connection).control)
        checkpoints.put(connection, told.origin, told.size, at, signed.note)
    return signed


def newest(session: Session) -> Signed:
    """Give the checkpoint as of which something leaves this machine.

    It is given out for that; on a medium that can only be read it is the newest that was.

    Raises:
        UnavailableError: `no-checkpoint`: none was; or as `sign`.
    """
    if session.database.can_write:
        return give_out(session)
    with session.database.read() as connection:
        kept, control = checkpoints.newest(connection), LogBook(connection).control
    if kept is None:
        raise UnavailableError("no-checkpoint")
    _, _, noted = kept
    return Signed(checkpoint.read(noted).checkpoint, noted, control.base)


def is_due(connection: Connection, book: LogBook, now: int) -> bool:
    """Tell whether a checkpoint is due to be given out, by entries or by time."""
    newest = checkpoints.newest(connection)
    if newest is None:
        return True
    size, at, _ = newest
    at = book.control.time_of(book.base + size - 1, at)
    fresh = book.tree.size - size
    return fresh >= GIVE_OUT_ENTRIES or (fresh > 0 and now - at >= GIVE_OUT_SECONDS)


def proof(connection: Connection, control: Control, signed: Signed, seq: int) -> bytes:
    """Prove that an entry stands in the log, as a C2SP tlog-proof.

    Args:
        signed: A checkpoint of the present epoch; an entry of an older one is proved under the
            last checkpoint of its own.
    """
    under = signed if seq >= signed.base else epoch_of(connection, control, seq)
    index = seq - under.base
    hashes = tiles.tiles(connection, under.base).inclusion(index, under.checkpoint.size)
    return tlog.spell_proof(index, hashes, under.note)


def epoch_of(connection: Connection, control: Control, seq: int) -> Signed:
    """Give the last checkpoint of the epoch, no longer the present one, in which an entry stands.

    Raises:
        UnavailableError: `database-broken`: it is gone.
    """
    for one in closed_epochs(connection, control):
        if one.base <= seq < one.end:
            return one
    raise UnavailableError("database-broken", place="checkpoints")


def closed_epochs(connection: Connection, control: Control) -> Iterator[Signed]:
    """Give the last checkpoint of every epoch that is no longer the present one, in order."""
    for (origin, base), (_, end) in pairwise(control.epochs):
        noted = checkpoints.find(connection, end - base, origin)
        if noted is not None:
            yield Signed(checkpoint.read(noted).checkpoint, noted, base)


def consistency(connection: Connection, signed: Signed, old: int) -> list[bytes]:
    """Prove that the log at a checkpoint begins with what it was at an older size."""
    return tiles.tiles(connection, signed.base).consistency(old, signed.checkpoint.size)


def _read_again(book: LogBook) -> Tree:
    """Grow the tree of the present epoch from its entries alone, and compare it with the kept one."""
    tree = Tree()
    for leaf in log.leaves_from(book.connection, book.base):
        tree.add(leaf)
    if tree.peaks != book.tree.peaks:
        raise VerificationError("log-forked", size=tree.size)
    return tree


def _begin(session: Session, control: Control, tree: Tree) -> Signed:
    """Keep the first checkpoint that the keys folder knows of an origin."""
    notes = Notes.create(session.keys / LAST_SIGNED)
    try:
        signed = _sign(session, control, tree)
        if not notes.put(KeptNote(control.origin, tree.size, signed.note, tree.peaks), None):
            raise RefusedError("exists-already", path=str(session.keys / LAST_SIGNED))
    finally:
        notes.close()
    return signed


def _sign(session: Session, control: Control, tree: Tree) -> Signed:
    told = Checkpoint(control.origin, tree.size, tree.root())
    text = told.text.encode()
    lines = [
        note.SignatureLine(told.origin, note.key_hash(told.origin, key.pub), key.sign(text))
        for key in session.log_keys(control)
    ]
    return Signed(told, note.spell(told.text, lines), control.base)
