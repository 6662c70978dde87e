"""Green, amber, red: each rule alone, their order, and that the order of scans changes nothing."""

import hashlib
import random
from dataclasses import replace

import pytest

from kt1custody.core.conditions import Rules
from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.core.log.entry import CLOCK_SLACK
from kt1custody.core.seals import assessment
from kt1custody.core.seals.assessment import (
    CODES,
    Assessment,
    Bench,
    Colour,
    Sighting,
    SignatureCheck,
)
from kt1custody.core.seals.seal import SealContent, to_be_signed
from kt1custody.core.seals.status import Head, KeyState, Load, LoadLine, StatusNote

PRINTED, ISSUED, NOW = 1_795_000_000, 1_795_010_000, 1_795_020_000
N = numbers.item_number(log_number=68, year=2026, running=1)
OTHER_N = numbers.item_number(log_number=68, year=2026, running=2)
KID = bytes(8)
SEAL = SealContent(
    n=N,
    serial=65_540,
    mark=Mark.A,
    urgency=Urgency.NORMAL,
    issuer=680_900,
    dest=680_901,
    at=PRINTED,
    commitment=bytes(16),
    copy=1,
)
COPY_2 = replace(SEAL, copy=2)
HEAD = Head(
    origin="kt1.lamdong.vn/68/e1", size=31, root=bytes(32), issued=ISSUED, next=ISSUED + 86_400
)
END = HEAD.next + 10
KEY = KeyState(
    kid=KID, since=PRINTED - 10, until=END, revoked=None, highest=65_550, voided=(65_536, 65_539)
)


def digest(seal: SealContent) -> bytes:
    return hashlib.sha256(to_be_signed(seal, numbers.ED25519, KID)).digest()


def load_of(*seals: SealContent) -> Load:
    lines = {
        one.serial: LoadLine(one.n, one.serial, (digest(one), digest(replace(one, copy=2))))
        for one in seals
    }
    return Load(HEAD, "NV011", lines)


LOAD = load_of(SEAL)


def bench(
    key: KeyState = KEY, load: Load | None = None, now: int = NOW, head: Head = HEAD
) -> Bench:
    return Bench(
        number=68,
        offices=frozenset({680_900}),
        status=StatusNote(head, bytes(32), {KID: key}),
        load=load,
        now=now,
    )


def seen(seal: SealContent = SEAL, proof: SignatureCheck = SignatureCheck.GOOD) -> Sighting:
    return Sighting(content=seal, kid=KID, digest=digest(seal), proof=proof)


def codes(sightings: list[Sighting], there: Bench) -> list[str]:
    return [one.code for one in assessment.judge(sightings, there)]


REVOKED = replace(KEY, revoked=PRINTED)
LATER = replace(SEAL, at=ISSUED + 1, serial=65_551)
SCENARIOS: dict[str, tuple[list[SealContent], Bench]] = {
    "two-contents": ([SEAL, replace(COPY_2, dest=680_999)], bench()),
    "seal-doubled": ([SEAL, SEAL], bench(load=LOAD)),
    "serial-void": ([replace(SEAL, serial=65_539)], bench()),
    "key-revoked": ([SEAL], bench(REVOKED, LOAD)),
    "outside-window": ([replace(SEAL, at=PRINTED - 11)], bench()),
    "issuer-unknown": ([replace(SEAL, issuer=680_901)], bench()),
    "other-log": ([replace(SEAL, n=numbers.item_number(log_number=69, year=2026, running=1))],
                  bench()),
    "serial-not-issued": ([replace(SEAL, serial=65_551)], bench()),
    "issued-in-future": (
        [SEAL],
        bench(now=PRINTED - CLOCK_SLACK - 1, head=replace(HEAD, issued=0)),
    ),
    "serial-newer": ([LATER], bench(replace(KEY, until=None))),
    "load-differs": ([replace(SEAL, dest=680_999)], bench(load=LOAD)),
    "key-ended": ([SEAL], bench(replace(KEY, revoked=PRINTED + 1))),
    "list-in-future": ([SEAL], bench(load=LOAD, now=ISSUED - CLOCK_SLACK - 1)),
    "list-old": ([SEAL], bench(load=LOAD, now=HEAD.next + 1)),
}  # fmt: skip
PROOFS, RULES = assessment.SEALS.stages
BESIDES = {"matched", "not-compared"}


def without(rules: Rules, code: str) -> Rules:
    """The rules as if one of them had been forgotten."""
    kept = [{one: held for one, held in stage.items() if one != code} for stage in rules.stages]
    always = {one: held for one, held in rules.always.items() if one != code}
    return Rules(stages=kept, always=always)


def test_every_rule_has_its_scenario_and_every_code_its_colour():
    rules = {*RULES, *assessment.SEALS.always}
    assert SCENARIOS.keys() | BESIDES == rules
    assert PROOFS.keys() == {one.value for one in SignatureCheck} - {"good"}
    numbers_too = {code for stage in assessment.NUMBERS.stages for code in stage}
    assert CODES.keys() == {*rules, *PROOFS, *numbers_too, "not-a-seal", "not-read"}


@pytest.mark.parametrize("code", SCENARIOS)
def test_a_rule_gives_its_word_to_every_seal_of_its_scenario(code: str):
    seals, there = SCENARIOS[code]
    assert set(codes([seen(one) for one in seals], there)) == {code}


@pytest.mark.parametrize("code", SCENARIOS)
def test_without_the_rule_nobody_says_it(code: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(assessment, "SEALS", without(assessment.SEALS, code))
    seals, there = SCENARIOS[code]
    for one in assessment.judge([seen(seal) for seal in seals], there):
        assert code not in (one.code, *one.notes)


def test_green_needs_the_very_seal_on_the_load_list():
    assert codes([seen()], bench(load=LOAD)) == ["matched"]
    assert codes([seen()], bench()) == ["not-compared"]
    assert codes([seen()], bench(load=load_of())) == ["not-compared"]
    assert [CODES[one].value for one in ("matched", "not-compared")] == ["green", "plain"]


@pytest.mark.parametrize(
    "changed",
    [
        {"n": OTHER_N}, {"mark": Mark.B}, {"urgency": Urgency.EXPRESS}, {"dest": 680_999},
        {"at": PRINTED + 1}, {"commitment": bytes([1] * 16)},
    ],
    ids=str,
)  # fmt: skip
def test_a_seal_that_differs_in_anything_from_the_load_list_is_kept(changed: dict[str, int]):
    assert codes([seen(replace(SEAL, **changed))], bench(load=LOAD)) == ["load-differs"]  # type: ignore[arg-type]


def test_another_seal_of_an_item_on_the_load_list_is_kept():
    assert codes([seen(replace(SEAL, serial=65_541))], bench(load=LOAD)) == ["load-differs"]


@pytest.mark.parametrize(
    ("proof", "colour"),
    [
        (SignatureCheck.BAD, Colour.RED),
        (SignatureCheck.NOT_A_SEAL_KEY, Colour.RED),
        (SignatureCheck.UNKNOWN_KEY, Colour.AMBER),
    ],
)
def test_what_the_key_does_not_prove_is_judged_by_that_alone(proof: SignatureCheck, colour: Colour):
    void = replace(SEAL, serial=65_536, issuer=999_999)
    [one] = assessment.judge([seen(void, proof)], bench())
    assert (one, one.colour) == (Assessment(proof.value), colour)


def test_a_key_that_the_status_note_does_not_know_is_new_and_not_forged():
    there = replace(bench(), status=StatusNote(HEAD, bytes(32), {}))
    assert codes([seen()], there) == ["key-unknown"]


def test_both_copies_of_one_seal_lie_on_one_cover():
    assert codes([seen(), seen(COPY_2)], bench(load=LOAD)) == ["matched", "matched"]
    assert codes([seen(COPY_2), seen(COPY_2)], bench(load=LOAD)) == ["seal-doubled"] * 2


def test_of_two_contents_under_one_serial_both_are_flagged_and_nobody_else():
    other = replace(SEAL, serial=65_541, n=OTHER_N)
    scans = [seen(), seen(other), seen(replace(SEAL, n=OTHER_N))]
    assert codes(scans, bench()) == ["two-contents", "not-compared", "two-contents"]


def test_a_forged_seal_with_a_known_serial_does_not_spoil_the_right_one():
    forged = seen(replace(SEAL, dest=680_999), SignatureCheck.BAD)
    assert codes([seen(), forged, forged], bench(load=LOAD)) == [
        "matched",
        "seal-signature",
        "seal-signature",
    ]


def test_the_same_serial_of_two_keys_is_two_seals():
    kid = bytes([1] * 8)
    there = bench()
    keys = {KID: KEY, kid: replace(KEY, kid=kid)}
    there = replace(there, status=replace(there.status, keys=keys))
    other = Sighting(
        content=replace(SEAL, n=OTHER_N), kid=kid, digest=bytes(32), proof=SignatureCheck.GOOD
    )
    assert codes([seen(), other], there) == ["not-compared", "not-compared"]


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (PRINTED - 11, "outside-window"),
        (PRINTED - 10, "not-compared"),
        (PRINTED + 10, "not-compared"),
        (PRINTED + 11, "outside-window"),
    ],
)
def test_both_ends_of_a_key_s_window_are_in_it(at: int, code: str):
    key = replace(KEY, until=PRINTED + 10)
    there = bench(key, now=PRINTED + 10, head=replace(HEAD, issued=0))
    assert codes([seen(replace(SEAL, at=at))], there) == [code]


@pytest.mark.parametrize(
    ("now", "load", "code"),
    [
        (NOW, None, "not-compared"),
        (NOW, LOAD, "matched"),
        (NOW + 1, None, "key-ended"),
        (NOW + 1, LOAD, "matched"),
    ],
)
def test_after_its_end_a_key_is_believed_only_with_the_load_list(
    now: int, load: Load | None, code: str
):
    assert codes([seen()], bench(replace(KEY, until=NOW), load, now)) == [code]


def test_a_key_without_end_has_none():
    there = bench(replace(KEY, until=None, since=0))
    assert codes([seen(replace(SEAL, at=ISSUED))], there) == ["not-compared"]


@pytest.mark.parametrize(
    ("revoked", "load", "code"),
    [
        (PRINTED, None, "key-revoked"),
        (PRINTED, LOAD, "key-revoked"),
        (PRINTED + 1, None, "key-ended"),
        (PRINTED + 1, LOAD, "matched"),
    ],
)
def test_before_its_revocation_a_key_is_believed_only_with_the_load_list(
    revoked: int, load: Load | None, code: str
):
    assert codes([seen()], bench(replace(KEY, revoked=revoked), load)) == [code]


@pytest.mark.parametrize(
    ("serial", "at", "code"),
    [
        (65_550, ISSUED - CLOCK_SLACK - 1, "not-compared"),
        (65_551, ISSUED - CLOCK_SLACK - 1, "serial-not-issued"),
        (65_551, ISSUED - CLOCK_SLACK, "serial-newer"),
        (65_551, ISSUED + 60, "serial-newer"),
    ],
)
def test_above_the_highest_serial_only_what_claims_to_be_newer_is_not_red(
    serial: int, at: int, code: str
):
    there = bench(replace(KEY, until=None))
    assert codes([seen(replace(SEAL, serial=serial, at=at))], there) == [code]


def test_nothing_is_issued_under_a_key_without_serials():
    there = bench(replace(KEY, highest=None, voided=()))
    assert codes([seen()], there) == ["serial-not-issued"]


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (ISSUED - CLOCK_SLACK - 1, "list-in-future"),
        (ISSUED - CLOCK_SLACK, "matched"),
        (HEAD.next, "matched"),
        (HEAD.next + 1, "list-old"),
    ],
)
def test_a_status_note_is_good_between_its_times(now: int, code: str):
    assert codes([seen()], bench(load=LOAD, now=now)) == [code]


@pytest.mark.parametrize("times", [{"next": NOW - 1}, {"issued": NOW + CLOCK_SLACK + 1}], ids=str)
def test_a_load_list_has_times_of_its_own(times: dict[str, int]):
    load = replace(LOAD, head=replace(HEAD, **times))  # type: ignore[arg-type]
    [one] = assessment.judge([seen()], bench(load=load))
    assert one.colour is Colour.AMBER


def test_the_gravest_reason_is_told_and_the_others_are_notes():
    void = replace(SEAL, serial=65_539, issuer=680_901)
    [one] = assessment.judge([seen(void)], bench(load=LOAD, now=HEAD.next + 1))
    assert one == Assessment("serial-void", ("issuer-unknown", "load-differs", "list-old"))
    assert one.colour is Colour.RED


def test_the_order_of_scans_changes_nothing():
    sightings = [seen(one) for seals, _ in SCENARIOS.values() for one in seals]
    there = bench(load=LOAD)
    told = dict(zip(sightings, assessment.judge(sightings, there), strict=True))
    for seed in range(5):
        mixed = random.Random(seed).sample(sightings, len(sightings))
        assert assessment.judge(mixed, there) == [told[one] for one in mixed]


def test_a_typed_number_is_at_best_no_proof():
    there = bench(load=LOAD)
    assert assessment.judge_number(there, n=N).code == "number-only"
    assert assessment.judge_number(there, serial=65_540).code == "number-only"
    assert assessment.judge_number(there, serial=65_539).code == "serial-void"
    other = numbers.item_number(log_number=69, year=2026, running=1)
    assert assessment.judge_number(there, n=other).code == "other-log"
