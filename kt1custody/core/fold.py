"""State is a fold over the log: late acts fall into place, forks stop an item where they begin.

**Rule:** an item's state depends on the set of its steps and rulings, not on the order in which
they came. Source: `.docs/formats.md` §3 (`prev`), §5 and §8.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kt1custody.core.custody import DISPUTES, WAITING, ItemState, Printed, Step, Verdict, judge
from kt1custody.core.ruling import Ruling, put_right, settled


@dataclass(slots=True)
class Folded:
    """One item folded.

    Attributes:
        codes: Of every step, by position and line.
        along: The states along the way, by step hash.
        branches: Step hashes between which two officers must settle, if the item is contested.
        forks: Step hash of every fork, and its branches; those that are settled too.
    """

    state: ItemState | None
    codes: dict[tuple[int, int], tuple[str, ...]]
    along: dict[bytes, ItemState]
    branches: frozenset[bytes] = frozenset()
    forks: dict[bytes, frozenset[bytes]] = field(default_factory=dict)


def fold(steps: Sequence[Step], printed: Printed, rulings: Sequence[Ruling] = ()) -> Folded:
    """Fold all steps of one item, whatever their order.

    From the registration on, the one valid step that names the last one is applied. An invalid
    step moves nothing, and who names it names in truth the step before it. Two valid ones stop
    the item: it is contested, until two officers settle which holds. Steps that name none are
    tried where no other fits. Corrections of the registration show in the state at the end.
    """
    return _Fold(steps, printed, rulings).run()


class _Fold:
    def __init__(self, steps: Sequence[Step], printed: Printed, rulings: Sequence[Ruling]) -> None:
        self._printed = printed
        self._rulings = rulings
        self._done = Folded(None, {}, {})
        self._open = {(step.seq, step.index): step for step in steps}
        self._steps = tuple(steps)

    def run(self) -> Folded:
        registers = [s for s in self._steps if s.act.type == "register"]
        for step in sorted(registers, key=lambda one: one.seq):
            self._try(self._done.state, step)
        while self._done.state is not None and self._advance(self._done.state):
            pass
        self._leave_waiting()
        if self._done.state is not None and self._rulings:
            first = next(s.act for s in registers if s.hash in self._done.along)
            self._done.state = put_right(self._done.state, first, self._rulings)
        return self._done

    def _advance(self, state: ItemState) -> bool:
        """Apply the next step, if there is exactly one."""
        valid = self._successors(state) or self._strangers(state)
        if not valid:
            return False
        if len(valid) > 1 or valid[0][0].doubled:
            return self._settle(state, valid)
        self._apply(*valid[0])
        return True

    def _settle(self, state: ItemState, valid: Sequence[tuple[Step, Verdict]]) -> bool:
        """Follow what two officers ruled about a fork; without a ruling the item stops here."""
        kept, lost = settled(state.head, [step for step, _ in valid], self._rulings)
        branches = frozenset(step.hash for step, _ in valid)
        self._done.forks[state.head] = branches | self._done.forks.get(state.head, frozenset())
        if kept is None and not lost:
            self._done.state = replace(state, contested=True)
            self._done.branches = branches
            lost = [step for step, _ in valid]
        for step, verdict in valid:
            if step in lost:
                self._close(step, (*verdict.codes, "contested"))
            elif step is kept:
                self._apply(step, verdict)
        return not self._done.branches

    def _successors(self, state: ItemState) -> list[tuple[Step, Verdict]]:
        """Find the steps that name the last one, or a disputed one that named it, and fit."""
        names = [state.head]
        valid: list[tuple[Step, Verdict]] = []
        for name in names:  # grows with every disputed step, whose followers count as ours
            for step in self._followers(name):
                verdict = judge(state, step, self._printed)
                if verdict.after is not None:
                    valid.append((step, verdict))
                    continue
                self._close(step, verdict.codes)
                if not WAITING & set(verdict.codes):
                    names.append(step.hash)
        return valid

    def _followers(self, name: bytes) -> list[Step]:
        return [step for step in self._open.values() if step.prev == name]

    def _strangers(self, state: ItemState) -> list[tuple[Step, Verdict]]:
        """Find the first step that names no predecessor and fits here."""
        unnamed = [s for s in self._open.values() if s.prev is None]
        for step in sorted(
            unnamed, key=lambda one: (one.act.seen or (0, b""), one.act.at, one.hash)
        ):
            verdict = judge(state, step, self._printed)
            if verdict.after is not None:
                return [(step, verdict)]
            if DISPUTES & set(verdict.codes):
                self._close(step, verdict.codes)
        return []

    def _try(self, state: ItemState | None, step: Step) -> None:
        verdict = judge(state, step, self._printed)
        if verdict.after is None:
            self._close(step, verdict.codes)
        else:
            self._apply(step, verdict)

    def _apply(self, step: Step, verdict: Verdict) -> None:
        assert verdict.after is not None  # noqa: S101  # the callers asked
        self._close(step, verdict.codes)
        self._done.state = verdict.after
        self._done.along[step.hash] = verdict.after

    def _close(self, step: Step, codes: tuple[str, ...]) -> None:
        self._done.codes[step.seq, step.index] = codes
        self._open.pop((step.seq, step.index), None)

    def _leave_waiting(self) -> None:
        """Say of every step that was not reached what it waits for."""
        forked = {s.hash for s in self._steps if "contested" in self._codes_of(s)}
        for step in self._steps:  # in the log's order, so a chain is followed as it grew
            if (step.seq, step.index) in self._open:
                lost = step.prev in forked
                if lost:
                    forked.add(step.hash)
                missing = step.refusal if step.refusal in WAITING else "predecessor-missing"
                code = "contested" if lost else missing
                notes = judge(None, step, self._printed).codes
                plain = tuple(c for c in notes if c not in DISPUTES | WAITING)
                self._done.codes[step.seq, step.index] = (*plain, code)
        waiting = sum(bool(WAITING & set(codes)) for codes in self._done.codes.values())
        if self._done.state is not None:
            self._done.state = replace(self._done.state, waiting=waiting)

    def _codes_of(self, step: Step) -> tuple[str, ...]:
        return self._done.codes.get((step.seq, step.index), ())
