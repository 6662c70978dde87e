"""Only regular files are read, and no more of them than asked for."""

import hashlib
import os
from pathlib import Path

import pytest

from kt1custody.audit import trust_file
from kt1custody.cli import given_files, incoming, sources
from kt1custody.errors import UnavailableError
from kt1custody.system import files, plain_file


def test_a_file_is_read_as_far_as_asked_through_a_link_too(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"abc")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert plain_file.read(tmp_path / "link", 2) == b"ab"
    assert plain_file.read(tmp_path / "file", 9) == b"abc"
    assert plain_file.sha256(tmp_path / "link") == hashlib.sha256(b"abc").digest()


@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "folder", "nowhere", "a\0b", "x" * 5_000])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, name: str):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=r".") as caught:
        plain_file.read(tmp_path / name, 10)
    assert (caught.value.strerror == "not-a-file") == (name in ("pipe", "/dev/zero"))


def test_whoever_reads_what_others_have_put_there_reads_it_so(tmp_path: Path):
    pipe = tmp_path / "31.tsr"
    os.mkfifo(pipe)
    for read in (
        lambda: files.read(pipe, 10),
        lambda: given_files.table(pipe),
        lambda: trust_file.read(pipe),
        lambda: sources.read_picture(pipe),
    ):
        with pytest.raises(UnavailableError) as caught:
            read()
        assert caught.value.detail["why"] == "not-a-file"
    assert incoming.gather(None, [], [pipe], []).unread == [str(pipe)]
