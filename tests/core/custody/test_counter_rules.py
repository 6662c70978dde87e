"""What is refused while nothing has happened yet, and what is left to be judged."""

from collections.abc import Iterable
from typing import Any

import pytest

from kt1custody.core.custody import judgement
from kt1custody.core.custody.counter_rules import REFUSED, CounterRules, Refusal, UnfitPerson
from kt1custody.core.custody.table import NOTES
from kt1custody.core.log.entry import read_entry
from tests.kit import cast, paper_log
from tests.kit.paper_log import BEGIN, Fields, Office, PaperLog, Signed, line, step_of

NOW = BEGIN + 86_400
SEAL = 70_000
Sealed = tuple[PaperLog, int, Signed]


class Book:
    """A log on paper, of which the offers are known too."""

    def __init__(self, paper: PaperLog) -> None:
        self._paper = paper

    def __getattr__(self, name: str) -> Any:
        return getattr(self._paper.replay, name)

    def offers_of(self, numbers: Iterable[int]) -> list[tuple[int, int]]:
        entries = [read_entry(raw) for raw in self._paper.raws]
        offers = [entry for entry in entries if entry.act.type == "offer"]
        wanted = set(numbers)
        return [(at.n, one.seq) for one in offers for at in one.act.lines if at.n in wanted]


def rules(paper: PaperLog) -> CounterRules:
    book: Any = Book(paper)
    return CounterRules(book=book, seq=len(paper.raws), now=NOW)


def refusals(paper: PaperLog, signed: Signed) -> list[Refusal]:
    act, signatures = signed
    judged = judgement.take_in(
        paper.replay, seq=len(paper.raws), accepted_at=NOW, act=act, signatures=signatures
    ).judgement
    return rules(paper).refusals(act, signatures, judged)


def of_line(n: int, code: str, who: str = "") -> list[Refusal]:
    return [Refusal(code=code, n=n, who=who)]


def hand(office: Office, giver: str, to: str, *lines: Fields) -> Signed:
    own: Fields = {"to": to, "office": None, "witness": None}
    return office.signed("handover", giver, own, lines)


def offer(
    office: Office, sealed: Sealed, giver: str = cast.CLERK, to: str = cast.COURIER
) -> Signed:
    _, n, last = sealed
    own: Fields = {"to": to, "office": None}
    return office.signed("offer", giver, own, [line(n, step_of(last), SEAL)])


def hold(office: Office, by: str, who: str) -> Signed:
    return office.signed("hold", by, {"who": who, "reason": "suspected"})


def test_what_may_be_done_is_not_in_the_way(office: Office, sealed: Sealed):
    paper, n, last = sealed
    given = hand(office, cast.CLERK, cast.COURIER, line(n, step_of(last), SEAL))
    assert rules(paper).unfit_person(*given) is None
    assert refusals(paper, given) == []


def test_what_is_only_noted_is_not_refused(office: Office, sealed: Sealed):
    paper, n, last = sealed
    damaged = line(n, step_of(last), SEAL, cond="doubtful")
    given = hand(office, cast.CLERK, cast.COURIER, damaged)
    assert refusals(paper, given) == []
    assert paper.codes(given) == {"cond-doubtful"}
    known_here = {"on-hold", "key-late", "device-unknown", "policy-newer"}
    assert not REFUSED & NOTES - known_here


def test_a_dispute_names_the_item_and_who_holds_it(office: Office, sealed: Sealed):
    paper, n, last = sealed
    given = hand(office, cast.COURIER, cast.COURIER_2, line(n, step_of(last), SEAL))
    assert refusals(paper, given) == of_line(n, "not-the-holder", str(cast.OFFICE))


def test_a_step_that_is_none_says_how_the_item_stands(office: Office):
    paper, n = PaperLog(office), paper_log.number(1)
    accepted = paper_log.register(office, n)
    paper.take(accepted)
    given = hand(office, cast.CLERK, cast.COURIER, line(n, step_of(accepted)))
    assert refusals(paper, given) == of_line(n, "no-such-step", "registered")


def test_what_would_wait_is_refused(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    given = hand(office, cast.CLERK, cast.COURIER, line(n, b"\1" * 32, SEAL))
    assert refusals(paper, given) == of_line(n, "predecessor-missing")


def test_a_take_whose_offer_has_not_come_is_not_refused(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    offered = offer(office, sealed)
    own: Fields = {"of": paper_log.of(offered), "short": [], "witness": None}
    lines: list[Fields] = [{"n": n, "seal": SEAL, "cond": "intact"}]
    taken = office.signed("take", cast.COURIER, own, lines)
    assert refusals(paper, taken) == []
    assert paper.codes(taken) == {"offer-missing"}


def test_a_device_and_persons_on_hold_are_named_for_the_whole_act(office: Office, sealed: Sealed):
    paper, n, last = sealed
    for who in (cast.CLERK, cast.COURIER):
        paper.take(hold(office, cast.CONTROLLER, who))
    lines = [line(n, step_of(last), SEAL)]
    assert refusals(paper, hand(office, cast.CLERK, cast.COURIER, *lines)) == of_line(
        0, "on-hold", f"{cast.CLERK}, {cast.COURIER}"
    )
    unknown = office.signed(
        "offer", cast.CONTROLLER, {"to": cast.COURIER_2, "office": None}, lines, device="QUAY09"
    )
    assert of_line(0, "device-unknown", "QUAY09")[0] in refusals(paper, unknown)


def test_whoever_is_on_hold_still_puts_others_on_hold_and_lifts(office: Office):
    paper = PaperLog(office)
    for who in (cast.CLERK, *cast.OFFICERS):
        paper.take(hold(office, cast.CONTROLLER, who))
    assert refusals(paper, hold(office, cast.CLERK, cast.DRIVER)) == []
    own: Fields = {"by2": cast.OFFICERS[1], "who": cast.CLERK, "reason": "cleared"}
    assert refusals(paper, office.signed("lift", cast.OFFICERS[0], own)) == []


TO_ANOTHER: Fields = {"to": cast.COURIER_2, "office": None}
ENDS: dict[str, Fields] = {
    "handover": {**TO_ANOTHER, "witness": None},
    "offer": TO_ANOTHER,
    "refuse": {"reason": "damaged"},
    "absent": {"reason": "nobody"},
    "deliver": {"commit": bytes(32), "remark": False},
    "return": {"commit": bytes(32), "reason": "refused"},
}


@pytest.mark.parametrize("kind", ENDS)
def test_what_is_being_offered_is_refused_until_the_offer_is_withdrawn(
    office: Office, sealed: Sealed, kind: str
):
    paper, n, last = sealed
    given = offer(office, sealed)
    act = office.signed(kind, cast.CLERK, ENDS[kind], [line(n, step_of(last), SEAL)])
    paper.take(given)
    assert of_line(n, "offered-already")[0] in refusals(paper, act)
    paper.take(office.signed("withdraw", cast.CLERK, {"of": paper_log.of(given)}))
    assert of_line(n, "offered-already")[0] not in refusals(paper, act)


def test_an_offer_that_was_taken_or_overtaken_is_not_in_the_way(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    given = offer(office, sealed)
    taken = paper_log.taken(office, cast.COURIER, given, [n], seal=SEAL)
    paper.take(given)
    paper.take(taken)
    back = hand(office, cast.COURIER, cast.CLERK_2, line(n, step_of(taken), SEAL))
    assert refusals(paper, back) == []


def test_an_offer_that_was_disputed_is_not_in_the_way(office: Office, sealed: Sealed):
    paper, n, last = sealed
    paper.take(offer(office, sealed, cast.COURIER, cast.COURIER_2))
    given = hand(office, cast.CLERK, cast.COURIER, line(n, step_of(last), SEAL))
    assert refusals(paper, given) == []


@pytest.mark.parametrize(
    ("giver", "receiver", "unfit"),
    [
        (cast.COURIER, cast.COURIER, ("one-person-twice", cast.COURIER, "courier")),
        (cast.COURIER, cast.ADMIN, ("role-may-not", cast.ADMIN, "admin")),
        (cast.OFFICERS[0], cast.COURIER, ("role-may-not", cast.OFFICERS[0], "officer")),
        (cast.DRIVER, cast.COURIER, ("key-expired", cast.DRIVER, "driver")),
    ],
)
def test_the_first_who_may_not_sign_is_named(
    office: Office, sealed: Sealed, giver: str, receiver: str, unfit: tuple[str, str, str]
):
    paper, n, last = sealed
    driver = paper.replay.control.current_key(cast.DRIVER)
    assert driver is not None
    own: Fields = {
        "by2": cast.OFFICERS[1], "kid": driver.kid, "role": "driver", "office": cast.OFFICE,
        "from": BEGIN, "to": NOW - 1,
    }  # fmt: skip
    assert paper.take(office.signed("assign", cast.OFFICERS[0], own), BEGIN) == ()
    act, signatures = hand(office, giver, receiver, line(n, step_of(last), SEAL))
    code, staff, role = unfit
    expected = UnfitPerson(code=code, staff=staff, role=role)
    assert rules(paper).unfit_person(act, signatures) == expected
