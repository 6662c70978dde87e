"""Who answered for an item from when to when, joined from the steps about it.

A step names the step before it by its hash (`prev`), so steps join whatever the order in which they
came. The chain begins with the registration. Its next link is the one step that fits and names the
last link, or names a disputed step behind the last link, since a disputed step moves nothing. A step
fits if the log did not dispute it and if it is by who answers for the item and names its seal; what
the log said of these two when the step came is not final, since steps before it may have come later.
A step of a device that did not know the step before names none; it is taken where no other fits.
Two steps that fit are a fork, and so is one whose counter or id stands in another act of its author
too: what two officers ruled last about it holds; without a ruling, branches that one person alone has
signed give way to one that was handed on with two signatures; else the chain ends there and they are
contested. Every round uses up a step, so the chain ends; the choice of each round depends on the set of steps alone: of steps that name
none the one whose device had seen least is taken, then the one that claims the earlier time.

**Rule:** ends where `core/custody/fold.py` ends, but needs neither policy nor other items, so it serves those
who have some entries only; what these do not show stands in the judgements that the log stored. Format: `.docs/formats.md` §3.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kt1custody.core.custody.aside import CODE
from kt1custody.core.custody.history import DOUBLED, is_stopped, is_void
from kt1custody.core.custody.story import (
    CONTESTED,
    COUNTS,
    DISPUTED,
    OUTWEIGHED,
    OVERRULED,
    WAITS,
    Happening,
    withdraws,
)
from kt1custody.core.custody.table import DISPUTES
from kt1custody.core.log.act import Line
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import ACT_DISPUTES, OFFICE_ROLES
from kt1custody.core.log.schema import STEP_TYPES

MOST_MOVES = 1_000  # that may still hold; more are not joined, since they cost their square
# What the log may have said before it had the steps before; the rest of its disputes is final.
_FINAL = DISPUTES - {
    "contested", "outweighed", "no-such-step", "not-the-holder", "seal-void", "wrong-seal",
}  # fmt: skip
# What keeps a whole take from answering its offer; of one, `wrong-office` is a line's.
_STOPPED_TAKE = ACT_DISPUTES - DOUBLED - {"wrong-office"}
# What keeps a print from using up its serial for the item, wherever that then was.
_NOT_PRINTED = ACT_DISPUTES | {"serial-taken"}


@dataclass(slots=True, kw_only=True)
class Move:
    """A step of custody.

    Attributes:
        happening: What the log says of it.
        hash: What the next step names as `prev`.
        prev: Step hash of the step before; None if the giver's device did not know it.
        seen: Position and leaf hash of the newest entry that its device had verified.
        giver: Who gave the item, or acted on it: of a take its offer's giver.
        to_office: Office for which a receiver takes it, or None.
        is_refused: It moves nothing, whatever comes before it.
        is_void: Its act is disputed as a whole, or its offer does not cover it.
        is_doubled: Its counter or id, or its offer's, stands in another act too.
        holder: Who answers for the item after it, once it is joined: staff number, or office number.
        sealed: Serial of the seal that is on the item after it, or None.
        voided: Serials that are void after it.
    """

    happening: Happening
    hash: bytes
    prev: bytes | None
    seen: tuple[int, bytes]
    giver: Happening
    to_office: int | None = None
    is_refused: bool = False
    is_void: bool = False
    is_doubled: bool = False
    holder: str = ""
    sealed: int | None = None
    voided: frozenset[int] = frozenset()

    @property
    def is_end(self) -> bool:
        """The item left our hands with it."""
        told = self.happening
        return told.act in ("deliver", "return") or is_cancelled(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Two or more steps that name the same step before.

    Attributes:
        branches: Those steps, in the log's order.
        ruled: The settlement that counts, or None.
    """

    branches: tuple[Happening, ...]
    ruled: Happening | None


@dataclass(slots=True)
class CustodyChain:
    """Steps that hold, in the order of custody, and the forks on the way.

    Attributes:
        offers: Position of every offer, and the step hash that it names as the step before.
    """

    links: list[Move]
    forks: list[Fork]
    offers: dict[int, bytes | None]

    def behind(self, offer: int) -> list[Happening]:
        """Find the step with which an offer ended because the item went another way, if one did."""
        prev = self.offers[offer]
        if prev is None:
            return [move.happening for move in self.links if move.is_end]
        pairs = pairwise(self.links)
        return [after.happening for before, after in pairs if before.hash == prev]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ruling:
    happening: Happening
    prev: bytes
    keep: bytes | None


def chain(n: int, entries: Sequence[Entry], found: Sequence[Happening]) -> CustodyChain:
    """Join the steps of an item; says of every one what became of it (`effect`).

    Args:
        found: What the entries say of the item, as `story.happenings` gives it; changed.
    """
    return _Joiner(n, entries, found).run()


class _Joiner:
    def __init__(self, n: int, entries: Sequence[Entry], found: Sequence[Happening]) -> None:
        acts = {one.seq: one for one in found}
        self._n, self._acts = n, acts
        self._offers = {one.seq: one for one in entries if one.act.type == "offer"}
        mine = [one for one in entries if one.seq in acts]
        self._printed = {
            told.seal
            for told in found
            if told.act == "print" and not _NOT_PRINTED.intersection(told.codes)
        }
        self._doubled = _doubled(mine, acts)
        self._names: list[bytes] = []  # the last link, and disputed steps behind it
        self._open: list[Move] = []
        self._rulings: list[_Ruling] = []
        self._behind: dict[bytes | None, list[Move]] = defaultdict(list)  # by the step they name
        for entry in mine:
            self._sort(entry, acts[entry.seq])
        prevs = {seq: self._line(offer).prev for seq, offer in self._offers.items() if seq in acts}
        self._done = CustodyChain([], [], prevs)

    def run(self) -> CustodyChain:
        """Join until nothing fits; what is left waits, or follows a branch that does not hold."""
        registered = [one for one in self._open if one.happening.act == "register"]
        first = next((one for one in registered if one.happening.effect == COUNTS), None)
        if first is not None and len(self._open) <= MOST_MOVES:
            self._link(first)
            while self._advance():
                pass
        self._leave()
        return self._done

    def _line(self, entry: Entry) -> Line:
        return next(line for line in entry.act.lines if line.n == self._n)

    def _sort(self, entry: Entry, told: Happening) -> None:
        """Put an entry among the steps or the rulings, if it is one."""
        if told.act == "settle" and told.effect == COUNTS:
            fields = self._line(entry).fields
            prev, keep = fields["prev"], fields["keep"]
            if isinstance(prev, bytes):
                kept = keep if isinstance(keep, bytes) else None
                self._rulings.append(_Ruling(happening=told, prev=prev, keep=kept))
        is_half = told.act == "take" and told.of is None
        if told.act not in STEP_TYPES or not told.found or is_half or CODE in told.codes:
            return
        final = _FINAL if told.act == "register" else _FINAL - DOUBLED
        move = Move(
            happening=told,
            hash=entry.step,
            prev=self._line(entry).prev,
            seen=entry.act.seen or (0, b""),
            giver=told,
            to_office=told.to_office,
            is_refused=bool(final.intersection(told.codes)),
            is_void=is_stopped(entry),
            is_doubled=told.seq in self._doubled or told.of in self._doubled,
        )
        if told.of is not None:
            self._join_halves(move, entry, self._offers[told.of])
        self._open.append(move)
        self._behind[move.prev].append(move)

    def _join_halves(self, move: Move, take: Entry, offer: Entry) -> None:
        """Fill in what of a take its offer says; an offer that does not cover it refuses it."""
        told = move.happening
        if offer.seq not in self._acts:
            move.is_refused = move.is_void = True
            return
        move.giver = self._acts[offer.seq]
        move.to_office = move.giver.to_office
        before = [one for one in self._acts.values() if one.of == offer.seq and one.seq < told.seq]
        takes = [one for one in before if (one.act, one.signers[0].staff) == ("take", take.act.by)]
        is_late = any(withdraws(one, move.giver) for one in before)
        is_late = is_late or any(not _STOPPED_TAKE.intersection(one.codes) for one in takes)
        is_none_of_theirs = offer.act.text("to") != take.act.by or is_stopped(offer)
        move.prev = None if is_none_of_theirs else self._line(offer).prev
        move.is_void |= is_none_of_theirs or is_late
        move.is_refused |= move.is_void

    def _advance(self) -> bool:
        fitting = self._successors() or self._strangers()
        if not fitting:
            return False
        if len(fitting) == 1 and not fitting[0].is_doubled:
            self._link(fitting[0])
            return True
        return self._settle(fitting)

    def _successors(self) -> list[Move]:
        """Find the steps that name the last link, or a disputed one behind it."""
        names, fitting, disputed = self._names, list[Move](), list[Move]()
        for name in names:  # grows with every disputed step, whose followers count as ours
            for move in self._open:
                if move.prev == name and self._fits(move):
                    fitting.append(move)
                elif move.prev == name and not self._waits(move) and move.hash not in names:
                    names.append(move.hash)
                    disputed.append(move)
        for move in disputed:
            self._open.remove(move)
            move.happening.effect = DISPUTED
        return fitting

    def _strangers(self) -> list[Move]:
        """Find the earliest step that names no step before and is by who answers for the item."""
        free = [one for one in self._open if one.prev is None and one.happening.act != "register"]
        for move in sorted(free, key=lambda one: (one.seen, one.happening.at, one.hash)):
            if self._fits(move):
                return [move]
        return []

    def _fits(self, move: Move) -> bool:
        """Tell whether a step may be the next link."""
        last, told = self._done.links[-1], move.happening
        if last.is_end or move.is_refused or self._waits(move) or not _fits_seal(told, last):
            return False
        if told.act == "bind":
            return last.holder == str(told.office) and last.sealed is None
        if told.act == "void":
            return last.holder == str(told.office)
        return last.sealed is not None and _answers(move, last.holder) and _may_receive(move)

    def _waits(self, move: Move) -> bool:
        """Tell whether a step puts on or voids a seal of which the print is missing."""
        last, told = self._done.links[-1], move.happening
        is_new = told.act in ("bind", "void") and last.sealed is None and not last.is_end
        is_known = told.seal is None or told.seal in last.voided | self._printed
        return is_new and not (is_known or move.is_void or "serial-of-another" in told.codes)

    def _settle(self, fitting: Sequence[Move]) -> bool:
        """Follow the last ruling about a fork; without one what was handed on, or nothing."""
        head = self._done.links[-1].hash
        there = {None, *(move.hash for move in fitting)}
        rulings = [one for one in self._rulings if one.prev == head and one.keep in there]
        last = rulings[-1] if rulings else None
        kept: Move | None = None
        lost: list[Move] = []
        if last is not None and last.keep is None:
            lost = [move for move in fitting if move.happening.seq < last.happening.seq]
        elif last is not None:
            kept = next(move for move in fitting if move.hash == last.keep)
            lost = [move for move in fitting if move is not kept]
        is_ruled = kept is not None or bool(lost)
        lighter = [] if is_ruled else self._lighter(fitting)
        if lighter:
            self._drop(lighter, OUTWEIGHED)
            [kept] = [move for move in fitting if move not in lighter]
        else:
            branches = tuple(move.happening for move in fitting)
            self._done.forks.append(
                Fork(branches=branches, ruled=last.happening if last and is_ruled else None)
            )
            self._drop(lost if is_ruled else fitting, OVERRULED if is_ruled else CONTESTED)
        if kept is not None:
            self._link(kept)
        return is_ruled or bool(lighter)

    def _lighter(self, fitting: Sequence[Move]) -> list[Move]:
        """Find the branches that one person alone has signed, if only the other was handed on."""
        grown = {move.hash: self._branch(move) for move in fitting}
        handed = [one for one in fitting if any(map(_is_handed, grown[one.hash]))]
        alone = [one for one in fitting if len(_signers(grown[one.hash])) == 1]
        is_plain = len(handed) == 1 and not handed[0].is_doubled
        return alone if is_plain and len(alone) == len(fitting) - 1 else []

    def _branch(self, first: Move) -> list[Move]:
        """Give a step and all that can move something behind it."""
        found = {first.hash: first}
        for name in (names := [first.hash]):  # grows with what is behind
            for move in self._behind.get(name, ()):
                if move.hash not in found:
                    found[move.hash] = move
                    names.append(move.hash)
        return [one for one in found.values() if not one.is_void]

    def _drop(self, lost: Sequence[Move], effect: str) -> None:
        for move in lost:
            move.happening.effect = effect
            self._open.remove(move)
            self._close_behind(move)

    def _close_behind(self, lost: Move) -> None:
        """What follows a step that does not hold does not hold."""
        names = [lost.hash]
        for name in names:
            for move in [one for one in self._open if one.prev == name]:
                self._open.remove(move)
                names.append(move.hash)
                if move.happening.effect != DISPUTED:
                    move.happening.effect = lost.happening.effect

    def _link(self, move: Move) -> None:
        """Join a step, and say who answers for the item and which seal is on it from then on."""
        links, told = self._done.links, move.happening
        if links:
            last = links[-1]
            move.holder, move.sealed, move.voided = last.holder, last.sealed, last.voided
        if told.act == "register":
            move.holder = str(told.office)
        elif told.act == "bind":
            move.sealed = told.seal
        elif told.act == "void":
            dead = move.sealed if told.seal is None else told.seal
            move.voided |= set() if dead is None else {dead}
            move.sealed = None
        elif told.act in ("handover", "take"):
            to = told.to or told.signers[0].staff
            move.holder = to if move.to_office is None else str(move.to_office)
        self._open.remove(move)
        self._names = [move.hash]
        told.effect = COUNTS
        links.append(move)

    def _leave(self) -> None:
        for move in self._open:
            move.happening.effect = DISPUTED if move.is_refused else WAITS


def _doubled(entries: Sequence[Entry], acts: Mapping[int, Happening]) -> set[int]:
    """Find the acts whose counter or id stands in another one too, by the same person.

    One that is disputed for more than that doubles nothing.
    """
    found = {seq for seq, told in acts.items() if DOUBLED.intersection(told.codes)}
    known: dict[object, list[Entry]] = {}
    for entry in entries:
        act = entry.act
        if is_void(entry.whole):
            continue
        for key in (act.id, (act.dev, act.dseq)):
            twins = known.setdefault(key, [])
            for other in twins:
                if act.by == other.act.by:
                    found |= {entry.seq, other.seq}
            twins.append(entry)
    return found


def _is_handed(move: Move) -> bool:
    return move.happening.act in ("handover", "take")


def _signers(branch: Sequence[Move]) -> set[str]:
    """Find the persons who have signed a branch; those of its offers too."""
    told = [one for move in branch for one in (move.happening, move.giver)]
    return {signer.staff for one in told for signer in one.signers}


def is_cancelled(told: Happening) -> bool:
    """Tell whether an act took an acceptance back."""
    return told.act == "void" and told.reason == "cancelled"


def _fits_seal(told: Happening, last: Move) -> bool:
    """Tell whether a step names a seal that it may name behind a link, or none where none is needed.

    What is bound, or voided while no seal is on the item, must not be void; only who cancels the
    item then needs none. Whoever has not seen the seal that is on the item names none.
    """
    is_new = told.act == "bind" or (told.act == "void" and last.sealed is None)
    if not is_new:
        return told.seal in (None, last.sealed)
    return is_cancelled(told) if told.seal is None else told.seal not in last.voided


def _may_receive(move: Move) -> bool:
    """Tell whether the receiver works where the item is taken for an office, if it is."""
    told = move.happening
    if move.to_office is None or not _is_handed(move):
        return True
    receiver = told.signers[1 if told.act == "handover" else 0]
    return receiver.rank in OFFICE_ROLES and receiver.office == move.to_office


def _answers(move: Move, holder: str) -> bool:
    signer = move.giver.signers[0]
    is_office = signer.rank in OFFICE_ROLES and holder == str(signer.office)
    return is_office or holder == signer.staff
