"""The newest signed checkpoint of each log, in a small file of its own.

**Rule:** a note takes the place of the one that its writer had seen, or of none: whoever comes
second is told. It is on the disk before anybody hears of it. The log keeps its last checkpoint so,
apart from its data and never in a backup; a witness keeps what it has cosigned.
"""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kt1custody.errors import UnavailableError
from kt1custody.store import db

_META = sa.MetaData()
_NOTES = sa.Table(
    "notes",
    _META,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("note", sa.LargeBinary, nullable=False),
    sa.Column("peaks", sa.LargeBinary, nullable=False),
)
_FIND = sa.select(_NOTES).where(_NOTES.c.origin == sa.bindparam("asked"))
_ALL = sa.select(_NOTES).order_by(_NOTES.c.origin)
_REPLACE = (
    sa.update(_NOTES)
    .where(_NOTES.c.origin == sa.bindparam("of"), _NOTES.c.note == sa.bindparam("seen"))
    .values(
        size=sa.bindparam("new_size"),
        note=sa.bindparam("new_note"),
        peaks=sa.bindparam("new_peaks"),
    )
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A note as kept.

    Attributes:
        size: Size of its checkpoint.
        note: The signed checkpoint with all its signature lines.
        peaks: Roots of the perfect subtrees of the tree, where its keeper knows them; else empty.
    """

    origin: str
    size: int
    note: bytes
    peaks: bytes = b""


class Notes:
    """The file; every method may raise `UnavailableError`."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            UnavailableError: `notes-missing`: there is none; it is never made by accident.
        """
        if not path.is_file():
            raise UnavailableError("notes-missing", path=str(path))
        self._database = db.Database(path)

    @classmethod
    def create(cls, path: Path) -> "Notes":
        """Make an empty file, or open the one that is there.

        Raises:
            UnavailableError: `folder-unwritable`.
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(0o600)
        except OSError as error:
            raise UnavailableError(
                "folder-unwritable", path=str(path.parent), why=error.strerror
            ) from None
        notes = cls(path)
        with notes._database.write() as connection:
            _META.create_all(connection)
        return notes

    def find(self, origin: str) -> Kept | None:
        """Find the newest note of a log."""
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"asked": origin}).one_or_none()
        return None if row is None else Kept(row.origin, row.size, row.note, row.peaks)

    def every(self) -> list[Kept]:
        """Give the newest note of every log, by origin."""
        with self._database.read() as connection:
            found = connection.execute(_ALL).all()
        return [Kept(row.origin, row.size, row.note, row.peaks) for row in found]

    def put(self, new: Kept, seen: Kept | None) -> bool:
        """Put a note in the place of the one that was seen, or of none.

        Returns:
            False if another has come in between; nothing was changed then.
        """
        with self._database.write() as connection:
            if seen is not None:
                asked = {
                    "of": seen.origin,
                    "seen": seen.note,
                    "new_size": new.size,
                    "new_note": new.note,
                    "new_peaks": new.peaks,
                }
                return connection.execute(_REPLACE, asked).rowcount == 1
            if connection.execute(_FIND, {"asked": new.origin}).one_or_none() is not None:
                return False
            row = {"origin": new.origin, "size": new.size, "note": new.note, "peaks": new.peaks}
            connection.execute(sa.insert(_NOTES), [row])
            return True

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
