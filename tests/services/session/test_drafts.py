"""Rules speak before anybody confirms a list or types a PIN, and name the person or the item."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from kt1custody.core.formats import numbers
from kt1custody.errors import KtError
from kt1custody.printing.read import symbol_texts
from kt1custody.services.custody.deliver import Receiver
from kt1custody.services.people import people
from kt1custody.services.seals.resume import CameOut
from kt1custody.services.session.session import Session
from tests.kit import at_counter, cast
from tests.kit.at_counter import Door, Handover
from tests.kit.phone import size

STRANGER = "NV077"
UNKNOWN = str(numbers.item_number(log_number=68, year=2026, running=99_999))
WHO = Receiver("Nguyễn Văn Nhận")
Act = Callable[[Session, "Stage"], object]


class Stage:
    """A log in which much is forbidden; nobody at its desk can confirm, and nobody knows a PIN.

    Attributes:
        mine: Items that NV011 holds; `offered`: one more, which waits to be taken.
        secret: Item of mark A, sealed, at the office; `fresh`: one without a seal; `printed`: one
            whose label is not on it yet, `open_serial`.
        offer: Position of the offer; `report` of an absence.
    """

    def __init__(self, world: cast.World, day: cast.Day, folder: Path) -> None:
        self.folder, self.day = folder, day
        self.mine = [str(n) for n in day.numbers[5:8]]
        self.offered = str(day.numbers[9])
        manifest = cast.write_manifest(folder / "a.csv", 1, begin=17)
        [secret] = at_counter.import_manifest(world.at(200), lambda: cast.CLERK, manifest).numbers
        self.secret = str(secret)
        pdf, pictures = folder / "a.pdf", folder / "a"
        at_counter.print_seals(
            world.at(201), cast.CLERK, [self.secret], pdf, pictures, confirm=cast.yes
        )
        scans = [text for path in pictures.iterdir() for text in symbol_texts(path.read_bytes())]
        at_counter.bind(world.at(202), cast.CLERK, cast.CONTROLLER, scans, confirm=cast.yes)
        more = cast.write_manifest(folder / "b.csv", 2, begin=18)
        fresh = at_counter.import_manifest(world.at(203), lambda: cast.CLERK, more).numbers
        self.fresh = str(fresh[0])
        made = at_counter.print_seals(
            world.at(204), cast.CLERK, [str(fresh[1])], folder / "b.pdf", confirm=cast.yes
        )
        self.open_serial = numbers.format_serial(made.number)
        self.printed = str(fresh[1])
        given = at_counter.offer(
            world.at(205), cast.COURIER, cast.COURIER_2, [self.offered], confirm=cast.yes
        )
        self.offer = str(given.seq)
        absent = at_counter.report(
            world.at(205), "absent", cast.COURIER, "nobody", self.mine[:1], confirm=cast.yes
        )
        self.report = absent.seq
        at_counter.hold(world.at(206), cast.CLERK, "NV013", "absent")
        until = cast.MORNING + 60 * 207
        at_counter.assign(world.at(206), cast.DRIVER, people.Duty(until=until), cast.OFFICERS)
        self.size = size(world)


@pytest.fixture(scope="module")
def _stage(
    tmp_path_factory: pytest.TempPathFactory, _lived: tuple[cast.World, cast.Day]
) -> Iterator[tuple[cast.World, Stage]]:
    world = cast.copy_world(_lived[0], tmp_path_factory.mktemp("stage"))
    stage = Stage(world, _lived[1], world.folder)
    yield world, stage
    world.session.close()


@pytest.fixture
def session(_stage: tuple[cast.World, Stage]) -> Iterator[Session]:
    world, stage = _stage
    session = world.new_session()
    session.as_of = cast.MORNING + 60 * 220
    session.ask_pin = no_pin
    yield session
    session.close()
    assert size(world) == stage.size


@pytest.fixture
def stage(_stage: tuple[cast.World, Stage]) -> Stage:
    return _stage[1]


def no_pin(staff: str) -> NoReturn:
    pytest.fail(f"{staff} was asked for a PIN")


def no(*shown: object) -> NoReturn:
    pytest.fail("somebody was asked to confirm")


def hand(
    giver: str, receiver: str, witness: str | None, items: Callable[[Stage], list[str]]
) -> Act:
    told = Handover(giver, receiver, witness)
    return lambda session, stage: at_counter.hand_over(session, told, items(stage), confirm=no)


def mine(stage: Stage) -> list[str]:
    return stage.mine


def secret(stage: Stage) -> list[str]:
    return [stage.secret]


def at_the_door(giver: str, keeper: str, item: Callable[[Stage], list[str]]) -> Act:
    return lambda session, stage: at_counter.deliver(
        session, Door(giver, keeper), WHO, item(stage), confirm=no
    )


CLERK, COURIER, COURIER_2 = cast.CLERK, cast.COURIER, cast.COURIER_2
FORBIDDEN: dict[str, tuple[Act, str, str]] = {
    # Handing over.
    "to nobody": (hand(COURIER, STRANGER, None, mine), "no-such-person", STRANGER),
    "by nobody": (hand(STRANGER, COURIER, None, mine), "no-such-person", STRANGER),
    "witnessed by nobody": (hand(COURIER, COURIER_2, STRANGER, mine), "no-such-person", STRANGER),
    "to himself": (hand(COURIER, COURIER, None, mine), "one-person-twice", COURIER),
    "witnessed by himself": (hand(COURIER, COURIER_2, COURIER, mine), "one-person-twice", COURIER),
    "to an administrator": (hand(COURIER, cast.ADMIN, None, mine), "role-may-not", cast.ADMIN),
    "to an officer": (hand(COURIER, "NV021", None, mine), "role-may-not", "NV021"),
    "to who is on hold": (hand(COURIER, "NV013", None, mine), "on-hold", "NV013"),
    "witnessed on hold": (hand(COURIER, COURIER_2, "NV013", mine), "on-hold", "NV013"),
    "to whose term is over": (hand(COURIER, cast.DRIVER, None, mine), "key-expired", cast.DRIVER),
    "by who does not hold": (hand(COURIER_2, CLERK, None, mine), "not-the-holder", COURIER),
    "A without a witness": (hand(CLERK, COURIER, None, secret), "witness-missing", ""),
    "what is delivered": (
        hand(COURIER, COURIER_2, None, lambda s: [str(s.day.numbers[0])]), "no-such-step", "delivered",
    ),
    "what has no seal": (hand(CLERK, COURIER, None, lambda s: [s.fresh]), "no-such-step", "registered"),
    "what is offered": (
        hand(COURIER, COURIER_2, None, lambda s: [s.offered]), "offered-already", "",
    ),
    "what is not registered": (
        hand(COURIER, COURIER_2, None, lambda s: [UNKNOWN]), "no-such-item", "",
    ),
    # Offering and taking.
    "offered to nobody": (
        lambda d, s: at_counter.offer(d, COURIER, STRANGER, s.mine, confirm=no), "no-such-person", STRANGER,
    ),
    "offered to himself": (
        lambda d, s: at_counter.offer(d, COURIER, COURIER, s.mine, confirm=no), "one-person-twice", COURIER,
    ),
    "offered to who is on hold": (
        lambda d, s: at_counter.offer(d, COURIER, "NV013", s.mine, confirm=no), "on-hold", "NV013",
    ),
    "offered to whose term is over": (
        lambda d, s: at_counter.offer(d, COURIER, cast.DRIVER, s.mine, confirm=no),
        "key-expired", cast.DRIVER,
    ),
    "offered to an administrator": (
        lambda d, s: at_counter.offer(d, COURIER, cast.ADMIN, s.mine, confirm=no),
        "role-may-not", cast.ADMIN,
    ),
    "offered by who does not hold": (
        lambda d, s: at_counter.offer(d, COURIER_2, CLERK, s.mine, confirm=no), "not-the-holder", COURIER,
    ),
    "taken by another": (
        lambda d, s: at_counter.take(d, CLERK, None, s.offer, [s.offered], confirm=no), "not-offered", "",
    ),
    "taken beside the offer": (
        lambda d, s: at_counter.take(d, COURIER_2, None, s.offer, s.mine, confirm=no), "not-offered", "",
    ),
    "withdrawn by another": (
        lambda d, s: at_counter.withdraw(d, COURIER_2, s.offer), "not-offered", "",
    ),
    # At the door.
    "delivered by nobody": (at_the_door(STRANGER, CLERK, mine), "no-such-person", STRANGER),
    "delivered by another": (at_the_door(COURIER_2, CLERK, mine), "not-the-holder", COURIER),
    "kept by a courier": (at_the_door(COURIER, COURIER_2, mine), "no-access", COURIER_2),
    "kept by nobody": (at_the_door(COURIER, STRANGER, mine), "no-access", STRANGER),
    "returned by another": (
        lambda d, s: at_counter.bring_back(
            d, Door(COURIER_2, CLERK), WHO, "refused", s.mine, confirm=no
        ),
        "not-the-holder", COURIER,
    ),
    "refused at another's door": (
        lambda d, s: at_counter.report(d, "refuse", COURIER_2, "damaged", s.mine, confirm=no),
        "not-the-holder", COURIER,
    ),
    "absent to who is on hold": (
        lambda d, s: at_counter.report(d, "absent", "NV013", "nobody", s.mine, confirm=no),
        "on-hold", "NV013",
    ),
    # Seals.
    "printed by a courier": (
        lambda d, s: at_counter.print_seals(d, COURIER, [s.fresh], s.folder / "x.pdf", confirm=no),
        "role-may-not", COURIER,
    ),
    "printed by nobody": (
        lambda d, s: at_counter.print_seals(d, STRANGER, [s.fresh], s.folder / "x.pdf", confirm=no),
        "no-such-person", STRANGER,
    ),
    "bound at another post": (
        lambda d, s: at_counter.bind(d, cast.COMMUNE_CLERK, None, [s.open_serial], confirm=no),
        "not-the-holder", str(cast.OFFICE),
    ),
    "voided by a courier": (
        lambda d, s: at_counter.void(d, COURIER, None, s.secret, "torn", confirm=no),
        "role-may-not", COURIER,
    ),
    "A voided without a witness": (
        lambda d, s: at_counter.void(d, CLERK, None, s.secret, "torn", confirm=no), "witness-missing", "",
    ),
    "resumed by a courier": (
        lambda d, s: at_counter.resume(
            d, COURIER, None, s.printed, CameOut(), s.folder / "x.pdf", confirm=no
        ),
        "role-may-not", COURIER,
    ),
    # Officers and rulings.
    "held by an administrator": (
        lambda d, s: at_counter.hold(d, cast.ADMIN, COURIER, "absent"), "role-may-not", cast.ADMIN,
    ),
    "held: nobody": (
        lambda d, s: at_counter.hold(d, CLERK, STRANGER, "absent"), "no-such-person", STRANGER,
    ),
    "lifted by a clerk": (
        lambda d, s: at_counter.lift(d, "NV013", "cleared", ("NV021", CLERK)), "role-may-not", CLERK,
    ),
    "lifted by one officer": (
        lambda d, s: at_counter.lift(d, "NV013", "cleared", ("NV021", "NV021")),
        "one-person-twice", "NV021",
    ),
    "lifted: who is free": (
        lambda d, s: at_counter.lift(d, COURIER, "cleared", cast.OFFICERS), "not-on-hold", COURIER,
    ),
    "assigned by a clerk": (
        lambda d, s: at_counter.assign(d, COURIER, people.Duty(role="clerk"), ("NV021", CLERK)),
        "role-may-not", CLERK,
    ),
    "assigned: nobody": (
        lambda d, s: at_counter.assign(d, STRANGER, people.Duty(role="clerk"), cast.OFFICERS),
        "no-such-person", STRANGER,
    ),
    "made an officer": (
        lambda d, s: at_counter.assign(d, COURIER, people.Duty(role="officer"), cast.OFFICERS),
        "not-assignable", "NV021",
    ),
    "revoked by a clerk": (
        lambda d, s: at_counter.revoke(d, COURIER, "left", None, ("NV021", CLERK)),
        "role-may-not", CLERK,
    ),
    "corrected by a clerk as officer": (
        lambda d, s: at_counter.correct(
            d, s.report, "reason", "moved", "mistyped", ("NV021", CLERK), confirm=no
        ),
        "role-may-not", CLERK,
    ),
    "registration corrected by couriers": (
        lambda d, s: at_counter.correct_item(
            d, s.mine[0], {"note": "x"}, "mistyped", (COURIER, COURIER_2), confirm=no
        ),
        "role-may-not", COURIER,
    ),
    "opened by a clerk": (
        lambda d, s: at_counter.open_slip(d, CLERK, s.mine, "court", confirm=no),
        "role-may-not", CLERK,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_rule_speaks_before_confirmation_and_pins(session: Session, stage: Stage, name: str):
    act, code, who = FORBIDDEN[name]
    with pytest.raises(KtError) as caught:
        act(session, stage)
    detail = caught.value.detail
    if caught.value.code == "not-possible":
        faults, named = detail["faults"], detail.get("who", [""])
        assert isinstance(faults, list)
        assert isinstance(named, list)
        pairs = zip(faults, named, strict=False)
        items = {n for (n, found), person in pairs if (found, person) == (code, who)}
        assert items
        of_whole = code in ("on-hold", "key-expired", "not-assignable") or name[:5] == "withd"
        assert (items == {0}) == of_whole
    else:
        assert caught.value.code == code
        assert who in detail.values()


def test_a_device_that_nobody_enrolled_is_named(session: Session, stage: Stage):
    session.device = "QUAY09"
    with pytest.raises(KtError) as caught:
        at_counter.hand_over(session, Handover(COURIER, COURIER_2), stage.mine, confirm=no)
    assert caught.value.detail == {"faults": [(0, "device-unknown")], "who": ["QUAY09"]}


def test_every_item_and_person_in_the_way_is_named_at_once(session: Session, stage: Stage):
    given = [stage.mine[0], stage.secret, stage.fresh]
    with pytest.raises(KtError) as caught:
        at_counter.hand_over(session, Handover(COURIER, "NV013"), given, confirm=no)
    faults, who = caught.value.detail["faults"], caught.value.detail["who"]
    assert isinstance(faults, list)
    assert isinstance(who, list)
    assert (0, "on-hold") in faults
    assert "NV013" in who


def test_what_changes_while_the_pins_are_typed_is_asked_again(founded: cast.World, tmp_path: Path):
    """The rules allowed it when the list was shown; they are asked once more under the lock."""
    manifest = cast.write_manifest(tmp_path / "sang.csv", 1)
    [n] = at_counter.import_manifest(founded.at(5), lambda: CLERK, manifest).numbers
    pictures = tmp_path / "seals"
    at_counter.print_seals(founded.at(6), CLERK, [], tmp_path / "a.pdf", pictures, confirm=cast.yes)
    [scan] = [text for path in pictures.iterdir() for text in symbol_texts(path.read_bytes())]
    at_counter.bind(founded.at(7), CLERK, cast.CONTROLLER, [scan], confirm=cast.yes)
    before = size(founded)

    def meanwhile(shown: Sequence[object]) -> bool:
        other = founded.new_session()
        other.as_of = founded.session.as_of
        at_counter.hold(other, cast.CONTROLLER, COURIER, "phone-lost")
        other.close()
        return True

    founded.at(8)
    with pytest.raises(KtError) as caught:
        at_counter.hand_over(founded.session, Handover(CLERK, COURIER), [str(n)], confirm=meanwhile)
    assert caught.value.detail["who"] == [COURIER]
    assert size(founded) == before + 1
