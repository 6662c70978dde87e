"""The questions of a founding: answers from options, from before, or typed; each is checked."""

import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest

from kt1custody.cli import founding_questions
from kt1custody.cli.face import Face
from kt1custody.cli.founding_questions import FoundingOptions
from kt1custody.errors import KtError
from tests.kit import cast

GIVEN = FoundingOptions(
    log=cast.FOUNDING.log, name=cast.FOUNDING.name, office=cast.OFFICE, number=68, training=True,
    officers=cast.OFFICERS, reserve=cast.RESERVE, names=None,
)  # fmt: skip
NOTHING = FoundingOptions(
    log=None, name=None, office=None, number=None, training=False, officers=None, reserve=None,
    names=None,
)  # fmt: skip
NAMES = ("Trần Văn Đạt", "Phạm Thị Hoà", "Nguyễn Đức Quỳnh")


@pytest.fixture
def face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Face:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    return Face(data=tmp_path / "data", keys=tmp_path / "keys")


def test_options_answer_everything_and_are_tidied(face: Face):
    assert founding_questions.ask(face, GIVEN, None) == cast.FOUNDING
    untidy = replace(
        GIVEN, log=f" {GIVEN.log} ", name=" KT1  Lâm Đồng ", officers=("nv021", "NV022"),
        names=(" Trần Văn  Đạt ", *NAMES[1:]),
    )  # fmt: skip
    tidied = founding_questions.ask(face, untidy, None)
    assert tidied == replace(cast.FOUNDING, names=NAMES)


def test_what_was_answered_before_is_kept_unless_it_is_given_anew(face: Face):
    before = replace(cast.FOUNDING, names=NAMES)
    assert founding_questions.ask(face, NOTHING, before) == before
    other = replace(NOTHING, number=69)
    assert founding_questions.ask(face, other, before) == replace(before, number=69)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (replace(GIVEN, log="KT1 Lâm Đồng"), "log-name"),
        (replace(GIVEN, name=" "), "text-not-allowed"),
        (replace(GIVEN, office=99_999), "number-outside"),
        (replace(GIVEN, office=1_000_000), "number-outside"),
        (replace(GIVEN, number=9), "number-outside"),
        (replace(GIVEN, number=100), "number-outside"),
        (replace(GIVEN, officers=("NV021", "NV021")), "same-person"),
        (replace(GIVEN, reserve="nv022"), "same-person"),
        (replace(GIVEN, reserve="22"), "staff-number"),
        (replace(GIVEN, names=("", *NAMES[1:])), "text-not-allowed"),
    ],
)
def test_a_wrong_answer_is_refused(face: Face, given: FoundingOptions, code: str):
    with pytest.raises(KtError, match=code):
        founding_questions.ask(face, given, None)


def test_nobody_becomes_an_officer_whose_key_lies_here(face: Face, tmp_path: Path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / f"{cast.RESERVE}.key").write_bytes(b"another log's")
    with pytest.raises(KtError, match="key-file-exists"):
        founding_questions.ask(face, GIVEN, None)


def test_where_nobody_can_answer_the_missing_option_is_named(face: Face):
    with pytest.raises(click.MissingParameter) as caught:
        founding_questions.ask(face, replace(GIVEN, office=None), None)
    assert caught.value.param_hint == "--office"
