"""State is a fold over the log: late acts fall into place, forks stop an item where they begin.

**Rule:** an item's state depends on the set of its steps, not on the order in which they came.
`take_in` is the one function that judges an arriving act; the writer, `rebuild` and the audit
call the same one over their own `Book`. Source: `.docs/formats.md` §3 (`prev`), §5 and §8.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from kt1custody.core.act import REPORT_TYPES, RULING_TYPES, STEP_TYPES, Act, Line
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
from kt1custody.core.keyring import ACT_DISPUTES, Control, Key, is_assignable
from kt1custody.core.offer import Linked, Offered, link_of, take_refusal, withdraw_refusal
from kt1custody.core.ruling import Ruling, correction_faults, put_right, settled


class Book(Protocol):
    """What judging needs to know of the log so far; the store and the audit each have one."""

    control: Control

    def item(self, n: int) -> ItemState | None:
        """Find the state of an item."""

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        """Give position and line of every step and ruling about an item, in the log's order."""

    def find(self, body_hash: bytes) -> Entry | None:
        """Find the entry of an act by the hash of its body."""

    def links(self, of: bytes) -> Sequence[int]:
        """Give positions of an offer and of the takes and withdrawals that name it, in order."""

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
    branches: frozenset[bytes] = (
        frozenset()
    )  # of a contested item: the steps between which to settle


def signing_keys(control: Control, act: Act, signatures: Sequence[Signature]) -> tuple[Key, ...]:
    """Give the keys of an authentic act's signatures, with the roles that the signers knew of."""
    seen = 0 if act.seen is None else act.seen[0]
    return tuple(control.key_at(one.kid, seen) for one in signatures)


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
    keys = signing_keys(book.control, act, signatures)
    twins = book.twins(act)
    whole = _judge_act(book, act, keys, accepted_at, twins)
    faults: set[Fault] = {(-1, code) for code in whole}
    outcome = Outcome(())
    if act.type == "print":
        faults |= _judge_prints(book, act, outcome, stopped=bool(whole & ACT_DISPUTES))
    elif act.type in RULING_TYPES and not whole & ACT_DISPUTES:
        faults |= _take_rulings(book, seq, act, outcome)
    elif act.type == "withdraw":
        code = withdraw_refusal(_linked(book, act.octets("of")), act)
        faults |= {(-1, code)} if code else set()
    elif act.type in STEP_TYPES | REPORT_TYPES:
        make = _Steps(book, seq, act, step_hash(act.body, signatures), accepted_at, twins)
        for index in range(len(act.lines)):
            step = make.step(index, keys, stopped=bool(whole & ACT_DISPUTES), doubled=bool(twins))
            codes = _take_step(book, step, twins, outcome)
            faults |= {(index, code) for code in codes}
    if act.type == "offer" and not whole & ACT_DISPUTES:
        _let_take(book, Offered(act, keys[0]), link_of(act, signatures), outcome)
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
        if kept is None and not lost:
            self._done.state = replace(state, contested=True)
            self._done.branches = frozenset(step.hash for step, _ in valid)
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


@dataclass(slots=True)
class _Steps:
    """Makes steps of one act's lines."""

    book: Book
    seq: int
    act: Act
    hash: bytes
    accepted_at: int
    twins: Sequence[int] = ()  # positions just found to share a counter or id with another act
    fresh: Offered | None = None  # an offer that is just being taken in

    def step(self, index: int, keys: tuple[Key, ...], *, stopped: bool, doubled: bool) -> Step:
        control, act = self.book.control, self.act
        newer = control.policy_at(self.seq, self.accepted_at)
        policy, late = newer, False
        if len(control.policies) > 1:
            known = _moment_seen(self.book, act)
            policy = control.policy_at(*known)
            late = self.accepted_at - known[1] > newer.max_offline
        line = act.lines[index]
        parties = self._parties(line, keys)
        foreign = False
        if parties.receiver is not None and control.foreign:
            state = self.book.item(line.n)
            foreign = state is not None and state.dest in control.foreign
        return Step(
            self.seq,
            index,
            self.hash,
            self.accepted_at,
            act,
            line,
            parties.giver,
            parties.receiver,
            parties.office,
            parties.witnessed,
            parties.prev,
            parties.refusal,
            policy,
            newer,
            late,
            foreign,
            stopped,
            doubled or parties.doubled,
        )

    def _parties(self, line: Line, keys: tuple[Key, ...]) -> "_Parties":
        """Say who gives and who takes; of a take the offer says half of it."""
        act = self.act
        witnessed = act.fields.get("witness") is not None
        match act.type:
            case "handover":
                office = act.number_or_none("office")
                return _Parties(keys[0], keys[1], office, witnessed, line.prev)
            case "offer":
                receiver = self.book.control.current_key(act.text("to"))
                office = act.number_or_none("office")
                return _Parties(keys[0], receiver, office, witnessed, line.prev)
            case "take":
                linked = _linked(self.book, act.octets("of"), self.twins, self.fresh)
                refusal = take_refusal(linked, self.seq, act, line.n)
                if linked.offered is None or refusal == "not-offered":
                    return _Parties(keys[0], keys[0], None, witnessed, None, refusal)
                offered = linked.offered
                witnessed = witnessed and act.fields["witness"] != offered.giver.owner
                office = offered.act.number_or_none("office")
                prev = offered.prev_of(line.n)
                return _Parties(
                    offered.giver, keys[0], office, witnessed, prev, refusal, linked.doubled
                )
            case _:
                return _Parties(keys[0], None, None, witnessed, line.prev)


@dataclass(frozen=True, slots=True)
class _Parties:
    """Who gives and takes in one line; as in `custody.Step`."""

    giver: Key
    receiver: Key | None
    office: int | None
    witnessed: bool
    prev: bytes | None
    refusal: str | None = None
    doubled: bool = False


def _linked(
    book: Book, of: bytes, twins: Sequence[int] = (), fresh: Offered | None = None
) -> Linked:
    """Read an offer with its takes and withdrawals; one that moves nothing does not count."""
    offered, answers, doubled = fresh, [], False
    for seq in book.links(of):
        entry = book.entry(seq)
        if is_stopped(entry):
            continue
        if entry.act.type != "offer":
            answers.append((seq, entry.act))
        elif offered is None:
            [giver] = signing_keys(book.control, entry.act, entry.signatures)
            offered = Offered(entry.act, giver)
            doubled = seq in twins or bool(book.twins(entry.act))
    return Linked(offered, tuple(answers), doubled)


def is_stopped(entry: Entry) -> bool:
    """Tell whether an entry is disputed as a whole, so that it moves nothing."""
    return any(line == -1 and code in ACT_DISPUTES for line, code in entry.judgement)


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
    return (
        faults | _role_faults(control, act, keys) | _key_faults(control, keys, begin, accepted_at)
    )


def _role_faults(control: Control, act: Act, keys: Sequence[Key]) -> set[str]:
    if act.type == "assign" and not is_assignable(control, act):
        return {"not-assignable"}
    if act.type in ("register", "print", "bind", "void") and keys[0].office != act.number("office"):
        return {"wrong-office"}
    return set()


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
    if step.refusal is not None or (step.doubled and step.act.type in STEP_TYPES):
        return False
    if state is None:
        return step.act.type == "register" and not book.past(step.line.n)
    plain = step.prev == state.head and not state.contested and not state.waiting
    return plain or step.act.type == "register"


def _judge_late_report(book: Book, step: Step) -> tuple[str, ...]:
    """Judge a report at the step that it names, or at the newest if it names none."""
    folded = fold(*_history(book, step.line.n)[:1], book.printed)
    named = folded.state if step.prev is None else folded.along.get(step.prev)
    verdict = judge(named, step, book.printed)
    if named is None:
        return (*(c for c in verdict.codes if c not in DISPUTES), "predecessor-missing")
    return verdict.codes


def _take_rulings(book: Book, seq: int, act: Act, outcome: Outcome) -> set[Fault]:
    """Judge corrections and settlements line by line, and fold again what they change."""
    faults: set[Fault] = set()
    target = book.find(act.octets("of")) if act.type == "correct" else None
    for index, line in enumerate(act.lines):
        if act.type == "settle":
            folded = fold_item(book, line.n)
            keep = line.fields["keep"]
            at_fork = folded.state is not None and folded.state.head == line.octets("prev")
            if not (at_fork and folded.branches and keep in {None, *folded.branches}):
                faults.add((index, "fork-missing"))
        elif target is None:
            faults.add((index, "act-missing"))
        else:
            faults |= {(index, code) for code in correction_faults(act, target.act, line.n)}
        _refold(book, line.n, (Ruling(seq, act, line),), book.printed, outcome)
    return faults


def _let_take(book: Book, offered: Offered, of: bytes | None, outcome: Outcome) -> None:
    """Fold again what was taken before its offer came."""
    assert of is not None  # noqa: S101  # an offer has its hash
    for seq in book.links(of):
        act = book.entry(seq).act
        for line in act.lines if act.type == "take" else ():
            _refold(book, line.n, (), book.printed, outcome, fresh=offered)


def fold_item(book: Book, n: int) -> Folded:
    """Fold an item anew from all that the log says of it."""
    steps, rulings = _history(book, n)
    return fold(steps, book.printed, rulings)


def _refold(
    book: Book,
    n: int,
    more: Sequence[Step | Ruling],
    printed: Printed,
    outcome: Outcome,
    twins: Sequence[int] = (),
    fresh: Offered | None = None,
) -> Folded:
    steps, rulings = _history(book, n, twins, fresh)
    for one in more:
        if isinstance(one, Step):
            steps.append(one)
        else:
            rulings.append(one)
    folded = fold(steps, printed, rulings)
    if folded.state is not None:
        outcome.items[n] = folded.state
    return folded


def _history(
    book: Book, n: int, twins: Sequence[int] = (), fresh: Offered | None = None
) -> tuple[list[Step], list[Ruling]]:
    """Read steps of and rulings about an item from the log.

    Args:
        twins: Positions just found to have a counter or id in common with another act.
        fresh: An offer that is just being taken in.
    """
    steps, rulings = [], []
    for seq, index in book.past(n):
        entry = book.entry(seq)
        if entry.act.type not in RULING_TYPES:
            steps.append(_step_of(book, entry, index, twins, fresh))
        elif not is_stopped(entry):
            rulings.append(Ruling(seq, entry.act, entry.act.lines[index]))
    return steps, rulings


def _step_of(
    book: Book, entry: Entry, index: int, twins: Sequence[int], fresh: Offered | None
) -> Step:
    """Make again the step that stands in the log, as it was judged when it came."""
    keys = signing_keys(book.control, entry.act, entry.signatures)
    make = _Steps(book, entry.seq, entry.act, entry.step, entry.accepted_at, twins, fresh)
    doubled = entry.seq in twins or any(other != entry.seq for other in book.twins(entry.act))
    return make.step(index, keys, stopped=is_stopped(entry), doubled=doubled)


def _stop_twin(book: Book, twin: int, outcome: Outcome) -> None:
    """Fold again the items of an act whose counter or id has just been used a second time."""
    entry = book.entry(twin)
    acts = [entry.act]
    if entry.act.type == "offer":
        of = link_of(entry.act, entry.signatures)
        acts = [book.entry(seq).act for seq in book.links(of or b"")]
    for act in acts:
        for line in act.lines if act.type in STEP_TYPES else ():
            if line.n not in outcome.items:
                _refold(book, line.n, (), book.printed, outcome, (twin,))
