"""Folders are read file by file, and never through what is no file."""

import os
from pathlib import Path

import pytest

from kt1custody.cli import given_folders
from kt1custody.cli.given_folders import GivenFolder
from kt1custody.errors import UnavailableError


def test_what_is_no_plain_file_has_no_size_and_links_are_not_followed(tmp_path: Path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(b"four")
    (tmp_path / "a" / "link").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    deep = tmp_path / "/".join("d" * 30)
    deep.mkdir(parents=True)
    (deep / "file").write_bytes(b"out of reach")
    found = GivenFolder(path=tmp_path).sizes()
    assert found == {"a/b/file": 4, "a/link": None, "pipe": None, "/".join("d" * 20): None}
    for nothing in (tmp_path / "nowhere", tmp_path / "a" / "b" / "file"):
        assert GivenFolder(path=nothing).sizes() == {}
        assert given_folders.names(nothing) == []


def test_a_file_is_read_as_far_as_asked_and_what_is_none_is_told_apart(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"content")
    os.mkfifo(tmp_path / "pipe")
    folder = GivenFolder(path=tmp_path)
    assert folder.read("file", 3) == b"con"
    for name in ("nowhere", "file/below"):
        with pytest.raises(KeyError):
            folder.read(name, 3)
    for name in ("pipe", "."):
        with pytest.raises(UnavailableError, match="file-unreadable"):
            folder.read(name, 3)
