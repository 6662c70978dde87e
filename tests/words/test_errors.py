"""Errors say in each language what happened, and what to do; facts are put as people read them."""

import errno
import os

import pytest

from kt1custody.errors import KtError, RefusedError, UnavailableError
from kt1custody.words.errors import behind_lines, error_lines, plain_error
from tests.kit.words import EN, VI

N = 682600000014


@pytest.mark.parametrize(
    ("error", "vietnamese", "english"),
    [
        (RefusedError("printed-already", count=2, jobs="1"), "2 bưu gửi", "2 items have"),
        (RefusedError("no-such-item", n=N), "6826 0000 0014", "6826 0000 0014"),
        (UnavailableError("file-unreadable", name="a", why="UTF-8"), "UTF-8", "UTF-8"),
    ],
)
def test_an_error_is_said_in_the_language_asked_for(
    error: KtError, vietnamese: str, english: str
) -> None:
    assert vietnamese in error_lines(VI, error)[0]
    assert english in error_lines(EN, error)[0]
    assert error_lines(VI, error) != error_lines(EN, error)


def test_a_reason_of_the_operating_system_is_translated() -> None:
    why = os.strerror(errno.ENOSPC)
    [line] = error_lines(VI, UnavailableError("file-unwritable", name="a", why=why))
    assert VI.word("why", "ENOSPC") in line
    assert why not in line


def test_a_fact_that_is_too_long_is_cut() -> None:
    [line] = error_lines(EN, UnavailableError("file-unreadable", name="x" * 999, why="UTF-8"))
    assert "x" * 200 + "…" in line
    assert "x" * 201 not in line


def test_faults_name_their_items_and_who_is_in_the_way() -> None:
    error = RefusedError(
        "not-possible",
        faults=[[N, "not-the-holder"], [N, "no-such-step"], [0, "witness-missing"]],
        who=["NV011", "registered", ""],
    )
    _, holder, seal, act = error_lines(EN, error)
    assert "(held by NV011)" in holder
    assert "kt1 seal print" in seal
    assert act.startswith("  the whole act: ")


def test_each_scan_has_its_own_error_below_it() -> None:
    scans = [{"scan": 2, "code": "no-such-item", "detail": {"n": N}}]
    _, line = error_lines(EN, RefusedError("scans-refused", scans=scans))
    assert line.startswith("  2: ")


def test_an_older_state_is_said_before_what_is_missing() -> None:
    error = UnavailableError("log-behind", size=9, own=7)
    assert len(behind_lines(EN, [error])) == 1 + len(error_lines(EN, error))
    assert behind_lines(EN, []) == []


def test_machines_get_the_code_and_facts_beside_the_message() -> None:
    error = RefusedError("no-such-item", n=N)
    assert plain_error(EN, error) == {
        "code": "no-such-item",
        "detail": {"n": N},
        "message": error_lines(EN, error)[0],
    }
