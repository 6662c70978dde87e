"""What a killed program was writing beside its place does not stay; what lives is left alone."""

import errno
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kt1custody.errors import UnavailableError
from kt1custody.system import files, leftovers

FILE = """
import sys, time; from pathlib import Path; from kt1custody.system import files
import os; os.fsync = lambda handle: (print(flush=True), time.sleep(60))
files.write(Path(sys.argv[1]), b"a name")
"""
FOLDER = """
import sys, time; from pathlib import Path; from kt1custody.system import files, folders
with folders.whole(Path(sys.argv[1]), private=True) as there:
    files.write(there / "disclose" / "a", b"a name", makes_folder=True); print(flush=True); time.sleep(60)
"""


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("words", [FILE, FOLDER], ids=["file", "folder"])
def test_what_a_killed_program_left_goes_before_the_next_is_written(tmp_path: Path, words: str):
    place = tmp_path / "out"
    asked = [sys.executable, "-c", words, str(place)]
    foreign = tmp_path / ".out.notes"
    foreign.write_bytes(b"somebody else's")
    with subprocess.Popen(asked, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        [left] = names(tmp_path) - {foreign.name}
        assert (tmp_path / left).stat().st_mode & 0o077 == 0 or words is FILE
        leftovers.place(place)
        assert left in names(tmp_path)  # it is still being written
        writer.send_signal(signal.SIGKILL)
    assert left in names(tmp_path)
    files.write(place, b"")
    assert names(tmp_path) == {"out", foreign.name}


def test_a_file_that_was_created_all_the_same_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The disk does it and reports that it has failed."""

    def create(*given: Any) -> int:
        os.close(real(*given))
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    real = os.open
    monkeypatch.setattr(os, "open", create)
    with pytest.raises(UnavailableError, match="file-unwritable"):
        files.write(tmp_path / "out", b"a name")
    assert names(tmp_path) == set()


def test_a_file_of_somebody_else_under_the_same_hidden_name_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(leftovers, "fresh", lambda path: path.with_name(".theirs"))
    (tmp_path / ".theirs").write_bytes(b"")
    with pytest.raises(UnavailableError, match="file-unwritable"):
        files.write(tmp_path / "out", b"a name")
    assert names(tmp_path) == {".theirs"}


def test_of_many_who_write_one_file_at_once_nobody_is_swept_away(tmp_path: Path):
    def write(turn: int) -> None:
        files.write(tmp_path / "out", bytes([turn % 256]) * 10)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(400)))
    assert names(tmp_path) == {"out"}
