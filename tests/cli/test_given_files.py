"""Files that a person names: only regular ones, and no more of them than they may have."""

import resource
import sys
from pathlib import Path

import pytest

from kt1custody.cli import given_files
from kt1custody.errors import MalformedInputError, UnavailableError
from kt1custody.services.session.given_file import GivenFile
from kt1custody.sheets.table import MAX_BYTES, read_table

GIB = 2**30


def test_a_file_is_called_by_its_own_name_and_read_a_byte_too_far(tmp_path: Path) -> None:
    (tmp_path / "sang.csv").write_bytes(b"a\n1\n")
    assert given_files.read(tmp_path / "sang.csv", 2) == GivenFile(name="sang.csv", content=b"a\n1")


def test_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MalformedInputError) as caught:
        given_files.table(tmp_path)
    assert caught.value.detail == {"why": "directory"}


@pytest.mark.parametrize("name", ["missing.csv", "x" * 300, "loop"])
def test_file_that_cannot_be_opened_is_unavailable(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UnavailableError) as caught:
        given_files.table(tmp_path / name)
    assert caught.value.code == "file-unreadable"


def test_huge_file_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200 * GIB)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(MalformedInputError) as caught:
        read_table(given_files.table(path).content)
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used
    assert caught.value.detail == {"why": "too-large"}
    assert more * (1 if sys.platform == "darwin" else 1024) < 4 * MAX_BYTES
