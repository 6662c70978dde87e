"""Keys that nobody vouched for (G16), and slips of other offices (G15).

Whoever can write the database file, or the keys folder, puts a key of his own where others look for
theirs. And a clerk of a post has all of the database, and his own key.
"""

import itertools
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from kt1custody.core.formats import cbor
from kt1custody.core.log import keyring
from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import KtError, NotAllowedError, RefusedError, VerificationError
from kt1custody.printing.read import symbol_texts
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.services.keys.ceremony import Plan
from kt1custody.services.people import people
from kt1custody.services.session.office_keys import readers
from kt1custody.services.session.slips import Reader
from kt1custody.services.session.writer import writing
from kt1custody.signing import service_keys
from kt1custody.signing import slips as signing
from kt1custody.signing.slips import RecordKey, SealedRecord
from kt1custody.store import records
from kt1custody.store.log import LogBook
from tests.kit import at_counter, by_hand, cast
from tests.kit.at_counter import Handover
from tests.kit.phone import Fields, Phone, is_sound, receive

LOG, CAM_LY = "kt1.lamdong.vn/68", 680_175
NEXT_YEAR = int((datetime(2027, 1, 4, 8, tzinfo=cast.ZONE).timestamp() - cast.MORNING) / 60)
TO_CAM_LY = 152  # row of the manifest for this post
ELSEWHERE, ELSEWHERE_TOO = 49, 74  # for one where nobody works yet
NEXT, NOW = f"office-{cast.OFFICE}-2027", f"office-{cast.OFFICE}-2026"


def control_of(world: cast.World) -> keyring.Control:
    with world.session.database.read() as connection:
        return LogBook(connection).control


def kinds_of(world: cast.World) -> list[str]:
    with world.session.database.read() as connection:
        book = LogBook(connection)
        return [book.entry(seq).act.type for seq in range(book.seq + 1)]


def take_in(world: cast.World, minutes: int, row: int) -> int:
    """Register one row of the manifest at the founding office; gives the item's number."""
    path = cast.write_manifest(world.folder / f"{minutes}.csv", 1, row)
    [n] = at_counter.import_manifest(world.at(minutes), lambda: cast.CLERK, path).numbers
    return n


def plant(world: cast.World, name: str, staff: str | None = None) -> RecordKey:
    """Wrap a key of the attacker's own under a name, to one person or to everybody who may read."""
    evil, control = RecordKey.new(), control_of(world)
    public = control.wrapped_keys().get(name, evil.public())
    with world.session.database.write() as connection:
        for key in readers(control, cast.OFFICE):
            assert key.enc is not None
            if staff in (None, key.owner):
                told = signing.wrap(evil.secret, key.enc, LOG, name, public)
                records.put_wrapped(connection, name, key.kid, told)
    return evil


def every(world: cast.World) -> list[tuple[int | str, SealedRecord]]:
    with world.session.database.read() as connection:
        told = list(records.every(connection))
    return [(int(about) if about.isdecimal() else about, one) for about, one in told]


def opened_by(world: cast.World, name: str, key: RecordKey) -> set[int | str]:
    """Try a key on every record, under every name; give what the opened ones are about."""
    found = set()
    for about, sealed in every(world):
        for box in sealed.keys.values():
            one = SealedRecord(sealed.commitment, sealed.box, {name: box})
            try:
                signing.open_salted(one, log=LOG, about=about, name=name, office=key)
            except VerificationError:
                continue
            found.add(about)
    return found


def test_a_key_for_next_year_that_nobody_named_is_told_and_not_used(world: cast.World):
    assert is_sound(world)
    evil = plant(world, NEXT)
    found = verify.verify(world.session).findings
    assert {(one.kind, one.got.split()[0]) for one in found} == {("key-planted", NEXT)}
    n = take_in(world, NEXT_YEAR, 20)
    assert [one.code for one in world.session.warnings] == ["key-planted"]
    assert kinds_of(world)[-2:] == ["office_key", "register"]
    assert control_of(world).office_keys[f"office-{cast.OFFICE}-2027"].enc != evil.public()
    assert opened_by(world, NEXT, evil) == set()
    assert look.story(world.session, str(n), cast.CLERK_2).slip is not None
    assert look.story(world.session, str(n), cast.CONTROLLER).slip is not None
    assert is_sound(world)


def test_a_new_year_begins_with_a_key_that_the_log_names(world: cast.World):
    before = len(control_of(world).office_keys)
    first, second = (take_in(world, NEXT_YEAR + at, 20 + at) for at in (0, 1))
    assert len(control_of(world).office_keys) == before + 1
    assert world.session.warnings == []
    for n in (first, second):
        assert look.story(world.session, str(n), cast.CLERK_2).slip is not None
    assert verify.verify(world.session, opener=cast.OFFICERS[0]).findings == []


def test_a_key_that_is_exchanged_stops_whoever_would_use_it(world: cast.World):
    before = kinds_of(world)
    evil = plant(world, NOW, cast.CLERK)
    session = world.session
    session.close()
    with pytest.raises(VerificationError, match="key-planted"):
        take_in(world, 200, 20)
    with pytest.raises(VerificationError, match="key-planted"):
        look.story(session, str(every_number(world)[0]), cast.CLERK)
    assert kinds_of(world) == before
    assert opened_by(world, NOW, evil) == set()
    found = verify.verify(session, opener=cast.CLERK).findings
    assert ("key-planted", cast.CLERK) in {(one.kind, one.got) for one in found}
    assert take_in_by(world, cast.CLERK_2, 210) > 0  # others go on with theirs


def every_number(world: cast.World) -> list[int]:
    return [about for about, _ in every(world) if isinstance(about, int)]


def take_in_by(world: cast.World, clerk: str, minutes: int) -> int:
    path = cast.write_manifest(world.folder / f"{minutes}.csv", 1, 40)
    [n] = at_counter.import_manifest(world.at(minutes), lambda: clerk, path).numbers
    return n


def test_a_seal_key_that_is_exchanged_prints_nothing(world: cast.World, tmp_path: Path):
    take_in(world, 200, 20)
    take_in(world, 201, 21)
    [one, other] = [str(n) for n in sorted(every_number(world))[-2:]]
    at_counter.print_seals(
        world.at(202), cast.CLERK, [one], tmp_path / "a.pdf", None, confirm=cast.yes
    )
    control, before = control_of(world), kinds_of(world)
    key, mine = control.service_key("seal"), control.current_key(cast.CLERK)
    assert mine is not None
    assert mine.enc is not None
    name = f"seal-{key.kid.hex()}"
    with world.session.database.write() as connection:
        told = signing.wrap(bytes(32), mine.enc, LOG, name, key.pub)
        records.put_wrapped(connection, name, mine.kid, told)
    with pytest.raises(VerificationError, match="key-planted"):
        at_counter.print_seals(
            world.at(203), cast.CLERK, [other], tmp_path / "b.pdf", None, confirm=cast.yes
        )
    assert kinds_of(world) == before


def keys_within_reach(world: cast.World, staff: str) -> Iterator[tuple[str, RecordKey]]:
    """Unwrap whatever this person's key unwraps, whatever it is called."""
    public = control_of(world).wrapped_keys()
    with world.session.database.read() as connection:
        book = LogBook(connection)
        person, rows = world.session.person(staff), records.wrapped_keys(connection)
        for (kept, kid), (name, half) in itertools.product(rows, public.items()):
            wrapped = records.find_wrapped(connection, kept, kid) or b""
            try:
                secret = person.opening.unwrap(wrapped, book.control.log, name, half)
            except VerificationError:
                continue
            if len(secret) == 96:
                yield name, RecordKey.of(secret)


def test_a_clerk_of_another_office_opens_nothing_until_the_item_is_sent_there(
    world: cast.World, tmp_path: Path
):
    post = cast.COMMUNE_CLERK
    world.session.unlock([post])
    sent, kept = take_in(world, 200, TO_CAM_LY), take_in(world, 201, 20)
    with pytest.raises(NotAllowedError, match="slip-elsewhere") as told:
        look.story(world.session, str(sent), post)
    assert told.value.detail["offices"] == str(cast.OFFICE)
    within = dict(keys_within_reach(world, post))
    assert set(within) == {f"office-{CAM_LY}-2026"}
    for name, key in within.items():
        assert opened_by(world, name, key) == {post}  # his own name
    assert look.story(world.session, str(sent), cast.CLERK).slip is not None

    give(world, sent, post, tmp_path)

    assert look.story(world.session, str(sent), post).slip is not None
    with pytest.raises(NotAllowedError, match="slip-elsewhere"):
        look.story(world.session, str(kept), post)
    for name, key in keys_within_reach(world, post):
        assert opened_by(world, name, key) == {post, sent}
    assert is_sound(world)


def give(world: cast.World, n: int, receiver: str, folder: Path, minutes: int = 210) -> None:
    """Seal an item and hand it over at the counter."""
    bind(world, n, folder, minutes)
    handover = Handover(cast.CLERK, receiver, cast.CONTROLLER)
    at_counter.hand_over(world.at(minutes + 2), handover, [str(n)], confirm=cast.yes)


def bind(world: cast.World, n: int, folder: Path, minutes: int) -> None:
    """Print the seal of an item and bind it."""
    pictures = folder / f"{n}"
    at_counter.print_seals(
        world.at(minutes), cast.CLERK, [str(n)], folder / f"{n}.pdf", pictures, confirm=cast.yes
    )
    scans = [
        text for path in sorted(pictures.glob("*.png")) for text in symbol_texts(path.read_bytes())
    ]
    at_counter.bind(world.at(minutes + 1), cast.CLERK, cast.CONTROLLER, scans, confirm=cast.yes)


def test_what_a_courier_carries_there_opens_at_its_end(world: cast.World, tmp_path: Path):
    n = take_in(world, 200, TO_CAM_LY)
    give(world, n, cast.COURIER, tmp_path)
    world.session.unlock([cast.COMMUNE_CLERK])
    assert look.story(world.session, str(n), cast.COMMUNE_CLERK).slip is not None


def test_an_offer_opens_the_slip_at_the_office_for_which_it_is_made(
    world: cast.World, tmp_path: Path
):
    n, other = take_in(world, 200, 20), take_in(world, 201, 21)
    post = cast.COMMUNE_CLERK
    world.session.unlock([post])
    for minutes, one in ((205, n), (210, other)):
        bind(world, one, tmp_path, minutes)
    at_counter.offer(world.at(215), cast.CLERK, post, [str(n)], confirm=cast.yes)
    assert look.story(world.session, str(n), post).slip is not None
    with pytest.raises(NotAllowedError, match="slip-elsewhere"):
        look.story(world.session, str(other), post)


def test_an_office_whose_first_clerk_comes_later_can_open_what_was_sent_before(
    world: cast.World, tmp_path: Path
):
    n, other = take_in(world, 200, ELSEWHERE), take_in(world, 201, ELSEWHERE_TOO)
    with world.session.database.read() as connection:
        state = LogBook(connection).item(n)
    assert state is not None
    give(world, n, cast.COURIER, tmp_path)
    assert f"office-{state.dest}-2026" not in control_of(world).office_keys
    world.pins["NV051"] = "802751"
    person = Person(number="NV051", name="Lê Thị Thử", role="clerk", office=state.dest)
    at_counter.enrol_person(world.at(220), person, cast.OFFICERS)
    assert look.story(world.session, str(n), "NV051").slip is not None
    with pytest.raises(NotAllowedError, match="slip-elsewhere"):
        look.story(world.session, str(other), "NV051")
    assert is_sound(world)


def test_who_leaves_an_office_or_the_service_keeps_no_key_here(world: cast.World):
    """In the database as it is from then on; what was copied before is said in the threats."""
    officers = cast.OFFICERS
    key = control_of(world).current_key(cast.CLERK_2)
    assert key is not None
    assert NOW in names_for(world, key.kid)
    at_counter.assign(world.at(200), cast.CLERK_2, people.Duty(office=CAM_LY), officers)
    assert NOW not in names_for(world, key.kid)
    assert f"office-{CAM_LY}-2026" in names_for(world, key.kid)
    at_counter.revoke(world.at(201), cast.CLERK_2, "left", None, officers)
    assert names_for(world, key.kid) == set()
    assert is_sound(world)


def names_for(world: cast.World, kid: bytes) -> set[str]:
    with world.session.database.read() as connection:
        return {name for name, owner in records.wrapped_keys(connection) if owner == kid}


def test_an_office_whose_clerk_names_a_key_for_himself_goes_on_with_the_one_before(
    world: cast.World,
):
    """By file, and wrapped to nobody: else one clerk could shut everybody out for a year."""
    phone, evil = Phone(world), RecordKey.new()
    phone.seen = newest(world)
    world.at(NEXT_YEAR)
    own: Fields = {"office": cast.OFFICE, "year": 2027, "enc": evil.public()}
    act = phone.act("office_key", cast.CLERK, {**own, "at": world.session.as_of})
    assert receive(world.session, phone.spell(act)).entry is not None
    n = take_in(world, NEXT_YEAR + 5, 20)
    assert opened_by(world, NEXT, evil) == set()
    assert look.story(world.session, str(n), cast.CLERK_2).slip is not None
    disclosed = at_counter.open_slip(
        world.at(NEXT_YEAR + 6), cast.OFFICERS[0], [str(n)], "inspection", confirm=cast.yes
    )
    assert disclosed.slips[n] is not None


def newest(world: cast.World) -> list[cbor.Value]:
    with world.session.database.read() as connection:
        book = LogBook(connection)
        return [book.seq, book.leaf]


@pytest.mark.parametrize(
    ("by", "own", "code"),
    [
        (cast.CLERK, {"office": CAM_LY}, "wrong-office"),
        (cast.CLERK, {"year": 2026}, "key-not-nameable"),
        (cast.CLERK, {"year": 2028}, "key-not-nameable"),
        (cast.OFFICERS[0], {"office": CAM_LY, "year": 2026}, "key-not-nameable"),
    ],
)
def test_a_key_of_another_office_a_second_one_or_one_for_later_does_not_count(
    world: cast.World, by: str, own: dict[str, int], code: str
):
    phone, before = Phone(world), dict(control_of(world).office_keys)
    told: Fields = {"office": cast.OFFICE, "year": 2027, "enc": RecordKey.new().public(), **own}
    with writing(world.at(NEXT_YEAR)) as pen:
        act = pen.draft("office_key", by, told)
        with pytest.raises(RefusedError, match=code):
            by_hand.add(pen, act)
    by_file = receive(world.session, phone.spell(phone.act("office_key", by, told)))
    assert by_file.refused == "act-malformed"  # it is named where the log is, and nowhere else
    assert control_of(world).office_keys == before


@pytest.mark.parametrize("service", ["log", "server"])
def test_a_planted_new_key_is_shown_before_it_is_named(world: cast.World, service: str):
    def ask(plan: Plan) -> bool:
        seen.append(plan)
        return False

    seen: list[Plan] = []
    before = kinds_of(world)
    evil = service_keys.create(world.session.keys, service, renewed=True)
    with pytest.raises(RefusedError, match="not-confirmed"):
        at_counter.rotate_service_key(world.at(200), service, cast.OFFICERS, confirm=ask)
    assert [(one.is_left, one.new) for one in seen] == [(True, evil.kid)]
    with pytest.raises(RefusedError, match="new-key-differs"):
        at_counter.rotate_service_key(
            world.at(201), service, cast.OFFICERS, left=bytes(8), confirm=cast.yes
        )
    assert kinds_of(world) == before
    (world.session.keys / f"{service}.new.key").unlink()
    done = at_counter.rotate_service_key(world.at(202), service, cast.OFFICERS, confirm=cast.yes)
    assert (done.plan.is_left, done.plan.new != evil.kid) == (False, True)


def test_an_officer_reads_all_and_only_after_the_log_has_it(world: cast.World, day: cast.Day):
    with pytest.raises(NotAllowedError, match="no-access"):
        look.story(world.session, str(day.numbers[0]), cast.OFFICERS[0])
    before = kinds_of(world)
    found = at_counter.open_slip(
        world.at(200), cast.OFFICERS[0], [str(day.numbers[0])], "court", confirm=cast.yes
    )
    assert kinds_of(world) == [*before, "disclose"]
    assert found.slips[day.numbers[0]] is not None
    with world.session.database.read() as connection:
        reader = Reader(LogBook(connection), world.session.opener(cast.OFFICERS[0]))
        assert reader.try_all() == ([], 0)
    with pytest.raises(KtError, match="role-may-not"):
        at_counter.open_slip(
            world.at(201), cast.ADMIN, [str(day.numbers[0])], "court", confirm=cast.yes
        )
