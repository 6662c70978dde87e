"""Founding: refused before anybody types, finished or begun anew after an interruption."""

from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody.errors import KtError, MalformedInputError, RefusedError
from kt1custody.services.keys import founding_note
from kt1custody.services.keys import genesis as found
from kt1custody.services.keys.genesis_entry import Founding
from kt1custody.services.people import roster
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.phone import is_sound

NAMES = ("Trần Văn Đạt", "Phạm Thị Hoà", "Nguyễn Đức Quỳnh")
NAMED = replace(cast.FOUNDING, names=NAMES)


@pytest.fixture
def world(tmp_path: Path) -> cast.World:
    return cast.World(tmp_path)


def files(world: cast.World) -> set[str]:
    """Everything that lies in the two folders."""
    folders = (world.session.data, world.session.keys)
    return {path.name for folder in folders if folder.exists() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (replace(cast.FOUNDING, log="KT1 Lâm Đồng"), "log-name"),
        (replace(cast.FOUNDING, name=""), "text-not-allowed"),
        (replace(cast.FOUNDING, name="x" * 201), "text-not-allowed"),
        (replace(cast.FOUNDING, name="a\u202eb"), "text-not-allowed"),
        (replace(NAMED, names=("", "b", "c")), "text-not-allowed"),
        (replace(NAMED, names=("a" * 101, "b", "c")), "text-not-allowed"),
        (replace(cast.FOUNDING, officers=("NV021", "NV022", "NV021")), "same-person"),
        (replace(cast.FOUNDING, training=False), "as-of-needs-training"),
    ],
)
def test_wrong_founding_is_refused_and_leaves_nothing(
    world: cast.World, wrong: Founding, code: str
):
    with pytest.raises(KtError, match=code):
        at_counter.found(world.session, wrong)
    assert files(world) == set()


def test_weak_passphrase_is_refused_and_leaves_nothing(world: cast.World):
    world.pins[cast.RESERVE] = "passwordpassword"
    with pytest.raises(RefusedError, match="pin-weak"):
        at_counter.found(world.session, cast.FOUNDING)
    assert files(world) == set()


def test_keys_of_somebody_else_are_never_touched(world: cast.World):
    world.session.keys.mkdir()
    other = world.session.keys / f"{cast.RESERVE}.key"
    other.write_bytes(b"another log's")
    with pytest.raises(RefusedError, match="key-file-exists"):
        at_counter.found(world.session, cast.FOUNDING)
    assert files(world) == {other.name}

    def leave(staff_number: str, passphrase: bool) -> str:
        raise KeyboardInterrupt

    fresh = replace(cast.FOUNDING, officers=("NV021", "NV022", "NV023"))
    world.session.ask_new_pin = leave
    with pytest.raises(KeyboardInterrupt):  # nothing was begun: only the answers stay
        at_counter.found(world.session, fresh)
    assert files(world) == {other.name, founding_note.NAME}
    left = found.unfinished(world.session)
    assert left is not None
    assert (left.founding, left.is_begun, left.is_founded) == (fresh, False, False)
    (world.session.keys / "NV021.key").write_bytes(b"brought here meanwhile")
    world.session.ask_new_pin = None
    with pytest.raises(RefusedError, match="key-file-exists"):
        at_counter.found(world.session, fresh)
    assert (world.session.keys / "NV021.key").read_bytes() == b"brought here meanwhile"


def test_whoever_interrupts_keeps_the_answers_and_may_change_them(world: cast.World):
    def leave(staff_number: str, passphrase: bool) -> str:
        assert passphrase
        if staff_number == cast.RESERVE:
            raise KeyboardInterrupt
        return cast.PINS[staff_number]

    world.session.ask_new_pin = leave
    with pytest.raises(KeyboardInterrupt):
        at_counter.found(world.session, NAMED)
    assert files(world) == {founding_note.NAME}
    left = found.unfinished(world.session)
    assert left is not None
    assert left.founding == NAMED
    world.session.ask_new_pin = None
    at_counter.found(world.session, replace(NAMED, log="kt1.lamdong.vn/69"))
    assert founding_note.NAME not in files(world)
    assert found.unfinished(world.session) is None
    with world.session.database.read() as connection:
        assert LogBook(connection).control.log == "kt1.lamdong.vn/69"
    world.session.close()


def print_in_vain(world: cast.World, made: list[bytes]) -> None:
    """Found a log whose hash does not come onto paper."""
    with at_counter.founded(world.session, NAMED) as genesis:
        made.append(genesis)
        msg = "no room"
        raise OSError(msg)


def test_founding_whose_sheet_fails_is_given_again_and_is_the_same_log(world: cast.World):
    made: list[bytes] = []
    with pytest.raises(OSError, match="no room"):
        print_in_vain(world, made)
    left = found.unfinished(world.session)
    assert left is not None
    assert left.is_founded
    with pytest.raises(RefusedError, match="exists-already"):
        at_counter.found(world.session, replace(NAMED, name="Another"))
    elsewhere = world.new_session()
    elsewhere.data = world.folder / "elsewhere"
    with pytest.raises(RefusedError, match="exists-already"):
        at_counter.found(elsewhere, NAMED)
    assert at_counter.found(world.new_session(), NAMED) == made[0]
    with pytest.raises(RefusedError, match="exists-already"):
        at_counter.found(world.session, NAMED)
    world.session.close()


def test_keys_that_have_signed_a_log_are_not_cleared_away(world: cast.World):
    """Somebody has deleted a log whose founding was never put on paper: its keys stay."""
    with pytest.raises(OSError, match="no room"):
        print_in_vain(world, [])
    world.session.close()
    (world.session.data / "kt1.db").unlink()
    before = files(world)
    with pytest.raises(RefusedError, match="exists-already"):
        at_counter.found(world.new_session(), NAMED)
    assert files(world) == before


def test_spoiled_answers_are_no_answers(world: cast.World):
    world.session.keys.mkdir()
    for spoiled in (b"", b"\xff", b"\xa0", b"\x80"):
        (world.session.keys / founding_note.NAME).write_bytes(spoiled)
        assert found.unfinished(world.session) is None
    at_counter.found(world.session, cast.FOUNDING)
    assert founding_note.NAME not in files(world)
    world.session.close()


def test_officers_have_names_that_only_readers_see(world: cast.World):
    at_counter.found(world.session, NAMED)
    for path in (world.session.data / "kt1.db", *world.session.keys.iterdir()):
        assert not any(name.encode() in path.read_bytes() for name in NAMES)
    assert {one.name for one in roster.members(world.session)} == {None}
    for reader in (cast.OFFICERS[1], cast.RESERVE):
        members = roster.members(world.session, reader)
        assert tuple(one.name for one in members) == NAMES
    assert [one.number for one in roster.devices(world.session)] == ["QUAY01"]
    assert is_sound(world)
    world.session.close()


def test_names_are_checked_as_typed():
    for field, text in (("service", " x"), ("officer", "a  b"), ("officer", "a\x00")):
        with pytest.raises(MalformedInputError, match="text-not-allowed"):
            found.check_name(field, text)
