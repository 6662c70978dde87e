"""Steps of one item built directly, without signatures and CBOR, for what is decided from them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from kt1custody.core.custody.table import MARK_LETTERS, Step
from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act, Line
from kt1custody.core.log.keyring import Key, Policy
from kt1custody.core.log.schema import PEOPLE_ROLES
from tests.kit import cast

N = 682_600_000_014
OFFICE, OTHER_OFFICE = cast.OFFICE, 680_175
BEGIN = cast.MORNING
ROLES = {
    **dict.fromkeys((cast.CLERK, cast.CLERK_2), "clerk"),
    **dict.fromkeys((cast.COURIER, cast.COURIER_2), "courier"),
}
ANYTHING_GOES = Policy(
    seq=0, since=0, witness=dict.fromkeys(MARK_LETTERS, frozenset()),
    carry=dict.fromkeys(MARK_LETTERS, frozenset(PEOPLE_ROLES)), max_offline=86_400,
)  # fmt: skip


def key_of(owner: str) -> Key:
    return Key(
        kid=owner.encode(),
        owner=owner,
        role=ROLES[owner],
        alg=-19,
        pub=b"",
        enc=None,
        office=OFFICE,
        since=0,
        until=None,
        enrolled=0,
    )


def printed(serial: int) -> int | None:
    """Every serial was printed for the one item."""
    return N


@dataclass
class Story:
    """Steps as people make them one after the other; each knows the one before, if it is told.

    Attributes:
        steps: So far; their positions in a log are given by `arrive`.
        head: Hash of the last step that moved the item.
    """

    chance: Random
    steps: list[Step] = field(default_factory=list)
    head: bytes = b""
    serial: int = 70_000

    def add(
        self,
        what: str,
        giver: str,
        *,
        to: str | None = None,
        office: int | None = None,
        seal: int | None = None,
        prev: bytes | None = None,
        moves: bool = True,
        **own: cbor.Value,
    ) -> Step:
        """Make a step and put it behind the others; `own` are further fields of its act and line."""
        count = len(self.steps)
        name = hashlib.sha256(b"%d" % count).digest()
        fields = {"by": giver, "office": OFFICE, **own}
        line = Line(N, seal, "intact", prev, fields)
        at = BEGIN + 60 * count
        act = Act(
            body=b"",
            hash=name,
            type=what,
            log="",
            id=name[:16],
            at=at,
            dev="",
            dseq=count,
            dprev=b"",
            seen=(0, b""),
            by=giver,
            lines=(line,),
            fields=fields,
        )
        receiver = key_of(to) if to else None
        step = Step(
            seq=0, index=0, hash=name, accepted_at=at, act=act, line=line, giver=key_of(giver), receiver=receiver, office=office, witnessed=False, prev=prev, refusal=None,
            policy=ANYTHING_GOES, newer=ANYTHING_GOES, late=False, foreign=frozenset(), stopped=False, doubled=False,
        )  # fmt: skip
        self.steps.append(step)
        if moves:
            self.head = name
        return step

    def known(self) -> bytes | None:
        """The step before, which one in five people does not know."""
        return self.head if self.chance.random() < 0.8 else None

    def register(self) -> None:
        self.add(
            "register", cast.CLERK, mark=0, urgency=0, kind=0, appt=None, dest=OFFICE,
            commit=bytes(32),
        )  # fmt: skip

    def bind(self) -> None:
        self.add("bind", cast.CLERK, seal=self.serial, prev=self.head)

    def spoil(self) -> None:
        """Void the label and bind another one."""
        self.add("void", cast.CLERK, seal=self.serial, prev=self.head, reason="torn")
        self.serial += 1
        self.bind()

    def live(self) -> None:
        """An honest life: registered, sealed, handed on, and perhaps ended."""
        chance = self.chance
        self.register()
        self.bind()
        if chance.random() < 0.5:
            self.spoil()
        holder = cast.CLERK
        for _ in range(chance.randrange(7)):
            to = chance.choice([cast.COURIER, cast.COURIER_2, cast.CLERK_2])
            if to == holder:
                continue
            office = OFFICE if to == cast.CLERK_2 else None
            kind, seal = chance.choice(["handover", "take"]), chance.choice([self.serial, None])
            self.add(kind, holder, to=to, office=office, seal=seal, prev=self.known())
            holder = to
        ending = chance.choice(["", "deliver", "return"])
        if ending:
            self.add(ending, holder, seal=self.serial, prev=self.known())

    def disturb(self) -> None:
        """Steps of people who do not hold it, or hold it twice; none moves the story on."""
        chance = self.chance
        for _ in range(chance.randrange(1, 5)):
            prev = chance.choice([None, *(step.hash for step in self.steps), b"nowhere"])
            giver, to = chance.sample(sorted(ROLES), 2)
            kind = chance.choice(["handover", "take", "deliver", "void", "bind"])
            receiver = to if kind in ("handover", "take") else None
            seal = chance.choice([70_000, self.serial, self.serial + 7, None])
            step = self.add(
                kind, giver, to=receiver, seal=seal, prev=prev, moves=False, reason="torn"
            )
            flaw = chance.choice(["", "", "stopped", "doubled"])
            self.steps[-1] = replace(step, stopped=flaw == "stopped", doubled=flaw == "doubled")


def arrive(steps: Sequence[Step]) -> list[Step]:
    """Give the steps of one log the positions that they have in a log that they reach in this order."""
    return [
        replace(step, seq=seq, accepted_at=BEGIN + 86_400 + seq)
        for seq, step in enumerate(steps, start=1)
    ]
