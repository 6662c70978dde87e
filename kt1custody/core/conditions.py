"""Rules as data: conditions that this program and a page's script evaluate alike.

**Rule:** a rule that both must know is written once, as data: its code, and the condition under which
it is said. Python compiles the data to expressions of its own, since a log is judged again with every
audit; `web/static/js/rules.js` walks the same data as JSON. What each operation means, for both:
`.docs/fold.md` ("Rules as data").

A condition is text, a number, a truth value or null, which stand for themselves; or a tuple of an
operation and its parts, each a condition again. What is asked about is a map of facts by name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final, TypeAlias

Condition: TypeAlias = "str | int | bool | tuple[Condition, ...] | None"
Facts: TypeAlias = Mapping[str, object]
Codes: TypeAlias = Mapping[str, Condition]


def fact(name: str, *path: Condition) -> Condition:
    """Give the condition that reads a fact, or what it holds at a path."""
    return ("at", name, *path)


def is_known(value: Condition) -> Condition:
    """Give the condition that a value is not null."""
    return ("not", ("is", value, None))


def make_evaluator(conditions: Mapping[str, Condition]) -> Callable[[Facts], dict[str, Any]]:
    """Compile what gives the value of each condition, under its name.

    Raises:
        KeyError: One names an operation that does not exist.
    """
    pairs = ", ".join(f"{name!r}: {_spell(condition)}" for name, condition in conditions.items())
    return _compile(f"{{{pairs}}}")


@dataclass(frozen=True, slots=True)
class Rules:
    """Codes and the conditions under which they are said.

    Attributes:
        stages: Of these maps the first in which any code is said counts, and no later one.
        always: Said besides, whatever else is said.
    """

    stages: Sequence[Codes]
    always: Codes
    codes_always: Callable[[Facts], list[str]] = field(init=False, repr=False)
    _stages: tuple[Callable[[Facts], list[str]], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes_always", _compile_codes(self.always))
        object.__setattr__(self, "_stages", tuple(map(_compile_codes, self.stages)))

    def codes(self, facts: Facts) -> list[str]:
        """Give the codes that are said of some facts, in the order of the rules."""
        for stage in self._stages:
            codes = stage(facts)
            if codes:
                return codes + self.codes_always(facts)
        return self.codes_always(facts)

    def data(self) -> dict[str, object]:
        """Give the rules as they are exported."""
        return {"stages": [dict(codes) for codes in self.stages], "always": dict(self.always)}


def _is_less(number: int | None, limit: int | None) -> bool:
    return number is not None and limit is not None and number < limit


def _sum(number: int | None, more: int | None) -> int | None:
    return None if number is None or more is None else number + more


def _spell_choice(*parts: str) -> str:
    """Spell conditions with a value behind each, and what holds else."""
    choice = parts[-1]
    for place in reversed(range(0, len(parts) - 1, 2)):
        choice = f"({parts[place + 1]} if {parts[place]} else {choice})"
    return choice


# How Python spells each operation.
OPERATIONS: Final[Mapping[str, Callable[..., str]]] = {
    "at": lambda name, *path: reduce("({} or {{}}).get({})".format, path, f"facts[{name}]"),
    "and": lambda *parts: f"({' and '.join(parts)})",
    "or": lambda *parts: f"({' or '.join(parts)})",
    "not": lambda part: f"(not {part})",
    "if": _spell_choice,
    "is": lambda value, *others: f"({value} in ({', '.join(others)},))",
    "in": lambda value, group: f"({value} in ({group} or ()))",
    "less": lambda number, limit: f"_is_less({number}, {limit})",
    "plus": lambda number, more: f"_sum({number}, {more})",
}
_CALLED: Final = {"_is_less": _is_less, "_sum": _sum}


def _spell(condition: Condition) -> str:
    """Spell a condition as an expression of Python about `facts`."""
    if not isinstance(condition, tuple):
        return repr(str(condition) if isinstance(condition, str) else condition)
    operation, *parts = condition
    return OPERATIONS[str(operation)](*map(_spell, parts))


def _compile_codes(codes: Codes) -> Callable[[Facts], list[str]]:
    """Compile what gives those of some codes whose conditions hold."""
    pairs = ", ".join(f"({code!r}, {_spell(condition)})" for code, condition in codes.items())
    return _compile(f"[code for code, holds in [{pairs}] if holds]")


def _compile(expression: str) -> Callable[[Facts], Any]:
    # Nothing of it comes from outside: it is spelled of constants of this program, once, at import.
    made: Callable[[Facts], Any] = eval(f"lambda facts: {expression}", {**_CALLED})  # noqa: S307
    return made
