"""The questions of a founding, each explained and checked when it is answered."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kt1custody.cli.face import Face
from kt1custody.cli.question import Question
from kt1custody.cli.speech import say
from kt1custody.core.formats import numbers, spelling
from kt1custody.errors import MalformedInputError, RefusedError

if TYPE_CHECKING:
    from kt1custody.services.keys.genesis_entry import Founding

OFFICES, DIGITS = numbers.OFFICES, numbers.LOG_DIGITS


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundingOptions:
    """Answers that were given as options; None: not given."""

    log: str | None
    name: str | None
    office: int | None
    number: int | None
    training: bool
    officers: tuple[str, str] | None
    reserve: str | None
    names: tuple[str, str, str] | None


def ask(face: Face, given: FoundingOptions, known: "Founding | None") -> "Founding":
    """Take each answer from the options, from an interrupted founding, or ask for it."""
    from kt1custody.services.keys.genesis_entry import Founding

    log = _LOG.answer(given.log, known and known.log)
    name = _NAME.answer(given.name, known and known.name)
    office = _OFFICE.answer(given.office, known and known.office)
    number = _NUMBER.answer(given.number, known and known.number)
    first, second = given.officers or (None, None)
    old = known.officers if known else (None, None, None)
    told = given.names or (known.names if known else None) or (None, None, None)
    people: dict[str, str | None] = {}
    for (option, title, explanation), answers, name_told in zip(
        _officers(), ((first, old[0]), (second, old[1]), (given.reserve, old[2])), told, strict=True
    ):
        question = Question(
            option=option, title=title, explanation=explanation, read=_officer(face, people)
        )
        staff = question.answer(*answers)
        people[staff] = _name_of(staff, name_told)
    one, two, three = people
    names = tuple(one for one in people.values() if one is not None)
    training = given.training or (known is not None and known.training)
    return Founding(
        log=log,
        name=name,
        office=office,
        number=number,
        training=training,
        officers=(one, two, three),
        names=(names[0], names[1], names[2]) if len(names) == 3 else None,
    )


def _name_of(staff: str, told: str | None) -> str | None:
    """Give the name of an officer as told, or ask for it where somebody can answer."""
    if told is None and not sys.stdin.isatty():
        return None
    return Question(
        option="--names",
        title=say("Full name of {staff}", staff=staff),
        explanation="",
        read=lambda typed: _checked_name("officer", typed),
    ).answer(told)


def _officer(face: Face, before: Mapping[str, object]) -> Callable[[str], str]:
    """Make the reading of an officer's number: none of those before, and without a key here."""

    def read(typed: str) -> str:
        from kt1custody.services.keys import genesis

        staff = numbers.parse_staff_number(typed)
        if staff in before:
            raise RefusedError("same-person")
        genesis.refuse_keys(face.session(), (staff,))
        return staff

    return read


def _checked_name(field: str, typed: str) -> str:
    from kt1custody.services.keys import genesis

    text = spelling.tidy(typed)
    genesis.check_name(field, text)
    return text


def _number(low: int, high: int) -> Callable[[str], int]:
    """Make the reading of a number in a range, both ends included."""

    def read(typed: str) -> int:
        text = typed.strip()
        if text.isascii() and text.isdecimal() and low <= int(text[:9]) <= high:
            return int(text)
        raise MalformedInputError("number-outside", low=low, high=high)

    return read


_LOG = Question(
    option="--log",
    title=say("Name of the log"),
    explanation=say(
        "The name of the log: the domain of your office, a stroke and the number of the province, "
        "such as kt1.lamdong.vn/68. Small letters without accents, digits, dots and hyphens. It "
        "stands in every signature and can never be changed."
    ),
    read=lambda typed: numbers.check_log_name(typed.strip()),
)
_NAME = Question(
    option="--name",
    title=say("Name of the service"),
    explanation=say(
        "The name of the service in words, as it shall stand on sheets and reports, such as: Bưu "
        "cục KT1 tỉnh Lâm Đồng. It cannot be changed either."
    ),
    read=lambda typed: _checked_name("service", typed),
)
_OFFICE = Question(
    option="--office",
    title=say("Number of the founding office"),
    explanation=say(
        "The number of the office that keeps this log: six digits, the same as under “Mã số” in "
        "the list of offices that you load next."
    ),
    read=_number(*OFFICES),
)
_NUMBER = Question(
    option="--number",
    title=say("First two digits of item numbers"),
    explanation=say(
        "Two digits from 10 to 99 with which every item number of this log begins, such as the "
        "number of the province. No other log of the country may have the same."
    ),
    read=_number(*DIGITS),
)


def _officers() -> tuple[tuple[str, str, str], ...]:
    """Give option, title and explanation of the questions for the three officers."""
    return (
        (
            "--officer",
            say("Staff number of the first officer"),
            say(
                "Two security officers sign everything that changes the rules: lists, people, keys. "
                "The number that each has at the post, such as NV021: a letter, then letters without "
                "accents and digits."
            ),
        ),
        (
            "--officer",
            say("Staff number of the second officer"),
            say("The second officer: another person, never at the same leave as the first."),
        ),
        (
            "--reserve",
            say("Staff number of the holder of the reserve key"),
            say(
                "The reserve key: a third person chooses its passphrase, then its file goes into a "
                "sealed envelope in the safe. Only with it and one officer can a lost officer's key be "
                "replaced. It signs nothing else. The best holder is the head of the post."
            ),
        ),
    )
