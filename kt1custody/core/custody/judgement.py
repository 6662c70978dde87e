"""The judgement of an act on arrival, and what it makes of the items it names.

**Rule:** `take_in` is the one function that judges an arriving act; the writer, `rebuild` and the
audit call the same one over their own `Book`. Source: `.docs/formats.md` §5 and §8.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace

from kt1custody.core.custody import aside, decided, frontier, persons
from kt1custody.core.custody.fold import Folded, fold
from kt1custody.core.custody.history import (
    Book,
    StepMaker,
    fold_item,
    history,
    is_stopped,
    is_void,
    linked,
    proved_time,
    signing_keys,
    stops,
    twins_of,
)
from kt1custody.core.custody.offer import Offered, link_of, read_offer, withdraw_refusal
from kt1custody.core.custody.rules import judge
from kt1custody.core.custody.ruling import Ruling, correction_faults
from kt1custody.core.custody.table import DISPUTES, NOTES, WAITING, ItemState, Printed, Step
from kt1custody.core.log.act import Act, Line
from kt1custody.core.log.entry import (
    MAX_ENTRY_BYTES,
    WHOLE,
    Fault,
    Judgement,
    Signature,
    codes_of,
    step_hash,
)
from kt1custody.core.log.keyring import Key, is_disputed
from kt1custody.core.log.schema import REPORT_TYPES, RULING_TYPES, STEP_TYPES


@dataclass(slots=True)
class Outcome:
    """What an act makes of the log.

    Attributes:
        items: States of items that changed.
        frontiers: Rows of `core.frontier` that have got further, each with its next number.
        link: Hash of the offer under which the act is found, as that offer or an answer to it.
    """

    judgement: Judgement
    items: dict[int, ItemState] = field(default_factory=dict)
    frontiers: dict[str, int] = field(default_factory=dict)
    link: bytes | None = None


def of_genesis(act: Act) -> Outcome:
    """Give what the genesis makes of the log; nobody judges it."""
    return Outcome((), frontiers={act.dev: act.dseq + 1})


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
    keys = signing_keys(book.control, act, signatures, seq, accepted_at)
    twins, shared = twins_of(book, act)
    whole = _judge_act(book, seq, act, accepted_at, twins)
    whole |= persons.faults(book, act, keys, seq, accepted_at)
    whole |= {"counter-shared"} if shared else set()
    make = StepMaker(
        book=book,
        seq=seq,
        act=act,
        hash=step_hash(act.body, signatures),
        accepted_at=accepted_at,
        twins=twins,
    )
    outcome, faults = _move(make, signatures, keys, whole)
    room = MAX_ENTRY_BYTES - _around(act, signatures)
    if _length(faults) > room:  # the lines themselves show most notes
        faults = {fault for fault in faults if fault[0] < 0 or fault[1] not in NOTES}
    if _length(faults) > room:
        whole |= {"too-many-faults"}
        outcome, faults = _move(make, signatures, keys, whole)
        faults = {fault for fault in faults if fault[0] < 0}
    outcome.judgement = tuple(sorted(faults))
    serials = fresh_serials(act, outcome.judgement)
    outcome.frontiers = frontier.moved(book, act, whole, outcome.items, serials)
    outcome.frontiers |= frontier.gaps(book, act, whole, accepted_at)
    outcome.link = _link(book, act, signatures, stopped=stops(act, whole))
    return outcome


def _move(
    make: StepMaker, signatures: Sequence[Signature], keys: tuple[Key, ...], whole: Set[str]
) -> tuple[Outcome, set[Fault]]:
    """Fold an act into the items it names, and judge its lines.

    Args:
        make: Makes the steps of the act.
        whole: What was judged of the whole act.

    Returns:
        The new states, and all that there is to say of the act.
    """
    book, act, twins = make.book, make.act, make.twins
    faults: set[Fault] = {(WHOLE, code) for code in whole}
    outcome = Outcome(())
    if act.type == "print":
        faults |= _judge_prints(book, act, outcome, stopped=is_disputed(whole))
    elif act.type in RULING_TYPES and not is_disputed(whole):
        faults |= _take_rulings(book, make.seq, act, outcome)
    elif act.type == "withdraw":
        code = withdraw_refusal(linked(book, act.octets("of")), keys[0])
        faults |= {(WHOLE, code)} if code else set()
    elif act.type in STEP_TYPES | REPORT_TYPES:
        for index in range(len(act.lines)):
            step = make.step(index, keys, stopped=stops(act, whole), doubled=bool(twins))
            codes = _take_step(book, step, twins, outcome)
            faults |= {(index, code) for code in codes}
    faults |= _missing(book, act, make, {code for _, code in faults})
    of = link_of(act, signatures)
    if act.type == "offer" and of is not None and not stops(act, whole):
        _let_take(book, read_offer(act, of, keys[0], doubled=bool(twins)), twins, outcome)
    if not is_void(whole):
        _stop_twins(book, twins, outcome)
    return outcome, faults


def _length(faults: Iterable[Fault]) -> int:
    return sum(len(code) + 6 for _, code in faults)  # at most: an array, its two heads, a line


def _around(act: Act, signatures: Sequence[Signature]) -> int:
    """Give the most bytes that an entry has beside its judgement."""
    return len(act.body) + 100 * len(signatures) + 256


def _link(book: Book, act: Act, signatures: Sequence[Signature], *, stopped: bool) -> bytes | None:
    """Give the hash of the offer that an act is or answers; None for what changes no answer to it.

    Of the same person's takes and withdrawals of one offer the first counts; and of those that are
    disputed as a whole, the first is shown.
    """
    of = link_of(act, signatures)
    if of is None or act.type == "offer":
        return of
    others = (book.entry(seq) for seq in book.links(of))
    known = {(one.act.type, one.act.by, is_stopped(one)) for one in others}
    return None if (act.type, act.by, stopped) in known else of


def fresh_serials(act: Act, judged: Judgement) -> dict[int, int]:
    """Give the serials that a `print` brings, with the items they are printed for."""
    codes = set(judged)
    if act.type != "print" or is_disputed(codes_of(judged, WHOLE)):
        return {}
    return {
        line.number("serial"): line.n
        for index, line in enumerate(act.lines)
        if (index, "serial-taken") not in codes
    }


def printed(act: Act, accepted_at: int) -> dict[str, int | str]:
    """Give what is kept of a `print` act to list its job without reading it."""
    return {
        "job": act.lines[0].number("job"),
        "by": act.by,
        "office": act.number("office"),
        "dev": act.dev,
        "at": act.at,
        "accepted_at": accepted_at,
    }


def _judge_act(book: Book, at: int, act: Act, accepted_at: int, twins: Sequence[int]) -> set[str]:
    """Judge what speaks of the whole act beside its persons: time, counters, rows."""
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
            faults.add("seen-ahead" if decided.may_be_lost(control, seq) else "seen-fork")
        if act.type == "setback" and not _sets_back(book, act, begin, accepted_at):
            faults.add("not-assignable")
        begin = proved_time(control, act, at, begin)
    if decided.is_overtaken(book, act, at):
        faults.add("decided-since")
    if not begin <= act.at <= accepted_at:
        faults.add("time-outside")
    return faults | frontier.faults(book, act, accepted_at)


def _sets_back(book: Book, act: Act, before: int, accepted_at: int) -> bool:
    """Tell whether a `setback` says what the log itself says of the times around it."""
    first = act.number("first")
    moment = book.moment(first - 1) if first else (b"", 0)
    told = act.number("was"), act.number("now"), act.number("since")
    return moment is not None and told == (before, accepted_at, moment[1])


def _twin_faults(book: Book, act: Act, twins: Sequence[int]) -> set[str]:
    faults = set()
    for twin in twins:
        other = book.entry(twin).act
        if other.id == act.id:
            faults.add("id-reused")
        if (other.dev, other.dseq) == (act.dev, act.dseq):
            faults.add("counter-reused")
    return faults


def _missing(book: Book, act: Act, make: StepMaker, told: Set[str]) -> set[Fault]:
    """Say that what a take or a correction speaks of is not in the log, unless a line says so."""
    if act.type == "take" and "offer-missing" not in told and make.taken().offered is None:
        return {(WHOLE, "offer-missing")}
    if act.type == "correct" and "act-missing" not in told and not book.find(act.octets("of")):
        return {(WHOLE, "act-missing")}
    return set()


def _judge_prints(book: Book, act: Act, outcome: Outcome, *, stopped: bool) -> set[Fault]:
    faults: set[Fault] = {
        (index, code)
        for index, line in enumerate(act.lines)
        for code in _print_faults(book, act, line)
    }
    fresh = {} if stopped else fresh_serials(act, tuple(faults))

    def printed(serial: int) -> int | None:
        return fresh.get(serial) or book.printed(serial)

    for n in set(fresh.values()):
        state = book.item(n)
        if state is not None and state.waiting:
            _refold(book, n, (), printed, outcome)
    return faults


def _print_faults(book: Book, act: Act, line: Line) -> set[str]:
    """Judge one line of a `print`; its serial is used up wherever the item lies."""
    state, faults = book.item(line.n), set[str]()
    if state is None:
        faults.add("predecessor-missing")
    elif state.holder != str(act.number("office")):
        faults.add("not-the-holder")
    if book.printed(line.number("serial")) is not None:
        faults.add("serial-taken")
    return faults


def _take_step(book: Book, step: Step, twins: Sequence[int], outcome: Outcome) -> tuple[str, ...]:
    """Judge one line on arrival, and fold its item again if need be."""
    n = step.line.n
    state = book.item(n)
    verdict = judge(state, step, book.printed) if _is_plain(book, state, step) else None
    is_told = verdict is not None and not WAITING & set(verdict.codes)
    if step.act.type in REPORT_TYPES:
        return verdict.codes if verdict and is_told else _judge_late_report(book, step)
    if verdict is not None and verdict.after is not None:
        outcome.items[n] = verdict.after
        return verdict.codes
    if len(book.past(n)) < aside.MOST:  # nobody can have too many
        if verdict is not None and is_told:
            return verdict.codes
        if step.refusal == "offer-missing" and not step.doubled and not step.stopped:
            return _let_wait(state, step, outcome, book.printed)
    return _take_among(book, step, twins, outcome)


def _take_among(book: Book, step: Step, twins: Sequence[int], outcome: Outcome) -> tuple[str, ...]:
    """Fold an item with a step that does not simply follow; one too many is set aside for good."""
    steps, rulings = history(book, step.line.n, twins)
    folded = fold([*steps, step], book.printed, rulings)
    place, codes = (step.seq, step.index), folded.codes[step.seq, step.index]
    if place not in folded.holding and aside.is_too_many(step.act, steps, rulings, folded.holding):
        return (*(code for code in codes if code in NOTES), aside.CODE)
    if folded.state is not None:
        outcome.items[step.line.n] = folded.state
    return codes


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
        if "officer" not in act.roles and len(book.past(line.n)) >= aside.MOST:
            steps, rulings = history(book, line.n)
            if aside.is_too_many(act, steps, rulings, fold(steps, book.printed, rulings).holding):
                faults.add((index, aside.CODE))
                continue
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


def _let_take(book: Book, offered: Offered, twins: Sequence[int], outcome: Outcome) -> None:
    """Fold again what was taken before its offer came."""
    for seq in book.links(offered.of):
        act = book.entry(seq).act
        for line in act.lines if act.type == "take" else ():
            _refold(book, line.n, (), book.printed, outcome, twins, offered)


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


def _stop_twins(book: Book, twins: Sequence[int], outcome: Outcome) -> None:
    """Fold again the items of the acts whose counter or id has just been used a second time."""
    acts = []
    for entry in map(book.entry, twins):
        acts.append(entry.act)
        if entry.act.type == "offer":
            of = link_of(entry.act, entry.signatures)
            acts += [book.entry(seq).act for seq in book.links(of or b"")]
    for act in acts:
        for line in act.lines if act.type in STEP_TYPES else ():
            if line.n not in outcome.items:
                _refold(book, line.n, (), book.printed, outcome, twins)
