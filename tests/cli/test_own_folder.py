"""Folders that are written once more: nobody else's place, and nobody else's files."""

from pathlib import Path

import pytest

from kt1custody.cli import own_folder
from kt1custody.errors import RefusedError
from tests.kit import cast

OWN = ("a.txt", "below/b.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files of this program."""
    for name in OWN:
        path = tmp_path / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("own")
    return tmp_path / "own"


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_no_folder_of_the_log_is_written_to_nor_one_around_it(tmp_path: Path):
    session = cast.World(tmp_path / "log").session
    for place in (
        session.data, session.keys, session.data / "x", tmp_path / "log", tmp_path,
        session.data / ".." / "keys",
    ):  # fmt: skip
        with pytest.raises(RefusedError, match="place-of-log"):
            own_folder.refuse_place(session, place)
    own_folder.refuse_place(session, tmp_path / "log" / "public")


def test_only_files_of_its_own_names_are_its_own(folder: Path):
    own_folder.refuse_foreign(folder, OWN)
    with pytest.raises(RefusedError, match="foreign-file") as caught:
        own_folder.refuse_foreign(folder, OWN[:1])
    assert caught.value.detail["file"] == "below/b.txt"
    (folder / "link").symlink_to(folder / "a.txt")
    with pytest.raises(RefusedError, match="foreign-file"):
        own_folder.refuse_foreign(folder, (*OWN, "link"))


def test_an_older_folder_makes_room_and_goes(folder: Path, tmp_path: Path):
    whole = tmp_path / "new"
    whole.mkdir()
    (whole / "c.txt").write_text("new")
    own_folder.replace(folder, whole, OWN)
    assert names(folder) == {"c.txt"}
    assert {path.name for path in tmp_path.iterdir()} == {"own"}


def test_where_the_new_one_cannot_come_the_older_one_stays(folder: Path, tmp_path: Path):
    with pytest.raises(OSError, match="nothing"):
        own_folder.replace(folder, tmp_path / "nothing", OWN)
    assert names(folder) == set(OWN)


def test_what_somebody_put_there_meanwhile_stays(folder: Path):
    (folder / "below" / "mine.txt").write_text("kept by hand")
    own_folder.remove(folder, OWN)
    assert names(folder) == {"below/mine.txt"}
