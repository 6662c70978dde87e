"""What a counter refuses before anybody signs, though the log would record it once it has happened.

**Rule:** an authentic act that has happened is never refused, but judged (`judgement.py`). Before
anybody signs nothing has happened yet: a counter then refuses what the log would dispute or leave
waiting, persons who may not sign, and items that are being offered to somebody. Source:
`.docs/formats.md` §5 and §8.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from kt1custody.core.custody import persons
from kt1custody.core.custody.history import Book, is_waiting_for, signing_keys
from kt1custody.core.custody.table import DISPUTES, WAITING
from kt1custody.core.log import signers
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Judgement, Signature

# A policy that begins between the newest entry and now is new to nobody at a counter.
_KNOWN_HERE: Final = frozenset({"on-hold", "key-late", "device-unknown", "policy-newer"})
REFUSED: Final = DISPUTES | WAITING | _KNOWN_HERE
_ALLOWED: Final = {
    # Nobody may keep others from a hold by putting them, or the counter, on hold first.
    "hold": frozenset({"on-hold"}),
    # The only ways out of a hold, of a log that lost its end, and of one that is ahead: nobody may
    # take them away by putting both officers on hold.
    **dict.fromkeys(("lift", "epoch", "setback"), frozenset({"on-hold"})),
    # The giver's phone has shown the offer and will bring it later.
    "take": frozenset({"offer-missing"}),
}
_ENDS_AN_OFFER: Final = frozenset(
    {"handover", "offer", "deliver", "return", "refuse", "absent", "void"}
)


class CounterBook(Book, Protocol):
    """What a counter knows of the log."""

    def offers_of(self, numbers: Iterable[int]) -> Sequence[tuple[int, int]]:
        """Give (item, position) of every offer ever made of some items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfitPerson:
    """Somebody who may not sign an act.

    Attributes:
        code: `one-person-twice`, `role-may-not` or `key-expired`.
        role: Of the person's key now.
    """

    code: str
    staff: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What is in the way of an act.

    Attributes:
        code: A judgement of `REFUSED`, or `offered-already`.
        n: Item number; 0: the whole act.
        who: Whom it is about, or how the item stands; empty if neither is known.
    """

    code: str
    n: int
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRules:
    """The rules of a counter about the act that comes next.

    Attributes:
        book: The log as it stands.
        seq: Position of the act to come.
        now: The counter's clock, Unix seconds UTC.
    """

    book: CounterBook
    seq: int
    now: int

    def unfit_person(self, act: Act, signatures: Sequence[Signature]) -> UnfitPerson | None:
        """Find the first who may not sign an act, or not twice.

        Args:
            signatures: One for each person, in order; only their keys count.
        """
        control = self.book.control
        for signature, staff in zip(signatures, act.persons, strict=True):
            key = control.key_now(signature.kid, self.now)
            if act.persons.count(staff) > 1:
                return UnfitPerson(code="one-person-twice", staff=staff, role=key.role)
            if key.role not in signers.allowed_roles(act, signature.role, control):
                return UnfitPerson(code="role-may-not", staff=staff, role=key.role)
            # By the counter's own clock: the log may not have reached that hour yet.
            if key.until is not None and self.now > key.until:
                return UnfitPerson(code="key-expired", staff=staff, role=key.role)
        return None

    def refusals(
        self, act: Act, signatures: Sequence[Signature], judged: Judgement
    ) -> list[Refusal]:
        """Give all that is in the way of an act.

        Args:
            signatures: One for each person, in order; only their keys count.
            judged: How the log would judge it as its next entry.
        """
        refused = REFUSED - _ALLOWED.get(act.type, frozenset())
        stops = [(line, code) for line, code in judged if code in refused]
        stops += [(line, "offered-already") for line in self._offered(act)]
        if not stops:
            return []
        keys = signing_keys(self.book.control, act, signatures, self.seq, self.now)
        about = persons.about(self.book, act, keys, self.seq, self.now)
        return [
            Refusal(code=code, n=0, who=", ".join(sorted(about.get(code, ()))))
            if line < 0
            else Refusal(
                code=code, n=act.lines[line].n, who=self._whom(act, act.lines[line].n, code)
            )
            for line, code in stops
        ]

    def _offered(self, act: Act) -> list[int]:
        """Give the lines about what somebody is being asked to take.

        An offer leaves no trace in an item's state; with two steps from one it would be contested.
        """
        if act.type not in _ENDS_AN_OFFER:
            return []
        book, lines = self.book, {line.n: index for index, line in enumerate(act.lines)}
        states = [book.item(n) for n in lines]
        heads = {state.n: state.head_seq for state in states if state is not None}
        return sorted(
            lines[n]
            for n, seq in book.offers_of(heads)
            if seq > heads[n] and is_waiting_for(book, book.entry(seq), n)
        )

    def _whom(self, act: Act, n: int, code: str) -> str:
        """Say who holds an item, who may not receive it, or how it stands, whichever is in the way."""
        state = self.book.item(n)
        if code == "no-such-step" and state is not None:
            return state.status.value
        if code == "not-the-holder" and state is not None:
            return state.holder
        if code in ("may-not-hold", "wrong-office"):
            return act.text_or_none("to") or act.by
        return ""
