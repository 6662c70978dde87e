"""The guards of the custody table: every case, in Python and by the pages' script."""

import json
from functools import cache

from kt1custody.core.custody import rules
from kt1custody.core.custody.table import NOTES, ItemState, Status, Step
from kt1custody.core.log.act import Act, Line
from kt1custody.core.log.keyring import Key, Policy
from tests.kit import cast, rule_cases
from tests.kit.rule_cases import Block, Part

N, OTHER_N = 682_600_000_014, 682_600_000_022
HOME, BRANCH, AFAR = "680900", "680175", "670001"
BOUND, FRESH, DEAD, STRANGE, UNPRINTED = 99_999, 100_000, 70_000, 70_001, 70_002
PRINTED = {BOUND: N, FRESH: N, DEAD: N, STRANGE: OTHER_N}
NOBODY: Part = {"receiver": None, "receiver_role": None, "receiver_office": None, "office": None}


def person(who: str, owner: str, role: str, office: str) -> Part:
    return {who: owner, f"{who}_role": role, f"{who}_office": office}


def carried(known: bool, newer: bool, late: bool) -> Part:
    roles = {True: frozenset({"courier", "clerk", "driver"}), False: frozenset({"escort"})}
    return {"carry": roles[known], "newer_carry": roles[newer], "late": late}


def witnessed(known: bool, newer: bool, seen: bool) -> Part:
    acts = {True: frozenset({"bind", "void", "handover", "deliver"}), False: frozenset[str]()}
    return {"witness": acts[known], "newer_witness": acts[newer], "witnessed": seen}


BOTH = (False, True)
PLAIN = [carried(True, True, False) | witnessed(False, False, False)]
CARRIED = [carried(known, newer, late) for known in BOTH for newer in BOTH for late in BOTH]
WITNESSED = [witnessed(known, newer, seen) for known in BOTH for newer in BOTH for seen in BOTH]
PREV: list[Part] = [{"prev_known": known} for known in BOTH]
CONDS: list[Part] = [{"cond": cond} for cond in ("intact", "doubtful", "broken", "missing")]
GIVERS = [
    person("giver", cast.COURIER, "courier", HOME),
    person("giver", cast.CLERK, "clerk", HOME),
    person("giver", cast.CONTROLLER, "controller", BRANCH),
    person("giver", cast.COURIER_2, "courier", BRANCH),
]
RECEIVERS = [
    NOBODY | person("receiver", cast.COURIER, "courier", HOME),
    NOBODY | person("receiver", cast.DRIVER, "driver", HOME),
    NOBODY | person("receiver", cast.CLERK, "clerk", HOME) | {"office": HOME},
    NOBODY | person("receiver", cast.CLERK, "clerk", HOME) | {"office": BRANCH},
    NOBODY | person("receiver", cast.COURIER, "courier", HOME) | {"office": HOME},
    NOBODY | person("receiver", cast.CONTROLLER, "controller", HOME),
]
# Last of a block: where there is no item, nothing of it is known, and no policy speaks of its mark.
NO_ITEM: Part = {
    "status": "none", "holder": None, "bound": None, "voided": (), "dest": None, "witness": None,
    "carry": None, "newer_witness": None, "newer_carry": None,
}  # fmt: skip
STATES: list[Part] = [
    NO_ITEM,
    *(
        {"status": status.value, "holder": holder, "dest": dest}
        for status in Status
        for holder, dest in ((cast.COURIER, int(BRANCH)), (HOME, int(AFAR)))
    ),
]
SEALS: list[Part] = [
    {"bound": bound, "voided": (DEAD,), "seal": seal, "printed_for": None}
    for bound in (None, BOUND)
    for seal in (None, BOUND, STRANGE)
]
FRESH_SEALS: list[Part] = [
    {"bound": bound, "voided": (DEAD,), "seal": seal, "printed_for": PRINTED.get(seal or 0)}
    for bound in (None, BOUND)
    for seal in (None, BOUND, FRESH, DEAD, STRANGE, UNPRINTED)
]
COMMON: Part = {
    "n": N, "foreign": frozenset({int(AFAR)}), "refusal": None, "reason": None, "counter": None,
    "cond": "intact", "prev_known": True, **NOBODY, **GIVERS[0], **PLAIN[0],
    **SEALS[0],
}  # fmt: skip
REGISTER: list[Part] = [
    {"type": "register", "counter": HOME, "cond": None, "seal": None, "refusal": refusal}
    for refusal in (None, "number-taken")
]
AT_COUNTER: list[Part] = [
    {"type": kind, "counter": counter, "reason": reason}
    for kind, reason in (("bind", None), ("void", "torn"), ("void", "cancelled"))
    for counter in (HOME, BRANCH)
]
MOVES: list[Part] = [{"type": kind} for kind in ("handover", "take", "offer")]
ENDS: list[Part] = [{"type": kind} for kind in ("deliver", "return", "refuse", "absent")]
REFUSED: list[Part] = [
    {"type": "take", "refusal": refusal}
    for refusal in (None, "offer-missing", "not-offered", "offer-taken", "offer-withdrawn")
]
BLOCKS: list[Block] = [
    [[COMMON], REGISTER, GIVERS, PREV, STATES],
    [[COMMON], AT_COUNTER, GIVERS, FRESH_SEALS, PREV, STATES],
    [[COMMON], AT_COUNTER, CARRIED, WITNESSED, STATES],
    [[COMMON], MOVES, RECEIVERS, GIVERS, SEALS, PREV, STATES],
    [[COMMON], MOVES, RECEIVERS[:4], CARRIED, WITNESSED, STATES],
    [[COMMON], REFUSED, RECEIVERS[:1], GIVERS[:2], SEALS, PREV, CONDS, STATES],
    [[COMMON], ENDS, GIVERS, SEALS, PREV, STATES],
    [[COMMON], ENDS, CARRIED, WITNESSED, STATES],
]


@cache
def key_of(owner: str, role: str, office: str) -> Key:
    return Key(
        kid=b"", owner=owner, role=role, alg=-19, pub=b"", enc=None, office=int(office), since=0,
        until=None, enrolled=0,
    )  # fmt: skip


@cache
def act_of(kind: str, counter: str | None) -> Act:
    office = None if counter is None else int(counter)
    return Act(
        body=b"", hash=b"", type=kind, log="", id=b"", at=0, dev="", dseq=0, dprev=b"", seen=None,
        by="", lines=(), fields={"office": office},
    )  # fmt: skip


@cache
def policy_of(witness: frozenset[str], carry: frozenset[str]) -> Policy:
    return Policy(seq=0, since=0, witness={"A": witness}, carry={"A": carry}, max_offline=0)


REGISTERED = {"mark": 3, "urgency": 0, "kind": 0, "appt": None, "dest": 680_101, "commit": b""}


def item_of(facts: Part) -> ItemState | None:
    if facts["status"] == "none":
        return None
    return ItemState(
        n=N, mark=3, urgency=0, kind=0, appt=None, dest=facts["dest"], commit=b"", head=b"",
        status=Status(facts["status"]), holder=facts["holder"], seal=facts["bound"],
        voided=facts["voided"], head_seq=0, since=0,
    )  # fmt: skip


def step_of(facts: Part) -> Step:
    """The step of which these are the facts."""
    fields = REGISTERED | {"reason": facts["reason"]}
    receiver = [facts[name] for name in ("receiver", "receiver_role", "receiver_office")]
    nobody: frozenset[str] = frozenset()
    policies = [
        policy_of(facts[f"{age}witness"] or nobody, facts[f"{age}carry"] or nobody)
        for age in ("", "newer_")
    ]
    return Step(
        seq=1, index=0, hash=b"", accepted_at=0, act=act_of(facts["type"], facts["counter"]),
        line=Line(N, facts["seal"], facts["cond"], None, fields),
        giver=key_of(facts["giver"], facts["giver_role"], facts["giver_office"]),
        receiver=None if receiver[0] is None else key_of(*receiver),
        office=None if facts["office"] is None else int(facts["office"]),
        witnessed=facts["witnessed"], prev=b"" if facts["prev_known"] else None,
        refusal=facts["refusal"], policy=policies[0], newer=policies[1], late=facts["late"],
        foreign=facts["foreign"], stopped=False, doubled=False,
    )  # fmt: skip


def verdict_of(facts: Part) -> list[object]:
    """Codes, and status, holder, seal and void serials after a step that takes effect."""
    item, step, printed = item_of(facts), step_of(facts), PRINTED.get
    asked = rules.facts_of(item, step, printed)
    del asked["table"]
    assert asked == facts
    verdict = rules.judge(item, step, printed)
    after = verdict.after
    if after is None:
        return [list(verdict.codes), None]
    return [list(verdict.codes), [after.status, after.holder, after.seal, list(after.voided)]]


BY_SCRIPT = """(({ codes, after }) => [
    codes, after && [after.status, after.holder, after.bound, after.voided]
])(rules.judge(custody, facts))"""


def test_the_pages_judge_every_step_as_the_program_does():
    both = rule_cases.compare(BLOCKS, verdict_of, BY_SCRIPT)
    assert both.differing == []
    assert both.count > 50_000
    for codes, after in both.verdicts:
        assert (after is None) == (not NOTES.issuperset(codes))
    said = {code for codes, _ in both.verdicts for code in codes}
    assert said == {*rules.CUSTODY.always}.union(*rules.CUSTODY.stages)


def test_the_exported_table_is_plain_data_and_small():
    text = json.dumps(rules.data(), separators=(",", ":"))
    assert json.loads(text)["table"]["held"]["void"] == "registered"
    assert len(text) < 8_000
