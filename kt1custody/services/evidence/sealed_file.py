"""A file with the confidential records of a log, sealed as they lie here; for officers.

**Rule:** it travels apart from the bundle, so that nobody hands it to an auditor by mistake. Format:
`.docs/formats.md` §19.
"""

from collections.abc import Iterator
from typing import BinaryIO

from kt1custody.core.formats import cbor
from kt1custody.core.formats.frames import frame
from kt1custody.errors import MalformedInputError, UnavailableError
from kt1custody.services.session.session import Session
from kt1custody.store import sealed
from kt1custody.store.sealed import Cell, Row

_HEAD = b"kt1-records/1\n"
_LENGTH = 4  # bytes before each row
_MOST = 1_048_576  # bytes of one row; a record of 500 rows of a manifest has far fewer


def encode(session: Session) -> tuple[bytes, int]:
    """Encode the records of this log; gives how many rows there are, too."""
    with session.database.read() as connection:
        told = [cbor.encode([name, dict(cells)]) for name, cells in sealed.rows(connection)]
    return _HEAD + b"".join(frame(row, length=_LENGTH) for row in told), len(told)


def read(name: str, file: BinaryIO) -> Iterator[Row]:
    """Read rows, one at a time, since there may be very many.

    Args:
        name: What to call the file.
        file: Untrusted; read from its beginning.

    Raises:
        MalformedInputError: `not-records`.
        UnavailableError: `file-unreadable`.
    """
    try:
        file.seek(0)
        if file.read(len(_HEAD)) != _HEAD:
            raise MalformedInputError("not-records", name=name)
        while head := file.read(_LENGTH):
            length = int.from_bytes(head, "big")
            raw = file.read(min(length, _MOST))
            if len(raw) != length:
                raise MalformedInputError("not-records", name=name)
            yield _row(raw, name)
    except OSError as error:
        raise UnavailableError("file-unreadable", name=name, why=error.strerror) from None


def _row(raw: bytes, name: str) -> Row:
    try:
        value = cbor.decode(raw, what="records")
    except MalformedInputError:
        value = None
    match value:
        case [str(table), dict(cells)]:
            told: dict[str, Cell] = {
                key: cell
                for key, cell in cells.items()
                if cell is None or isinstance(cell, int | str | bytes)
            }
            return table, told  # one that lacks a column is passed over
        case _:
            pass
    raise MalformedInputError("not-records", name=name)
