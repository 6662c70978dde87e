"""State is a fold over the log: late acts fall into place, forks stop an item where they begin.

**Rule:** an item's state depends on the set of its steps, not on the order in which they came.
`take_in` is the one function that judges an arriving act; the writer, `rebuild` and the audit
call the same one over their own `Book`. Source: `.docs/formats.md` §3 (`prev`), §5 and §8.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from kt1custody.core.act import REPORT_TYPES, STEP_TYPES, Act
from kt1custody.core.custody import (
    DISPUTES,
    WAITING,
    ItemState,
    Printed,
    Step,
    Verdict,
    judge,
)
from kt1custody.core.entry import Entry, Fault, Judgement, Signature, step_hash
from kt1custody.core.keyring import ACT_DISPUTES, Control, Key


class Book(Protocol):
    """What judging needs to know of the log so far; the store and the audit each have one."""

    control: Control

    def item(self, n: int) -> ItemState | None:
        """Find the state of an item."""

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        """Give position and line of every step of an item in the log, in the log's order."""

    def entry(self, seq: int) -> Entry:
        """Read an entry again."""

    def printed(self, serial: int) -> int | None:
        """Find the item for which a serial was printed."""

    def moment(self, seq: int) -> tuple[bytes, int] | None:
        """Give leaf hash and time of an entry, or None if the log has not reached it."""

    def twins(self, act: Act) -> Sequence[int]:
        """Give positions of other acts with this act's id, or its device and counter."""


@dataclass(slots=True)
class Outcome:
    """What an act makes of the log: its judgement, and the states of items that changed."""

    judgement: Judgement
    items: dict[int, ItemState] = field(default_factory=dict)


@dataclass(slots=True)
class Folded:
    """One item folded: its state, every step's codes, and the states along the way by hash."""

    state: ItemState | None
    codes: dict[tuple[int, int], tuple[str, ...]]
    along: dict[bytes, ItemState]


def signing_keys(control: Control, signatures: Sequence[Signature]) -> tuple[Key, ...]:
    """Give the keys of an authentic act's signatures."""
    return tuple(control.keys[one.kid] for one in signatures)


def take_in(
    book: Book, *, seq: int, accepted_at: int, act: Act, signatures: Sequence[Signature]
) -> Outcome:
    """Judge an authentic act as entry `seq` of the log, and fold it into the items it names.

    Args:
        book: The log up to `seq` − 1; not changed.
        accepted_at: The server's clock, Unix seconds UTC.

    Returns:
        Judgement on arrival and the new states; the same for the same log, always.
    """
    keys = signing_keys(book.control, signatures)
    twins = book.twins(act)
    whole = _judge_act(book, act, keys, accepted_at, twins)
    faults: set[Fault] = {(-1, code) for code in whole}
    outcome = Outcome(())
    if act.type == "print":
        faults |= _judge_prints(book, act, outcome, stopped=bool(whole & ACT_DISPUTES))
    elif act.type in STEP_TYPES | REPORT_TYPES:
        make = _Steps(book, seq, act, step_hash(act.body, signatures), accepted_at)
        for index in range(len(act.lines)):
            step = make.step(index, keys, stopped=bool(whole & ACT_DISPUTES), doubled=bool(twins))
            codes = _take_step(book, step, twins, outcome)
            faults |= {(index, code) for code in codes}
    for twin in twins:
        _stop_twin(book, twin, outcome)
    outcome.judgement = tuple(sorted(faults))
    return outcome


def fresh_serials(entry: Entry) -> dict[int, int]:
    """Give the serials that a `print` brings, with the items they are printed for."""
    codes = set(entry.judgement)
    if entry.act.type != "print" or any(line == -1 and c in ACT_DISPUTES for line, c in codes):
        return {}
    return {
        line.number("serial"): line.n
        for index, line in enumerate(entry.act.lines)
        if (index, "serial-taken") not in codes
    }


def fold(steps: Sequence[Step], printed: Printed) -> Folded:
    """Fold all steps of one item, whatever their order.

    From the registration on, the one valid step that names the last one is applied. An invalid
    step moves nothing, and who names it names in truth the step before it. Two valid ones stop
    the item: it is contested. Steps that name none are tried where no other fits.
    """
    return _Fold(steps, printed).run()


class _Fold:
    def __init__(self, steps: Sequence[Step], printed: Printed) -> None:
        self._printed = printed
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
        return self._done

    def _advance(self, state: ItemState) -> bool:
        """Apply the next step, if there is exactly one."""
        valid = self._successors(state) or self._strangers(state)
        if not valid:
            return False
        if len(valid) > 1 or valid[0][0].doubled:
            self._done.state = replace(state, contested=True)
            for step, verdict in valid:
                self._close(step, (*verdict.codes, "contested"))
            return False
        self._apply(*valid[0])
        return True

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
        return [step for step in self._open.values() if step.line.prev == name]

    def _strangers(self, state: ItemState) -> list[tuple[Step, Verdict]]:
        """Find the first step that names no predecessor and fits here."""
        unnamed = [s for s in self._open.values() if s.line.prev is None]
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
                lost = step.line.prev in forked
                if lost:
                    forked.add(step.hash)
                code = "contested" if lost else "predecessor-missing"
                notes = judge(None, step, self._printed).codes
                kept = tuple(c for c in notes if c not in DISPUTES | WAITING)
                self._done.codes[step.seq, step.index] = (*kept, code)
        waiting = sum(bool(WAITING & set(codes)) for codes in self._done.codes.values())
        if self._done.state is not None:
            self._done.state = replace(self._done.state, waiting=waiting)

    def _codes_of(self, step: Step) -> tuple[str, ...]:
        return self._done.codes.get((step.seq, step.index), ())


@dataclass(slots=True)
class _Steps:
    """Makes steps of one act's lines."""

    book: Book
    seq: int
    act: Act
    hash: bytes
    accepted_at: int

    def step(self, index: int, keys: tuple[Key, ...], *, stopped: bool, doubled: bool) -> Step:
        control = self.book.control
        newer = control.policy_at(self.seq, self.accepted_at)
        policy, late = newer, False
        if len(control.policies) > 1:
            known = _moment_seen(self.book, self.act)
            policy = control.policy_at(*known)
            late = self.accepted_at - known[1] > newer.max_offline
        line = self.act.lines[index]
        foreign = False
        if self.act.type == "handover" and control.foreign:
            state = self.book.item(line.n)
            foreign = state is not None and state.dest in control.foreign
        return Step(
            self.seq,
            index,
            self.hash,
            self.accepted_at,
            self.act,
            line,
            keys,
            policy,
            newer,
            late,
            foreign,
            stopped,
            doubled,
        )


def _moment_seen(book: Book, act: Act) -> tuple[int, int]:
    """Give position and time of the newest entry that the device had verified."""
    if act.seen is None:
        return 0, 0
    moment = book.moment(act.seen[0])
    return (act.seen[0], moment[1]) if moment else (act.seen[0], act.at)


def _judge_act(
    book: Book, act: Act, keys: Sequence[Key], accepted_at: int, twins: Sequence[int]
) -> set[str]:
    """Judge what speaks of the whole act: time, keys, device, counters, office."""
    control = book.control
    if act.seen is None:
        return set()
    faults = _twin_faults(book, act, twins)
    seq, (begin, seen_leaf) = act.seen[0], (0, b"")
    moment = book.moment(seq)
    if moment is None:
        faults.add("seen-ahead")
    else:
        seen_leaf, begin = moment
        if seen_leaf != act.seen[1]:
            faults.add("seen-fork")
    if not begin <= act.at <= accepted_at:
        faults.add("time-outside")
    if act.dev != "server" and act.dev not in control.devices:
        faults.add("device-unknown")
    if {act.dev, *(key.owner for key in keys)} & control.holds.keys():
        faults.add("on-hold")
    if act.type in ("register", "print", "bind", "void") and keys[0].office != act.number("office"):
        faults.add("wrong-office")
    return faults | _key_faults(control, keys, begin, accepted_at)


def _twin_faults(book: Book, act: Act, twins: Sequence[int]) -> set[str]:
    faults = set()
    for twin in twins:
        other = book.entry(twin).act
        if other.id == act.id:
            faults.add("id-reused")
        if (other.dev, other.dseq) == (act.dev, act.dseq):
            faults.add("counter-reused")
    return faults


def _key_faults(control: Control, keys: Sequence[Key], begin: int, accepted_at: int) -> set[str]:
    faults = set()
    revoked = [key for key in keys if key.kid in control.revoked]
    if revoked:
        faults.add("key-late" if len(revoked) < len(keys) else "key-revoked")
    if any(accepted_at < k.since or (k.until is not None and begin > k.until) for k in keys):
        faults.add("key-expired")
    return faults


def _judge_prints(book: Book, act: Act, outcome: Outcome, *, stopped: bool) -> set[Fault]:
    faults: set[Fault] = set()
    fresh: dict[int, int] = {}
    for index, line in enumerate(act.lines):
        serial = line.number("serial")
        if book.item(line.n) is None:
            faults.add((index, "predecessor-missing"))
        if book.printed(serial) is not None:
            faults.add((index, "serial-taken"))
        elif not stopped:
            fresh[serial] = line.n

    def printed(serial: int) -> int | None:
        return fresh.get(serial) or book.printed(serial)

    for n in set(fresh.values()):
        state = book.item(n)
        if state is not None and state.waiting:
            _refold(book, n, (), printed, outcome)
    return faults


def _take_step(book: Book, step: Step, twins: Sequence[int], outcome: Outcome) -> tuple[str, ...]:
    """Judge one line on arrival, and fold its item again if need be."""
    n, act = step.line.n, step.act
    state = book.item(n)
    if act.type == "register" and n // 10**10 != book.control.number:
        return ("number-taken",)
    if _is_plain(book, state, step):
        verdict = judge(state, step, book.printed)
        if verdict.after is not None and act.type in STEP_TYPES:
            outcome.items[n] = verdict.after
        if not WAITING & set(verdict.codes):
            return verdict.codes
    if act.type in REPORT_TYPES:
        return _judge_late_report(book, step)
    folded = _refold(book, n, (step,), book.printed, outcome, twins)
    return folded.codes[step.seq, step.index]


def _is_plain(book: Book, state: ItemState | None, step: Step) -> bool:
    """Tell whether the step simply follows the state, so that nothing must be folded again."""
    if step.doubled and step.act.type in STEP_TYPES:
        return False
    if state is None:
        return step.act.type == "register" and not book.past(step.line.n)
    plain = step.line.prev == state.head and not state.contested and not state.waiting
    return plain or step.act.type == "register"


def _judge_late_report(book: Book, step: Step) -> tuple[str, ...]:
    """Judge a report at the step that it names, or at the newest if it names none."""
    folded = fold(_history(book, step.line.n), book.printed)
    named = folded.state if step.line.prev is None else folded.along.get(step.line.prev)
    verdict = judge(named, step, book.printed)
    if named is None:
        return (*(c for c in verdict.codes if c not in DISPUTES), "predecessor-missing")
    return verdict.codes


def _refold(
    book: Book,
    n: int,
    more: Sequence[Step],
    printed: Printed,
    outcome: Outcome,
    twins: Sequence[int] = (),
) -> Folded:
    folded = fold((*_history(book, n, twins), *more), printed)
    if folded.state is not None:
        outcome.items[n] = folded.state
    return folded


def _history(book: Book, n: int, twins: Sequence[int] = ()) -> list[Step]:
    """Read the steps of an item from the log; of a twin just found we know that it is doubled."""
    return [step_of(book, seq, index, seq in twins) for seq, index in book.past(n)]


def step_of(book: Book, seq: int, index: int, doubled: bool = False) -> Step:
    """Make again the step that stands in the log, as it was judged when it came."""
    entry = book.entry(seq)
    keys = signing_keys(book.control, entry.signatures)
    make = _Steps(book, seq, entry.act, entry.step, entry.accepted_at)
    stopped = any(line == -1 and code in ACT_DISPUTES for line, code in entry.judgement)
    twins = doubled or any(other != seq for other in book.twins(entry.act))
    return make.step(index, keys, stopped=stopped, doubled=twins)


def _stop_twin(book: Book, twin: int, outcome: Outcome) -> None:
    """Fold again the items of an act whose counter or id has just been used a second time."""
    act = book.entry(twin).act
    if act.type not in STEP_TYPES:
        return
    for line in act.lines:
        if line.n not in outcome.items:
            folded = fold(_history(book, line.n, (twin,)), book.printed)
            if folded.state is not None:
                outcome.items[line.n] = folded.state
