"""Picking an agency at a terminal: by words of its name, its code, or a number of a short list."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kt1custody.cli import ending
from kt1custody.cli.face import Face
from kt1custody.cli.speech import LANGUAGE, number, say
from kt1custody.core.formats import spelling
from kt1custody.core.search import Way
from kt1custody.errors import KtError, MalformedInputError
from kt1custody.words.errors import error_lines

if TYPE_CHECKING:
    from kt1custody.services.registration.search import FoundAgency

_SHOWN = 9  # a digit chooses one


def pick(face: Face, typed: str) -> str | None:
    """Find the agency that was meant; where several fit, ask which.

    Args:
        typed: Untrusted: words, or a code.

    Returns:
        Its code, or None where none was found or chosen, which has been said.

    Raises:
        RefusedError: `no-catalogue`.
    """
    from kt1custody.services.registration import search

    while True:
        try:
            found = search.agencies(face.session(), typed, limit=_SHOWN)
        except MalformedInputError as error:
            tell_error(error)
            return None
        if not found.total:
            _say_none(typed)
            return None
        if found.total == 1 or _is_alone(found.best):
            return found.best[0].agency.code
        for place, hit in enumerate(found.best, start=1):
            ending.note(f"  {place}  {hit.agency.name}  ({hit.agency.code})")
        question = say(
            "{shown} of {total} fit. Which number, or other words",
            shown=number(len(found.best)),
            total=number(found.total),
        )
        typed = face.ask(None, question).strip()
        if typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= len(found.best):
            return found.best[int(typed) - 1].agency.code
        if not typed:
            return None


def tell_error(error: KtError) -> None:
    """Say beside the answer what is wrong, where it can be mended at once."""
    for line in error_lines(LANGUAGE, error):
        ending.note(f"⚠ {line}")


def _say_none(typed: str) -> None:
    told = say(
        "No agency fits “{typed}”. Try fewer words, or only their beginnings; who is not in the list "
        "can neither send nor receive.",
        typed=spelling.shown(typed, 60),
    )
    ending.note(told)


def _is_alone(best: Sequence["FoundAgency"]) -> bool:
    """Tell whether the first is just what was typed, and no other one is."""
    return [hit.way for hit in best[:2]].count(Way.EXACT) == 1 and best[0].way is Way.EXACT
