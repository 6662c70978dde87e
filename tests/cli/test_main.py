"""The program: its groups of commands, what helps, and what it answers to what it does not know."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from kt1custody.cli.main import kt1


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def test_the_words_of_the_library_are_ours():
    for name, command in commands(kt1):
        assert command.options_metavar != "[OPTIONS]", name
    shown = CliRunner().invoke(kt1, ["seal"])
    assert "[OPTIONS]" not in shown.output


@pytest.mark.parametrize("words", [["nonsense"], ["seal", "nonsense"], ["holder", "--nonsense"]])
def test_what_nobody_knows_is_an_error_of_what_was_typed(words: list[str]):
    assert CliRunner().invoke(kt1, words).exit_code == 2


@pytest.mark.parametrize("words", [["-h"], ["--help"], ["seal", "--help"], ["item", "add", "-h"]])
def test_help_needs_no_log(words: list[str]):
    done = CliRunner().invoke(kt1, words)
    assert (done.exit_code, bool(done.output)) == (0, True)
