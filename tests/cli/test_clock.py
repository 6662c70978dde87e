"""`kt1 clock`: somebody set the machine's clock, and IT looks at it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kt1custody import app
from kt1custody.cli.main import kt1
from kt1custody.services.session import clock_check
from tests.kit import cast

NOW = cast.MORNING + 60 * 200


@dataclass
class Machine:
    """A counter PC: what its clock shows, and since when it runs."""

    words: list[str]
    now: int = NOW
    start: str = "monday"
    counted: int = 500
    signed: int = 0

    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.counted += seconds

    def kt1(self, *words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(kt1, [*self.words, *words])
        assert result.exit_code == code, result.output
        return result

    def sign(self, code: int = 0) -> Result:
        """Something that signs, another each time."""
        self.signed += 1
        until = f"01/01/2031 00:{self.signed:02d}"
        words = ("NV014", "--until", until, "--officer", *cast.OFFICERS)
        return self.kt1("person", "assign", *words, code=code)

    def reads(self) -> dict[str, int | None]:
        told: dict[str, int | None] = json.loads(self.kt1("clock", "--json").stdout)
        return told


@pytest.fixture
def machine(lived: cast.World, monkeypatch: pytest.MonkeyPatch) -> Machine:
    lived.session.close()
    pins = lived.folder / "pins.txt"
    pins.write_text("".join(f"{staff}={pin}\n" for staff, pin in cast.PINS.items()), "utf-8")
    folders = ["--data", str(lived.folder / "data"), "--keys", str(lived.folder / "keys")]
    machine = Machine([*folders, "--pin-file", str(pins)])
    monkeypatch.setattr(app, "clock", lambda: machine.now)
    monkeypatch.setattr(app, "counted", lambda: (machine.start, machine.counted))
    return machine


def test_a_clock_that_nobody_set_is_never_in_the_way(machine: Machine):
    assert machine.reads()["expected"] is None
    machine.sign()
    machine.wait(86_400 * 9)
    assert machine.reads()["expected"] == machine.now
    assert "Không có gì trái với đồng hồ này" in machine.kt1("clock").stdout
    machine.now += 600  # as a clock drifts in a year
    machine.sign()
    answer = machine.kt1("--yes", "clock", "--right").stdout
    assert "không ghi gì" in answer


@pytest.mark.parametrize(
    ("by", "word"), [(3 * 3_600, "nhanh hơn 3 giờ"), (-3_600, "chậm hơn 1 giờ")]
)
def test_it_signs_again_when_set_right_or_said_to_be_right(machine: Machine, by: int, word: str):
    machine.sign()
    machine.wait(2 * 3_600)
    machine.now += by
    told = machine.sign(code=5)
    assert word in told.stderr
    assert "kt1 clock --right" in told.stderr
    assert machine.reads()["expected"] == machine.now - by
    machine.now -= by
    machine.sign()
    machine.wait(2 * 3_600)
    machine.now += by
    machine.kt1("clock", "--right", code=3)  # nobody said yes
    machine.sign(code=5)
    shown = machine.kt1("--yes", "clock", "--right").stdout
    assert "Đã ghi ở vị trí" in shown
    machine.sign()
    alarms = json.loads(machine.kt1("key", "alarms", "--json").stdout)["alarms"]
    assert [one["code"] for one in alarms if one["code"] == "clock-set"] == ["clock-set"]
    genesis = json.loads(machine.kt1("verify", "--json", code=3).stdout)
    assert genesis["findings"] == []


def test_after_a_start_of_the_machine_there_is_nothing_to_compare(machine: Machine):
    machine.sign()
    machine.start, machine.counted, machine.now = "tuesday", 3, machine.now + 86_400
    assert machine.reads()["expected"] is None
    machine.sign()
    assert machine.reads()["expected"] == machine.now


def counted_by_another_program() -> tuple[str, int]:
    words = "from kt1custody import app; print(*app.counted())"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    start, counted = done.stdout.split()
    return start, int(counted)


@pytest.mark.skipif(not app.START.is_file(), reason="this system does not name its starts")
def test_this_machine_counts_alike_for_every_program():
    (start, begin), (here, end) = counted_by_another_program(), app.counted()
    assert start == here
    assert 0 <= end - begin < 60


def test_where_no_start_has_a_name_each_program_compares_with_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(app, "START", tmp_path / "nothing")
    (start, begin), (again, end) = app.counted(), app.counted()
    assert start == again != counted_by_another_program()[0]
    assert 0 <= end - begin < 60


def test_a_log_that_was_ahead_is_put_right_by_two_officers(machine: Machine):
    machine.now += 86_400 * 1_500  # started so; nothing tells that it is wrong
    machine.sign()
    machine.now -= 86_400 * 1_500
    told = machine.sign(code=5).stderr
    assert "kt1 clock --log-ahead" in told
    assert "4 năm 40 ngày" in told
    assert told.strip() in machine.kt1("clock").stdout  # looking says what signing would
    assert json.loads(machine.kt1("clock", "--json").stdout)["doubt"] == "clock-behind"
    assert machine.kt1("clock", "--right", "--yes", code=5).stderr == told
    machine.kt1("clock", "--log-ahead", *cast.OFFICERS, code=3)  # nobody said yes
    shown = machine.kt1("--yes", "clock", "--log-ahead", *cast.OFFICERS).stdout
    assert "mang giờ chưa tới" in shown
    machine.sign()
    machine.wait(86_400)
    machine.sign()
    assert (
        "không có gì phải sửa"
        in machine.kt1("--yes", "clock", "--log-ahead", *cast.OFFICERS, code=3).stderr
    )
    assert json.loads(machine.kt1("verify", "--json", code=3).stdout)["findings"] == []
    alarms = json.loads(machine.kt1("key", "alarms", "--json").stdout)["alarms"]
    assert "log-ahead" in [one["code"] for one in alarms]


def test_no_script_vouches_for_a_clock_that_is_far_on(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
):
    machine.sign()
    machine.start, machine.now = "after Tết", machine.now + 86_400 * 9
    monkeypatch.setattr(clock_check, "is_far", lambda session, book: True)
    assert "--yes không trả lời thay" in machine.sign(code=5).stderr
    assert "--yes không trả lời thay" in machine.kt1("--yes", "clock", "--right", code=5).stderr


def test_no_sheet_that_two_people_sign_is_printed_by_a_clock_in_doubt(
    machine: Machine, tmp_path: Path
):
    machine.sign()
    machine.now += 3 * 365 * 86_400
    sheet = tmp_path / "sheet.pdf"
    machine.kt1("checkpoint", "--pdf", str(sheet), code=5)
    assert not sheet.exists()
    machine.now -= 3 * 365 * 86_400
    machine.kt1("checkpoint", "--pdf", str(sheet))
    assert sheet.exists()
