"""What came of asking witnesses, in words."""

from pathlib import PurePath

import pytest

from kt1custody.services.witness.cosign import CODES, CosignOutcome
from kt1custody.words.cosigning import outcome_lines
from tests.kit import cast
from tests.kit.words import EN

NAME = "congan.lamdong.vn/kt1"


@pytest.mark.parametrize("code", CODES)
def test_every_outcome_names_its_witness(code: str):
    outcome = CosignOutcome(NAME, code, 7, cast.MORNING, 0, "404", "a-note")
    [line] = outcome_lines(EN, outcome, cast.ZONE, PurePath("evidence"))
    assert line.startswith(f"{NAME}: ")
    assert "{" not in line


def test_a_clock_that_is_ahead_is_told_too():
    outcome = CosignOutcome(NAME, "cosigned", 7, cast.MORNING, 600)
    assert "10 min" in list(outcome_lines(EN, outcome, cast.ZONE, PurePath()))[1]
