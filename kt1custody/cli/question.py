"""One question of a command: given as an option, or explained, asked, and checked when answered."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import click

from kt1custody.cli import ending, keyboard
from kt1custody.cli.speech import LANGUAGE
from kt1custody.errors import KtError
from kt1custody.words.errors import error_lines

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[_T]):
    """What a command must know.

    Attributes:
        option: Name of the option that answers it.
        title: A word or two, as in a form.
        explanation: What it means and what may be answered, told before it is asked; may be empty.
        read: Makes the value of what was typed.
    """

    option: str
    title: str
    explanation: str
    read: Callable[[str], _T]

    def answer(self, *given: object) -> _T:
        """Take the first answer that was given, or ask until there is a good one.

        Args:
            given: From options, or from an earlier call; None where there is none.

        Raises:
            KtError: What `read` refuses of a given answer.
        """
        for one in given:
            if one is not None:
                return self.read(str(one))
        if not sys.stdin.isatty():
            raise click.MissingParameter(param_hint=self.option, param_type="option")
        if self.explanation:
            ending.note(f"\n{click.wrap_text(self.explanation, width=78)}")
        while True:
            typed = keyboard.ask(self.title, default="")
            try:
                return self.read(typed)
            except KtError as error:
                for line in error_lines(LANGUAGE, error):
                    ending.note(line)
