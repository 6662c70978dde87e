"""The fold a second time, slow and plain: every question is answered by walking back along `prev`.

It follows `.docs/fold.md` and shares no code with `core/custody/fold.py` and `core/custody/ruling.py`; what the table
says of one step it asks `custody.judge`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kt1custody.core.custody.rules import judge
from kt1custody.core.custody.ruling import Ruling
from kt1custody.core.custody.table import ItemState, Printed, Step

WAITS = {"predecessor-missing", "print-missing", "offer-missing"}
NOTES = {"cond-doubtful", "cond-broken", "cond-missing", "seal-not-seen", "prev-unknown",
         "policy-newer"}  # fmt: skip


@dataclass
class Told:
    """What the slow fold says.

    Attributes:
        codes: By step hash.
        forks: Branches by the step hash behind which they begin.
    """

    state: ItemState | None
    codes: dict[bytes, tuple[str, ...]]
    forks: dict[bytes, frozenset[bytes]]


def slow_fold(steps: Sequence[Step], printed: Printed, rulings: Sequence[Ruling] = ()) -> Told:
    return _Slow(steps, printed, rulings).tell()


class _Slow:
    def __init__(self, steps: Sequence[Step], printed: Printed, rulings: Sequence[Ruling]) -> None:
        self.by_hash: dict[bytes, Step] = {}
        for step in sorted(steps, key=lambda one: -one.seq):
            self.by_hash[step.hash] = step  # of two spellings of one step the first in the log
        self.printed = printed
        self.rulings = sorted(rulings, key=lambda one: one.seq)
        self.codes: dict[bytes, tuple[str, ...]] = {}
        self.moved: set[bytes] = set()  # they hold
        self.fallen: dict[bytes, str] = {}  # they fit, and do not hold, and why
        self.forks: dict[bytes, frozenset[bytes]] = {}
        self.winners: set[bytes] = set()  # others gave way to them

    def tell(self) -> Told:
        state, register = self.accepted()
        is_contested = False
        while state is not None and not is_contested:
            following, is_contested = self.following(state)
            if following is None:
                break
            verdict = judge(state, following, self.printed)
            won = ("outweighs",) if following.hash in self.winners else ()
            self.codes[following.hash] = (*verdict.codes, *won)
            self.moved.add(following.hash)
            state = verdict.after
        for step in self.by_hash.values():
            if step.hash not in self.codes:
                self.codes[step.hash] = self.not_reached(step)
        if state is None or register is None:
            return Told(None, self.codes, self.forks)
        waiting = sum(any(code in WAITS for code in codes) for codes in self.codes.values())
        state = replace(state, contested=is_contested, waiting=waiting)
        return Told(self.corrected(state, register), self.codes, self.forks)

    def accepted(self) -> tuple[ItemState | None, Step | None]:
        """The first registration in the log that counts, and what it makes of the item."""
        state, register = None, None
        for step in sorted(self.by_hash.values(), key=lambda one: one.seq):
            if step.act.type == "register":
                verdict = judge(state, step, self.printed)
                self.codes[step.hash] = verdict.codes
                if verdict.after is not None:
                    state, register = verdict.after, step
                    self.moved.add(step.hash)
        return state, register

    def back(self, step: Step) -> Iterator[bytes | None]:
        """The hashes before a step, one after the other; ends where nothing is known or at a loop."""
        walked = {step.hash}
        while True:
            yield step.prev
            before = None if step.prev is None else self.by_hash.get(step.prev)
            if before is None or before.hash in walked:
                return
            walked.add(before.hash)
            step = before

    def stands_on(self, step: Step, state: ItemState) -> bool:
        """Whether a step names the head, or a row of steps that move nothing and begins there."""
        for name in self.back(step):
            if name == state.head:
                return True
            before = None if name is None else self.by_hash.get(name)
            if (
                before is None
                or before.act.type == "register"
                or not self.moves_nothing(before, state)
            ):
                return False
        return False

    def moves_nothing(self, step: Step, state: ItemState) -> bool:
        """Whether a step is no step of custody behind this state, and will not become one."""
        verdict = judge(state, step, self.printed)
        return verdict.after is None and not any(code in WAITS for code in verdict.codes)

    def following(self, state: ItemState) -> tuple[Step | None, bool]:
        """The step that holds next, if any; and whether two officers must say."""
        others = [one for one in self.by_hash.values() if one.act.type != "register"]
        others = [one for one in others if one.hash not in self.moved | self.fallen.keys()]
        here = [one for one in others if self.stands_on(one, state)]
        for step in here:
            verdict = judge(state, step, self.printed)
            if verdict.after is None:
                self.codes[step.hash] = verdict.codes
        fitting = [one for one in here if judge(state, one, self.printed).after is not None]
        if not fitting:
            fitting = self.without_name(state, others)
        if not fitting:
            return None, False
        if len(fitting) == 1 and not fitting[0].doubled:
            return fitting[0], False
        return self.ruled(state, fitting)

    def without_name(self, state: ItemState, others: Sequence[Step]) -> list[Step]:
        free = [one for one in others if one.prev is None and one.hash not in self.codes]
        free.sort(key=lambda one: one.hash)
        free.sort(key=lambda one: one.act.at)
        free.sort(key=lambda one: one.act.seen or (0, b""))
        for step in free:
            verdict = judge(state, step, self.printed)
            if verdict.after is not None:
                return [step]
            if any(code not in WAITS | NOTES for code in verdict.codes):
                self.codes[step.hash] = verdict.codes
        return []

    def ruled(self, state: ItemState, fitting: Sequence[Step]) -> tuple[Step | None, bool]:
        """Of several steps, or of one whose counter stands twice, the one that officers keep."""
        known = self.forks.get(state.head, frozenset())
        self.forks[state.head] = known | {one.hash for one in fitting}
        word: Ruling | None = None
        for ruling in self.rulings:
            if ruling.act.type == "settle" and ruling.line.fields["prev"] == state.head:
                keep = ruling.line.fields["keep"]
                if keep is None or any(one.hash == keep for one in fitting):
                    word = ruling
        fall: list[Step] = []
        if word is not None and word.line.fields["keep"] is None:
            fall = [one for one in fitting if one.seq < word.seq]
        elif word is not None:
            kept = word.line.fields["keep"]
            self.fall(state, [one for one in fitting if one.hash != kept])
            return next(one for one in fitting if one.hash == kept), False
        if not fall:
            return self.weighed(state, fitting)
        self.fall(state, fall)
        return self.following(state)

    def weighed(self, state: ItemState, fitting: Sequence[Step]) -> tuple[Step | None, bool]:
        """Where nobody has ruled: one branch that two have signed, against those of one person."""
        signers = {one.hash: [self.signers(step) for step in self.grown(one)] for one in fitting}
        strong = [
            one for one in fitting
            if any(step.receiver is not None for step in self.grown(one))
        ]  # fmt: skip
        weak = [one for one in fitting if len(set().union(*signers[one.hash])) == 1]
        if len(strong) != 1 or strong[0].doubled or len(weak) + 1 != len(fitting):
            self.fall(state, fitting)
            return None, True
        self.fall(state, weak, "outweighed")
        self.winners.add(strong[0].hash)
        return strong[0], False

    def grown(self, first: Step) -> list[Step]:
        """A branch: its first step, and what leads back to it; without what can move nothing."""
        every = [one for one in self.by_hash.values() if one.act.type != "register"]
        ours = [one for one in every if one is first or first.hash in self.back(one)]
        return [one for one in ours if not one.stopped and one.refusal is None]

    def signers(self, step: Step) -> set[str]:
        receiver = {step.receiver.owner} if step.receiver else set()
        witness = {"a witness"} if step.witnessed else set()
        return {step.giver.owner} | receiver | witness

    def fall(self, state: ItemState, steps: Sequence[Step], why: str = "contested") -> None:
        for step in steps:
            self.codes[step.hash] = (*judge(state, step, self.printed).codes, why)
            self.fallen[step.hash] = why

    def not_reached(self, step: Step) -> tuple[str, ...]:
        plain = judge(None, step, self.printed).codes
        if step.stopped or step.refusal is not None:
            return plain
        behind = [self.fallen[name] for name in self.back(step) if name in self.fallen]
        why = behind[0] if behind else "predecessor-missing"
        return (*(code for code in plain if code in NOTES), why)

    def corrected(self, state: ItemState, register: Step) -> ItemState:
        """The registration as the last correction of each field has it, if it is by the same person."""
        for ruling in self.rulings:
            act = ruling.act
            if act.type == "correct" and act.fields["of"] == register.act.hash:
                name, value = act.fields["field"], act.fields["value"]
                if act.by == register.act.by and name in ("urgency", "kind"):
                    state = replace(state, **{name: value})  # type: ignore[arg-type]  # a number
        return state
