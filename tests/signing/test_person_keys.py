"""Keys of people at rest, and what a wrong PIN costs."""

import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kt1custody.core.formats import cbor
from kt1custody.errors import NotAllowedError, RefusedError, UnavailableError
from kt1custody.services.people import alarms
from kt1custody.signing import key_files, person_keys
from kt1custody.signing.person_keys import NORMAL, TRAINING, Cost

PIN, NOW = "471147", 1_800_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    person_keys.create(tmp_path, "NV011", PIN, TRAINING)
    return tmp_path


def parts(raw: bytes) -> list[cbor.Value]:
    value = cbor.decode(raw)
    assert isinstance(value, list)
    return value


def code_of(error: type[Exception], folder: Path, pin: str = PIN, now: int = NOW) -> str:
    with pytest.raises(error) as caught:
        person_keys.unlock(folder, "NV011", pin, now)
    return str(caught.value)


def test_a_key_that_was_made_is_the_one_that_opens(tmp_path: Path):
    made = person_keys.create(tmp_path, "NV012", PIN, TRAINING)
    assert person_keys.unlock(tmp_path, "NV012", PIN, NOW) == made or (
        person_keys.unlock(tmp_path, "NV012", PIN, NOW).signing.pub == made.signing.pub
    )
    assert (tmp_path / "NV012.key").stat().st_mode & 0o077 == 0


def test_create_never_replaces(folder: Path):
    before = (folder / "NV011.key").read_bytes()
    with pytest.raises(RefusedError, match="key-file-exists"):
        person_keys.create(folder, "NV011", PIN, TRAINING)
    assert (folder / "NV011.key").read_bytes() == before


def test_the_wait_grows_from_the_fifth_wrong_pin(folder: Path):
    now, waits = NOW, []
    for _ in range(13):
        with pytest.raises(NotAllowedError, match="wrong-pin") as caught:
            person_keys.unlock(folder, "NV011", "000000", now)
        waits.append(caught.value.detail.get("seconds", 0))
        now += int(str(waits[-1]))
    assert waits == [0, 0, 0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert person_keys.read_tries(folder, "NV011").unreported == 13


def test_even_the_right_pin_waits_and_is_not_counted(folder: Path):
    for _ in range(5):
        assert "wrong-pin" in code_of(NotAllowedError, folder, "000000")
    assert "pin-wait (staff='NV011', seconds=60)" in code_of(NotAllowedError, folder)
    assert "seconds=1)" in code_of(NotAllowedError, folder, now=NOW + 59)
    person_keys.unlock(folder, "NV011", PIN, NOW + 60)
    tries = person_keys.read_tries(folder, "NV011")
    assert (tries.row, tries.unreported) == (0, 5)


def test_reported_tries_are_taken_off(folder: Path):
    code_of(NotAllowedError, folder, "000000")
    person_keys.clear_reported_tries(folder, "NV011", 1)
    assert person_keys.read_tries(folder, "NV011").unreported == 0


@pytest.mark.parametrize(
    "spoil", [lambda p: p.unlink(), lambda p: p.write_bytes(b"none"), lambda p: os.truncate(p, 0)]
)
def test_a_count_that_is_gone_is_one_slow_wait_and_an_alarm(folder: Path, spoil):
    person_keys.unlock(folder, "NV011", PIN, NOW)  # its honest twin: no wait
    for at in (NOW, NOW + 1):
        path = folder / "NV011.tries"
        spoil(path)
        assert "pin-wait (staff='NV011', seconds=60)" in code_of(NotAllowedError, folder, now=at)
    assert "seconds=1)" in code_of(NotAllowedError, folder, now=NOW + 60)
    person_keys.unlock(folder, "NV011", PIN, NOW + 61)
    assert person_keys.read_tries(folder, "NV011").unreported == alarms.MANY_PINS


def test_a_clock_that_was_ahead_keeps_nobody_waiting_for_years(folder: Path):
    for _ in range(5):
        code_of(NotAllowedError, folder, "000000", now=NOW + 10**8)
    assert "seconds=60)" in code_of(NotAllowedError, folder, now=NOW)
    person_keys.unlock(folder, "NV011", PIN, NOW + 60)


def test_of_many_at_once_no_more_are_tried_than_are_counted(folder: Path):
    def guess(number: int) -> str:
        with pytest.raises(NotAllowedError) as caught:
            person_keys.unlock(folder, "NV011", f"{number:06d}", NOW)
        return caught.value.code

    with ThreadPoolExecutor(40) as pool:
        codes = Counter(pool.map(guess, range(40)))
    assert codes == {"wrong-pin": 4, "wrong-pin-wait": 1, "pin-wait": 35}
    assert person_keys.read_tries(folder, "NV011").unreported == 5


def test_a_program_that_is_killed_while_it_tries_has_used_its_try_and_keeps_nobody_out(
    tmp_path: Path,
):
    person_keys.create(tmp_path, "NV011", PIN, Cost(memory_kib=65_536, passes=16, lanes=1))
    words = "import sys; from pathlib import Path; from kt1custody.signing import person_keys\n"
    words += "print(flush=True); person_keys.unlock(Path(sys.argv[1]), 'NV011', '000000', int(sys.argv[2]))"
    asked = [sys.executable, "-c", words, str(tmp_path), str(NOW)]
    with subprocess.Popen(asked, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        killed.stdout.readline()
        while not person_keys.read_tries(tmp_path, "NV011").row:
            time.sleep(0.01)
        killed.kill()
    assert person_keys.read_tries(tmp_path, "NV011").row == 1
    person_keys.unlock(tmp_path, "NV011", PIN, NOW)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[:-10],
        lambda raw: b"",
        lambda raw: b"\x00" * 9_000,
        lambda raw: cbor.encode(["kt1-key-file/2", *parts(raw)[1:]]),
        lambda raw: cbor.encode(["kt1-key-file/1", "NV012", *parts(raw)[2:]]),
        # A planted file must not eat the machine's memory.
        lambda raw: cbor.encode([*parts(raw)[:3], 2**40, *parts(raw)[4:]]),
        lambda raw: cbor.encode([*parts(raw)[:4], 2**30, *parts(raw)[5:]]),
        lambda raw: cbor.encode({"a": 1}),
    ],
)
def test_a_broken_or_planted_file_is_refused(folder: Path, spoil):
    path = folder / "NV011.key"
    path.write_bytes(spoil(path.read_bytes()))
    assert "key-file-broken" in code_of(UnavailableError, folder)


def test_a_box_of_another_file_does_not_open(folder: Path):
    person_keys.create(folder, "NV012", PIN, TRAINING)
    ours, theirs = (parts((folder / f"NV01{n}.key").read_bytes()) for n in (1, 2))
    (folder / "NV011.key").write_bytes(cbor.encode([*ours[:6], *theirs[6:]]))
    assert "wrong-pin" in code_of(NotAllowedError, folder)


def test_a_missing_file_is_named(tmp_path: Path):
    assert "key-file-missing (staff='NV011')" in code_of(UnavailableError, tmp_path)


def test_a_folder_that_is_none_is_named(tmp_path: Path):
    (tmp_path / "keys").write_bytes(b"")
    with pytest.raises(UnavailableError, match="keys-folder"):
        person_keys.create(tmp_path / "keys", "NV011", PIN, TRAINING)


@pytest.mark.slow
def test_a_guess_at_a_normal_pin_takes_memory_and_a_while(tmp_path: Path):
    assert NORMAL.memory_kib == 256 * 1024
    begin = time.process_time()
    person_keys.create(tmp_path, "NV013", PIN, NORMAL)
    assert time.process_time() - begin > 0.1  # of all lanes; the figure itself is for the bench


def test_a_count_is_whole_even_if_the_disk_takes_it_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, raw: real(handle, raw[:40]))
    person_keys.create(tmp_path, "NV011", PIN, TRAINING)
    assert not person_keys.read_tries(tmp_path, "NV011").is_lost
    code_of(NotAllowedError, tmp_path, "000000")
    person_keys.unlock(tmp_path, "NV011", PIN, NOW)
    assert person_keys.read_tries(tmp_path, "NV011").unreported == 1


def test_who_is_killed_while_a_key_is_made_leaves_no_count_that_looks_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Whatever of both files is there then, the next try needs no wait."""

    real = key_files.write_new

    def before(*_: object) -> None:
        raise KeyboardInterrupt

    def after(file: Path, name: str, content: bytes) -> None:
        real(file, name, content)
        raise KeyboardInterrupt

    for moment in (before, after):
        monkeypatch.setattr(key_files, "write_new", moment)
        with pytest.raises(KeyboardInterrupt):
            person_keys.create(tmp_path, "NV011", PIN, TRAINING)
        assert not person_keys.read_tries(tmp_path, "NV011").is_lost
    monkeypatch.setattr(key_files, "write_new", real)
    person_keys.unlock(tmp_path, "NV011", PIN, NOW)


def test_a_key_that_could_not_be_written_leaves_no_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise UnavailableError("keys-folder", why="full")

    monkeypatch.setattr(key_files, "write_new", full)
    with pytest.raises(UnavailableError):
        person_keys.create(tmp_path, "NV011", PIN, TRAINING)
    assert list(tmp_path.iterdir()) == []
