"""The count of a person's wrong PINs in its file."""

import os
import threading
from pathlib import Path

import pytest

from kt1custody.errors import UnavailableError
from kt1custody.signing import tries
from kt1custody.signing.tries import FREE, LOST, Tries


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "NV011.tries"
    tries.begin(path)
    return path


def test_a_count_begins_at_nothing_and_is_begun_once(path: Path):
    assert tries.read(path) == Tries()
    assert path.stat().st_mode & 0o077 == 0
    with tries.alone(path) as count:
        count.put(Tries(row=2, last=7, unreported=3))
    tries.begin(path)
    assert tries.read(path) == Tries(row=2, last=7, unreported=3)


def test_a_count_keeps_its_length_whatever_it_says(path: Path):
    length = path.stat().st_size
    for row in (10**12, 1):  # a long one, then a short one over it
        with tries.alone(path) as count:
            count.put(Tries(row=row, last=row, unreported=row))
        assert (path.stat().st_size, tries.read(path).row) == (length, row)


@pytest.mark.parametrize("content", [b"", b"1 2 3\n", b"1 2 x".ljust(63) + b"\n", b"1 2".ljust(64)])
def test_a_count_that_is_spoilt_is_never_a_fresh_one(path: Path, content: bytes):
    path.write_bytes(content)
    lost = Tries(FREE + 1, 0, LOST, is_lost=True)
    assert tries.read(path) == lost
    with tries.alone(path) as count:
        assert count.tries == lost


def test_a_count_that_is_gone_is_lost_though_a_try_makes_its_file(path: Path):
    path.unlink()
    assert tries.read(path).is_lost
    with tries.alone(path) as count:
        assert count.tries.is_lost
    assert tries.read(path).is_lost


def test_the_wait_grows_to_an_hour():
    waits = [Tries(row=row).wait for row in (0, FREE, FREE + 1, FREE + 2, FREE + 6, FREE + 99)]
    assert waits == [0, 0, 60, 120, 1_920, 3_600]


def test_two_never_hold_a_count_at_once(path: Path):
    entered = threading.Event()

    def try_too() -> None:
        with tries.alone(path) as count:
            entered.set()
            count.put(Tries(row=count.tries.row + 1))

    other = threading.Thread(target=try_too)
    with tries.alone(path) as count:
        other.start()
        assert not entered.wait(0.05)
        count.put(Tries(row=1))
    other.join(5)
    assert tries.read(path).row == 2


def test_a_disk_that_takes_it_in_parts_gets_all_of_it(path: Path, monkeypatch: pytest.MonkeyPatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, raw: real(handle, raw[:10]))
    with tries.alone(path) as count:
        count.put(Tries(row=1, last=2, unreported=3))
    assert tries.read(path) == Tries(row=1, last=2, unreported=3)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with (
        pytest.raises(UnavailableError, match="keys-folder"),
        tries.alone(tmp_path / "none" / "NV011.tries"),
    ):
        pass
