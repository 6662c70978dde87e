"""An unfinished founding: its answers, kept beside the keys until everything is made and on paper.

**Rule:** a founding writes into two folders, and no disk does that at once. So what is about to be
made is noted first and for good; whoever founds again clears away what an interrupted founding has
left, and nothing else: files are only deleted if the note says that they were being made, the log
that they belong to never came into being, and nothing was signed with them.
"""

from collections.abc import Iterable, Mapping

from kt1custody.core.formats import cbor
from kt1custody.errors import KtError, MalformedInputError, RefusedError
from kt1custody.services.session.session import LAST_SIGNED, Session
from kt1custody.signing import key_files
from kt1custody.store import db
from kt1custody.store.notes import Notes
from kt1custody.system import files, plain_file

NAME = "founding.draft"
_MAX_DRAFT = 8_192  # bytes
_BESIDE = ("", "-wal", "-shm", "-journal")  # files that SQLite puts beside a database


def write(session: Session, answers: Mapping[str, cbor.Value]) -> None:
    """Note the answers, for good and readable to this account alone.

    Raises:
        UnavailableError: `keys-folder`.
    """
    key_files.put(session.keys / NAME, cbor.encode(dict(answers)))


def read(session: Session) -> dict[str, cbor.Value] | None:
    """Read the answers of an unfinished founding; None if there is none that can be read."""
    try:
        value = cbor.decode(plain_file.read(session.keys / NAME, _MAX_DRAFT), what="draft")
    except (OSError, MalformedInputError):
        return None
    return value if isinstance(value, dict) else None


def drop(session: Session) -> None:
    """Forget the answers, and what was being written beside its place: the founding has ended."""
    keys, data = session.keys, session.data
    # What cannot go: then the next founding finds this one finished.
    files.remove([*keys.glob(f".{NAME}.*"), *data.glob(f".{db.NAME}.*"), keys / NAME])


def clear(session: Session, names: Iterable[str], origin: str) -> None:
    """Delete what an interrupted founding has left; there is no log in the data folder.

    Args:
        names: Of the key files that it was making, without their ending.
        origin: Of the log that it was founding.

    Raises:
        RefusedError: `exists-already`: more than a founding was signed with these keys, so a log
            was here; nothing is deleted.
    """
    keys, data = session.keys, session.data
    if _was_used(session, origin):
        raise RefusedError("exists-already", path=str(keys / LAST_SIGNED))
    left = [keys / f"{name}{end}" for name in names for end in (".key", ".tries")]
    left += [keys / f"{LAST_SIGNED}{end}" for end in _BESIDE]
    for name in names:  # what was being written beside its place
        left += keys.glob(f".{name}.*")
    # What cannot go is told by the next founding.
    files.remove([*left, *data.glob(f".{db.NAME}.*")])


def _was_used(session: Session, origin: str) -> bool:
    """Tell whether the log has signed more than its founding."""
    if not (session.keys / LAST_SIGNED).is_file():
        return False
    try:
        notes = Notes(session.keys / LAST_SIGNED)
    except KtError:
        return False
    try:
        kept = notes.find(origin)
    except KtError as error:
        return error.code == "notes-altered"  # else it was only begun
    finally:
        notes.close()
    return kept is not None and kept.size > 1
