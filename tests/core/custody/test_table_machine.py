"""The custody table against a slow model of it, whatever anybody tries."""

from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from kt1custody.core.custody.table import DISPUTES, WAITING
from kt1custody.core.formats import cbor
from tests.kit import cast, nightly, paper_log
from tests.kit.paper_log import Office, PaperLog, Signed, step_of

CLERKS = {cast.CLERK: "680900", cast.CLERK_2: "680900", cast.CONTROLLER: "680900"}
CLERKS[cast.COMMUNE_CLERK] = "680175"
COURIERS = (cast.COURIER, cast.COURIER_2)
CARRIERS = (*CLERKS, *COURIERS, cast.DRIVER)
SERIALS = (70_000, 70_001, 70_002)  # printed for the item; one more never was
STRANGE = 70_009

people = st.sampled_from(CARRIERS)
clerks = st.sampled_from(sorted(CLERKS))
serials = st.sampled_from([*SERIALS, STRANGE, None])


class Custody(RuleBasedStateMachine):
    """One item; the model is written from the rules, not from the table."""

    founded: ClassVar[Office]

    @initialize()
    def begin(self) -> None:
        self.office = self.founded.again()
        self.n = paper_log.number(1)
        self.paper = PaperLog(self.office)
        accepted = paper_log.register(self.office, self.n)
        self.paper.take(accepted)
        for serial in SERIALS:
            self.paper.take(paper_log.printed(self.office, self.n, serial))
        self.head = step_of(accepted)
        self.status, self.holder = "registered", "680900"
        self.seal: int | None = None
        self.dead: set[int] = set()
        self.bind(cast.CLERK, SERIALS[0])  # an item waits at the counter or is on its way

    def answers(self, person: str) -> bool:
        return self.holder in (person, CLERKS.get(person))

    def meant(self, person: str, seal: int | None, honest: bool) -> tuple[str, int | None]:
        """Mostly who holds the item acts, and reads its seal; else anybody and any."""
        if not honest:
            return person, seal
        holders = [one for one in CARRIERS if self.answers(one)]
        return (person if person in holders else holders[0]), self.seal

    def line(self, seal: int | None) -> dict[str, cbor.Value]:
        return {"n": self.n, "seal": seal, "cond": "intact", "prev": self.head}

    def tried(self, signed: Signed, allowed: bool, *, moves: bool = True) -> bool:
        codes = self.paper.codes(signed)
        assert allowed == (not codes & (DISPUTES | WAITING)), codes
        if allowed and moves:
            self.head = step_of(signed)
        return allowed and moves

    @rule(by=clerks, serial=serials)
    def bind(self, by: str, serial: int | None) -> None:
        if serial == STRANGE:
            return  # it would wait for its print, which is another test's matter
        own = {"office": int(CLERKS[by]), "witness": None}
        fine = self.status == "registered" and self.holder == CLERKS[by]
        fine = fine and serial is not None and serial not in self.dead
        if self.tried(self.office.signed("bind", by, own, [self.line(serial)]), fine):
            self.status, self.seal = "held", serial

    @rule(by=clerks, serial=serials, reason=st.sampled_from(["torn", "cancelled"]))
    def void(self, by: str, serial: int | None, reason: str) -> None:
        if serial == STRANGE and self.seal is None:
            return
        own = {"office": int(CLERKS[by]), "witness": None}
        fine = self.status in ("registered", "held") and self.holder == CLERKS[by]
        if self.seal is not None:
            fine = fine and serial in (None, self.seal)
        elif serial is None:
            fine = fine and reason == "cancelled"
        else:
            fine = fine and serial not in self.dead
        line = {**self.line(serial), "reason": reason, "new": None}
        if self.tried(self.office.signed("void", by, own, [line]), fine):
            self.dead |= {one for one in (serial or self.seal,) if one is not None}
            self.status, self.seal = ("voided" if reason == "cancelled" else "registered"), None

    @rule(giver=people, receiver=people, serial=serials, honest=st.booleans())
    def hand_over(self, giver: str, receiver: str, serial: int | None, honest: bool) -> None:
        giver, serial = self.meant(giver, serial, honest)
        if giver == receiver:
            return  # not authentic: all persons of an act differ
        fine = self.status in ("held", "out") and self.answers(giver)
        fine = fine and serial in (None, self.seal)
        to_office = CLERKS.get(receiver)
        own: dict[str, cbor.Value] = {
            "to": receiver,
            "office": int(to_office) if to_office else None,
            "witness": None,
        }
        if self.tried(self.office.signed("handover", giver, own, [self.line(serial)]), fine):
            self.holder = to_office or receiver
            self.status = "out" if receiver in COURIERS else "held"

    @rule(
        giver=people,
        serial=serials,
        kind=st.sampled_from(["deliver", "return"]),
        honest=st.booleans(),
        late=st.integers(0, 3),
    )
    def end(self, giver: str, serial: int | None, kind: str, honest: bool, late: int) -> None:
        if honest and late:
            return  # else most items would end before much has been tried
        giver, serial = self.meant(giver, serial, honest)
        fine = self.status in ("held", "out") and self.answers(giver)
        fine = fine and serial in (None, self.seal)
        own: dict[str, cbor.Value] = {"commit": bytes(32)}
        own |= {"remark": False} if kind == "deliver" else {"reason": "refused"}
        if self.tried(self.office.signed(kind, giver, own, [self.line(serial)]), fine):
            self.status = "delivered" if kind == "deliver" else "returned"

    @rule(giver=people, kind=st.sampled_from(["refuse", "absent"]), honest=st.booleans())
    def report(self, giver: str, kind: str, honest: bool) -> None:
        giver, _ = self.meant(giver, None, honest)
        fine = self.status in ("held", "out") and self.answers(giver)
        own = {"reason": "damaged" if kind == "refuse" else "closed"}
        told = self.office.signed(kind, giver, own, [self.line(None)])
        self.tried(told, fine, moves=False)

    @invariant()
    def one_holder_and_state_as_the_model_says(self) -> None:
        if not hasattr(self, "paper"):
            return
        state = self.paper.state(self.n)
        assert (state.status.value, state.holder) == (self.status, self.holder)
        assert (state.seal, set(state.voided), state.head) == (self.seal, self.dead, self.head)
        assert not state.contested
        assert state.waiting == 0


@pytest.mark.slow
def test_custody_follows_the_model_whatever_anybody_tries(office: Office):
    Custody.founded = office
    told = settings(nightly.examples(gate=8, nightly=250), stateful_step_count=40)
    run_state_machine_as_test(Custody, settings=told)
