"""Two desks at one log: the second acts while people at the first confirm and type their PINs.

What was true when the list was shown is asked again under the lock. Nothing that would contest an
item is signed, and who comes second leaves nothing behind.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from kt1custody.core.custody import offer as offers
from kt1custody.core.custody.table import ItemState
from kt1custody.core.log.keyring import Control
from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import RefusedError
from kt1custody.services.custody import offer
from kt1custody.services.custody.deliver import Receiver
from kt1custody.services.keys.ceremony import keys_of
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import CastSession, Confirm, Door, Handover
from tests.kit.phone import Fields, Phone, entries, is_sound, receive, size, states

ROOT = Path(__file__).parent.parent.parent
OTHERS = cast.COURIER_2

# Offers an item, and waits between confirmation and signature until it is told to go on.
OFFERS = """
import sys
from pathlib import Path
from kt1custody.errors import KtError
from kt1custody.services.custody import offer
from tests.kit import cast
from tests.kit import at_counter

def ask(shown):
    print("confirmed", flush=True)
    return bool(sys.stdin.readline())

_, folder, n, to = sys.argv
session = cast.World(Path(folder)).new_session()
session.as_of = cast.MORNING + 60 * 200
session.unlock([cast.COURIER])
try:
    at_counter.offer(session, cast.COURIER, to, [n], confirm=ask)
    print("made")
except KtError as error:
    print(error.detail["faults"])
"""
Act = Callable[[CastSession, str, Confirm], object]


@pytest.fixture
def second(world: cast.World) -> Iterator[CastSession]:
    """Another session at the same log, with everybody's key unlocked."""
    session = world.new_session()
    session.admit_all(world.session.unlocked())
    session.as_of = world.session.as_of
    yield session
    session.close()


def state(world: cast.World, n: int) -> ItemState:
    return next(one for one in states(world) if one.n == n)


def offered(session: CastSession, n: str, to: str = OTHERS) -> object:
    return at_counter.offer(session, cast.COURIER, to, [n], confirm=cast.yes)


STEPS: dict[str, Act] = {
    "handover": lambda d, n, ask: at_counter.hand_over(
        d, Handover(cast.COURIER, OTHERS, cast.CONTROLLER), [n], confirm=ask
    ),
    "offer": lambda d, n, ask: at_counter.offer(d, cast.COURIER, OTHERS, [n], confirm=ask),
    "deliver": lambda d, n, ask: at_counter.deliver(
        d, Door(cast.COURIER, cast.CLERK), Receiver("Nguyễn Văn Nhận"), [n], confirm=ask
    ),
    "return": lambda d, n, ask: at_counter.bring_back(
        d, Door(cast.COURIER, cast.CLERK), Receiver("Nguyễn Văn Nhận"), "refused", [n], confirm=ask
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", STEPS)
def test_an_offer_that_is_made_while_pins_are_typed_stops_what_was_shown(
    world: cast.World, phone: Phone, second: CastSession, what: str
):
    [one, other] = phone.held[:2]
    STEPS[what](world.session, str(other.n), cast.yes)  # alone it is done
    before = size(world)

    def meanwhile(shown: object) -> bool:
        offered(second, str(one.n), cast.CLERK)
        return True

    with pytest.raises(RefusedError, match="not-possible") as raised:
        STEPS[what](world.session, str(one.n), meanwhile)
    assert raised.value.detail["faults"] == [(one.n, "offered-already")]
    assert [entry.act.type for entry in entries(world, before - 1)] == ["offer"]
    [standing] = offer.waiting(world.session, cast.CLERK)
    at_counter.take(
        second, cast.CLERK, None, str(standing.entry.seq), [str(one.n)], confirm=cast.agree
    )
    taken = state(world, one.n)
    assert (taken.holder, taken.contested) == (str(cast.OFFICE), False)
    assert is_sound(world)


def test_of_two_offers_of_one_item_at_once_one_is_refused(world: cast.World, phone: Phone):
    """Two processes, both confirmed before either is signed."""
    n, before = str(phone.held[0].n), size(world)
    words, pipe = [sys.executable, "-c", OFFERS, str(world.folder), n], subprocess.PIPE
    started = [
        subprocess.Popen([*words, to], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        for to in (OTHERS, cast.CLERK)
    ]
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == "confirmed\n"
    told = [one.communicate("go on\n", timeout=60)[0].strip() for one in started]
    assert sorted(told) == [f"[({n}, 'offered-already')]", "made"]
    assert size(world) == before + 1
    assert len(offer.waiting(world.session)) == 1


def test_a_seal_of_what_is_offered_is_not_voided(
    world: cast.World, day: cast.Day, phone: Phone, second: CastSession
):
    """Void and take would follow one step; the offer is withdrawn first."""
    ns = [str(one.n) for one in phone.held[:2]]
    back = Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER)
    at_counter.hand_over(world.session, back, ns, confirm=cast.yes)

    def void(n: str, ask: Confirm) -> object:
        ways = cast.CLERK, cast.CONTROLLER, n, "torn"
        return at_counter.void(world.session, *ways, confirm=ask)

    void(ns[1], cast.yes)

    def meanwhile(shown: object) -> bool:
        at_counter.offer(second, cast.CLERK, cast.COURIER, ns[:1], confirm=cast.yes)
        return True

    for ask in (meanwhile, cast.yes):
        with pytest.raises(RefusedError, match="not-possible") as raised:
            void(ns[0], ask)
        assert raised.value.detail["faults"] == [(int(ns[0]), "offered-already")]
    [standing] = offer.waiting(world.session)
    at_counter.withdraw(world.session, cast.CLERK, str(standing.entry.seq))
    void(ns[0], cast.yes)
    assert not state(world, int(ns[0])).contested


def test_what_an_offer_says_when_it_comes_is_shown_before_it_is_taken(
    world: cast.World, phone: Phone
):
    """Its QR was scanned first; what it names and was not found must stand in the take."""
    found, missing = phone.held[:2]
    lines: list[Fields] = [
        {"n": one.n, "seal": one.seal, "cond": "intact", "prev": one.head}
        for one in sorted((found, missing), key=lambda one: one.n)
    ]
    act = phone.act("offer", cast.COURIER, {"to": OTHERS, "office": None}, lines)
    [signature] = phone.signatures(act)

    def meanwhile(shown: object, short: Sequence[int]) -> bool:
        if not short:
            receive(world.session, phone.spell(act))
        return True

    def take() -> object:
        told = offers.to_text(act, signature)
        return at_counter.take(world.session, OTHERS, None, told, [str(found.n)], confirm=meanwhile)

    with pytest.raises(RefusedError, match="changed-meanwhile"):
        take()
    take()
    assert entries(world)[-1].act.names == ((found.n, "take"), (missing.n, "short"))


def test_officers_do_not_settle_between_branches_that_they_have_not_seen(
    world: cast.World, phone: Phone, second: CastSession
):
    item = phone.held[0]
    branches = [phone.handover(item, to=to) for to in (OTHERS, cast.DRIVER, cast.CLERK_2)]
    for act in branches[:2]:
        receive(world.session, phone.spell(act))
    before = state(world, item.n)

    def settle(ask: Confirm) -> object:
        return at_counter.settle(
            world.session, str(item.n), "none", "statements", cast.OFFICERS, confirm=ask
        )

    def meanwhile(shown: object) -> bool:
        receive(second, phone.spell(branches[2]))
        return True

    with pytest.raises(RefusedError, match="changed-meanwhile"):
        settle(meanwhile)
    assert state(world, item.n) == before  # which is why it had to be asked
    settle(cast.yes)
    assert not state(world, item.n).contested


# Keys: who comes second leaves nothing behind.


def key_files_of(session: CastSession) -> dict[str, bytes]:
    names = ("*.key", "*.kid")
    return {path.name: path.read_bytes() for name in names for path in session.keys.glob(name)}


def while_pins_are_typed(session: CastSession, act: Callable[[], object], *, at: str) -> None:
    """Have somebody act elsewhere while a person types a PIN at a session, once."""
    known, left = session.ask_pin, [act]

    def ask(staff: str) -> str:
        if staff == at and left:
            left.pop()()
        return known(staff)

    session.ask_pin = ask
    session.lock()


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("early", [False, True])
def test_two_rotations_of_one_person_at_once_leave_one_key(
    world: cast.World, second: CastSession, tmp_path: Path, elsewhere: bool, early: bool
):
    """The second one asks for the new PIN (early) or for an officer's when the first is done.

    They share a folder of keys, or each has its own.
    """
    who = cast.COURIER
    if elsewhere:
        second.keys = Path(shutil.copytree(second.keys, tmp_path / "second"))
    before, old = key_files_of(world.session), keys_of(control(world), who)
    while_pins_are_typed(
        world.session,
        lambda: at_counter.rotate(second, who, cast.OFFICERS),
        at=who if early else cast.OFFICERS[0],
    )
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        at_counter.rotate(world.session, who, cast.OFFICERS)
    [mine] = [key for key in keys_of(control(world), who) if key not in old]
    assert control(world).current_key(who) == mine
    for session, is_first in ((second, True), (world.session, not elsewhere)):
        files = key_files_of(session)
        assert files.keys() == before.keys()
        assert (files[f"{who}.key"] != before[f"{who}.key"]) == is_first
    fresh = world.new_session()
    fresh.keys = second.keys
    fresh.unlock([who])
    assert fresh.person(who).signing.kid == mine.kid
    fresh.close()
    assert is_sound(world)


def test_a_person_who_is_enrolled_at_two_desks_at_once_has_one_key(
    founded: cast.World, tmp_path: Path
):
    who = Person(number="NV050", name="Người Mới", role="courier", office=cast.OFFICE)
    second = founded.new_session()
    founded.at(9)
    second.as_of = founded.session.as_of
    second.keys = Path(shutil.copytree(founded.session.keys, tmp_path / "second"))
    before = key_files_of(founded.session)
    while_pins_are_typed(
        founded.session,
        lambda: at_counter.enrol_person(second, who, cast.OFFICERS),
        at=who.number,
    )
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        at_counter.enrol_person(founded.session, who, cast.OFFICERS)
    [mine] = keys_of(control(founded), who.number)
    assert second.person(who.number).signing.kid == mine.kid
    assert key_files_of(founded.session) == before
    second.close()
    assert is_sound(founded)


@pytest.mark.parametrize("service", ["log", "server"])
def test_a_ceremony_that_comes_second_leaves_no_key_for_the_next(
    world: cast.World, second: CastSession, service: str
):
    def first() -> None:
        at_counter.rotate_service_key(second, service, cast.OFFICERS, confirm=cast.yes)

    while_pins_are_typed(world.session, first, at=cast.OFFICERS[0])
    code = "changed-meanwhile" if service == "log" else "old-key-missing"  # it is gone at once
    with pytest.raises(RefusedError, match=code):
        at_counter.rotate_service_key(world.session, service, cast.OFFICERS, confirm=cast.yes)
    assert len(keys_of(control(world), service)) == 2
    assert not [name for name in key_files_of(world.session) if ".new." in name]


def control(world: cast.World) -> Control:
    with world.session.database.read() as connection:
        return LogBook(connection).control
