"""Files that a person has named: whole or not at all, and no folder made by mistake."""

import os
from pathlib import Path

import pytest

from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.system import files


@pytest.mark.parametrize(("private", "others"), [(True, 0), (False, 0o044)])
def test_a_file_is_written_for_those_who_may_read_it(tmp_path: Path, private: bool, others: int):
    mask = os.umask(0o022)
    try:
        files.write(tmp_path / "file", b"first", private=private)
        files.write(tmp_path / "file", b"second", private=private)
    finally:
        os.umask(mask)
    assert (tmp_path / "file").read_bytes() == b"second"
    assert (tmp_path / "file").stat().st_mode & 0o077 == others
    assert [*tmp_path.iterdir()] == [tmp_path / "file"]


def test_what_cannot_be_written_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_bytes(b"before")

    def full(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnavailableError, match="file-unwritable") as caught:
        files.write(tmp_path / "file", b"after")
    assert caught.value.detail == {"name": str(tmp_path / "file"), "why": "full"}
    assert (tmp_path / "file").read_bytes() == b"before"
    assert [*tmp_path.iterdir()] == [tmp_path / "file"]


def test_a_folder_is_made_only_where_it_is_part_of_what_is_written(tmp_path: Path):
    path = tmp_path / "stick" / "file"
    for write in (lambda: files.write(path, b""), lambda: files.probe(path)):
        with pytest.raises(UnavailableError, match="file-unwritable") as caught:
            write()
        assert caught.value.detail["name"] == str(path)
        assert not path.parent.exists()
    files.write(path, b"x", makes_folder=True)
    assert path.read_bytes() == b"x"


def test_a_probe_leaves_nothing_and_touches_nothing(tmp_path: Path):
    path = tmp_path / ("x" * 200)
    files.probe(path)
    assert [*tmp_path.iterdir()] == []
    path.write_bytes(b"there")
    files.probe(path)
    assert ([*tmp_path.iterdir()], path.read_bytes()) == ([path], b"there")


def test_a_file_is_read_as_far_as_asked_or_refused_with_its_name(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    assert files.read(path, 2) == b"ab"
    with files.opened(path) as file:
        assert file.read() == b"abc"
    with pytest.raises(UnavailableError, match="file-unreadable") as caught:
        files.read(tmp_path / "none", 2)
    assert caught.value.detail["name"] == str(tmp_path / "none")
    with pytest.raises(UnavailableError, match="file-unreadable"), files.opened(tmp_path):
        pass


def test_what_is_there_is_not_written_over(tmp_path: Path):
    files.refuse_existing(tmp_path / "file")
    (tmp_path / "file").touch()
    with pytest.raises(RefusedError, match="file-exists"):
        files.refuse_existing(tmp_path / "file")
    with pytest.raises(UnavailableError, match="file-unwritable") as caught:
        files.refuse_existing(tmp_path / ("x" * 5_000))
    assert len(str(caught.value.detail["name"])) <= 80
