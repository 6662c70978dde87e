"""Rules of two languages side by side: every case of some blocks, judged by both, in one order."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from kt1custody.web.api import rules
from tests.kit import node

Part = dict[str, Any]
Block = Sequence[Sequence[Part]]  # one part of each row makes the facts of a case; later parts win
_BY_NODE = """({ data, blocks }) => {
    const { custody, seals } = JSON.parse(data)
    const verdictOf = (facts) => %s
    const places = new Map(), places_of_cases = []
    const walk = ([parts, ...more], facts) => {
        for (const part of parts) {
            const all = { ...facts, ...part }
            if (more.length) walk(more, all)
            else {
                const verdict = JSON.stringify(verdictOf(all))
                if (!places.has(verdict)) places.set(verdict, places.size)
                places_of_cases.push(places.get(verdict))
            }
        }
    }
    for (const block of blocks) walk(block, {})
    return [[...places.keys()].map((verdict) => JSON.parse(verdict)), places_of_cases]
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two languages say of the same cases.

    Attributes:
        count: How many cases there are.
        verdicts: Every verdict of the script, once.
        differing: Facts and both verdicts, where they differ.
    """

    count: int
    verdicts: list[Any]
    differing: list[tuple[Part, Any, Any]]


def cases(blocks: Sequence[Block]) -> Iterator[Part]:
    """Give the facts of every case."""
    for block in blocks:
        for parts in itertools.product(*block):
            facts: Part = {}
            for part in parts:
                facts |= part
            yield facts


def compare(
    blocks: Sequence[Block], verdict_of: Callable[[Part], Any], by_script: str
) -> Comparison:
    """Judge every case in Python and by `rules.js`.

    Args:
        by_script: The verdict on `facts` in JavaScript; values as `verdict_of` gives them in JSON.
    """
    given = {"data": rules.TEXT, "blocks": blocks}
    with ThreadPoolExecutor() as beside:
        script = beside.submit(node.run, "rules", _BY_NODE % by_script, given)
        ours = [verdict_of(facts) for facts in cases(blocks)]
        verdicts, places = script.result()
    theirs = [verdicts[place] for place in places]
    differing = [
        (facts, verdict, other)
        for facts, verdict, other in zip(cases(blocks), ours, theirs, strict=True)
        if verdict != other
    ]
    return Comparison(count=len(ours), verdicts=verdicts, differing=differing)
