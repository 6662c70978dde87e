"""Whatever an office has accepted this year is found again, and only that is opened."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kt1custody.cli import registering
from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Slip
from kt1custody.core.manifest.row import duplicate_key
from kt1custody.errors import RefusedError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.services.registration.references import References
from kt1custody.services.session.proposal import proposing
from kt1custody.services.session.slips import Reader
from kt1custody.signing.slips import RecordKey, seal_record
from kt1custody.store import db, records, slip_tags
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, old_format
from tests.kit.at_counter import correct_item
from tests.kit.phone import Fields, Phone, receive

ROWS = 12  # of the day that was lived
Opened = list[object]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """What every opened slip was about."""
    seen: Opened = []
    slip = Reader.slip

    def watched(self: Reader, commitment: bytes, n: int) -> Slip | None:
        seen.append(n)
        return slip(self, commitment, n)

    monkeypatch.setattr(Reader, "slip", watched)
    return seen


@pytest.fixture
def old(tmp_path: Path) -> Iterator[cast.World]:
    world = old_format.unpack(3, tmp_path)
    verify.rebuild(world.session)
    yield world
    world.session.close()


def take(world: cast.World, rows: int, begin: int = 0, at: int = 300) -> registering.Registered:
    """Import some rows of the sample in a session of its own."""
    world.session.close()
    path = cast.write_manifest(world.folder / "some.csv", rows, begin=begin)
    return at_counter.import_manifest(world.at(at), lambda: cast.CLERK, path)


def codes(made: registering.Registered) -> set[str]:
    return {one.code for one in made.findings}


def slip_of(world: cast.World, n: int) -> Slip:
    slip = look.story(world.session, str(n), cast.CLERK).slip
    assert slip is not None
    return slip


def with_reference(world: cast.World, day: cast.Day) -> list[int]:
    return [n for n in day.numbers if slip_of(world, n).reference]


def sql(world: cast.World, statement: str, *values: object) -> list[tuple[object, ...]]:
    """Edit the file with the database's own tools."""
    world.session.close()
    with closing(sqlite3.connect(world.session.data / db.NAME)) as raw, raw:
        return raw.execute(statement, values).fetchall()


def test_what_another_session_has_registered_is_found_and_nothing_else_opened(
    lived: cast.World, opened: Opened
):
    assert codes(take(lived, 3, begin=ROWS - 1)) == {"duplicate-reference"}
    assert len(opened) == 1
    opened.clear()
    made = take(lived, 3, begin=ROWS, at=310)
    assert (len(made.numbers), opened) == (3, [])
    assert codes(take(lived, 1, begin=ROWS + 2, at=320)) == {"duplicate-reference"}
    with pytest.raises(RefusedError, match="manifest-registered-already") as raised:
        take(lived, 3, begin=ROWS, at=330)
    assert raised.value.detail == {"first": made.numbers[0], "last": made.numbers[-1]}


def test_a_manifest_of_several_acts_is_found_from_its_first_item_to_its_last(
    founded: cast.World, tmp_path: Path
):
    lines = cast.MANIFEST.read_text("utf-8-sig").splitlines()
    plain = next(line for line in lines[1:] if line.split(",")[7:9] == ["C", ""])
    rows = [plain.replace(plain.split(",")[1], f"{n}/CV-X", 1) for n in range(250)]
    path = tmp_path / "lon.csv"
    path.write_text("\n".join([lines[0], *rows]), "utf-8")
    made = at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, path)
    founded.session.close()
    with pytest.raises(RefusedError, match="manifest-registered-already") as raised:
        at_counter.import_manifest(founded.at(6), lambda: cast.CLERK, path)
    assert raised.value.detail == {"first": made.numbers[0], "last": made.numbers[-1]}


def test_a_correction_takes_the_new_reference_and_frees_the_old_one(
    lived: cast.World, day: cast.Day
):
    [n, *_] = with_reference(lived, day)
    place = day.numbers.index(n)
    correct_item(
        lived.at(200), str(n), {"reference": "77-CV/TU"}, "mistyped", None, confirm=cast.yes
    )
    new, old_row = duplicate_key(slip_of(lived, n)), take(lived, 1, begin=place)
    assert (codes(old_row), len(old_row.numbers)) == (set(), 1)
    with proposing(lived.at(310)) as pen:
        references = References.of(pen, cast.CLERK)
        assert references.taken(2026, [new, None]) == {new}
        assert references.taken(2025, [new]) == references.taken(2027, [new]) == frozenset()
    made = correct_item(
        lived.at(320), str(n), {"note": "bì có băng keo"}, "mistyped", None, confirm=cast.yes
    )
    assert made.findings == ()  # it is no duplicate of itself
    assert verify.verify(lived.session, opener=cast.CLERK).findings == []


def test_slips_of_an_older_database_are_opened_once_and_found(old: cast.World, opened: Opened):
    assert codes(take(old, ROWS + 1)) == {"duplicate-reference"}
    assert len(opened) >= ROWS
    opened.clear()
    assert codes(take(old, 1, begin=ROWS - 1, at=310)) == {"duplicate-reference"}
    assert len(opened) == 1
    with pytest.raises(RefusedError, match="manifest-registered-already"):
        take(old, ROWS, at=320)
    assert verify.verify(old.session, opener=cast.CLERK).findings == []


def test_a_tag_that_somebody_plants_is_no_answer(lived: cast.World, day: cast.Day, opened: Opened):
    """Every tag leads to every slip, and slips wait that have tags: opened and compared."""
    sql(
        lived,
        "INSERT OR IGNORE INTO slip_tags SELECT one.log, one.tag, other.commitment"
        " FROM slip_tags AS one, records AS other",
    )
    sql(
        lived,
        "INSERT OR IGNORE INTO slip_tags SELECT log, CAST(office_key AS BLOB), commitment"
        " FROM slipkeys",
    )
    made = take(lived, 3, begin=ROWS)
    assert (codes(made), len(made.numbers)) == (set(), 3)
    for n in with_reference(lived, day)[:2]:
        opened.clear()
        place = day.numbers.index(n)
        assert codes(take(lived, 1, begin=place, at=310 + place)) == {"duplicate-reference"}
    with pytest.raises(RefusedError, match="manifest-registered-already"):
        take(lived, ROWS, at=350)


def test_who_deletes_a_tag_hides_a_duplicate_until_a_rebuild_and_nothing_else(
    lived: cast.World, day: cast.Day
):
    first, second, third, *_ = (day.numbers.index(n) for n in with_reference(lived, day))
    sql(lived, "DELETE FROM slip_tags")
    assert codes(take(lived, 1, begin=first)) == set()
    assert verify.verify(lived.session, opener=cast.CLERK).findings == []
    lived.session.close()
    verify.rebuild(lived.session)
    for place in (second, third):
        assert codes(take(lived, 1, begin=place, at=310 + place)) == {"duplicate-reference"}


def test_a_tag_that_is_exchanged_while_it_waits_is_made_of_what_the_slip_says(
    lived: cast.World, day: cast.Day, opened: Opened
):
    before = sql(lived, "SELECT tag, commitment FROM slip_tags ORDER BY 1, 2")
    sql(lived, "DELETE FROM slip_tags")
    with lived.session.database.write() as connection:
        slip_tags.wait_untagged(connection)
    take(lived, 1, begin=0)
    assert sql(lived, "SELECT tag, commitment FROM slip_tags ORDER BY 1, 2") == before
    assert {*day.numbers} <= {*opened}


def test_tags_say_nothing_without_the_key_of_the_office(lived: cast.World, day: cast.Day):
    tags = {tag for (tag,) in sql(lived, "SELECT tag FROM slip_tags")}
    slips = [slip_of(lived, n) for n in with_reference(lived, day)]
    assert len(tags) == len({duplicate_key(one) for one in slips}) + 1  # and the manifest's
    assert {len(tag) for tag in tags if isinstance(tag, bytes)} == {32}
    with lived.session.database.read() as connection:
        public = [one.enc for one in LogBook(connection).control.office_keys.values()]
    guessed = {
        key.tag(["reference", *(duplicate_key(slip) or ())])
        for slip in slips
        for key in (RecordKey.new(), *(RecordKey.of(half[:96]) for half in public))
    }
    assert not tags & guessed


def test_each_office_has_its_own_references(lived: cast.World, day: cast.Day):
    keys = [duplicate_key(slip_of(lived, n)) for n in with_reference(lived, day)]
    for staff, known in (("NV041", set()), (cast.OFFICERS[0], set()), (cast.CLERK, set(keys))):
        lived.at(200).unlock([staff])
        with proposing(lived.session) as pen:
            assert References.of(pen, staff).taken(2026, keys) == known


def test_what_is_erased_is_tagged_no_more(lived: cast.World, day: cast.Day):
    [n, *_] = with_reference(lived, day)
    with lived.session.database.write() as connection:
        state = LogBook(connection).item(n)
        assert state is not None
        records.drop(connection, state.commit)
    assert not sql(lived, "SELECT 1 FROM slip_tags WHERE commitment = ?", state.commit)
    assert codes(take(lived, 1, begin=day.numbers.index(n))) == set()


def test_an_act_that_is_disputed_takes_no_reference(world: cast.World, phone: Phone):
    """The honest twin is the same act by a clerk who is still one."""
    at_counter.revoke(world.at(200), cast.CLERK_2, "lost", None, cast.OFFICERS)
    made = {}
    for running, clerk in ((300, cast.CLERK_2), (301, cast.CLERK)):
        n = numbers.item_number(log_number=68, year=26, running=running)
        slip = Slip(
            sender="VPCP",
            recipient="LD-TU-VP",
            reference=f"{running}/CV-X",
            named=None,
            layers=1,
            weight=20,
            note=None,
        )
        with world.session.database.read() as connection:
            control = LogBook(connection).control
        [key] = [one for one in control.office_keys.values() if one.office == cast.OFFICE]
        sealed = seal_record(
            slip.to_record(), log=control.log, about=n, offices={key.name: key.enc}
        )
        line: Fields = {
            "n": n, "mark": 0, "urgency": 0, "kind": 0, "appt": None, "dest": cast.OFFICE,
            "commit": sealed.commitment,
        }  # fmt: skip
        own: Fields = {"office": cast.OFFICE, "list": b"list".ljust(32)}
        entry = receive(world.at(running), phone.spell(phone.act("register", clerk, own, [line])))
        made[clerk] = (entry.entry.judgement, duplicate_key(slip))
        with world.session.database.write() as connection:
            records.put(connection, [n], [sealed])
            slip_tags.put(connection, [slip_tags.waiting(key.name, sealed.commitment)])
    assert made[cast.CLERK_2][0]
    for _ in range(2):
        with proposing(world.at(310)) as pen:
            references = References.of(pen, cast.CLERK)
            keys = [key for _, key in made.values()]
            assert references.taken(2026, keys) == {made[cast.CLERK][1]}
