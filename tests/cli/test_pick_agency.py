"""Picking an agency by words: one that fits is taken, several are listed and asked about."""

from collections.abc import Callable

import pytest

from kt1custody.cli import pick_agency
from kt1custody.cli.face import Face
from tests.kit import cast

Pick = Callable[..., str | None]


@pytest.fixture
def pick(founded: cast.World, monkeypatch: pytest.MonkeyPatch) -> Pick:
    """Pick by words; what is answered to further questions follows."""
    founded.session.close()
    face = Face(data=founded.session.data, keys=founded.session.keys, as_of="23/11/2026 07:05")

    def begin(typed: str, *answers: str) -> str | None:
        left = iter(answers)
        monkeypatch.setattr(face, "ask", lambda given, question: next(left))
        code = pick_agency.pick(face, typed)
        assert next(left, None) is None
        face.close()
        return code

    return begin


def test_a_code_or_words_that_fit_one_need_no_question(pick: Pick):
    assert pick("LD-TAND") == "LD-TAND"
    assert pick("van phong tinh uy lam dong") == "LD-TU-VP"


def test_of_several_a_number_or_other_words_choose(pick: Pick, capsys: pytest.CaptureFixture[str]):
    first = pick("tinh uy lam dong", "1")
    listed = capsys.readouterr().err
    assert f"({first})" in listed.splitlines()[0]
    assert pick("tinh uy lam dong", "vptu lam") == "LD-TU-VP"


def test_who_chooses_none_or_finds_none_is_told_what_to_try(
    pick: Pick, capsys: pytest.CaptureFixture[str]
):
    assert pick("tinh uy lam dong", "") is None
    capsys.readouterr()
    assert pick("khong co dau") is None
    assert "khong co dau" in capsys.readouterr().err
    assert pick("x" * 5_000) is None
    assert len(capsys.readouterr().err) < 1_000
