"""Choosing a new PIN: the rule comes first, and it is typed twice alike."""

from collections.abc import Callable, Sequence

import pytest

from kt1custody.cli import keyboard, new_pin
from kt1custody.core import pins

Type = Callable[[Sequence[str]], list[str]]
GOOD = "năm từ không ai ngờ tới"


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Type:
    """Have somebody type answers in turn; gives the questions as they are asked."""

    def begin(answers: Sequence[str]) -> list[str]:
        left, asked = iter(answers), list[str]()

        def ask(question: str, default: str | None = None) -> str:
            asked.append(question)
            return next(left)

        monkeypatch.setattr(keyboard, "ask_secret", ask)
        return asked

    return begin


def test_a_pin_that_is_weak_or_mistyped_is_asked_for_again(
    type_in: Type, capsys: pytest.CaptureFixture[str]
):
    asked = type_in(["123456", "482913", "482931", "482913", "482913"])
    assert new_pin.choose("NV011", passphrase=False) == "482913"
    assert len(asked) == 5
    assert all("NV011" in question for question in asked)
    said = capsys.readouterr()
    assert said.out == ""
    assert str(pins.LEAST_DIGITS) in said.err
    assert not any(pin in said.err.splitlines() for pin in ("482913", "482931"))


def test_an_officer_chooses_a_passphrase(type_in: Type, capsys: pytest.CaptureFixture[str]):
    type_in(["482913", GOOD, GOOD])
    assert new_pin.choose("NV021", passphrase=True) == GOOD
    assert str(pins.LEAST_CHARACTERS) in capsys.readouterr().err


def test_the_rules_of_both_are_told_apart():
    pin, passphrase = (new_pin.rule(passphrase=is_officer) for is_officer in (False, True))
    assert str(pins.LEAST_DIGITS) in pin
    assert str(pins.LEAST_CHARACTERS) in passphrase
