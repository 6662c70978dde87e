"""`kt1 item add` at a terminal: each answer is checked when it is given, and none is lost."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner, Result

from kt1custody.cli.main import kt1
from kt1custody.services.custody import look
from tests.kit import cast

if sys.platform == "win32":
    pytest.skip("there is no pseudo terminal here", allow_module_level=True)

from tests.kit import at_counter
from tests.kit.terminal import Terminal

MONDAY = "23/11/2026 07:30"


def places(world: cast.World) -> list[str]:
    return ["--data", str(world.session.data), "--keys", str(world.session.keys), "--as-of", MONDAY]


@contextmanager
def adding(world: cast.World, *words: str) -> Iterator[Terminal]:
    world.session.close()
    with Terminal(*places(world), "item", "add", *words) as screen:
        yield screen


def count(world: cast.World) -> int:
    world.session.close()
    return len(look.listed(world.at(60), holder=None, is_open=False, is_unsealed=False))


def slip_of(world: cast.World, n: int) -> dict[str, object]:
    told = look.story(world.at(60), f"{n:012d}", cast.CLERK)
    assert told.slip is not None
    return dict(told.slip.to_record())


def test_an_item_of_mark_a_is_filled_in_mended_and_signed_in_the_end(founded: cast.World) -> None:
    with adding(founded, "--by", cast.CLERK) as screen:
        screen.until("Cơ quan gửi")
        screen.enter("khong co dau")
        assert "Không có cơ quan nào khớp" in screen.until("Cơ quan gửi:")
        screen.enter("tinh uy lam dong")  # several: a number chooses
        listed = screen.until("Gõ số thứ tự")
        assert "  1  " in listed
        screen.enter("vptu lam")
        assert "→ Văn phòng Tỉnh ủy Lâm Đồng (LD-TU-VP)" in screen.until("Cơ quan nhận")
        screen.enter("LD-TU-VP")
        assert "nơi gửi và nơi nhận" in screen.until("Cơ quan nhận").casefold()
        screen.enter("ubnd tanh linh")
        assert "phát tại Bưu điện xã Tánh Linh" in screen.until("Ký hiệu đóng trên bì")
        screen.enter("D")
        assert "⚠" in screen.until("Ký hiệu đóng trên bì")
        screen.enter("a")
        assert "hai lớp bì, không ghi số công văn" in screen.until("Độ khẩn: 1 Thường")
        screen.enter("hen gio")
        assert "sớm nhất 23/11/2026 19:30" in screen.until("sớm nhất 23/11/2026 19:30")
        screen.enter("23/11/2026 19:29")
        assert "giờ hẹn quá gần" in screen.until("sớm nhất")
        screen.enter("31/02/2026 10:00")
        assert "⚠" in screen.until("sớm nhất")
        screen.enter("24/11/2026 15:00")
        told = screen.until("Chỉ người này được bóc bì")
        assert "24 tháng 11 năm 2026, 15:00" in told
        assert "Số công văn" not in told  # mark A has none, and is not asked for one
        screen.enter("")
        screen.until("Loại: 1 Thư, 2 Gói, 3 Kiện")
        screen.enter("")
        assert "lớp bì" not in screen.until("Khối lượng, gam")
        screen.enter("ba lạng")
        assert "số nguyên gam" in screen.until("Khối lượng, gam")
        screen.answer(("", "300"), ("Ghi chú", "V/v quyết toán"))
        assert "⚠" in screen.until("Ghi chú, không ghi nội dung")
        screen.enter("")
        shown = screen.until("Ký nhận bưu gửi này?")
        for line in ("Ký hiệu: A", "Giờ hẹn: 24 tháng 11 năm 2026, 15:00", "Khối lượng: 300 g"):
            assert line in shown
        screen.answer(("", "10"), ("Khối lượng, gam", "350"))
        assert "Khối lượng: 350 g" in screen.until("Ký nhận bưu gửi này?")
        screen.enter("y")
        screen.answer_hidden("Mã PIN của", "000000")
        assert "Sai mã PIN" in screen.until("Mã PIN của")  # nothing is lost
        screen.answer_hidden("", cast.PINS[cast.CLERK])
        assert screen.end() == 0
        assert "Đã chấp nhận bưu gửi 6826" in screen.screen
        assert cast.PINS[cast.CLERK] not in screen.screen
    [state] = look.listed(founded.at(60), holder=None, is_open=False, is_unsealed=False)
    slip = slip_of(founded, state.n)
    assert (slip["sender"], slip["recipient"]) == ("LD-TU-VP", "LD-23149-UBND")
    assert (slip["reference"], slip["layers"], slip["weight"]) == (None, 2, 350)


def test_a_reference_that_was_accepted_already_is_mended_and_the_rest_stays(
    founded: cast.World,
) -> None:
    there = {"sender": "LD-TAND", "recipient": "LD-TU-VP", "reference": "12/CV", "mark": "B"}
    there |= {"kind": "Gói", "layers": "1", "weight": "20"}
    assert at_counter.register_one(founded.at(10), lambda: cast.CLERK, there).numbers
    options = ["--by", cast.CLERK, "--recipient", "LD-TU-VP", "--mark", "B", "--layers", "1"]
    options += ["--urgency", "", "--kind", "Gói", "--named", "", "--note", "", "--weight", "0"]
    with adding(founded, "--sender", "nobody", *options) as screen:
        assert "⚠" in screen.until("Cơ quan gửi:")  # an option is checked in its turn
        screen.answer(("", "ld-tand"), ("Số công văn", ""))
        assert "⚠" in screen.until("Số công văn:")
        screen.enter("12/CV")
        assert "số nguyên gam" in screen.until("Khối lượng, gam")
        screen.answer(("", "20"), ("Ký nhận", "y"))
        screen.answer_hidden("Mã PIN của", cast.PINS[cast.CLERK])
        assert "⚠" in screen.until("Số công văn:")
        screen.answer(("", "13/CV"), ("Ký nhận", ""), ("Ký nhận", "99"), ("Ký nhận", "y"))
        assert screen.end() == 0, screen.screen
    assert count(founded) == 2


def test_who_gives_it_up_has_stored_nothing(founded: cast.World) -> None:
    given = ["--sender", "LD-TAND", "--recipient", "LD-TU-VP", "--mark", "", "--urgency", ""]
    given += ["--reference", "1/X", "--named", "", "--kind", "Thư", "--layers", "1"]
    given += ["--weight", "20", "--note", ""]
    with adding(founded, *given) as screen:
        screen.answer(("Ký nhận", "3"), ("Ký hiệu đóng trên bì", "B"))
        # What the mark decides about is asked anew.
        screen.answer(("Số công văn", "2/X"), ("Số lớp bì", ""), ("Ký nhận", "n"))
        assert screen.end() == 3
    assert count(founded) == 0


def run(world: cast.World, *words: str, code: int = 0) -> Result:
    world.session.close()
    result = CliRunner().invoke(kt1, [*places(world), "item", "add", *words])
    assert result.exit_code == code, result.output
    return result


def test_without_a_terminal_the_options_are_all_there_is(founded: cast.World) -> None:
    pins = founded.folder / "pins.txt"
    pins.write_text(f"{cast.CLERK}={cast.PINS[cast.CLERK]}\n", "utf-8")
    words = ["--pin-file", str(pins), "--sender", "LD-TAND", "--recipient", "LD-TU-VP", "--json"]
    wrong = json.loads(run(founded, *words, code=2).stdout)
    assert {one["code"] for one in wrong["findings"]} == {
        "unknown-kind",
        "bad-layers",
        "bad-weight",
        "reference-required",
    }
    right = ["--reference", "1/X", "--kind", "Thư", "--layers", "1", "--weight", "20"]
    made = json.loads(run(founded, *words, *right).stdout)
    assert len(made["numbers"]) == 1
    assert count(founded) == 1
