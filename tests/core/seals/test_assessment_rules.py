"""The rules about seals: every case, in Python and by the pages' script."""

from dataclasses import replace

from kt1custody.core.seals import assessment
from kt1custody.core.seals.assessment import Bench, Sighting, SignatureCheck
from kt1custody.core.seals.seal import SealContent
from kt1custody.core.seals.status import Head, KeyState, Load, LoadLine, StatusNote
from tests.kit import rule_cases
from tests.kit.rule_cases import Block, Part

NOW, DAY = 1_795_020_000, 86_400
SERIAL = 70_000


def parts(name: str, *values: object) -> list[Part]:
    return [{name: value} for value in values]


AGES = (2 * DAY, DAY, 60)  # of a seal: before the notes and the key's turn, between, and just now
AT = parts("at", *(NOW - age for age in AGES), NOW + 60, NOW + DAY)
TURN = (NOW - DAY - 60, NOW - DAY + 60, NOW + 60)
UNTIL, REVOKED = parts("until", None, *TURN), parts("revoked", None, *TURN)
HIGHEST = parts("highest", None, SERIAL - 1, SERIAL)
HEADS: list[Part] = [
    {"issued": NOW - age, "next": NOW - age + DAY} for age in (2 * DAY, DAY - 60, 60, -60, -DAY)
]
LOADS: list[Part] = [
    {"load_issued": None, "load_next": None, "listed": False, "matched": False},
    *(
        {"load_issued": NOW - age, "load_next": NOW - age + DAY, "listed": there, "matched": same}
        for age in (2 * DAY, 60, -DAY)
        for there, same in ((False, False), (True, False), (True, True))
    ),
]
GOOD: Part = {
    "proof": "good", "count": 1, "contents": 1, "log": 68, "serial": SERIAL, "issuer": 680_900,
    "at": NOW - DAY, "key_known": True, "since": NOW - DAY - 60, "until": None, "revoked": None,
    "highest": SERIAL, "voided": (65_536,), "number": 68, "now": NOW,
    "offices": frozenset({680_900, 680_175}), **HEADS[2], **LOADS[0],
}  # fmt: skip
UNKNOWN_KEY: Part = {
    "key_known": False, "since": None, "until": None, "revoked": None, "highest": None,
    "voided": None,
}  # fmt: skip
BLOCKS: list[Block] = [
    [[GOOD], AT, UNTIL, REVOKED, HIGHEST, HEADS, LOADS, parts("voided", (65_536,), (SERIAL,))],
    [
        [GOOD],
        parts("proof", *(proof.value for proof in SignatureCheck)),
        parts("count", 1, 2),
        parts("contents", 1, 2),
        parts("log", 68, 67),
        parts("issuer", 680_900, 999_999),
        LOADS,
        HEADS,
        [{}, UNKNOWN_KEY],
    ],
]
TYPED: list[Block] = [
    [
        parts("number", 68, 67),
        [{"log": 68, "serial": None}, {"log": None, "serial": SERIAL}],
        parts("voided", (), (SERIAL,), (65_536, SERIAL)),
    ]
]


def verdict_of(facts: Part) -> list[object]:
    verdict = assessment.gravest(assessment.SEALS.codes(facts))
    return [verdict.code, verdict.colour, list(verdict.notes)]


def typed_verdict_of(facts: Part) -> list[object]:
    verdict = assessment.gravest(assessment.NUMBERS.codes(facts))
    return [verdict.code, verdict.colour, list(verdict.notes)]


BY_SCRIPT = """(({ code, colour, notes }) => [code, colour, notes])(
    rules.gravest(seals, rules.codesOf(seals.%s, facts)))"""


def test_the_pages_judge_every_seal_as_the_program_does():
    both = rule_cases.compare(BLOCKS, verdict_of, BY_SCRIPT % "seals")
    assert both.differing == []
    assert both.count > 20_000
    said = {code for code, _, notes in both.verdicts for code in (code, *notes)}
    assert said == {*assessment.SEALS.always}.union(*assessment.SEALS.stages)


def test_the_pages_judge_typed_numbers_as_the_program_does():
    both = rule_cases.compare(TYPED, typed_verdict_of, BY_SCRIPT % "numbers")
    assert both.differing == []
    assert {code for code, _, _ in both.verdicts} == {"other-log", "serial-void", "number-only"}


def test_the_facts_about_a_seal_are_what_the_conditions_ask_about():
    head = Head(origin="", size=1, root=bytes(32), issued=NOW - 60, next=NOW - 60 + DAY)
    seal = SealContent(
        n=682_600_000_014, serial=SERIAL, mark=0, urgency=0, issuer=680_900, dest=680_101,  # type: ignore[arg-type]
        at=NOW - DAY, commitment=bytes(16), copy=1,
    )  # fmt: skip
    key = KeyState(
        kid=bytes(8), since=NOW - DAY - 60, until=None, revoked=None, highest=SERIAL,
        voided=(65_536,),
    )  # fmt: skip
    bench = Bench(
        number=68, offices=frozenset({680_900, 680_175}), load=None, now=NOW,
        status=StatusNote(head, bytes(32), {key.kid: key}),
    )  # fmt: skip
    sighting = Sighting(
        content=seal, kid=key.kid, digest=bytes([1] * 32), proof=SignatureCheck.GOOD
    )

    def asked(bench: Bench, kid: bytes = key.kid) -> Part:
        return {**assessment.facts_of(replace(sighting, kid=kid), bench, count=1, contents=1)}

    assert asked(bench) == GOOD
    assert asked(bench, bytes([1] * 8)) == GOOD | UNKNOWN_KEY
    loads = (LoadLine(seal.n, serial, (digest, bytes(32))) for serial, digest in (
        (SERIAL + 1, bytes(32)), (SERIAL, bytes(32)), (SERIAL, sighting.digest),
    ))  # fmt: skip
    for line, is_matched in zip(loads, (False, False, True), strict=True):
        load = Load(head, "NV011", {line.serial: line})
        assert asked(replace(bench, load=load)) == GOOD | {
            "load_issued": head.issued, "load_next": head.next, "listed": True,
            "matched": is_matched,
        }  # fmt: skip
