"""A folder is whole or not there, and private where it is to be."""

import os
from pathlib import Path

import pytest

from kt1custody.errors import UnavailableError
from kt1custody.system import files, folders


def test_a_private_folder_is_read_by_nobody_else(tmp_path: Path):
    before = os.umask(0o022)
    try:
        for private in (True, False):
            folder = tmp_path / str(private)
            with folders.whole(folder, private=private) as there:
                files.write(there / "disclose" / "a", b"a name", makes_folder=True)
            modes = {path.stat().st_mode & 0o077 for path in (folder, *folder.rglob("*"))}
            assert (modes == {0}) == private
        files.write(tmp_path / "back.csv", b"a name", private=True)
        assert (tmp_path / "back.csv").stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


@pytest.mark.parametrize("error", [OSError(28, "full"), KeyboardInterrupt()])
def test_what_fails_in_between_leaves_nothing(tmp_path: Path, error: BaseException):
    folder = tmp_path / "out"
    expected = UnavailableError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected), folders.whole(folder) as there:  # noqa: PT012
        (there / "a").write_bytes(b"a")
        raise error
    assert [*tmp_path.iterdir()] == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(UnavailableError, match="file-unwritable"),
        folders.whole(tmp_path / "file" / "out"),
    ):
        pass
    with folders.beside(tmp_path / "out", private=True) as there:
        assert there.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
