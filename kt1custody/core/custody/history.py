"""What judging asks of a log, and the steps and rulings about an item that stand in it.

**Rule:** a step is made the same way when it arrives and whenever it is read again; it depends on
the log before it, and of a take on its offer wherever that stands.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final, Protocol

from kt1custody.core.custody.fold import Folded, fold
from kt1custody.core.custody.offer import (
    Linked,
    Offered,
    is_open,
    link_of,
    read_offer,
    take_refusal,
)
from kt1custody.core.custody.ruling import Ruling
from kt1custody.core.custody.table import DISPUTES, WAITING, ItemState, Step
from kt1custody.core.log.act import Act, Line
from kt1custody.core.log.entry import WHOLE, Entry, Signature, codes_of
from kt1custody.core.log.keyring import ACT_DISPUTES, Control, Key, Policy
from kt1custody.core.log.schema import RULING_TYPES, STEP_TYPES

DOUBLED: Final = frozenset({"counter-reused", "id-reused"})
_CONTESTED: Final = STEP_TYPES - {"register"} | {"offer"}  # of other acts the second is stopped


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
        """Give positions of an offer and of the takes and withdrawals that name it, in order.

        Of several by the same person only those that can matter (`Outcome.link`).
        """

    def entry(self, seq: int) -> Entry:
        """Read an entry again."""

    def printed(self, serial: int) -> int | None:
        """Find the item for which a serial was printed."""

    def frontier(self, name: str) -> int | None:
        """Give the next number of a row of `core.frontier`, or None if nothing was taken from it."""

    def moment(self, seq: int) -> tuple[bytes, int] | None:
        """Give leaf hash and time of an entry, or None if the log has not reached it."""

    def counted(self, device: str, counter: int) -> Sequence[int]:
        """Give positions of the acts under a device's counter, in order."""

    def twins(self, act: Act) -> Sequence[int]:
        """Give positions of other acts with this act's id, or its device and counter."""


class Recent:
    """The entries that were read last; what one act makes a book read, it reads for every line."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._entries: dict[int, Entry] = {}

    def entry(self, seq: int, read: Callable[[], Entry]) -> Entry:
        """Give an entry, read only if it was not lately."""
        if seq not in self._entries:
            if len(self._entries) >= self._most:
                del self._entries[next(iter(self._entries))]
            self._entries[seq] = read()
        return self._entries[seq]


def signing_keys(
    control: Control, act: Act, signatures: Sequence[Signature], seq: int, accepted_at: int
) -> tuple[Key, ...]:
    """Give the keys of an authentic act's signatures, with the roles that the signers knew of.

    Args:
        seq: Position of the act; nobody knew of what came after it, whatever `seen` says.
        accepted_at: When the log took it; a term that begins later had not begun.
    """
    seen = 0 if act.seen is None else min(act.seen[0], seq - 1)
    return tuple(control.key_at(one.kid, seen, accepted_at) for one in signatures)


def keys_of(book: Book, entry: Entry) -> tuple[Key, ...]:
    """Give the keys of an entry, as `signing_keys` does."""
    return signing_keys(book.control, entry.act, entry.signatures, entry.seq, entry.accepted_at)


def twins_of(book: Book, act: Act) -> tuple[list[int], bool]:
    """Find acts that have an act's id or counter, and are by the same person.

    Nothing proves the device that an act names, so what another person signs under it disputes
    nothing of ours, even if he has received or witnessed it; nor does what is disputed for more
    than that, as when its author has left.

    Returns:
        Their positions, and whether there are others.
    """
    every = book.twins(act)
    twins = [seq for seq in every if _is_twin(book.entry(seq), act)]
    return twins, len(twins) < len(every)


def is_doubled(book: Book, act: Act) -> bool:
    """Tell whether `twins_of` finds any; of many only the first is read."""
    return any(_is_twin(book.entry(seq), act) for seq in book.twins(act))


def _is_twin(other: Entry, act: Act) -> bool:
    is_another_s = other.act.by != act.by
    return not (is_another_s or is_void(other.whole))


def is_void(codes: Iterable[str]) -> bool:
    """Tell whether an act is disputed as a whole for more than its counter or id."""
    return bool((ACT_DISPUTES - DOUBLED).intersection(codes))


def is_stopped(entry: Entry) -> bool:
    """Tell whether an entry is disputed as a whole, so that it moves nothing."""
    return stops(entry.act, entry.whole)


def stops(act: Act, codes: Set[str]) -> bool:
    """Tell whether what was judged of a whole act keeps it from moving anything.

    A step or an offer whose counter or id stands in another act too is contested instead, and so is
    that other one, whichever came first.
    """
    grave = codes & ACT_DISPUTES
    return bool(grave - DOUBLED if act.type in _CONTESTED else grave)


def moment_seen(book: Book, act: Act, seq: int) -> tuple[int, int]:
    """Give position and time of the newest entry that the device of an act at `seq` had verified."""
    if act.seen is None:
        return 0, 0
    known = min(act.seen[0], seq - 1)
    moment = book.moment(known)
    if moment is None:
        return known, act.at
    return known, book.control.proved_at(known, moment[1], before=seq)


def proved_time(control: Control, act: Act, at: int | None, begin: int) -> int:
    """Give the time that is proved for who saw an entry, by the clock as it was put right since.

    Args:
        at: Position of the act, or None: behind all.
        begin: Time that the entry bears.
    """
    if act.type == "setback":  # it says itself what is right
        return min(begin, act.number("since"))
    return begin if act.seen is None else control.proved_at(act.seen[0], begin, before=at)


def fold_item(book: Book, n: int) -> Folded:
    """Fold an item anew from all that the log says of it."""
    steps, rulings = history(book, n)
    return fold(steps, book.printed, rulings)


def history(
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
            steps.append(step_of(book, entry, index, twins, fresh))
        elif not is_stopped(entry):
            rulings.append(Ruling(seq, entry.act, entry.act.lines[index]))
    return steps, rulings


def step_of(
    book: Book, entry: Entry, index: int, twins: Sequence[int], fresh: Offered | None
) -> Step:
    """Make again the step that stands in the log, as it was judged when it came."""
    keys = keys_of(book, entry)
    make = StepMaker(
        book=book,
        seq=entry.seq,
        act=entry.act,
        hash=entry.step,
        accepted_at=entry.accepted_at,
        twins=twins,
        fresh=fresh,
    )
    doubled = entry.seq in twins or is_doubled(book, entry.act)
    return make.step(index, keys, stopped=is_stopped(entry), doubled=doubled)


@dataclass(slots=True, kw_only=True)
class StepMaker:
    """Makes steps of one act's lines."""

    book: Book
    seq: int
    act: Act
    hash: bytes
    accepted_at: int
    twins: Sequence[int] = ()  # positions just found to share a counter or id with another act
    fresh: Offered | None = None  # an offer that is just being taken in
    _policies: tuple[Policy, Policy, bool] | None = None
    _found: Linked | None = None

    def step(self, index: int, keys: tuple[Key, ...], *, stopped: bool, doubled: bool) -> Step:
        """Make the step of one line.

        Args:
            keys: Of the signers, in the order of the act's roles.
            stopped: The act is disputed as a whole.
            doubled: Its counter or id stands in another act too.
        """
        control, act = self.book.control, self.act
        if self._policies is None:
            self._policies = self._policies_of_act()
        policy, newer, late = self._policies
        line = act.lines[index]
        parties = self._parties(line, keys)
        foreign = control.foreign_at(self.seq)
        return Step(
            seq=self.seq,
            index=index,
            hash=self.hash,
            accepted_at=self.accepted_at,
            act=act,
            line=line,
            giver=parties.giver,
            receiver=parties.receiver,
            office=parties.office,
            witnessed=parties.witnessed,
            prev=parties.prev,
            refusal=parties.refusal,
            policy=policy,
            newer=newer,
            late=late,
            foreign=foreign,
            stopped=stopped,
            doubled=doubled or parties.doubled,
        )

    def taken(self) -> Linked:
        """Give the offer that a take names, with its answers; read once for all lines."""
        if self._found is None:
            self._found = linked(self.book, self.act.octets("of"), self.twins, self.fresh)
        return self._found

    def _policies_of_act(self) -> tuple[Policy, Policy, bool]:
        """Give the policy that the signers knew, the one in force, and whether the act is late."""
        control = self.book.control
        newer = control.policy_at(self.seq, self.accepted_at)
        if len(control.policies) == 1:
            return newer, newer, False
        known = moment_seen(self.book, self.act, self.seq)
        late = self.accepted_at - known[1] > newer.max_offline
        return control.policy_at(*known), newer, late

    def _key_of(self, person: str) -> Key | None:
        """Give the key of somebody who has not signed, with the role it has now."""
        control = self.book.control
        key = control.current_key(person)
        return key and control.key_at(key.kid, self.seq - 1, self.accepted_at)

    def _parties(self, line: Line, keys: tuple[Key, ...]) -> "_Parties":
        """Say who gives and who takes; of a take the offer says half of it."""
        act = self.act
        witnessed = act.fields.get("witness") is not None
        match act.type:
            case "handover":
                office = act.number_or_none("office")
                return _Parties(
                    giver=keys[0],
                    receiver=keys[1],
                    office=office,
                    witnessed=witnessed,
                    prev=line.prev,
                )
            case "offer":
                receiver = self._key_of(act.text("to"))
                office = act.number_or_none("office")
                return _Parties(
                    giver=keys[0],
                    receiver=receiver,
                    office=office,
                    witnessed=witnessed,
                    prev=line.prev,
                )
            case "take":
                found = self.taken()
                refusal = take_refusal(found, self.seq, act, line.n)
                if found.offered is None or refusal == "not-offered":
                    return _Parties(
                        giver=keys[0],
                        receiver=keys[0],
                        office=None,
                        witnessed=witnessed,
                        prev=None,
                        refusal=refusal,
                    )
                offered = found.offered
                witnessed = witnessed and act.fields["witness"] != offered.giver.owner
                office = offered.act.number_or_none("office")
                prev = offered.prevs[line.n]
                return _Parties(
                    giver=offered.giver,
                    receiver=keys[0],
                    office=office,
                    witnessed=witnessed,
                    prev=prev,
                    refusal=refusal,
                    doubled=found.doubled,
                )
            case "register" if line.n // 10**10 != self.book.control.number:
                return _Parties(
                    giver=keys[0],
                    receiver=None,
                    office=None,
                    witnessed=witnessed,
                    prev=None,
                    refusal="number-taken",
                )
            case _:
                return _Parties(
                    giver=keys[0], receiver=None, office=None, witnessed=witnessed, prev=line.prev
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parties:
    """Who gives and takes in one line; as in `custody.Step`."""

    giver: Key
    receiver: Key | None
    office: int | None
    witnessed: bool
    prev: bytes | None
    refusal: str | None = None
    doubled: bool = False


def linked(
    book: Book, of: bytes, twins: Sequence[int] = (), fresh: Offered | None = None
) -> Linked:
    """Read an offer with its takes and withdrawals; one that moves nothing does not count."""
    offered = fresh if fresh is not None and fresh.of == of else None
    answers, doubled = [], offered is not None and offered.doubled
    for seq in book.links(of):
        entry = book.entry(seq)
        if is_stopped(entry):
            continue
        if entry.act.type != "offer":
            answers.append((seq, entry.act, keys_of(book, entry)[0]))
        elif offered is None:
            [giver] = keys_of(book, entry)
            offered = read_offer(entry.act, of, giver)
            doubled = seq in twins or is_doubled(book, entry.act)
    return Linked(offered, tuple(answers), doubled)


def is_waiting(book: Book, offer: Entry) -> bool:
    """Tell whether an offer in the log can still be taken."""
    return is_open(linked(book, link_of(offer.act, offer.signatures) or b""))


def is_waiting_for(book: Book, offer: Entry, n: int) -> bool:
    """Tell whether a take of an offer could still move an item; a disputed line moves nothing."""
    [index] = [index for index, line in enumerate(offer.act.lines) if line.n == n]
    codes = {*codes_of(offer.judgement, WHOLE, index)}
    state = book.item(n)
    fits = state is not None and offer.act.lines[index].prev in (state.head, None)
    return fits and not (codes - DOUBLED) & (DISPUTES | WAITING) and is_waiting(book, offer)
