"""The two officers of a command: given as an option, or asked one after the other."""

import sys

import click
import pytest

from kt1custody.cli import officers
from kt1custody.cli.face import Face
from kt1custody.errors import MalformedInputError


def test_two_that_are_given_are_read_as_staff_numbers():
    assert officers.two(Face(), ("nv021", " NV022 ")) == ("NV021", "NV022")
    with pytest.raises(MalformedInputError, match="staff-number"):
        officers.two(Face(), ("NV021", "22"))


def test_where_nobody_can_answer_the_option_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    with pytest.raises(click.MissingParameter):
        officers.two(Face(), None)


def test_where_somebody_can_both_are_asked(monkeypatch: pytest.MonkeyPatch):
    answers = iter(["nv021", "nv022"])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(Face, "ask", lambda face, typed, question: next(answers))
    assert officers.two(Face(), None) == ("NV021", "NV022")
