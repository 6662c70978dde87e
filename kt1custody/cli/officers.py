"""The two officers of a command that needs them only at its end: given as an option, or asked."""

import sys

import click

from kt1custody.cli.face import Face
from kt1custody.cli.speech import say
from kt1custody.core.formats import numbers

option = click.option(
    "--officer",
    "officers",
    nargs=2,
    metavar="NV… NV…",
    help=say("The two officers who sign; asked if not given."),
)


def two(face: Face, given: tuple[str, str] | None) -> tuple[str, str]:
    """Give the two officers, asking for them where somebody can answer.

    Raises:
        MalformedInputError: `staff-number`.
    """
    if given is None and not sys.stdin.isatty():
        raise click.MissingParameter(param_hint="--officer", param_type="option")
    first, second = given or (
        face.ask(None, say("Staff number of the first officer who signs")),
        face.ask(None, say("Staff number of the second officer")),
    )
    return numbers.parse_staff_number(first), numbers.parse_staff_number(second)
