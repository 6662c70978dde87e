"""The guards of the custody table as data, and what they say of a step.

**Rule:** the table (`table.py`) and these conditions alone decide who answers for an item; nothing
else in the program does, and nothing on a page or a phone: they are given this data. `judge` is pure:
the same state and step give the same verdict on the counter, in the log and in an audit. Codes:
`.docs/formats.md` §8; operations: `.docs/fold.md`.
"""

from dataclasses import replace
from typing import Final

from kt1custody.core.conditions import (
    Codes,
    Condition,
    Facts,
    Rules,
    fact,
    is_known,
    make_evaluator,
)
from kt1custody.core.custody.table import (
    MARK_LETTERS,
    NOTES,
    RULES,
    TABLE,
    ItemState,
    Printed,
    Status,
    Step,
    StepJudgement,
)
from kt1custody.core.log.keyring import OFFICE_ROLES
from kt1custody.core.log.schema import CONDITIONS

# The item before the step; status `none`, and null for all else, if it is not registered.
_N, _STATUS, _HOLDER = fact("n"), fact("status"), fact("holder")
_BOUND, _VOIDED, _DEST = fact("bound"), fact("voided"), fact("dest")
# The step. Offices are text, as holders are.
_TYPE, _SEAL, _COND, _REASON = fact("type"), fact("seal"), fact("cond"), fact("reason")
_COUNTER = fact("counter")  # office that registers, binds or voids
_GIVER, _GIVER_ROLE, _GIVER_OFFICE = fact("giver"), fact("giver_role"), fact("giver_office")
_RECEIVER, _RECEIVER_ROLE = fact("receiver"), fact("receiver_role")
_OFFICE = fact("office")  # for which the receiver takes it, or null
_IS_PREV_KNOWN, _REFUSAL, _IS_WITNESSED = fact("prev_known"), fact("refusal"), fact("witnessed")
_PRINTED_FOR = fact("printed_for")  # item that the seal bound or voided was printed for
_IS_LATE, _FOREIGN = fact("late"), fact("foreign")
_NEXT = fact("table", _STATUS, _TYPE)

_AT_COUNTER = ("register", "bind", "void")  # acts that name the office where they are done
_OFFICE_ROLES = tuple(sorted(OFFICE_ROLES))
# What a take lacks of its offer, or a registration of its log; found before the item is looked at.
_REFUSALS = ("not-offered", "number-taken", "offer-missing", "offer-taken", "offer-withdrawn")

_IS_REGISTER: Condition = ("is", _TYPE, "register")
_IS_RECEIVER_OF_OFFICE: Condition = ("is", _RECEIVER_ROLE, *_OFFICE_ROLES)
_IS_VOID: Condition = ("is", _TYPE, "void")
_HAS_NO_ROW: Condition = ("is", _NEXT, None)
# A person answers for what they hold themselves, or as clerk what their office holds.
_ANSWERS: Condition = (
    "or",
    ("is", _HOLDER, _GIVER),
    ("and", ("is", _GIVER_ROLE, *_OFFICE_ROLES), ("is", _HOLDER, _GIVER_OFFICE)),
)
_IS_NOT_THE_HOLDER: Condition = (
    "and",
    is_known(_HOLDER),
    (
        "or",
        ("not", _ANSWERS),
        ("and", ("is", _TYPE, "bind", "void"), ("not", ("is", _HOLDER, _COUNTER))),
    ),
)
# A seal that is not the item's yet is bound, or voided before it was bound.
_IS_FRESH: Condition = ("or", ("is", _TYPE, "bind"), ("and", _IS_VOID, ("is", _BOUND, None)))
_IS_CANCELLED: Condition = ("and", _IS_VOID, ("is", _REASON, "cancelled"))
_IS_WRONG_SEAL: Condition = (
    "if",
    _IS_FRESH,
    # Only an item that never had a seal may be cancelled without one.
    ("and", ("is", _SEAL, None), ("not", _IS_CANCELLED)),
    ("not", ("is", _SEAL, None, _BOUND)),
)


def _lacks_witness(wanted: Condition) -> Condition:
    kind = ("if", ("is", _TYPE, "take"), "handover", _TYPE)
    return ("and", ("not", _IS_WITNESSED), ("in", kind, wanted))


def _may_not_hold(carriers: Condition) -> Condition:
    return ("and", is_known(_RECEIVER), ("not", ("in", _RECEIVER_ROLE, carriers)))


def _by_policy(known: Condition, newer: Condition) -> Condition:
    """Judge by the policy that the signers knew, and by a stricter one since if the act is late."""
    return ("or", known, ("and", _IS_LATE, newer))


_CARRY = _may_not_hold(fact("carry")), _may_not_hold(fact("newer_carry"))
_WITNESS = _lacks_witness(fact("witness")), _lacks_witness(fact("newer_witness"))

CUSTODY: Final = Rules(
    always={
        **{f"cond-{cond}": ("is", _COND, cond) for cond in sorted(CONDITIONS) if cond != "intact"},
        "prev-unknown": (
            "and",
            ("not", _IS_PREV_KNOWN),
            ("not", _IS_REGISTER),
            ("is", _REFUSAL, None),
        ),
        "seal-not-seen": ("and", ("is", _SEAL, None), is_known(_BOUND), ("not", _IS_REGISTER)),
    },
    stages=(
        {code: ("is", _REFUSAL, code) for code in _REFUSALS},
        {
            # A later step may still put it right, since the giver did not know the step before.
            "predecessor-missing": (
                "and",
                ("not", _IS_PREV_KNOWN),
                ("not", _IS_REGISTER),
                ("or", _HAS_NO_ROW, _IS_NOT_THE_HOLDER, _IS_WRONG_SEAL),
            ),
        },
        {
            "no-such-step": ("and", _HAS_NO_ROW, ("not", _IS_REGISTER)),
            "number-taken": ("and", _HAS_NO_ROW, _IS_REGISTER),
        },
        {
            "may-not-hold": _by_policy(*_CARRY),
            "not-the-holder": _IS_NOT_THE_HOLDER,
            "policy-newer": (
                "and",
                ("not", _IS_LATE),
                ("or", *(("and", newer, ("not", known)) for known, newer in (_CARRY, _WITNESS))),
            ),
            "print-missing": (
                "and",
                _IS_FRESH,
                is_known(_SEAL),
                ("not", ("in", _SEAL, _VOIDED)),
                ("is", _PRINTED_FOR, None),
            ),
            "seal-void": ("and", _IS_FRESH, ("in", _SEAL, _VOIDED)),
            "serial-of-another": (
                "and",
                _IS_FRESH,
                ("not", ("in", _SEAL, _VOIDED)),
                ("not", ("is", _PRINTED_FOR, None, _N)),
            ),
            "witness-missing": _by_policy(*_WITNESS),
            "wrong-office": (
                "and",
                is_known(_RECEIVER),
                is_known(_OFFICE),
                ("not", ("and", _IS_RECEIVER_OF_OFFICE, ("is", fact("receiver_office"), _OFFICE))),
            ),
            "wrong-seal": _IS_WRONG_SEAL,
        },
    ),
)
_IS_TAKEN_BY_A_PERSON: Condition = ("and", is_known(_RECEIVER), ("is", _OFFICE, None))
_LEAVES_THE_LOG: Condition = (
    "and",
    ("is", _RECEIVER_ROLE, "driver", "escort"),
    ("in", _DEST, _FOREIGN),
)
# What a step that takes effect makes of an item.
AFTER: Final[Codes] = {
    "status": (
        "if",
        *(_IS_CANCELLED, Status.VOIDED),
        *(("and", _IS_TAKEN_BY_A_PERSON, _LEAVES_THE_LOG), Status.SENT),
        *(("and", _IS_TAKEN_BY_A_PERSON, ("is", _RECEIVER_ROLE, "courier")), Status.OUT),
        _NEXT,
    ),
    "holder": (
        "if",
        *(_IS_REGISTER, _COUNTER),
        *(("not", ("is", _TYPE, "handover", "take")), _HOLDER),
        *(("is", _OFFICE, None), _RECEIVER),
        _OFFICE,
    ),
    "bound": ("if", *(("is", _TYPE, "bind"), _SEAL), *(_IS_VOID, None), _BOUND),
    # The serial that becomes void, or null.
    "spoiled": ("if", *(("not", _IS_VOID), None), *(("is", _SEAL, None), _BOUND), _SEAL),
}
_ROWS: Final = {
    status: {kind: to for (before, kind), to in TABLE.items() if (before or "none") == status}
    for status in ("none", *Status)
}
_after_step = make_evaluator(AFTER)


def data() -> dict[str, object]:
    """Give the table and its guards as they are exported."""
    notes = sorted(NOTES)  # the codes of a step that takes effect
    return {"rules": RULES, "table": _ROWS, "notes": notes, **CUSTODY.data(), "after": AFTER}


def judge(state: ItemState | None, step: Step, printed: Printed) -> StepJudgement:
    """Judge one step against the state of its item.

    Args:
        state: Before the step; None if the item is not registered.
        printed: Serial → item number it was printed for, or None.

    Returns:
        Notes of a step that takes effect; else the disputes or what it waits for, and no state.
    """
    facts = facts_of(state, step, printed)
    if step.stopped:  # the whole act is disputed, whatever its lines say
        return StepJudgement(tuple(CUSTODY.codes_always(facts)), None)
    codes = tuple(CUSTODY.codes(facts))
    return StepJudgement(codes, _after(state, step, facts) if NOTES.issuperset(codes) else None)


def _after(state: ItemState | None, step: Step, facts: Facts) -> ItemState:
    """Give the state after a step that takes effect."""
    line = step.line
    after = _after_step(facts)
    if state is None:
        return ItemState(
            n=line.n,
            mark=line.number("mark"),
            urgency=line.number("urgency"),
            kind=line.number("kind"),
            appt=line.number_or_none("appt"),
            dest=line.number("dest"),
            commit=line.octets("commit"),
            status=Status(after["status"]),
            holder=after["holder"],
            seal=after["bound"],
            voided=(),
            head=step.hash,
            head_seq=step.seq,
            since=step.accepted_at,
        )
    spoiled = after["spoiled"]
    return replace(
        state,
        status=Status(after["status"]),
        holder=after["holder"],
        seal=after["bound"],
        voided=state.voided if spoiled is None else tuple(sorted({*state.voided, spoiled})),
        head=step.hash,
        head_seq=step.seq,
        since=step.accepted_at,
    )


def facts_of(state: ItemState | None, step: Step, printed: Printed) -> dict[str, object]:
    """Give what the conditions ask about a step and its item."""
    act, line, giver, receiver = step.act, step.line, step.giver, step.receiver
    mark = MARK_LETTERS[state.mark] if state else ""
    serial = line.seal if act.type in ("bind", "void") else None
    return {
        "table": _ROWS,
        "n": line.n,
        "status": state.status if state else "none",
        "holder": state.holder if state else None,
        "bound": state.seal if state else None,
        "voided": state.voided if state else (),
        "dest": state.dest if state else None,
        "type": act.type,
        "seal": line.seal,
        "cond": line.cond,
        "reason": line.fields["reason"] if act.type == "void" else None,
        "counter": str(act.fields["office"]) if act.type in _AT_COUNTER else None,
        "giver": giver.owner,
        "giver_role": giver.role,
        "giver_office": str(giver.office),
        "receiver": receiver.owner if receiver else None,
        "receiver_role": receiver.role if receiver else None,
        "receiver_office": str(receiver.office) if receiver else None,
        "office": None if step.office is None else str(step.office),
        "prev_known": step.prev is not None,
        "refusal": step.refusal,
        "witnessed": step.witnessed,
        "printed_for": None if serial is None else printed(serial),
        "witness": step.policy.witness.get(mark),
        "carry": step.policy.carry.get(mark),
        "newer_witness": step.newer.witness.get(mark),
        "newer_carry": step.newer.carry.get(mark),
        "late": step.late,
        "foreign": step.foreign,
    }
