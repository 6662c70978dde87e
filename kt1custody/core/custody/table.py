"""The custody table: which step may follow which, and what it makes of an item.

**Rule:** this module alone decides who answers for an item; nothing else in the program does. A
missing row is the refusal. Table version: `rules` 1, named by the genesis. A function here is
pure: the same state and step give the same verdict on the counter, in the log and in an audit.
Codes: `.docs/formats.md` §8.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from kt1custody.core.log.act import Act, Line
from kt1custody.core.log.keyring import OFFICE_ROLES, Key, Policy
from kt1custody.core.log.schema import STEP_TYPES

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
# What a later step may still put right, when the giver did not know the step before.
_MAY_FIT_LATER: Final = frozenset({"no-such-step", "not-the-holder", "wrong-seal"})


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


def answers_for(key: Key, holder: str) -> bool:
    """Tell whether a person answers for what this holder has: himself, or as clerk his office."""
    return holder == key.owner or (key.role in OFFICE_ROLES and holder == str(key.office))


def judge(state: ItemState | None, step: Step, printed: Printed) -> StepJudgement:
    """Judge one step against the state of its item.

    Args:
        state: Before the step; None if the item is not registered.
        printed: Serial → item number it was printed for, or None.

    Returns:
        Notes of a step that takes effect; else the disputes or what it waits for, and no state.
    """
    notes = _notes(state, step)
    if step.stopped:
        return StepJudgement(notes, None)
    if step.refusal is not None:
        return StepJudgement((*notes, step.refusal), None)
    faults = _faults(state, step, printed)
    if step.prev is None and step.act.type != "register" and faults & _MAY_FIT_LATER:
        faults = {"predecessor-missing"}
    if faults - NOTES:
        return StepJudgement((*notes, *sorted(faults)), None)
    return StepJudgement((*notes, *sorted(faults)), after(state, step))


def after(state: ItemState | None, step: Step) -> ItemState:
    """Give the state after a step that takes effect."""
    act, line = step.act, step.line
    if state is None:
        return ItemState(
            n=line.n,
            mark=line.number("mark"),
            urgency=line.number("urgency"),
            kind=line.number("kind"),
            appt=line.number_or_none("appt"),
            dest=line.number("dest"),
            commit=line.octets("commit"),
            status=Status.REGISTERED,
            holder=str(act.number("office")),
            seal=None,
            voided=(),
            head=step.hash,
            head_seq=step.seq,
            since=step.accepted_at,
        )
    holder, seal, voided = state.holder, state.seal, state.voided
    if act.type == "bind":
        seal = line.seal
    elif act.type == "void":
        dead = line.seal if line.seal is not None else state.seal
        seal, voided = None, voided if dead is None else tuple(sorted({*voided, dead}))
    elif step.receiver is not None and act.type in STEP_TYPES:
        holder = step.receiver.owner if step.office is None else str(step.office)
    return replace(
        state,
        status=_next_status(state, step),
        holder=holder,
        seal=seal,
        voided=voided,
        head=step.hash,
        head_seq=step.seq,
        since=step.accepted_at,
    )


def _next_status(state: ItemState, step: Step) -> Status:
    act = step.act
    if act.type == "void" and step.line.fields["reason"] == "cancelled":
        return Status.VOIDED
    if step.receiver is not None and step.office is None:
        if state.dest in step.foreign and step.receiver.role in ("driver", "escort"):
            return Status.SENT
        if step.receiver.role == "courier":
            return Status.OUT
    return TABLE[state.status, act.type]


def _notes(state: ItemState | None, step: Step) -> tuple[str, ...]:
    if step.act.type == "register":
        return ()
    line = step.line
    notes = [f"cond-{line.cond}"] if line.cond != "intact" else []
    if step.prev is None and step.refusal is None:
        notes.append("prev-unknown")
    if line.seal is None and state is not None and state.seal is not None:
        notes.append("seal-not-seen")
    return tuple(sorted(notes))


def _faults(state: ItemState | None, step: Step, printed: Printed) -> set[str]:
    act = step.act
    if act.type == "register":
        return {"number-taken"} if state is not None else set()
    if state is None or (state.status, act.type) not in TABLE:
        return {"no-such-step"}
    faults = set() if answers_for(step.giver, state.holder) else {"not-the-holder"}
    if act.type in ("bind", "void") and state.holder != str(act.number("office")):
        faults.add("not-the-holder")
    faults |= _seal_faults(state, step, printed)
    faults |= _policy_faults(state, step)
    if step.receiver is not None and not _receives(step.receiver, step.office):
        faults.add("wrong-office")
    return faults


def _receives(receiver: Key, office: int | None) -> bool:
    """Tell whether the receiver may take items for the office named, if one is named."""
    return office is None or (receiver.role in OFFICE_ROLES and receiver.office == office)


def _seal_faults(state: ItemState, step: Step, printed: Printed) -> set[str]:
    seal = step.line.seal
    fresh = step.act.type == "bind" or (step.act.type == "void" and state.seal is None)
    if not fresh:
        return set() if seal in (None, state.seal) else {"wrong-seal"}
    if seal is None:
        # Only an item that never had a seal may be cancelled without one.
        cancelled = step.act.type == "void" and step.line.fields["reason"] == "cancelled"
        return set() if cancelled else {"wrong-seal"}
    if seal in state.voided:
        return {"seal-void"}
    owner = printed(seal)
    if owner is None:
        return {"print-missing"}
    return set() if owner == state.n else {"serial-of-another"}


def _policy_faults(state: ItemState, step: Step) -> set[str]:
    """Judge by the policy the signers knew; a stricter one since is a note, or late a dispute."""
    known = _breaches(state, step, step.policy)
    newer = _breaches(state, step, step.newer) - known
    if not newer:
        return known
    return known | (newer if step.late else {"policy-newer"})


def _breaches(state: ItemState, step: Step, policy: Policy) -> set[str]:
    letter = MARK_LETTERS[state.mark]
    breaches = set()
    wanted = policy.witness.get(letter, frozenset())
    kind = "handover" if step.act.type == "take" else step.act.type
    if kind in wanted and not step.witnessed:
        breaches.add("witness-missing")
    if step.receiver is not None and step.receiver.role not in policy.carry[letter]:
        breaches.add("may-not-hold")
    return breaches
