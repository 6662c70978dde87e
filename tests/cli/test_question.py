"""One question: answered by the first thing that is given, or asked until the answer is good."""

import sys
from collections.abc import Iterator

import click
import pytest

from kt1custody.cli import keyboard
from kt1custody.cli.question import Question
from kt1custody.core.formats import numbers
from kt1custody.errors import MalformedInputError

WHO = Question(
    option="--who", title="Số nhân viên", explanation="Một chữ cái rồi chữ số.",
    read=numbers.parse_staff_number,
)  # fmt: skip


def test_what_was_given_first_counts_and_is_checked():
    assert WHO.answer(None, "nv011", "NV012") == "NV011"
    with pytest.raises(MalformedInputError, match="staff-number"):
        WHO.answer("11", "NV012")


def test_where_nobody_can_answer_the_option_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    with pytest.raises(click.MissingParameter) as caught:
        WHO.answer(None)
    assert caught.value.param_hint == "--who"


def test_it_is_explained_once_and_asked_until_the_answer_is_good(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    typed: Iterator[str] = iter(["", "11", "nv011"])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(keyboard, "ask", lambda question, **facts: next(typed))
    assert WHO.answer(None) == "NV011"
    said = capsys.readouterr().err
    assert said.count("Một chữ cái rồi chữ số.") == 1
    assert said.count("\n") > 3  # and each wrong answer is told
    assert next(typed, None) is None
