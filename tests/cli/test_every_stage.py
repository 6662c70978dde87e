"""Every command on a log in every stage of its life: an answer or a sentence, never a traceback."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kt1custody.cli.main import kt1
from tests.kit import nightly, stages
from tests.kit.calls import ANSWERS, CALLS, WITHOUT_A_LOG
from tests.kit.stages import STAGES, Stages

Run = Callable[..., Result]


@pytest.fixture
def run(world: Stages, tmp_path: Path) -> Run:
    """Give one command to a copy of a stage."""

    def call(name: str, stage: str, *more: str) -> Result:
        return CliRunner().invoke(
            kt1, [*more, *world.call(name, stage, tmp_path / f"{stage} {name}")]
        )

    return call


def outcome(result: Result) -> str:
    """Say in a word how a command ended; all but `.` comes with a sentence."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    answer = json.loads(result.stdout)
    if "error" not in answer:
        return "." if result.exit_code == 0 else str(result.exit_code)
    assert result.exit_code in {2, 3, 4, 5, 6}
    message = answer["error"]["message"]
    assert len(message) > 20, message
    assert "{" not in message, message  # a place that nothing fills
    return str(answer["error"]["code"])


def test_every_command_has_its_call_and_its_answers():
    names = set(stages.commands())
    assert names == CALLS.keys()
    assert names == ANSWERS.keys() | WITHOUT_A_LOG.keys()
    assert not ANSWERS.keys() & WITHOUT_A_LOG.keys()


@pytest.mark.slow
@pytest.mark.parametrize("stage", nightly.each(STAGES[1:], "founded", "full", "restored"))
def test_every_command_is_answered_as_the_stage_is(run: Run, stage: str):
    place = STAGES[1:].index(stage)
    wanted = {name: answers.split()[place] for name, answers in ANSWERS.items()}
    results = {name: run(name, stage, "--json") for name in ANSWERS}
    assert {name: outcome(result) for name, result in results.items()} == wanted
    silent = {name for name, result in results.items() if "log-behind" not in result.stdout}
    assert silent == ({"catch-up", "epoch"} if stage == "restored" else ANSWERS.keys())


@pytest.mark.parametrize("name", ["item list", "settle"], ids=["answer", "error"])
def test_whatever_is_read_of_a_log_that_is_behind_comes_with_a_warning(run: Run, name: str):
    told = run(name, "restored").output
    assert "BEWARE" in told or "COI CHỪNG" in told
    assert "kt1 catch-up" in told
    assert "kt1 catch-up" not in run(name, "full").output


def test_where_there_is_no_log_all_say_so_but_those_that_need_none(run: Run):
    wanted = dict.fromkeys(ANSWERS, "database-missing") | WITHOUT_A_LOG
    assert {name: outcome(run(name, STAGES[0], "--json")) for name in CALLS} == wanted


@pytest.mark.parametrize(
    ("name", "stage", "advice"),
    [
        ("item list", "nothing", "kt1 init"),
        ("item list", "founded", "Không có bưu gửi nào"),
        ("item add", "founded", "kt1 catalogue offices"),
        ("item import", "offices", "kt1 catalogue agencies"),
        ("item template", "offices", "kt1 catalogue agencies"),
        ("person enrol", "founded", "kt1 catalogue offices"),
        ("item add", "agencies", "kt1 person enrol"),
        ("find", "agencies", "kt1 person enrol"),
        ("handover", "held", "kt1 person lift"),
        ("handover", "restored", "kt1 catch-up"),
        ("witness ask", "people", "--key"),
    ],
)
def test_the_next_step_is_named(run: Run, name: str, stage: str, advice: str):
    result = run(name, stage)
    assert advice in result.output
    assert isinstance(result.exception, SystemExit | None)
