"""Steps and corrections that are set aside for good, so that nobody's many acts cost others time.

**Rule:** of what the same persons have signed about one item and what makes no state of it, the first
`MOST` are folded with the rest, since a step may still come to hold; more than that are disputed
and never looked at again. So nobody's acts set aside what others have signed with him. Source:
`.docs/fold.md`.
"""

from collections.abc import Iterable, Iterator, Set
from typing import Final

from kt1custody.core.custody.ruling import Ruling
from kt1custody.core.custody.table import Step
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import WHOLE, Judgement, codes_of
from kt1custody.core.log.keyring import is_disputed
from kt1custody.core.log.schema import RULING_TYPES

MOST: Final = 20  # of the same signers about one item; honest ones are two or three
CODE: Final = "too-many-set-aside"
KIND: Final = "aside"  # how a table of lines calls them


def is_too_many(
    act: Act, steps: Iterable[Step], rulings: Iterable[Ruling], holding: Set[tuple[int, int]]
) -> bool:
    """Tell whether the signers of an act have so much aside that one more is set aside for good.

    Args:
        steps: Of the item, without those of the act.
        rulings: About the item likewise.
        holding: Position and line of the steps that hold.
    """
    acts = [step.act for step in steps if (step.seq, step.index) not in holding]
    acts += [ruling.act for ruling in rulings]
    mine = {*act.persons}
    return sum({*one.persons} == mine for one in acts) >= MOST


def names(act: Act, judgement: Judgement) -> Iterator[tuple[int, str]]:
    """Give the items of an act as `Act.names`; what is set aside for good is called `KIND`."""
    codes = {*judgement}
    is_void = act.type in RULING_TYPES and is_disputed(codes_of(judgement, WHOLE))
    for index, (n, kind) in enumerate(act.names):
        is_aside = kind == act.type and (is_void or (index, CODE) in codes)
        yield n, KIND if is_aside else kind
