"""The custody table: which step may follow which, and what it makes of an item.

**Rule:** this table and its guards (`rules.py`) alone decide who answers for an item; nothing else in
the program does. A missing row is the refusal. Table version: `rules` 1, named by the genesis. Codes:
`.docs/formats.md` §8.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kt1custody.core.log.act import Act, Line
from kt1custody.core.log.keyring import Key, Policy

RULES = 1
MARK_LETTERS = ("0", "C", "B", "A")  # by the mark's number in a register line


class Status(StrEnum):
    """State of an item; held, out and sent always name the holder."""

    REGISTERED = "registered"
    HELD = "held"
    OUT = "out"  # out for delivery
    SENT = "sent"  # out for another office
    DELIVERED = "delivered"
    RETURNED = "returned"
    VOIDED = "voided"


ENDED: Final = frozenset({Status.DELIVERED, Status.RETURNED, Status.VOIDED})

TABLE: Final[Mapping[tuple[Status | None, str], Status]] = {
    (None, "register"): Status.REGISTERED,
    (Status.REGISTERED, "bind"): Status.HELD,
    (Status.REGISTERED, "void"): Status.REGISTERED,  # voided, if the reason is `cancelled`
    (Status.HELD, "void"): Status.REGISTERED,  # as above
    (Status.HELD, "handover"): Status.HELD,  # out or sent, by who receives
    (Status.OUT, "handover"): Status.HELD,
    (Status.SENT, "handover"): Status.HELD,
    (Status.HELD, "take"): Status.HELD,  # the receiver's half of a handover
    (Status.OUT, "take"): Status.HELD,
    (Status.SENT, "take"): Status.HELD,
    (Status.HELD, "offer"): Status.HELD,
    (Status.OUT, "offer"): Status.OUT,
    (Status.SENT, "offer"): Status.SENT,
    (Status.HELD, "deliver"): Status.DELIVERED,
    (Status.OUT, "deliver"): Status.DELIVERED,
    (Status.HELD, "return"): Status.RETURNED,
    (Status.OUT, "return"): Status.RETURNED,
    (Status.HELD, "refuse"): Status.HELD,
    (Status.OUT, "refuse"): Status.OUT,
    (Status.HELD, "absent"): Status.HELD,
    (Status.OUT, "absent"): Status.OUT,
}

NOTES: Final = frozenset(
    {
        "cond-doubtful",
        "cond-broken",
        "cond-missing",
        "seal-not-seen",
        "prev-unknown",
        "time-outside",
        "on-hold",
        "key-late",
        "policy-newer",
        "device-unknown",
        "seen-ahead",
        "counter-shared",
        "seen-back",
        "outweighs",
    }
)
WAITING: Final = frozenset(
    {"predecessor-missing", "print-missing", "offer-missing", "act-missing", "fork-missing"}
)
DISPUTES: Final = frozenset(
    {
        "no-such-step",
        "not-the-holder",
        "wrong-seal",
        "wrong-office",
        "may-not-hold",
        "witness-missing",
        "contested",
        "outweighed",
        "number-taken",
        "serial-taken",
        "serial-of-another",
        "seal-void",
        "key-revoked",
        "key-expired",
        "counter-reused",
        "id-reused",
        "seen-fork",
        "not-offered",
        "offer-taken",
        "offer-withdrawn",
        "not-correctable",
        "not-the-signer",
        "not-assignable",
        "counter-ahead",
        "key-not-nameable",
        "number-ahead",
        "too-many-faults",
        "too-many-set-aside",
        "role-ended",
        "decided-since",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemState:
    """What the log says of one item after its last step that took effect.

    Attributes:
        n: Item number.
        holder: Staff number, or office number as text; who answers for the item, or did last.
        seal: Serial bound now, or None.
        voided: Serials of this item that are void, sorted.
        head: Step hash of the last step.
        head_seq: Position of that step in the log.
        since: When the log took it, Unix seconds UTC.
        contested: Two steps follow one; the item stays at the fork until two officers settle it.
        waiting: Steps in the log whose predecessor or print is missing.
    """

    n: int
    mark: int
    urgency: int
    kind: int
    appt: int | None
    dest: int
    commit: bytes
    status: Status
    holder: str
    seal: int | None
    voided: tuple[int, ...]
    head: bytes
    head_seq: int
    since: int
    contested: bool = False
    waiting: int = 0


# Of the database and its derived tables: 1 had no tree, 2 no frontiers, and one office key opened
# the records of all offices; 3 held one log. `store.migrations` brings an older one up to it.
FORMAT = 4


def columns(state: ItemState) -> dict[str, object]:
    """Give the columns that a table of items has for a state."""
    return {
        "n": state.n,
        "mark": state.mark,
        "urgency": state.urgency,
        "kind": state.kind,
        "appt": state.appt,
        "dest": state.dest,
        "commitment": state.commit,
        "status": state.status.value,
        "holder": state.holder,
        "seal": state.seal,
        "voided": " ".join(map(str, state.voided)),
        "head": state.head,
        "head_seq": state.head_seq,
        "since": state.since,
        "contested": state.contested,
        "waiting": state.waiting,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of an act about one item, with what judging it needs.

    Attributes:
        seq: Position in the log.
        index: Index of the line in the act.
        hash: Step hash of the act.
        giver: Key of who signs first; of a take, of who has signed the offer, if it is here.
        receiver: Key of who takes the item in a handover, or None.
        office: Number of the office for which it is taken, or None.
        witnessed: A witness other than both has signed.
        prev: Step hash of the step before, as the giver knows it.
        refusal: What a take lacks of its offer, or None.
        policy: Policy that the signers knew.
        newer: Policy in force when the log took it.
        foreign: Numbers of the offices that belonged to other founding offices then.
        late: The act came later than `max_offline` after `seen`.
        stopped: The whole act is disputed; the line moves nothing.
        doubled: The act's counter or id stands in another act too.
    """

    seq: int
    index: int
    hash: bytes
    accepted_at: int
    act: Act
    line: Line
    giver: Key
    receiver: Key | None
    office: int | None
    witnessed: bool
    prev: bytes | None
    refusal: str | None
    policy: Policy
    newer: Policy
    late: bool
    foreign: frozenset[int]
    stopped: bool
    doubled: bool


@dataclass(frozen=True, slots=True)
class StepJudgement:
    """What the table says of a step: codes, and the state after it if it takes effect."""

    codes: tuple[str, ...]
    after: ItemState | None


Printed = Callable[[int], int | None]
