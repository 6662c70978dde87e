"""The file of the last signed checkpoint: exactly as we make it, or it is not gone on with."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable

import pytest

from kt1custody.errors import UnavailableError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.services.session import checkpoint
from kt1custody.services.session.session import LAST_SIGNED
from tests.kit import at_counter, cast, nightly
from tests.kit.false_history import raws_of

# Things that are planted; what the refusal names.
PLANTED = {
    "CREATE TRIGGER keep BEFORE DELETE ON notes BEGIN SELECT RAISE(IGNORE); END": "trigger keep",
    "ALTER TABLE notes RENAME TO old; CREATE VIEW notes AS SELECT * FROM old": "table old",
    "CREATE INDEX part ON notes (size) WHERE size < 9": "index part",
    "ALTER TABLE notes ADD COLUMN more": "table notes",
    "CREATE TABLE more (x)": "table more",
    "UPDATE notes SET size = x'00'": "notes.size",
    "UPDATE notes SET note = 7": "notes.note",
    "UPDATE notes SET peaks = 'text'": "notes.peaks",
}


def plant(world: cast.World, statements: str) -> None:
    world.session.close()
    with contextlib.closing(sqlite3.connect(world.session.keys / LAST_SIGNED)) as raw:
        raw.executescript(statements)


def hold(world: cast.World) -> object:
    return at_counter.hold(world.at(300), cast.CLERK, cast.DRIVER, "absent")


def read(world: cast.World) -> object:
    [first, *_] = look.listed(world.session, holder=None, is_open=False, is_unsealed=False)
    return look.story(world.session, str(first.n), cast.CLERK).slip


@pytest.mark.parametrize(
    "statements",
    nightly.each(PLANTED, *(one for one in PLANTED if "TRIGGER" in one or "note = 7" in one)),
)
def test_a_file_that_is_not_as_we_make_it_signs_nothing_and_opens_no_slip(
    lived: cast.World, statements: str
):
    assert read(lived) is not None
    hold(lived)
    assert verify.verify(lived.session).findings == []
    plant(lived, statements)
    before = raws_of(lived)
    commands: tuple[Callable[[cast.World], object], ...] = (hold, read)
    for command in commands:
        with pytest.raises(UnavailableError, match="notes-altered") as raised:
            command(lived)
        assert raised.value.detail["what"] == PLANTED[statements]
    assert raws_of(lived) == before
    assert verify.verify(lived.session).kinds == {"checkpoint"}
    away = lived.folder / "evidence"
    away.mkdir()
    lived.session.close()
    for path in lived.session.keys.glob(f"{LAST_SIGNED}*"):
        shutil.move(path, away)
    checkpoint.begin_again(lived.at(301))
    at_counter.hold(lived.session, cast.CLERK, cast.COURIER, "absent")
    assert verify.verify(lived.session).findings == []


def test_what_is_planted_while_it_is_open_is_seen(lived: cast.World):
    hold(lived)
    with contextlib.closing(sqlite3.connect(lived.session.keys / LAST_SIGNED)) as raw:
        raw.execute("CREATE TABLE more (x)")
    with pytest.raises(UnavailableError, match="notes-altered"):
        at_counter.hold(lived.session, cast.CLERK, cast.COURIER, "absent")
