"""Enrolling people at a terminal: one after the other, stopped and gone on with; nobody types twice."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kt1custody.cli.main import kt1
from kt1custody.services.people import roster
from tests.kit import at_counter, cast
from tests.kit.at_counter import found
from tests.kit.terminal import Terminal

OFFICERS = ["--officer", *cast.OFFICERS]
VIETNAMESE = {"KT1_LANGUAGE": "vi"}


@pytest.fixture
def world(tmp_path: Path) -> cast.World:
    """A log with its offices; the officers' passphrases are in a file."""
    world = cast.World(tmp_path)
    found(world.session, cast.FOUNDING)
    at_counter.load_list(world.at(1), "offices", cast.DATA / "offices.csv", cast.OFFICERS)
    world.session.close()
    pins = "".join(f"{staff}={cast.PINS[staff]}\n" for staff in cast.OFFICERS)
    (tmp_path / "officers.txt").write_text(pins, "utf-8")
    header, *rows = (cast.DATA / "people.csv").read_text("utf-8").splitlines()
    chosen = [row for row in rows if row[:5] in ("NV001", "NV011", "NV012", "NV021", "NV022")]
    (tmp_path / "people.csv").write_text("\n".join([header, *chosen]), "utf-8")
    return world


def places(world: cast.World) -> list[str]:
    folder = world.folder
    told = ["--data", folder / "data", "--keys", folder / "keys"]
    return [*map(str, told), "--pin-file", str(folder / "officers.txt")]


def enrol(world: cast.World) -> Terminal:
    words = ["person", "enrol", str(world.folder / "people.csv"), *OFFICERS]
    at = ["--as-of", "23/11/2026 07:05"]
    return Terminal(*places(world), *at, *words, environment=VIETNAMESE)


def type_pin(terminal: Terminal, who: str) -> None:
    terminal.answer_hidden(f"{who}, hãy chọn mã PIN", cast.PINS[who])
    terminal.answer_hidden(f"{who}, gõ lại", cast.PINS[who])
    terminal.until(f"✓ Đã ghi danh {who}")


def test_an_enrolment_is_stopped_and_goes_on_with_the_others(world: cast.World):
    with enrol(world) as terminal:
        terminal.until("Sẽ ghi danh: 3 người")
        terminal.until("Bỏ qua vì đã có khoá: NV021, NV022")
        terminal.until("— 1/3 — NV001 Nguyễn Thị Ngọc Ánh, giao dịch viên")
        terminal.answer(("Người này có mặt?", ""))
        terminal.until("ít nhất 6 chữ số")  # the rule comes before the question
        for wrong, why in (("123456", "dãy"), ("12345", "ngắn"), ("001001", "một hoặc hai")):
            terminal.answer_hidden("NV001, hãy chọn mã PIN", wrong)
            terminal.until(why)
        type_pin(terminal, "NV001")
        terminal.answer(("Người này có mặt?", "s"), ("Người này có mặt?", ""))
        terminal.until("NV012, hãy chọn mã PIN")
        terminal.interrupt()
        assert terminal.end() != 0
        assert "Bị dừng: 1/3" in terminal.screen
        assert cast.PINS["NV001"] not in terminal.screen
    with enrol(world) as terminal:
        terminal.until("Bỏ qua vì đã có khoá: NV001, NV021, NV022")
        terminal.answer(("— 1/2 — NV011", ""))
        type_pin(terminal, "NV011")
        terminal.answer(("— 2/2 — NV012", "q"))
        assert terminal.end() == 0
        assert "Để sau: NV012" in terminal.screen
    names = {one.number: one.name for one in roster.members(world.session, "NV001")}
    assert names[cast.OFFICERS[0]] == "Bùi Xuân Trường"
    assert set(names) == {"NV001", "NV011", *cast.OFFICERS, cast.RESERVE}
    world.session.close()


def test_nobody_types_a_passphrase_for_people_who_are_known_or_may_not_be_enrolled(
    world: cast.World,
):
    path = world.folder / "people.csv"
    words = ["person", "enrol", str(path)]
    common = places(world)[:4]  # without the file of passphrases
    told = CliRunner().invoke(kt1, [*common, *words, "--officer", "NV021", cast.RESERVE])
    assert (told.exit_code, "không được ký việc này" in told.output) == (6, True), told.output
    header, *_ = path.read_text("utf-8").splitlines()
    rows = (cast.DATA / "people.csv").read_text("utf-8").splitlines()
    path.write_text("\n".join([header, *(row for row in rows if row[:5] == "NV021")]), "utf-8")
    at_counter.name_founders(world.at(5), {"NV021": "Bùi Xuân Trường"}, cast.OFFICERS)
    world.session.close()
    told = CliRunner().invoke(kt1, [*common, *words, *OFFICERS])
    assert "không có ai mới: chưa ghi gì" in told.output
    assert told.exit_code == 0, told.output


def test_a_wrong_list_names_every_row_and_the_words_that_are_allowed(world: cast.World):
    path = world.folder / "people.csv"
    path.write_text("Mã,Họ tên,Vai trò,Đơn vị\n001,An,thợ,HE1-LD\nNV002,,Bưu tá,HE9\n", "utf-8")
    words = [*places(world), "person", "enrol", str(path), "--dry-run"]
    told = CliRunner().invoke(kt1, words)
    assert told.exit_code == 2
    assert "dòng 2, cột “Mã”" in told.output
    assert "dòng 2, cột “Vai trò”" in told.output
    assert "Giao dịch viên, Kiểm soát viên, Bưu tá" in told.output
    assert "dòng 3, cột “Họ tên”" in told.output
    assert "2 dòng sai" in told.output
    detail = json.loads(CliRunner().invoke(kt1, [*words, "--json"]).stdout)["error"]["detail"]
    assert [one["code"] for one in detail["findings"]] == [
        "bad-staff-number", "unknown-word", "cell-empty", "unknown-office",
    ]  # fmt: skip


def test_a_right_list_is_checked_without_officers_and_stores_nothing(world: cast.World):
    words = [*places(world), "person", "enrol", str(world.folder / "people.csv")]
    told = json.loads(CliRunner().invoke(kt1, [*words, "--dry-run", "--json"]).stdout)
    assert told == {"enrolled": [], "new": ["NV001", "NV011", "NV012"]}
    assert CliRunner().invoke(kt1, words).exit_code == 2  # without officers nobody signs
    assert len(roster.members(world.session)) == 3
    world.session.close()
