"""The note of an unfinished founding, and what of it is cleared away."""

from pathlib import Path

import pytest

from kt1custody.errors import RefusedError
from kt1custody.services.keys import founding_note
from kt1custody.services.session.session import LAST_SIGNED, Session
from kt1custody.store import db
from kt1custody.store.notes import KeptNote, Notes
from tests.kit import cast

ORIGIN = "kt1.lamdong.vn/68/e1"
KEYS = ("NV021", "log")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """Of a machine without a log."""
    session = cast.World(tmp_path).session
    session.data.mkdir()
    session.keys.mkdir(mode=0o700)
    return session


def left(session: Session) -> set[str]:
    return {path.name for folder in (session.data, session.keys) for path in folder.iterdir()}


def put(session: Session, *names: str) -> None:
    for name in names:
        folder = session.data if name.lstrip(".").startswith(db.NAME) else session.keys
        (folder / name).write_bytes(b"x")


def test_answers_are_read_as_they_were_noted_and_are_nobody_else_s(session: Session):
    assert founding_note.read(session) is None
    founding_note.write(session, {"log": "kt1.lamdong.vn/68", "number": 68})
    assert founding_note.read(session) == {"log": "kt1.lamdong.vn/68", "number": 68}
    assert (session.keys / founding_note.NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("spoilt", [b"", b"\xff", b"\x80", b"\xa0\xa0", b"\xa0" + bytes(9_000)])
def test_a_spoilt_note_is_none(session: Session, spoilt: bytes):
    (session.keys / founding_note.NAME).write_bytes(spoilt)
    assert founding_note.read(session) is None


def test_an_end_takes_away_the_note_and_what_was_half_written(session: Session):
    founding_note.write(session, {})
    put(session, f".{founding_note.NAME}.abc", f".{db.NAME}.abc", "NV021.key", db.NAME)
    founding_note.drop(session)
    assert left(session) == {"NV021.key", db.NAME}
    founding_note.drop(session)


def test_only_what_was_being_made_is_cleared_away(session: Session):
    put(session, "NV021.key", "NV021.tries", ".NV021.key.abc", "log.key", f".{db.NAME}.abc")
    put(session, "NV001.key", "letter.txt")
    founding_note.clear(session, KEYS, ORIGIN)
    assert left(session) == {"NV001.key", "letter.txt"}


@pytest.mark.parametrize(("size", "is_used"), [(None, False), (1, False), (2, True)])
def test_keys_that_have_signed_more_than_a_founding_stay(
    session: Session, size: int | None, is_used: bool
):
    put(session, "NV021.key")
    notes = Notes.create(session.keys / LAST_SIGNED)
    if size is not None:
        notes.put(KeptNote(ORIGIN, size, b"note"), None)
    notes.close()
    before = left(session)
    if is_used:
        with pytest.raises(RefusedError, match="exists-already"):
            founding_note.clear(session, KEYS, ORIGIN)
        assert left(session) == before
    else:
        founding_note.clear(session, KEYS, ORIGIN)
        assert left(session) == set()
