"""The judgement of an act on arrival, and what it makes of the items it names.

**Rule:** `take_in` is the one function that judges an arriving act; the writer, `rebuild` and the
audit call the same one over their own `Book`. Source: `.docs/formats.md` §5 and §8.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kt1custody.core.act import Act
from kt1custody.core.custody import DISPUTES, NOTES, WAITING, ItemState, Printed, Step, judge
from kt1custody.core.entry import MAX_ENTRY_BYTES, Entry, Fault, Judgement, Signature, step_hash
from kt1custody.core.fold import Folded, fold
from kt1custody.core.forms import REPORT_TYPES, RULING_TYPES, STEP_TYPES
from kt1custody.core.history import (
    Book,
    StepMaker,
    fold_item,
    history,
    linked,
    signing_keys,
    twins_of,
)
from kt1custody.core.keyring import (
    ACT_DISPUTES,
    Control,
    Key,
    follows,
    is_assignable,
    is_nameable,
    is_rotatable,
)
from kt1custody.core.offer import Offered, link_of, read_offer, withdraw_refusal
from kt1custody.core.ruling import Ruling, correction_faults


@dataclass(slots=True)
class Outcome:
    """What an act makes of the log: its judgement, and the states of items that changed."""

    judgement: Judgement
    items: dict[int, ItemState] = field(default_factory=dict)


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
    keys = signing_keys(book.control, act, signatures, seq)
    twins, shared = twins_of(book, act)
    whole = _judge_act(book, act, keys, accepted_at, twins)
    whole |= {"counter-shared"} if shared else set()
    faults: set[Fault] = {(-1, code) for code in whole}
    outcome = Outcome(())
    if act.type == "print":
        faults |= _judge_prints(book, act, outcome, stopped=bool(whole & ACT_DISPUTES))
    elif act.type in RULING_TYPES and not whole & ACT_DISPUTES:
        faults |= _take_rulings(book, seq, act, outcome)
    elif act.type == "withdraw":
        code = withdraw_refusal(linked(book, act.octets("of")), act)
        faults |= {(-1, code)} if code else set()
    elif act.type in STEP_TYPES | REPORT_TYPES:
        make = StepMaker(book, seq, act, step_hash(act.body, signatures), accepted_at, twins)
        for index in range(len(act.lines)):
            step = make.step(index, keys, stopped=bool(whole & ACT_DISPUTES), doubled=bool(twins))
            codes = _take_step(book, step, twins, outcome)
            faults |= {(index, code) for code in codes}
    of = link_of(act, signatures)
    if act.type == "offer" and of is not None and not whole & ACT_DISPUTES:
        _let_take(book, read_offer(act, of, keys[0]), outcome)
    for twin in twins:
        _stop_twin(book, twin, outcome)
    outcome.judgement = fit(sorted(faults), MAX_ENTRY_BYTES - _around(act, signatures))
    return outcome


def fit(faults: Sequence[Fault], room: int) -> Judgement:
    """Shorten a judgement that would make its entry too long, the same way for everybody.

    What the lines themselves show (notes) goes first, then the last faults; an authentic act is
    never refused for the length of what is said about it.
    """
    kept = list(faults)
    if _length(kept) > room:
        kept = [fault for fault in kept if fault[0] < 0 or fault[1] not in NOTES]
    while kept and _length(kept) > room:
        kept.pop()
    return tuple(kept)


def _length(faults: Sequence[Fault]) -> int:
    return sum(len(code) + 6 for _, code in faults)  # at most: an array, its two heads, a line


def _around(act: Act, signatures: Sequence[Signature]) -> int:
    """Give the most bytes that an entry has beside its judgement."""
    return len(act.body) + 100 * len(signatures) + 256


def signed(
    outcome: Outcome, act: Act, before: Sequence[Signature], after: Sequence[Signature]
) -> Outcome:
    """Give the outcome of an act that was judged before it was signed.

    Signatures change nothing but the step hash.
    """
    old, new = step_hash(act.body, before), step_hash(act.body, after)
    items = {
        n: replace(state, head=new) if state.head == old else state
        for n, state in outcome.items.items()
    }
    return Outcome(outcome.judgement, items)


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
            faults.add("seen-ahead" if _may_be_lost(control, seq) else "seen-fork")
    if not begin <= act.at <= accepted_at:
        faults.add("time-outside")
    about = _about(control, act, keys, begin, accepted_at)
    return faults | {code for code, persons in about.items() if persons}


def whom(
    book: Book, act: Act, keys: Sequence[Key], accepted_at: int
) -> Mapping[str, frozenset[str]]:
    """Name the persons and devices that the faults of a whole act are about, by code.

    Args:
        keys: As `signing_keys` gives them.
        accepted_at: The server's clock, Unix seconds UTC.
    """
    moment = None if act.seen is None else book.moment(act.seen[0])
    begin = 0 if moment is None else moment[1]
    return _about(book.control, act, keys, begin, accepted_at)


def _about(
    control: Control, act: Act, keys: Sequence[Key], begin: int, accepted_at: int
) -> dict[str, frozenset[str]]:
    """Judge the persons and the device of an act; give by code who is at fault, or nobody."""
    owners = {key.owner for key in keys}
    revoked = {key.owner for key in keys if key.kid in control.revoked}
    expired = {
        key.owner
        for key in keys
        if accepted_at < key.since or (key.until is not None and begin > key.until)
    }
    found = {
        "device-unknown": {act.dev} - {"server", *control.devices},
        "on-hold": {act.dev, *owners} & control.holds.keys(),
        "key-late" if len(revoked) < len(keys) else "key-revoked": revoked,
        "key-expired": expired,
    }
    allowed = {"assign": is_assignable, "rotate": is_rotatable, "epoch": follows}.get(act.type)
    if allowed is not None and not allowed(control, act):
        found["not-assignable"] = {act.by}
    elif act.type == "office_key" and not is_nameable(control, act, accepted_at):
        found["key-not-nameable"] = {act.by}
    elif act.type in ("register", "print", "bind", "void", "office_key"):
        is_free = act.type == "office_key" and keys[0].role == "officer"
        is_own = is_free or keys[0].office == act.number("office")
        found["wrong-office"] = set() if is_own else {act.by}
    return {code: frozenset(persons) for code, persons in found.items()}


def _may_be_lost(control: Control, seq: int) -> bool:
    """Tell whether the entry that a device saw here may be one that an epoch has left behind."""
    return len(control.epochs) > 1 and seq >= control.epochs[1][1]


def _twin_faults(book: Book, act: Act, twins: Sequence[int]) -> set[str]:
    faults = set()
    for twin in twins:
        other = book.entry(twin).act
        if other.id == act.id:
            faults.add("id-reused")
        if (other.dev, other.dseq) == (act.dev, act.dseq):
            faults.add("counter-reused")
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
    if _is_plain(book, state, step):
        verdict = judge(state, step, book.printed)
        if verdict.after is not None and act.type in STEP_TYPES:
            outcome.items[n] = verdict.after
        if not WAITING & set(verdict.codes):
            return verdict.codes
    if act.type in REPORT_TYPES:
        return _judge_late_report(book, step)
    if step.refusal == "offer-missing" and not step.doubled and not step.stopped:
        return _let_wait(state, step, outcome, book.printed)
    folded = _refold(book, n, (step,), book.printed, outcome, twins)
    return folded.codes[step.seq, step.index]


def _let_wait(
    state: ItemState | None, step: Step, outcome: Outcome, printed: Printed
) -> tuple[str, ...]:
    """Count a take whose offer is missing; it changes nothing else of its item."""
    if state is not None:
        outcome.items[state.n] = replace(state, waiting=state.waiting + 1)
    return judge(None, step, printed).codes


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
    folded = fold_item(book, step.line.n)
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
            branches = fold_item(book, line.n).forks.get(line.octets("prev"), frozenset())
            if not branches or line.fields["keep"] not in {None, *branches}:
                faults.add((index, "fork-missing"))
        elif target is None:
            faults.add((index, "act-missing"))
        else:
            faults |= {(index, code) for code in correction_faults(act, target.act, line.n)}
        _refold(book, line.n, (Ruling(seq, act, line),), book.printed, outcome)
    return faults


def _let_take(book: Book, offered: Offered, outcome: Outcome) -> None:
    """Fold again what was taken before its offer came."""
    for seq in book.links(offered.of):
        act = book.entry(seq).act
        for line in act.lines if act.type == "take" else ():
            _refold(book, line.n, (), book.printed, outcome, fresh=offered)


def _refold(
    book: Book,
    n: int,
    more: Sequence[Step | Ruling],
    printed: Printed,
    outcome: Outcome,
    twins: Sequence[int] = (),
    fresh: Offered | None = None,
) -> Folded:
    steps, rulings = history(book, n, twins, fresh)
    for one in more:
        if isinstance(one, Step):
            steps.append(one)
        else:
            rulings.append(one)
    folded = fold(steps, printed, rulings)
    if folded.state is not None:
        outcome.items[n] = folded.state
    return folded


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
