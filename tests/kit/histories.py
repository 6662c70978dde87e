"""Random histories of one item, as bare steps and rulings, and the orders that the rules call equal.

People live honestly first; then others, and they themselves, do what makes an item hard to follow:
forks and followers of forks, steps whose predecessor nobody has, forged and late ones, counters used
twice, rows that end in themselves, the same step twice, rulings that keep one, none or a stranger.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from kt1custody.core.custody.ruling import Ruling
from kt1custody.core.custody.table import Step
from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act, Line
from tests.kit import bare_steps, cast
from tests.kit.bare_steps import ANYTHING_GOES, BEGIN, N, Story

STRICT = replace(ANYTHING_GOES, witness=dict.fromkeys("0CBA", frozenset({"handover", "bind"})))
NEVER_PRINTED = 79_999
OF_ANOTHER = 79_998
REFUSALS = ("offer-missing", "not-offered", "offer-taken", "offer-withdrawn")
Entry = Step | Ruling


def printed(serial: int) -> int | None:
    return {NEVER_PRINTED: None, OF_ANOTHER: N + 100}.get(serial, N)


@dataclass(frozen=True)
class History:
    """What there is of an item, in the order in which it was made."""

    entries: tuple[Entry, ...]

    def arrive(self, order: Sequence[int] | None = None) -> tuple[list[Step], list[Ruling]]:
        """Give steps and rulings the positions of a log that they reach in an order."""
        placed = [
            _at(self.entries[place], seq)
            for seq, place in enumerate(order or range(len(self.entries)), start=1)
        ]
        steps = [one for one in placed if isinstance(one, Step)]
        return steps, [one for one in placed if isinstance(one, Ruling)]

    def another_order(self, chance: Random) -> list[int]:
        """Draw an order in which what the log's order decides stands as it did."""
        left, order = list(range(len(self.entries))), list[int]()
        while left:
            free = [one for one in left if not any(self.is_tied(before, one) for before in left)]
            order.append(chance.choice(free))
            left.remove(order[-1])
        return order

    def is_tied(self, before: int, after: int) -> bool:
        """Whether one entry must come before another for the story to be the same."""
        pair = self.entries[before], self.entries[after]
        if before >= after:
            return False
        if all(isinstance(one, Ruling) for one in pair):
            return True  # the last one counts
        if any(isinstance(one, Ruling) and _keeps_none(one) for one in pair):
            return True  # it speaks of what was there
        return all(one.act.type == "register" for one in pair)  # the first one counts


def history(chance: Random) -> History:
    """Draw a history."""
    story = Story(chance)
    story.live()
    for _ in range(chance.randrange(1, 9)):
        chance.choice([_fork, _fork, _follow, _follow, _forge, _flaw, _register])(story)
    if chance.random() < 0.2:
        _knot(story)
    entries: list[Entry] = list(story.steps)
    for _ in range(chance.choice([0, 0, 1, 2, 3, 5])):
        entries.insert(chance.randrange(len(entries) + 1), _ruling(story))
    if chance.random() < 0.1:
        entries.insert(chance.randrange(len(entries) + 1), chance.choice(story.steps))
    return History(tuple(entries))


def _fork(story: Story) -> None:
    """Who held it at some step gives it to two people, perhaps under one counter, perhaps thrice."""
    chance = story.chance
    step = chance.choice(story.steps)
    for _ in range(chance.choice([1, 1, 2])):
        _behind(story, step)


def _follow(story: Story) -> None:
    """Who took it in the newest step gives it on, whatever became of that step."""
    _behind(story, story.steps[-1])


def _behind(story: Story, step: Step) -> None:
    chance = story.chance
    holder = cast.CLERK if step.receiver is None else step.receiver.owner
    to = chance.choice([one for one in sorted(bare_steps.ROLES) if one != holder])
    kind = chance.choice(["handover", "handover", "take", "deliver", "bind", "void"])
    receiver = to if kind in ("handover", "take") else None
    seal = chance.choice([story.serial, story.serial, None, NEVER_PRINTED, 70_000])
    story.add(
        kind, holder, to=receiver, seal=seal, prev=step.hash, moves=False,
        reason=chance.choice(["torn", "torn", "cancelled"]),
    )  # fmt: skip


def _forge(story: Story) -> None:
    """Anybody says anything, and names any step, none, or one that nobody has."""
    chance = story.chance
    prev = chance.choice([None, None, b"nowhere", *(step.hash for step in story.steps)])
    giver, to = chance.sample(sorted(bare_steps.ROLES), 2)
    kind = chance.choice(["handover", "take", "deliver", "void", "bind", "return"])
    seal = chance.choice([70_000, story.serial, story.serial + 7, NEVER_PRINTED, OF_ANOTHER, None])
    receiver = to if kind in ("handover", "take") else None
    story.add(kind, giver, to=receiver, seal=seal, prev=prev, moves=False, reason="torn")


def _flaw(story: Story) -> None:
    """One of the steps turns out to be late, disputed as a whole, twice, or half of nothing."""
    chance = story.chance
    place = chance.randrange(1, len(story.steps))
    step = story.steps[place]
    flaws: dict[str, dict[str, object]] = {
        "stopped": {"stopped": True},
        "doubled": {"doubled": True},
        "late": {"late": True, "newer": STRICT},
        "unnamed": {"prev": None},
        "early": {"act": replace(step.act, seen=(chance.randrange(3), b"leaf"))},
    }
    if step.act.type == "take":
        refusal = chance.choice(REFUSALS)
        gone = {"prev": None} if refusal in REFUSALS[:2] else {}
        flaws["refused"] = {"refusal": refusal, **gone}
    if step.act.type != "register":
        changed = flaws[chance.choice(sorted(flaws))]
        story.steps[place] = replace(step, **changed)  # type: ignore[arg-type]  # as they are named


def _register(story: Story) -> None:
    """Somebody registers the number once more; or the first registration does not count."""
    if story.chance.random() < 0.5:
        story.register()
        story.head = story.steps[-2].hash
    elif story.chance.random() < 0.1:
        story.steps[0] = replace(story.steps[0], stopped=True)


def _knot(story: Story) -> None:
    """Rows that end in themselves, which no hash allows; nothing may run in circles for them."""
    one, other = _strange(story), _strange(story)
    story.steps[-2] = replace(one, prev=other.hash)
    story.steps[-1] = replace(other, prev=story.chance.choice([one.hash, other.hash]))


def _strange(story: Story) -> Step:
    return story.add("handover", cast.CLERK, to=cast.COURIER, moves=False)


def _ruling(story: Story) -> Ruling:
    """Two officers settle some fork, or none; or somebody corrects the registration."""
    chance = story.chance
    if chance.random() < 0.25:
        fields: dict[str, cbor.Value] = {
            "of": story.steps[0].act.hash, "officers": False, "value": chance.randrange(3),
            "field": chance.choice(["urgency", "kind"]), "by2": None, "by3": None,
        }  # fmt: skip
        return _act("correct", chance.choice([cast.CLERK, cast.CLERK, cast.CLERK_2]), fields, {})
    named = [step for step in story.steps if step.prev is not None]
    forked = [
        one for one in named if any(one is not other and one.prev == other.prev for other in named)
    ]
    step = chance.choice(forked or named)
    keep = chance.choice([step.hash, step.hash, step.hash, None, chance.choice(named).hash])
    return _act("settle", cast.OFFICERS[0], {}, {"prev": step.prev, "keep": keep})


def _act(kind: str, by: str, fields: dict[str, cbor.Value], own: dict[str, cbor.Value]) -> Ruling:
    line = Line(N, None, None, None, own)
    fields = {"by": by, **fields}
    act = Act(
        body=b"",
        hash=b"",
        type=kind,
        log="",
        id=b"",
        at=BEGIN,
        dev="",
        dseq=0,
        dprev=b"",
        seen=(0, b""),
        by=by,
        lines=(line,),
        fields=fields,
    )
    return Ruling(0, act, line)


def _keeps_none(ruling: Ruling) -> bool:
    return ruling.act.type == "settle" and ruling.line.fields["keep"] is None


def _at(one: Entry, seq: int) -> Entry:
    if isinstance(one, Ruling):
        return replace(one, seq=seq)
    return replace(one, seq=seq, accepted_at=BEGIN + 86_400 + seq)
