"""State is a fold over the log: late acts fall into place, forks stop an item where they begin.

**Rule:** an item's state depends on the set of its steps and rulings, not on the order in which
they came, but where the log's order is the rule itself. `.docs/fold.md` tells it all in prose, to
be checked by hand; source: `.docs/formats.md` §3 (`prev`), §5 and §8.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kt1custody.core.custody.rules import judge
from kt1custody.core.custody.ruling import Ruling, put_right, settled
from kt1custody.core.custody.table import (
    DISPUTES,
    NOTES,
    WAITING,
    ItemState,
    Printed,
    Step,
    StepJudgement,
)


@dataclass(slots=True)
class Folded:
    """One item folded.

    Attributes:
        codes: Of every step, by position and line.
        along: The states along the way, by step hash.
        holding: Position and line of every step along the way.
        forks: Step hash of every fork, and its branches; those that are settled too.
        unruled: Step hash of the last fork of which no ruling speaks, or None.
    """

    state: ItemState | None
    codes: dict[tuple[int, int], tuple[str, ...]]
    along: dict[bytes, ItemState]
    holding: frozenset[tuple[int, int]] = frozenset()
    forks: dict[bytes, frozenset[bytes]] = field(default_factory=dict)
    unruled: bytes | None = None


def fold(steps: Sequence[Step], printed: Printed, rulings: Sequence[Ruling] = ()) -> Folded:
    """Fold all steps of one item, whatever their order.

    From the registration on, the one step that fits and names the last one is applied. A step that
    moves nothing is passed through: who names it names in truth the step before it. Of two that fit,
    what one person alone has signed gives way to what was handed on with two signatures; else they
    stop the item: it is contested, until two officers settle which holds. Steps that name none are
    tried where no other fits. Corrections of the registration show in the state at the end.
    """
    return _Fold(steps, printed, rulings).run()


_Fitting = list[tuple[Step, StepJudgement]]


class _Fold:
    def __init__(self, steps: Sequence[Step], printed: Printed, rulings: Sequence[Ruling]) -> None:
        self._all, self._printed, self._rulings = steps, printed, rulings
        self._done = Folded(None, {}, {})
        self._told: dict[bytes, tuple[str, ...]] = {}  # codes by step hash
        self._steps: dict[bytes, Step] = {}  # the same step twice is one
        for step in sorted(steps, key=lambda one: one.seq):
            self._steps.setdefault(step.hash, step)
        self._behind: dict[bytes | None, list[Step]] = defaultdict(list)  # by the step they name
        for step in self._steps.values():
            if step.act.type != "register":
                self._behind[step.prev].append(step)

    def run(self) -> Folded:
        registers = [s for s in self._steps.values() if s.act.type == "register"]
        for step in registers:
            self._take(step, judge(self._done.state, step, self._printed))
        while self._done.state is not None:
            found = self._next(self._done.state)
            if found is None:
                break
            self._take(*found)
        self._tell_rest()
        if self._done.state is not None and self._rulings:
            first = next(step.act for step in registers if step.hash in self._done.along)
            self._done.state = put_right(self._done.state, first, self._rulings)
        self._done.codes = {(step.seq, step.index): self._told[step.hash] for step in self._all}
        held = (self._steps[name] for name in self._done.along)
        self._done.holding = frozenset((step.seq, step.index) for step in held)
        return self._done

    def _take(self, step: Step, verdict: StepJudgement) -> None:
        self._told[step.hash] = verdict.codes
        if verdict.after is not None:
            self._done.state = self._done.along[step.hash] = verdict.after

    def _next(self, state: ItemState) -> tuple[Step, StepJudgement] | None:
        """Find the step that holds behind a state; None if there is none, or nobody has ruled."""
        fitting = self._named(state) or self._unnamed(state)
        while len(fitting) > 1 or (fitting and fitting[0][0].doubled):
            steps = [step for step, _ in fitting]
            branches = frozenset(step.hash for step in steps)
            self._done.forks[state.head] = branches | self._done.forks.get(state.head, frozenset())
            kept, lost = settled(state.head, steps, self._rulings)
            if kept is None and not lost:
                return self._unsettled(state, fitting)
            left = self._drop(fitting, lost, "contested")
            if kept is not None:
                [only] = left
                return only
            fitting = left or self._unnamed(state)
        return fitting[0] if fitting else None

    def _unsettled(self, state: ItemState, fitting: _Fitting) -> tuple[Step, StepJudgement] | None:
        """Find what holds at a fork of which nobody has ruled; None if officers must."""
        self._done.unruled = state.head
        steps = [step for step, _ in fitting]
        lighter = self._lighter(steps)
        if not lighter:
            self._done.state = replace(state, contested=True)
            self._drop(fitting, steps, "contested")
            return None
        [(step, verdict)] = self._drop(fitting, lighter, "outweighed")
        return step, replace(verdict, codes=(*verdict.codes, "outweighs"))

    def _drop(self, fitting: _Fitting, lost: Sequence[Step], code: str) -> _Fitting:
        """Say of steps that fit that they do not hold, and give those that are left."""
        gone = {step.hash for step in lost}
        for step, verdict in fitting:
            if step.hash in gone:
                self._told[step.hash] = (*verdict.codes, code)
        return [one for one in fitting if one[0].hash not in gone]

    def _lighter(self, steps: Sequence[Step]) -> list[Step]:
        """Find the branches that one person alone has signed, if only the other was handed on."""
        grown = {step.hash: self._branch(step) for step in steps}
        handed = [one for one in steps if any(step.receiver for step in grown[one.hash])]
        alone = [one for one in steps if _is_alone(grown[one.hash])]
        is_plain = len(handed) == 1 and not handed[0].doubled
        return alone if is_plain and len(alone) == len(steps) - 1 else []

    def _branch(self, first: Step) -> list[Step]:
        """Give a step and all that can move something behind it."""
        found = {first.hash: first}
        for name in (names := [first.hash]):  # grows with what is behind
            for step in self._behind.get(name, ()):
                if step.hash not in found:
                    found[step.hash] = step
                    names.append(step.hash)
        return [one for one in found.values() if not one.stopped and one.refusal is None]

    def _named(self, state: ItemState) -> _Fitting:
        """Find what fits of the steps that name the last one, or one that moved nothing behind it."""
        names, fitting = [state.head], _Fitting()
        for name in names:  # grows with every step that moves nothing
            for step in self._behind.get(name, ()):
                verdict = judge(state, step, self._printed)
                if verdict.after is not None:
                    fitting.append((step, verdict))
                    continue
                self._told[step.hash] = verdict.codes
                if not WAITING & set(verdict.codes):
                    names.append(step.hash)
        return fitting

    def _unnamed(self, state: ItemState) -> _Fitting:
        """Find the first step that names no predecessor and fits here."""
        free = [step for step in self._behind.get(None, ()) if step.hash not in self._told]
        for step in sorted(free, key=lambda one: (one.act.seen or (0, b""), one.act.at, one.hash)):
            verdict = judge(state, step, self._printed)
            if verdict.after is not None:
                return [(step, verdict)]
            if DISPUTES & set(verdict.codes):
                self._told[step.hash] = verdict.codes
        return []

    def _tell_rest(self) -> None:
        """Say of what was not reached that it is behind what does not hold, or waits."""
        fallen = ("contested", "outweighed")
        lost = [(name, c) for name, codes in self._told.items() for c in fallen if c in codes]
        for name, code in lost:  # grows with what is behind
            for step in self._behind.get(name, ()):
                self._told[step.hash] = self._unreached(step, code)
                lost.append((step.hash, code))
        for step in self._steps.values():
            if step.hash not in self._told:
                self._told[step.hash] = self._unreached(step, "predecessor-missing")
        if self._done.state is not None:
            waiting = sum(bool(WAITING & set(codes)) for codes in self._told.values())
            self._done.state = replace(self._done.state, waiting=waiting)

    def _unreached(self, step: Step, code: str) -> tuple[str, ...]:
        """Judge a step without a state: what it lacks by itself, or else what lies before it."""
        codes = judge(None, step, self._printed).codes
        if step.stopped or step.refusal is not None:
            return codes
        return (*(one for one in codes if one in NOTES), code)


def _is_alone(branch: Sequence[Step]) -> bool:
    """Tell whether one and the same person has signed all of a branch, and nobody else any."""
    signers = {step.giver.owner for step in branch}
    return len(signers) == 1 and not any(step.receiver or step.witnessed for step in branch)
