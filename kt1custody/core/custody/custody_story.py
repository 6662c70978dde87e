"""The story of an item put together: holders, gaps, seals, and what was said of it on the way.

**Rule:** a gap is a time for which the entries at hand show no signature, or only one side's, of
somebody who answers for the item. Times are those claimed by devices, unless the log's own contradict
them. A gap is told even if it was closed later.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kt1custody.core.custody.custody_chain import CustodyChain, Move, chain, is_cancelled
from kt1custody.core.custody.story import DISPUTED, WAITS, Happening, happenings, withdraws
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control
from kt1custody.core.log.schema import STEP_TYPES

# Kinds of gaps.
NOBODY = "nobody"  # a step is missing between two
ONE_SIDE = "one-side"  # offered, and not answered
CONTESTED = "contested"  # two steps contradict each other
UNSEALED = "unsealed"
GAPS = (NOBODY, ONE_SIDE, CONTESTED, UNSEALED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """Somebody who answered for the item.

    Attributes:
        holder: Staff number, or office number as text.
        since: Unix seconds UTC.
        until: Unix seconds UTC, or None if they still do.
        seq: Position of the entry with which it began.
    """

    holder: str
    since: int
    until: int | None
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time without somebody's signature.

    Attributes:
        kind: One of `GAPS`.
        since: Unix seconds UTC.
        until: Unix seconds UTC, or None if nothing has ended it.
        seqs: Positions of the entries between which it lies; the last one is None if nothing has
            ended it.
    """

    kind: str
    since: int
    until: int | None
    seqs: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealUse:
    """A seal on the item.

    Attributes:
        serial: Of the seal.
        since: When it was put on, Unix seconds UTC.
        until: When it was voided, or None.
        seqs: Positions of the entries that say so.
    """

    serial: int
    since: int
    until: int | None
    seqs: tuple[int, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyStory:
    """All that some entries say of an item.

    Attributes:
        item: Its number, 12 digits.
        mark: 0 … 3; urgency and kind likewise, as corrected.
        appt: Appointment, Unix seconds UTC, or None, as corrected.
        dest: Number of the office that delivers it.
        as_of: Up to when it is told, Unix seconds UTC.
        ended: Position of the entry with which it left our hands, or None.
        holders: Everybody who answered for it, in order.
        gaps: By the time at which they begin.
        seals: In the order in which they were put on.
        steps: Every act about it, in the log's order.
    """

    item: str
    mark: int
    urgency: int
    kind: int
    appt: int | None
    dest: int
    as_of: int
    ended: int | None
    holders: tuple[Tenure, ...]
    gaps: tuple[Gap, ...]
    seals: tuple[SealUse, ...]
    steps: tuple[Happening, ...]

    def step(self, seq: int) -> Happening:
        """Give the act at a position."""
        return next(one for one in self.steps if one.seq == seq)

    def plain(self) -> dict[str, Any]:
        """Give it as JSON can hold it, as the verifiers in a dossier do."""
        return asdict(self)


def tell(n: int, entries: Sequence[Entry], control: Control, as_of: int) -> CustodyStory | None:
    """Tell the story of an item; None if no registration of it that holds is here.

    Args:
        entries: In the log's order: those that name the item, and what these refer to.
        control: Verified state of the log after them.
        as_of: Unix seconds UTC.

    Raises:
        KeyError: A signature is by a key that was never enrolled.
    """
    steps = happenings(n, entries, control)
    joined = chain(n, entries, steps)
    if not joined.links:
        return None
    first = joined.links[0].happening
    register = next(one.act for one in entries if one.seq == first.seq)
    fields = dict(next(line.fields for line in register.lines if line.n == n))
    for step in steps:  # the last word counts
        if step.seq in first.corrected and step.change is not None:
            fields[step.change[0]] = step.change[1]
    end = next((one.happening for one in joined.links if one.is_end), None)
    return CustodyStory(
        item=f"{n:012d}",
        mark=_number(fields["mark"]),
        urgency=_number(fields["urgency"]),
        kind=_number(fields["kind"]),
        appt=None if fields["appt"] is None else _number(fields["appt"]),
        dest=_number(fields["dest"]),
        as_of=as_of,
        ended=None if end is None else end.seq,
        holders=_holders(joined),
        gaps=_gaps(joined, steps),
        seals=_seals(joined.links),
        steps=tuple(steps),
    )


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError(value)
    return value


def _holders(joined: CustodyChain) -> tuple[Tenure, ...]:
    """Say who answered from when to when; nobody does after the end, or while it is contested."""
    begins: list[tuple[str, Happening]] = []
    for move in joined.links:
        if not begins or begins[-1][0] != move.holder:
            begins.append((move.holder, move.happening))
    stop = next((one.happening.when for one in joined.links if one.is_end), None)
    open_forks = [fork for fork in joined.forks if fork.ruled is None]
    if open_forks:
        stop = min(one.when for one in open_forks[-1].branches)
    untils = [*(told.when for _, told in begins[1:]), stop]
    return tuple(
        Tenure(holder=holder, since=told.when, until=until, seq=told.seq)
        for (holder, told), until in zip(begins, untils, strict=True)
    )


def _seals(links: Sequence[Move]) -> tuple[SealUse, ...]:
    uses: list[SealUse] = []
    for move in links:
        told = move.happening
        if told.act == "bind" and told.seal is not None:
            uses.append(
                SealUse(serial=told.seal, since=told.when, until=None, seqs=(told.seq, None))
            )
        elif told.act == "void" and uses and uses[-1].until is None:
            last = uses.pop()
            seqs = (last.seqs[0], told.seq)
            uses.append(SealUse(serial=last.serial, since=last.since, until=told.when, seqs=seqs))
    return tuple(uses)


def _gaps(joined: CustodyChain, steps: Sequence[Happening]) -> tuple[Gap, ...]:
    links = [move.happening for move in joined.links]
    gaps = [*_unsealed(joined.links), *_unanswered(joined, steps)]
    for fork in joined.forks:
        until = None if fork.ruled is None else fork.ruled.accepted_at
        last = None if fork.ruled is None else fork.ruled.seq
        since = min(one.when for one in fork.branches)
        seqs = (*(one.seq for one in fork.branches), last)
        gaps.append(Gap(kind=CONTESTED, since=since, until=until, seqs=seqs))
    for step in steps:
        if step.effect != WAITS or not step.found:
            continue
        if step.act == "take":
            gaps.append(Gap(kind=ONE_SIDE, since=step.when, until=None, seqs=(step.seq, None)))
        elif step.act in STEP_TYPES:
            before = [one for one in links if one.when <= step.when] or links[:1]
            since, seqs = before[-1].when, (before[-1].seq, step.seq)
            gaps.append(Gap(kind=NOBODY, since=since, until=step.when, seqs=seqs))
    return tuple(sorted(gaps, key=lambda one: (one.since, GAPS.index(one.kind), one.seqs[0] or 0)))


def _unsealed(links: Sequence[Move]) -> list[Gap]:
    """Find the times between acceptance or a voided seal and the next seal."""
    gaps: list[Gap] = []
    since: Happening | None = None
    for move in links:
        told = move.happening
        if since is None and told.act in ("register", "void") and not is_cancelled(told):
            since = told
        elif since is not None and (told.act == "bind" or is_cancelled(told)):
            seqs = (since.seq, told.seq)
            gaps.append(Gap(kind=UNSEALED, since=since.when, until=told.when, seqs=seqs))
            since = None
    if since is not None:
        gaps.append(Gap(kind=UNSEALED, since=since.when, until=None, seqs=(since.seq, None)))
    return gaps


def _unanswered(joined: CustodyChain, steps: Sequence[Happening]) -> list[Gap]:
    """Find the times between offers and what ended them: an answer, or another step."""
    gaps = []
    for offer in steps:
        if offer.act != "offer" or offer.effect == DISPUTED:
            continue
        ends = [one for one in steps if _answers(one, offer)]
        ends += joined.behind(offer.seq)
        end = min(ends, key=lambda one: one.seq, default=None)
        until, last = (None, None) if end is None else (max(end.when, offer.when), end.seq)
        gaps.append(Gap(kind=ONE_SIDE, since=offer.when, until=until, seqs=(offer.seq, last)))
    return gaps


def _answers(step: Happening, offer: Happening) -> bool:
    """Tell whether a step is the receiver's answer to an offer, or withdraws it."""
    if step.of != offer.seq or step.effect == DISPUTED:
        return False
    is_take = (step.act, step.signers[0].staff) == ("take", offer.to)
    return is_take or withdraws(step, offer)
