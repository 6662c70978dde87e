"""What people do with an item who forge, contradict each other and correct it, as signed acts."""

from collections.abc import Sequence
from random import Random

from kt1custody.core.custody.offer import link_of
from kt1custody.core.formats import cbor
from kt1custody.core.log.schema import RULING_TYPES
from tests.kit import cast, paper_log
from tests.kit.honest_acts import honest_acts
from tests.kit.paper_log import Office, Signed, line, number, step_of

PEOPLE = (cast.CLERK, cast.COURIER, cast.COURIER_2, cast.CLERK_2, cast.DRIVER)
STEPS = ("register", "bind", "void", "handover", "take", "deliver", "return")
STOPPED_SECOND = ("register", "print", "withdraw", "correct", "settle")
N, OTHER = number(1), number(2)
LATE_SEAL = 70_050  # printed after it is used, or never


def wild_acts(office: Office, chance: Random, *, elsewhere: bool = True) -> list[Signed]:
    """Draw an honest life of an item, and what others make of it, in the order in which it is made.

    Args:
        elsewhere: Counters that are used twice may be used for another item too.
    """
    acts = honest_acts(office, chance)
    other = paper_log.register(office, OTHER)
    bind = paper_log.bound(office, OTHER, 75_000, step_of(other))
    acts += [other, paper_log.printed(office, OTHER, 75_000), bind]
    wild = _Wild(office, chance, acts, elsewhere)
    for _ in range(chance.randint(1, 6)):
        chance.choice(
            [
                wild.fork, wild.fork, wild.alone, wild.alone, wild.follow, wild.forge, wild.twin,
                wild.twin, wild.answer, wild.seal, wild.seal,
            ]
        )()  # fmt: skip
    for _ in range(chance.choice([0, 1, 2, 3])):
        wild.rule()
    if chance.random() < 0.2:
        acts.append(paper_log.register(office, N))
    return acts


def another_order(acts: Sequence[Signed], chance: Random) -> list[Signed]:
    """Draw an order in which what the log's order decides stands as it did."""
    left, order = list(range(len(acts))), list[Signed]()
    while left:
        free = [one for one in left if not any(is_tied(acts, before, one) for before in left)]
        place = chance.choice(free)
        order.append(acts[place])
        left.remove(place)
    return order


def is_tied(acts: Sequence[Signed], before: int, after: int) -> bool:
    """Whether one act must come before another for the story to be the same."""
    if before >= after:
        return False
    (one, _), (two, _) = pair = acts[before], acts[after]
    kinds = {one.type, two.type}
    if kinds <= RULING_TYPES or kinds == {"register"}:
        return True
    if any(act.type == "settle" and act.lines[0].fields["keep"] is None for act, _ in pair):
        return True
    if kinds <= {"take", "withdraw"} and link_of(*pair[0]) == link_of(*pair[1]):
        return True
    is_twin = one.id == two.id or (one.dev, one.dseq) == (two.dev, two.dseq)
    return is_twin and bool(kinds & {*STOPPED_SECOND})


class _Wild:
    def __init__(self, office: Office, chance: Random, acts: list[Signed], elsewhere: bool) -> None:
        self.office, self.chance, self.acts, self.elsewhere = office, chance, acts, elsewhere

    def steps(self) -> list[Signed]:
        return [
            one for one in self.acts
            if one[0].type in STEPS and any(told.n == N for told in one[0].lines)
        ]  # fmt: skip

    def hand(self, giver: str, prev: bytes | None, n: int = N, **over: cbor.Value) -> None:
        """Hand over, or offer and perhaps take."""
        to = self.chance.choice([one for one in PEOPLE if one != giver])
        to_office = cast.OFFICE if to in (cast.CLERK, cast.CLERK_2) else None
        if self.chance.random() < 0.1:
            to_office = self.chance.choice([None, cast.OFFICE])
        own: dict[str, cbor.Value] = {"to": to, "office": to_office, **over}
        kind, device = self.chance.choice(["handover", "offer"]), paper_log.device_of(giver)
        own |= {"witness": None} if kind == "handover" else {}
        act = self.office.signed(kind, giver, own, [line(n, prev)], device=device)
        self.acts.append(act)
        if kind == "offer" and self.chance.random() < 0.7:
            self.acts.append(paper_log.taken(self.office, to, act, [n]))

    def fork(self) -> None:
        """Who held the item at some step gives it once more from there."""
        step = self.chance.choice(self.steps())
        self.hand(self.holder(step), step_of(step))

    def alone(self) -> None:
        """Who held the item at some step says alone that it ended there."""
        step = self.chance.choice(self.steps())
        holder, told = self.holder(step), dict(line(N, step_of(step)))
        if self.chance.random() < 0.3:
            own: dict[str, cbor.Value] = {"office": cast.OFFICE, "witness": None}
            told |= {"seal": None, "reason": "cancelled", "new": None}
            by = self.chance.choice([cast.CLERK, cast.CLERK_2])
            self.acts.append(self.office.signed("void", by, own, [told]))
            return
        own = {"commit": bytes(32), "remark": False}
        device = paper_log.device_of(holder)
        self.acts.append(self.office.signed("deliver", holder, own, [told], device=device))

    def seal(self) -> None:
        """Somebody voids a seal or puts one on: the item's, one that was never printed, or none."""
        prev = self.chance.choice([None, *[step_of(self.chance.choice(self.steps()))] * 4])
        told = dict(line(N, prev, self.chance.choice([None, 70_000, 70_001, LATE_SEAL])))
        kind = self.chance.choice(["bind", "void"])
        if kind == "void":
            told |= {"reason": self.chance.choice(["torn", "cancelled"]), "new": None}
        by = self.chance.choice([cast.CLERK, cast.CLERK_2])
        own: dict[str, cbor.Value] = {"office": cast.OFFICE, "witness": None}
        self.acts.append(self.office.signed(kind, by, own, [told]))
        if self.chance.random() < 0.3:
            self.acts.append(paper_log.printed(self.office, N, LATE_SEAL))

    def follow(self) -> None:
        """Who took it last gives it on, whatever became of that."""
        step = self.steps()[-1]
        self.hand(self.holder(step), step_of(step))

    def holder(self, step: Signed) -> str:
        act = step[0]
        return act.text_or_none("to") or (act.by if act.type == "take" else cast.CLERK)

    def forge(self) -> None:
        """Anybody gives it, behind any step, none, one of another item, or one that nobody has."""
        prevs = [None, bytes(32), *map(step_of, self.acts)]
        self.hand(self.chance.choice(PEOPLE), self.chance.choice(prevs))

    def twin(self) -> None:
        """Somebody uses the counter or the id of an act of his own twice, perhaps for another item."""
        mine = [act for act, _ in self.acts if act.by in PEOPLE and act.type != "print"]
        if not self.elsewhere:
            mine = [act for act in mine if any(n == N for n, _ in act.names)]
        act = self.chance.choice(mine)
        same: dict[str, cbor.Value] = {"id": act.id}
        if self.chance.random() < 0.7:
            same = {"dev": act.dev, "dseq": act.dseq, "dprev": act.dprev}
        kept = dict(self.office.devices)
        n = self.chance.choice([N, N, OTHER]) if self.elsewhere else N
        behind = [one for one in self.acts if one[0].type in STEPS and one[0].lines[:1]]
        behind = [one for one in behind if one[0].lines[0].n == n] or behind
        self.hand(act.by, step_of(self.chance.choice(behind)), n, **same)
        if "dseq" in same:
            self.office.devices.update(kept)

    def answer(self) -> None:
        """Somebody answers an offer that may have been answered, or was none of his."""
        offers = [one for one in self.acts if one[0].type == "offer"]
        if offers:
            offer = self.chance.choice(offers)
            who = self.chance.choice([offer[0].text("to"), offer[0].text("to"), *PEOPLE])
            if self.chance.random() < 0.3:
                by = self.chance.choice([offer[0].by, *PEOPLE])
                self.acts.append(paper_log.withdrawn(self.office, by, offer))
            else:
                self.acts.append(paper_log.taken(self.office, who, offer, [offer[0].lines[0].n]))

    def rule(self) -> None:
        """Officers settle some step's fork, or correct the registration."""
        register = next(one for one in self.acts if one[0].type == "register")
        if self.chance.random() < 0.2:
            value = self.chance.randint(0, 2)
            ruled = paper_log.corrected(
                self.office, register, "kind", value, cast.CLERK, officers=False, n=N
            )
        else:
            keep = self.chance.choice(self.steps())
            known = {step_of(one): one for one in self.acts}
            fork = known.get(self.before(keep) or b"") or self.chance.choice(self.steps())
            kept = self.chance.choice([keep, keep, keep, self.chance.choice(self.steps()), None])
            ruled = paper_log.settled(self.office, N, fork, kept)
        self.acts.insert(self.chance.randint(0, len(self.acts)), ruled)

    def before(self, step: Signed) -> bytes | None:
        """The step before, as the giver names it."""
        act = step[0]
        if act.type == "take":
            offers = [one for one in self.acts if one[0].type == "offer"]
            act = next((one[0] for one in offers if link_of(*one) == act.octets("of")), act)
        return act.lines[0].prev
