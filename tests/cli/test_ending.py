"""What is in the log stays told, whatever fails after it: for every command that signs."""

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kt1custody.cli import ending
from kt1custody.cli.face import Face
from kt1custody.cli.main import kt1
from kt1custody.errors import UnavailableError
from kt1custody.store import db
from tests.kit.calls import CALLS
from tests.kit.sinks import SINKS, Ended, give
from tests.kit.stages import Stages
from tests.kit.terminal import Terminal

# Where a command has something to do; all others in `full`.
PLACES = {
    "init": "nothing",
    "item import": "people",
    "person lift": "held",
    "catch-up": "restored",
    "epoch": "restored",
}
SIGNS_NO_ENTRY = {"checkpoint"}


def newest(folder: Path) -> int:
    """Position of the newest entry; -1 without a log."""
    path = folder / "data" / db.NAME
    if not path.exists():
        return -1
    with contextlib.closing(sqlite3.connect(path)) as connection:
        [[seq]] = connection.execute("SELECT max(seq) FROM entries").fetchall()
    return int(seq)


def ended(world: Stages, name: str, folder: Path, sink: str) -> tuple[Ended, int, int]:
    """Give a command whose answer nobody gets; also the newest entry before and after it."""
    words = world.call(name, PLACES.get(name, "full"), folder)
    before = newest(folder)
    end = give(words, sink)
    return end, before, newest(folder)


@pytest.mark.slow
def test_an_answer_that_nobody_reads_leaves_no_act_looking_undone(world: Stages, tmp_path: Path):
    signed = set()
    for place, name in enumerate(CALLS):
        end, before, after = ended(world, name, tmp_path / str(place), "pipe")
        if after > before:
            signed.add(name)
            assert end.code == ending.RECORDED, name
            assert f"#{after}" in end.said, name
            assert "ĐÃ GHI" in end.said, name
        elif name in SIGNS_NO_ENTRY:
            assert end.code == ending.RECORDED, name
            assert "đã được ký" in end.said
        else:
            assert end.code not in (0, 1, ending.RECORDED), name
            assert "ĐÃ GHI" not in end.said, name
        shutil.rmtree(tmp_path / str(place))
    assert len(signed) >= 28
    assert {"init", "handover", "deliver", "sync", "seal print", "key rotate", "epoch"} <= signed


@pytest.mark.parametrize("sink", SINKS)
def test_every_output_that_fails_is_named(world: Stages, tmp_path: Path, sink: str):
    why = {
        "pipe": "nơi đọc đã đóng",
        "full device": "đĩa đầy",
        "terminal": "đĩa hoặc thiết bị bị lỗi",
    }[sink]
    end, _, after = ended(world, "handover", tmp_path / "handover", sink)
    assert end.code == ending.RECORDED
    assert why in end.said
    assert f"#{after}" in end.said
    end, *_ = ended(world, "item list", tmp_path / "list", sink)
    assert (end.code, end.said) == (ending.UNREAD, "") if sink == "pipe" else end.code == 5
    assert sink == "pipe" or why in end.said


@pytest.mark.parametrize("sink", SINKS)
def test_machines_hear_of_it_on_the_other_stream(world: Stages, tmp_path: Path, sink: str):
    words = world.call("handover", "full", tmp_path / "log")
    end = give(["--json", *words], sink)
    told = json.loads(end.said)
    assert told["recorded"] == [newest(tmp_path / "log")]
    assert told["error"]["code"] == "answer-lost"


def test_an_error_before_anything_is_recorded_is_told_where_somebody_hears(
    world: Stages, tmp_path: Path
):
    end = give(["--json", *world.call("handover", "held", tmp_path / "log")], "full device")
    assert end.code == 3
    assert json.loads(end.said)["error"]["code"] == "not-possible"


TARGETS = {
    "init": "genesis.png",
    "key rotate": "minutes.pdf",
    "seal print": "seals.pdf",
    "seal void": "new.pdf",
    "seal resume": "again.pdf",
}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Paths that something else takes while somebody types a PIN: after all looking, before signing."""
    paths: list[Path] = []
    typed = Face.pins

    def pins(face: Face) -> dict[str, str]:
        for path in paths:
            path.mkdir(exist_ok=True)
        return typed(face)

    monkeypatch.setattr(Face, "pins", pins)
    return paths


@pytest.mark.parametrize("name", TARGETS)
def test_a_file_that_cannot_be_written_after_the_act_leaves_it_recorded(
    world: Stages, tmp_path: Path, taken: list[Path], name: str
):
    folder = tmp_path / "log"
    words = world.call(name, PLACES.get(name, "full"), folder)
    before = newest(folder)
    taken.append(folder / "out" / TARGETS[name])
    result = CliRunner().invoke(kt1, ["--json", *words])
    told = json.loads(result.stdout)
    assert result.exit_code == ending.RECORDED, result.output
    assert told["recorded"] == list(range(before + 1, newest(folder) + 1))
    assert told["recorded"]
    assert told["error"]["code"] in {"file-unwritable", "labels-unwritten"}
    assert TARGETS[name] in told["error"]["message"]


def test_an_offer_is_not_recorded_without_its_picture(
    world: Stages, tmp_path: Path, taken: list[Path]
):
    words = world.call("offer", "full", tmp_path / "log")
    before = newest(tmp_path / "log")
    taken.append(tmp_path / "log" / "out" / "offer.png")
    result = CliRunner().invoke(kt1, words)
    assert (result.exit_code, newest(tmp_path / "log")) == (5, before)
    assert "ĐÃ GHI" not in result.output


def test_a_closing_sheet_that_cannot_be_written_leaves_the_checkpoint_told(
    world: Stages, tmp_path: Path
):
    words = world.call("checkpoint", "full", tmp_path / "log")
    words[words.index("--note") + 1] = str(tmp_path)
    result = CliRunner().invoke(kt1, words)
    assert result.exit_code == ending.RECORDED
    assert "đã được ký và giữ lại" in result.stderr
    assert str(tmp_path) in result.stderr


@pytest.mark.parametrize(
    ("cause", "word", "undone"),
    [
        (ZeroDivisionError(), "ZeroDivisionError", None),
        (KeyboardInterrupt(), "Lệnh bị dừng", ending.STOPPED),
    ],
)
def test_even_a_fault_of_the_program_does_not_hide_it(
    capsys: pytest.CaptureFixture[str], cause: BaseException, word: str, undone: int | None
):
    done = ending.Done(positions=[7, 8, 9])
    assert ending.end(cause, done, as_json=False) == ending.RECORDED
    said = capsys.readouterr().err
    assert "#7 … #9" in said
    assert word in said
    assert ending.end(cause, ending.Done(), as_json=False) == undone


def test_a_fault_of_the_system_is_no_file_that_cannot_be_read(capsys: pytest.CaptureFixture[str]):
    cause = OSError(24, "Too many open files", "/x/y")
    assert ending.end(cause, ending.Done(), as_json=False) == 5
    assert capsys.readouterr().err.startswith("mở quá nhiều tệp: /x/y")
    assert ending.end(OSError(5, "Input/output error"), ending.Done(), as_json=False) == 5
    assert capsys.readouterr().err.startswith("Máy báo: đĩa hoặc thiết bị bị lỗi")


@pytest.fixture
def shell(world: Stages, tmp_path: Path) -> list[str]:
    """A handover as a shell gives it."""
    call = world.call("handover", "full", tmp_path / "log")
    return [sys.executable, "-m", "kt1custody", *call]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behind", "code", "is_recorded", "says"),
    [
        ("| true", ending.RECORDED, True, "ĐÃ GHI"),
        ("<&- >&-", 0, True, ""),
        # A list that nobody sees is not agreed on.
        ("> /dev/full 2>&1", 5, False, ""),
    ],
)
def test_a_shell_gets_the_exit_code(
    shell: list[str], tmp_path: Path, behind: str, code: int, is_recorded: bool, says: str
):
    before = newest(tmp_path / "log")
    script = f'set -o pipefail; "$@" {behind}'
    words = ["bash", "-c", script, "-", *shell]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert (newest(tmp_path / "log") > before) is is_recorded
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("words", [["--help"], ["verify", "--help"]])
def test_help_that_nobody_gets_is_no_fault_of_the_program(words: list[str]):
    call = [sys.executable, "-m", "kt1custody", *words]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 5
    assert "đĩa đầy" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_error_of_an_answer_names_no_contents():
    assert ending.AnswerLostError(BrokenPipeError(32, "Broken pipe")).error.detail == {
        "why": "Broken pipe"
    }
    assert isinstance(
        ending.AnswerLostError(OSError(28, "No space left on device")).error, UnavailableError
    )


def test_ctrl_c_ends_with_one_line_and_a_code_of_its_own_and_nothing_is_signed(
    world: Stages, tmp_path: Path
):
    call = [word for word in world.call("handover", "full", tmp_path / "log") if word != "--yes"]
    before = newest(tmp_path / "log")
    with Terminal(*call, environment={"KT1_LANGUAGE": "en"}) as terminal:
        terminal.until("agree on this list?")
        terminal.interrupt()
        terminal.until("Go on with the same list (1)?")
        terminal.interrupt()
        assert terminal.end() == ending.STOPPED
    assert terminal.screen.rstrip().endswith("\nStopped; nothing was signed.")
    assert "Traceback" not in terminal.screen
    assert newest(tmp_path / "log") == before


def test_a_signal_stops_a_command_that_has_recorded_something_with_what_it_recorded(
    capsys: pytest.CaptureFixture[str],
):
    done = ending.Done(positions=(7,))
    assert ending.end(KeyboardInterrupt(), done, as_json=False) == ending.RECORDED
    assert "#7" in capsys.readouterr().err
    assert ending.end(KeyboardInterrupt(), ending.Done(), as_json=True) == ending.STOPPED
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "stopped"
