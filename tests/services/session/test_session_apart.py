"""Several sessions in one process: each has its own people, device, language and clock."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kt1custody.core.custody.table import ItemState, Status
from kt1custody.core.formats import numbers
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control
from kt1custody.core.manifest.list_rows import Person
from kt1custody.core.seals import seal as seals
from kt1custody.errors import KtError, NotAllowedError, RefusedError
from kt1custody.i18n import language
from kt1custody.services.custody import disclose, look, offer
from kt1custody.services.custody.deliver import BringBack, Deliver, NotDelivered, Receiver
from kt1custody.services.custody.disclose import Disclose
from kt1custody.services.custody.hand_over import HandOver
from kt1custody.services.custody.offer import Offer, Take, Withdraw
from kt1custody.services.custody.ruling import Correct
from kt1custody.services.evidence import verify
from kt1custody.services.people.people import Assign, Duty, Hold, Lift
from kt1custody.services.registration import register, search
from kt1custody.services.registration.register import Register
from kt1custody.services.seals.seal import Bind, PrintSeals, Void
from kt1custody.services.session import here, slips, use_case, writer
from kt1custody.services.session.here import Here
from kt1custody.services.session.office_keys import Holder
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
from kt1custody.store.log import LogBook
from kt1custody.words.errors import error_lines
from tests.kit import at_counter, cast, nightly
from tests.kit.at_counter import CastSession
from tests.kit.phone import entries, size, states

BEGIN = cast.MORNING + 60 * 200
RECEIVER = Receiver("Nguyễn Văn Nhận")
BYSTANDER = "NV013"  # a courier who is at neither counter
TURNS = (60, 1000)  # in the gate, at night
SEALED = (Status.HELD, Status.OUT)
Wanted = UseCase[Any] | None


@dataclass(kw_only=True)
class Counter:
    """People at a machine of their own.

    Attributes:
        behind: Seconds by which its clock is behind the time.
        time: The time, as all clocks share it.
        labels: Item → text of the label that was printed last, wherever that was.
        refusals: Code → what was said of it here.
    """

    folder: Path
    device: str
    language: str
    clerk: str
    controller: str
    courier: str
    officers: tuple[str, str]
    behind: int
    time: list[int]
    labels: dict[int, str]
    refusals: dict[str, str] = field(default_factory=dict)
    session: CastSession = field(init=False)

    def __post_init__(self) -> None:
        self.session = CastSession(
            data=self.folder / "data",
            keys=self.folder / "keys",
            device=self.device,
            clock=lambda: self.time[0] - self.behind,
            counted=lambda: (f"start of {self.device}", self.time[0] - BEGIN),
            as_of=None,
            ask_pin=self.type_pin,
            zone=cast.ZONE,
            language=language(self.language),
        )

    @property
    def people(self) -> tuple[str, ...]:
        """Who stands here."""
        return (self.clerk, self.controller, self.courier, *self.officers)

    @property
    def kids(self) -> set[bytes]:
        """Of the keys that are unlocked here."""
        return {key.signing.kid for key in self.session.unlocked().values()}

    def type_pin(self, staff: str) -> str:
        """Only those who stand here type a PIN."""
        if staff not in self.people:
            raise NotAllowedError("pin-not-given", staff=staff)
        return f"passphrase of {staff}" if staff in self.officers else cast.PINS[staff]

    def giver(self, state: ItemState) -> str | None:
        """Who can give an item here."""
        return {str(cast.OFFICE): self.clerk, self.courier: self.courier}.get(state.holder)


@pytest.fixture
def counters(lived: cast.World) -> Iterator[tuple[Counter, Counter]]:
    """Two counters at one log, whose devices and people are enrolled."""
    people = {"NV005": "controller", "NV023": "officer", "NV024": "officer"}
    lived.pins |= {staff: f"passphrase of {staff}" for staff in ("NV023", "NV024")}
    lived.at(195)
    for staff, role in people.items():
        person = Person(number=staff, name=f"Người {staff}", role=role, office=cast.OFFICE)
        at_counter.enrol_person(lived.session, person, cast.OFFICERS)
    at_counter.enrol_device(lived.session, "QUAY02", "Quầy 2", cast.OFFICE, cast.OFFICERS)
    lived.session.lock()
    shared: dict[str, Any] = {"folder": lived.folder, "time": [BEGIN], "labels": {}}
    first = Counter(
        device="QUAY01", language="vi", behind=0, clerk=cast.CLERK, controller=cast.CONTROLLER,
        courier=cast.COURIER, officers=cast.OFFICERS, **shared,
    )  # fmt: skip
    second = Counter(
        device="QUAY02", language="en", behind=7, clerk=cast.CLERK_2, controller="NV005",
        courier=cast.COURIER_2, officers=("NV023", "NV024"), **shared,
    )  # fmt: skip
    for counter in (first, second):
        counter.session.unlock(counter.people)
    yield first, second
    for counter in (first, second):
        counter.session.close()


def held(world: cast.World, holder: str) -> list[int]:
    """Numbers of what somebody can hand on."""
    return [one.n for one in states(world) if one.holder == holder and one.status in SEALED]


@dataclass(kw_only=True)
class Drawer:
    """Draws what people at one counter want, mostly what the log allows."""

    chance: Random
    here: Counter
    there: Counter
    states: Sequence[ItemState]
    control: Control

    def item(self, *statuses: Status, by: str | None = None) -> ItemState | None:
        """An item that somebody here can give, in one of some states."""
        known = [
            state
            for state in self.states
            if (not statuses or state.status in statuses)
            and self.here.giver(state) is not None
            and by in (None, self.here.giver(state))
        ]
        return self.chance.choice(known) if known else None

    def handover(self) -> Wanted:
        return self._hand_over(self.here)

    def stranger(self) -> Wanted:
        """To somebody who does not stand here."""
        return self._hand_over(self.there)

    def _hand_over(self, counter: Counter) -> Wanted:
        if (state := self.item(*SEALED)) is None:
            return None
        giver = self.here.giver(state)
        receiver = counter.clerk if giver == self.here.courier else counter.courier
        return HandOver(
            given=(str(state.n),), giver=giver or "", receiver=receiver,
            witness=self.here.controller, cond="intact",
        )  # fmt: skip

    def offer(self) -> Wanted:
        if (state := self.item(*SEALED)) is None:
            return None
        receiver = self.chance.choice([self.there.courier, self.there.clerk, self.there.courier])
        giver = self.here.giver(state) or ""
        return Offer(given=(str(state.n),), giver=giver, receiver=receiver)

    def take(self) -> Wanted:
        waiting = [
            one.entry
            for one in offer.waiting(self.here.session)
            if one.entry.act.text("to") in self.here.people
        ]
        if not waiting:
            return None
        entry = self.chance.choice(waiting)
        given = tuple(str(line.n) for line in entry.act.lines)
        receiver = entry.act.text("to")
        return Take(
            receiver=receiver, witness=self.here.controller, offered=str(entry.seq), given=given
        )

    def withdraw(self) -> Wanted:
        waiting = [
            one.entry
            for one in offer.waiting(self.here.session)
            if one.entry.act.by in self.here.people
        ]
        if not waiting:
            return None
        entry = self.chance.choice(waiting)
        return Withdraw(giver=entry.act.by, offered=str(entry.seq))

    def deliver(self) -> Wanted:
        if (state := self.item(by=self.here.courier)) is None:
            return None
        return Deliver(
            given=(str(state.n),), giver=self.here.courier, keeper=self.here.clerk,
            receiver=RECEIVER,
        )  # fmt: skip

    def bring_back(self) -> Wanted:
        if (state := self.item(by=self.here.courier)) is None:
            return None
        return BringBack(
            given=(str(state.n),), giver=self.here.courier, keeper=self.here.clerk,
            receiver=RECEIVER, reason="refused",
        )  # fmt: skip

    def refuse(self) -> Wanted:
        return self._not_delivered("refuse", "wrong-address")

    def absent(self) -> Wanted:
        return self._not_delivered("absent", "nobody")

    def _not_delivered(self, kind: str, reason: str) -> Wanted:
        if (state := self.item(by=self.here.courier)) is None:
            return None
        return NotDelivered(
            given=(str(state.n),), act_type=kind, giver=self.here.courier, reason=reason
        )

    def register(self) -> Wanted:
        cells = {
            "sender": "LD-TAND", "recipient": "LD-S-YT", "kind": "Thư", "layers": "1",
            "weight": "20", "reference": f"{self.chance.randrange(10**9)}-CV/TA",
        }  # fmt: skip
        rows = register.one_row(self.here.session, cells)
        return Register(by=self.here.clerk, rows=rows)

    def print(self) -> Wanted:
        if (state := self.item(Status.REGISTERED)) is None:
            return None
        return PrintSeals(by=self.here.clerk, given=(str(state.n),))

    def bind(self) -> Wanted:
        free = [state for state in self.states if state.status is Status.REGISTERED]
        printed = [self.here.labels[state.n] for state in free if state.n in self.here.labels]
        if not printed:
            return None
        label = self.chance.choice(printed)
        return Bind(by=self.here.clerk, witness=self.here.controller, given=(label,))

    def void(self) -> Wanted:
        if (state := self.item(*SEALED, by=self.here.clerk)) is None:
            return None
        return Void(
            by=self.here.clerk, witness=self.here.controller, given=str(state.n), reason="torn",
            reprint=self.chance.random() < 0.7,
        )  # fmt: skip

    def correct(self) -> Wanted:
        with self.here.session.database.read() as connection:
            book = LogBook(connection)
            seq = self.chance.randint(max(0, book.seq - 30), book.seq)
        officers = self.chance.choice([None, self.here.officers])
        return Correct(
            seq=seq, field="cond", value="doubtful", reason="mistyped", officers=officers
        )

    def hold(self) -> Wanted:
        who = self.chance.choice([BYSTANDER, self.there.courier])
        return Hold(by=self.here.clerk, who=who, reason="suspected")

    def lift(self) -> Wanted:
        if not self.control.holds:
            return None
        who = self.chance.choice(sorted(self.control.holds))
        return Lift(who=who, reason="cleared", officers=self.here.officers)

    def assign(self) -> Wanted:
        duty = Duty(until=BEGIN + 86_400 * self.chance.randint(10, 400))
        return Assign(who=BYSTANDER, duty=duty, officers=self.here.officers)

    def disclose(self) -> Wanted:
        n = self.chance.choice(self.states).n
        reason = "inspection"
        return Disclose(officer=self.here.officers[0], given=(str(n),), reason=reason)


KINDS: tuple[Callable[[Drawer], Wanted], ...] = (
    Drawer.handover, Drawer.handover, Drawer.stranger, Drawer.offer, Drawer.offer, Drawer.take,
    Drawer.take, Drawer.take, Drawer.withdraw, Drawer.deliver, Drawer.bring_back, Drawer.refuse,
    Drawer.absent, Drawer.register, Drawer.print, Drawer.print, Drawer.bind, Drawer.bind,
    Drawer.void, Drawer.correct, Drawer.hold, Drawer.lift, Drawer.lift, Drawer.lift, Drawer.assign,
    Drawer.disclose,
)  # fmt: skip
TYPES = {
    "handover", "offer", "take", "withdraw", "deliver", "return", "refuse", "absent", "register",
    "print", "bind", "void", "correct", "hold", "lift", "assign", "disclose",
}  # fmt: skip


def draw(chance: Random, here: Counter, there: Counter) -> tuple[str, UseCase[Any]]:
    """Draw what the people at a counter want, with its name."""
    with here.session.database.read() as connection:
        book = LogBook(connection)
        drawer = Drawer(
            chance=chance, here=here, there=there, states=book.items(), control=book.control
        )
    while True:
        kind = chance.choice(KINDS)
        wanted = kind(drawer)
        if wanted is not None:
            return kind.__name__, wanted


def label(counter: Counter, entry: Entry) -> tuple[int, str]:
    """The first seal of a print act: whoever signs it has the seal key opened here."""
    [line, *_] = entry.act.lines
    with counter.session.database.read() as connection:
        book = LogBook(connection)
        kid = book.control.service_key("seal").kid
        key = Holder(book, Session.opener(counter.session, counter.clerk)).seal_key(kid)
        book.load([line.n])
        state = book.item(line.n)
    assert state is not None
    serial = numbers.check_serial(line.number("serial"))
    issuer = entry.act.number("office")
    content = seals.content_of(state, serial, issuer=issuer, at=entry.act.at, copy=1)
    signature = key.sign(seals.to_be_signed(content, key.alg, key.kid))
    return line.n, seals.to_text(content, key.alg, key.kid, signature)


def take_turn(chance: Random, counter: Counter, other: Counter) -> bool:
    """Carry out what is drawn; gives whether it was done."""
    name, wanted = draw(chance, counter, other)
    try:
        made = at_counter.carry_out(counter.session, wanted)
    except (RefusedError, NotAllowedError) as error:
        counter.refusals[error.code] = "\n".join(error_lines(counter.session.language, error))
        return False
    assert name != "stranger"
    counter.labels.update(label(counter, entry) for entry in made if entry.act.type == "print")
    return True


def assert_apart(counter: Counter, other: Counter) -> None:
    """Nothing that is unlocked elsewhere signs or opens anything here."""
    session = counter.session
    assert set(session.unlocked()) == {key.staff for key in session.unlocked().values()}
    assert set(session.unlocked()) == set(counter.people)
    for staff in other.people:
        assert not session.here.is_unlocked(staff)
        with pytest.raises(NotAllowedError, match="locked"):
            session.here.key(staff)
        with pytest.raises(NotAllowedError, match="locked"):
            Session.opener(session, staff)


def assert_own_signatures(made: Sequence[Entry], counters: Sequence[Counter]) -> None:
    """Each act carries the signatures of those who stand where it was made, and nobody else's."""
    kids = {counter.device: counter.kids for counter in counters}
    people = {counter.device: set(counter.people) for counter in counters}
    for entry in made:
        used = [signature.kid for signature in entry.signatures]
        if entry.act.dev == "server":
            assert (entry.act.type, len(used)) == ("clock", 1)
            continue
        assert set(entry.act.persons) <= people[entry.act.dev]
        assert set(used) <= kids[entry.act.dev]
        assert len(set(used)) == len(used) == len(entry.act.persons)


def assert_chains_whole(every: Sequence[Entry], devices: Sequence[str]) -> None:
    """Each device counts its acts without a gap, and each names the one before."""
    for device in devices:
        acts = [entry.act for entry in every if entry.act.dev == device]
        assert [act.dseq for act in acts] == list(range(len(acts)))
        assert [act.dprev for act in acts] == [b"", *(act.hash for act in acts[:-1])]


def assert_sound(world: cast.World, counters: tuple[Counter, Counter], before: int) -> None:
    """What two counters have added to a log is what their people have signed there, and whole."""
    every = entries(world)
    assert_own_signatures(every[before:], counters)
    assert_chains_whole(every, ("QUAY01", "QUAY02", "server"))
    for counter in counters:
        report = verify.verify(counter.session)
        assert (report.findings, report.entries) == ([], len(every))


@pytest.mark.slow
@pytest.mark.parametrize("seed", nightly.first(1, [1, 2, 3]))
def test_two_sessions_take_turns_at_one_log(
    lived: cast.World, counters: tuple[Counter, Counter], seed: int
):
    chance, begin = Random(seed), size(lived)
    for _ in range(TURNS[nightly.is_nightly()]):
        counters[0].time[0] += chance.randint(0, 15)
        counter, other = chance.sample(counters, 2)
        before = size(lived)
        assert take_turn(chance, counter, other) == (size(lived) > before)
        assert_apart(counter, other)
    assert_sound(lived, counters, begin)
    for counter in counters:
        made = entries(lived, begin - 1)
        types = {entry.act.type for entry in made if entry.act.dev == counter.device}
        assert len(types) >= len(TYPES) // 2
        assert not nightly.is_nightly() or types >= TYPES
    both = counters[0].refusals.keys() & counters[1].refusals.keys()
    assert both
    assert all(counters[0].refusals[code] != counters[1].refusals[code] for code in both)


@pytest.mark.slow
@pytest.mark.parametrize("seed", nightly.first(1, [1, 2, 3]))
def test_two_sessions_work_at_one_log_at_the_same_time(
    lived: cast.World, counters: tuple[Counter, Counter], seed: int
):
    before = size(lived)

    def work(counter: Counter, other: Counter) -> int:
        chance = Random(f"{seed} {counter.device}")
        return sum(
            take_turn(chance, counter, other) for _ in range(TURNS[nightly.is_nightly()] // 3)
        )

    done = at_once(partial(work, *counters), partial(work, *counters[::-1]))
    assert all(isinstance(count, int) and count for count in done), done
    assert_sound(lived, counters, before)
    assert_apart(*counters)


def test_what_is_unlocked_in_one_session_signs_nothing_in_another(
    lived: cast.World, counters: tuple[Counter, Counter]
):
    first, second = counters
    wanted = Hold(by=first.clerk, who=BYSTANDER, reason="suspected")
    before = size(lived)
    proposal = use_case.propose(second.session, wanted)
    with pytest.raises(NotAllowedError, match="locked"):
        second.session.here.sign(proposal)
    with pytest.raises(RefusedError, match="not-this-device"):
        first.session.here.sign(proposal)
    assert Here(first.session).locked(first.people) == list(first.people)  # another place
    assert size(lived) == before
    at_counter.carry_out(first.session, wanted)
    assert size(lived) == before + 1


def test_what_is_unlocked_in_one_session_opens_nothing_in_another(
    lived: cast.World, counters: tuple[Counter, Counter]
):
    first, second = counters
    n = next(state.n for state in states(lived))
    wanted = Disclose(officer=first.officers[0], given=(str(n),), reason="court")
    entry = at_counter.carry_out(first.session, wanted)[-1]
    assert disclose.read_disclosed(first.session, entry).opened
    plain = plain_session(second)
    with pytest.raises(NotAllowedError, match="locked"):
        disclose.read_disclosed(plain, entry)
    for staff in (first.clerk, *first.officers):
        with plain.database.read() as connection, pytest.raises(NotAllowedError, match="locked"):
            slips.reader_of(plain, LogBook(connection), staff)
    plain.close()


def plain_session(counter: Counter) -> Session:
    """A session that has no face: it asks nobody for a PIN; what is unlocked at a counter opens."""
    session = counter.session
    plain = Session(
        data=session.data, keys=session.keys, device=session.device, clock=session.clock,
        counted=session.counted, as_of=None, zone=session.zone, language=session.language,
    )  # fmt: skip
    for key in session.unlocked().values():
        plain.admit(key.opener)
    return plain


READS: dict[str, Callable[[Session, str], object]] = {
    "story": lambda session, n: look.story(session, n, cast.CLERK),
    "search": lambda session, n: search.Finder(session, cast.CLERK).search(n),
    "deliver": lambda session, n: use_case.propose(
        session,
        Deliver(given=(n,), giver=cast.COURIER, keeper=cast.CLERK, receiver=RECEIVER),
    ),
    "register": lambda session, n: use_case.propose(
        session, Register(by=cast.CLERK, rows=rows_of(session))
    ),
}


def rows_of(session: Session) -> register.Rows:
    cells = {
        "sender": "LD-TAND", "recipient": "LD-S-YT", "kind": "Thư", "layers": "1", "weight": "20",
        "reference": "88-CV/TA",
    }  # fmt: skip
    return register.one_row(session, cells)


@pytest.mark.parametrize("read", READS)
def test_a_session_that_was_given_no_opener_reads_no_record(
    lived: cast.World, counters: tuple[Counter, Counter], read: str
):
    n = str(held(lived, cast.COURIER)[0])
    plain = plain_session(counters[1])
    with pytest.raises(NotAllowedError, match="locked") as raised:
        READS[read](plain, n)
    assert raised.value.detail == {"staff": cast.CLERK}
    plain.admit(counters[0].session.unlocked()[cast.CLERK].opener)
    READS[read](plain, n)
    plain.close()


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Call functions in threads that start together; give what came of each, or its error."""
    barrier, outcomes = threading.Barrier(len(calls)), list[object]([None] * len(calls))

    def run(place: int) -> None:
        barrier.wait()
        try:
            outcomes[place] = calls[place]()
        except KtError as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def propose_and_commit(counter: Counter, wanted: UseCase[Any]) -> list[Entry]:
    """The way of a face that neither asks anybody nor tries again."""
    proposal = use_case.propose(counter.session, wanted)
    return writer.commit(counter.session, proposal, counter.session.here.sign(proposal))


@pytest.mark.parametrize("way", [propose_and_commit, "face"])
def test_one_session_in_two_threads_makes_one_entry(
    lived: cast.World, counters: tuple[Counter, Counter], way: Callable[..., Any] | str
):
    counter, _ = counters
    carry_out = way if callable(way) else lambda at, wanted: at.session.face.carry_out(wanted)
    giver, receiver = counter.courier, counter.clerk
    n = held(lived, giver)[0]
    for _ in range(40 if nightly.is_nightly() else 8):
        before = size(lived)
        wanted = HandOver(
            given=(str(n),), giver=giver, receiver=receiver, witness=counter.controller
        )
        made = at_once(*[partial(carry_out, counter, wanted)] * 2)
        [refusal] = [outcome for outcome in made if isinstance(outcome, KtError)]
        assert isinstance(refusal, RefusedError), refusal
        assert refusal.code in ("changed-meanwhile", "not-possible")
        assert size(lived) == before + 1
        giver, receiver = receiver, giver
    assert verify.verify(counter.session).findings == []


def test_one_session_in_two_threads_does_two_things_whole(
    lived: cast.World, counters: tuple[Counter, Counter]
):
    """Of two items: each is one entry, or a clear refusal that leaves nothing."""
    counter, _ = counters
    ns = held(lived, counter.courier)[:2]
    before = size(lived)
    wanted = [
        HandOver(
            given=(str(n),), giver=counter.courier, receiver=counter.clerk,
            witness=counter.controller,
        )
        for n in ns
    ]  # fmt: skip
    made = at_once(
        lambda: counter.session.face.carry_out(wanted[0]),
        lambda: counter.session.face.carry_out(wanted[1]),
    )
    refused = [outcome for outcome in made if isinstance(outcome, KtError)]
    assert all(isinstance(one, RefusedError) for one in refused), refused
    assert size(lived) == before + 2 - len(refused)
    assert verify.verify(counter.session).findings == []


def test_two_sessions_of_one_person_share_nothing_but_the_log(
    lived: cast.World, counters: tuple[Counter, Counter]
):
    counter, other = counters
    ns = held(lived, counter.courier)[:3]
    twin = plain_session(counter)
    at_twin = Here(twin)
    people = (counter.courier, counter.clerk, counter.controller)
    for staff in people:
        at_twin.admit(counter.session.person(staff))
    twin.device = other.device

    def handover(n: int) -> HandOver:
        return HandOver(
            given=(str(n),), giver=counter.courier, receiver=counter.clerk,
            witness=counter.controller,
        )  # fmt: skip

    late = use_case.propose(twin, handover(ns[0]))
    at_counter.carry_out(counter.session, handover(ns[0]))
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        writer.commit(twin, late, at_twin.sign(late))
    counter.session.lock()  # who leaves one machine is still at the other
    with pytest.raises(NotAllowedError, match="locked"):
        counter.session.here.key(counter.courier)
    proposal = use_case.propose(twin, handover(ns[1]))
    writer.commit(twin, proposal, at_twin.sign(proposal))
    twin.close()
    with pytest.raises(NotAllowedError, match="locked"):
        twin.opener(counter.clerk)
    counter.session.unlock(people)
    at_counter.carry_out(counter.session, handover(ns[2]))
    assert_chains_whole(entries(lived), ("QUAY01", "QUAY02"))
    assert verify.verify(counter.session).findings == []
    with pytest.raises(RefusedError, match="not-your-turn"):
        here.sign(proposal, at_twin.sign(proposal), at_twin.key(counter.courier))
