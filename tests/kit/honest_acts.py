"""What honest people do with an item, drawn by chance, as signed acts in the order in which they do it."""

import random

from kt1custody.core.formats import cbor
from tests.kit import cast, paper_log
from tests.kit.paper_log import Office, Signed, line, number, step_of

RECEIVERS = (cast.COURIER, cast.COURIER_2, cast.CLERK_2)


def honest_acts(office: Office, chance: random.Random) -> list[Signed]:
    """Register an item, seal it, let it change hands, and perhaps end."""
    return _Teller(office, chance).tell()


class _Teller:
    def __init__(self, office: Office, chance: random.Random) -> None:
        self.office, self.chance = office, chance
        self.n, self.serial, self.clock = number(1), 70_000, paper_log.BEGIN
        self.acts: list[Signed] = []
        self.prev = b""
        self.holder = cast.CLERK

    def tell(self) -> list[Signed]:
        self.add(paper_log.register(self.office, self.n))
        self.put_seal()
        if self.chance.random() < 0.5:
            void = {**line(self.n, self.prev, self.serial), "reason": "torn", "new": None}
            own: dict[str, cbor.Value] = {"office": cast.OFFICE, "witness": None}
            self.add(self.office.signed("void", cast.CLERK, own, [void], at=self.at()))
            self.serial += 1
            self.put_seal()
        for _ in range(self.chance.randint(0, 4)):
            self.move()
        self.end(self.chance.choice(["", "deliver", "return"]))
        return self.acts

    def add(self, act: Signed, *, moves: bool = True) -> None:
        self.acts.append(act)
        if moves:
            self.prev = step_of(act)

    def at(self) -> int:
        self.clock += 60
        return self.clock

    def known(self) -> bytes | None:
        """The step before, or not: a phone does not always know it."""
        return self.prev if self.chance.randint(0, 4) else None

    def put_seal(self) -> None:
        self.add(paper_log.printed(self.office, self.n, self.serial), moves=False)
        self.add(paper_log.bound(self.office, self.n, self.serial, self.prev))

    def move(self) -> None:
        to = self.chance.choice([one for one in RECEIVERS if one != self.holder])
        for_office = cast.OFFICE if to == cast.CLERK_2 else None
        seen = self.chance.choice([self.serial, None])
        told = line(self.n, self.known(), seen)
        if self.chance.random() < 0.5:
            offer = paper_log.offered(
                self.office, self.holder, to, told, to_office=for_office, at=self.at()
            )
            self.add(offer, moves=False)
            if self.chance.randint(0, 3) == 0:
                self.add(paper_log.withdrawn(self.office, self.holder, offer), moves=False)
                return
            self.add(paper_log.taken(self.office, to, offer, [self.n], seal=seen, at=self.at()))
        else:
            self.add(
                paper_log.handed(
                    self.office, self.holder, to, told, to_office=for_office, at=self.at()
                )
            )
        self.holder = to

    def end(self, kind: str) -> None:
        if not kind:
            return
        own: dict[str, cbor.Value] = {"commit": bytes(32)}
        own |= {"remark": False} if kind == "deliver" else {"reason": "refused"}
        told = line(self.n, self.known(), self.serial)
        self.add(self.office.signed(kind, self.holder, own, [told], at=self.at()))
