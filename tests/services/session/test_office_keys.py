"""Keys of offices: who names them, which one is sealed to, and to whom they are wrapped."""

from pathlib import Path

import pytest

from kt1custody.core.formats import cbor
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.services.session import office_keys
from kt1custody.services.session.office_keys import Holder, newest, readers
from kt1custody.services.session.proposal import proposing
from kt1custody.services.session.writer import commit, writing
from kt1custody.signing import slips as signing
from kt1custody.store import records
from kt1custody.store.log import LogBook
from tests.kit import at_counter, by_hand, cast

POST, EMPTY = 680_175, 680_101
NAME = f"office-{cast.OFFICE}-2026"


def test_a_founded_log_has_a_key_for_each_office_where_somebody_works(founded: cast.World):
    with founded.session.database.read() as connection:
        control = LogBook(connection).control
    assert {one.office for one in control.office_keys.values()} == {cast.OFFICE, POST, 680_100}
    assert {one.year for one in control.office_keys.values()} == {2026}


def test_readers_of_an_office_are_its_clerks_and_controllers_and_officers(founded: cast.World):
    with founded.session.database.read() as connection:
        control = LogBook(connection).control
    seniors = {*cast.OFFICERS, cast.RESERVE}
    assert {key.owner for key in readers(control, POST)} == {cast.COMMUNE_CLERK, *seniors}
    ours = {key.owner for key in readers(control, cast.OFFICE)}
    assert {cast.CLERK, cast.CLERK_2, cast.CONTROLLER, *seniors} <= ours
    assert not ours & {cast.COMMUNE_CLERK, cast.COURIER, cast.ADMIN}
    assert {cast.COMMUNE_CLERK, cast.CLERK, *seniors} <= {key.owner for key in readers(control)}


def test_the_key_of_another_office_is_used_and_never_made(world: cast.World):
    with proposing(world.at(200)) as pen:
        control = pen.book.control
        assert office_keys.ready(pen, cast.CLERK, POST) == newest(control, POST) is not None
        assert office_keys.ready(pen, cast.CLERK, EMPTY) is None
        assert pen.done().acts == ()


def test_an_officer_names_the_key_of_an_office_that_has_none(world: cast.World):
    session = world.at(200)
    with proposing(session) as pen:
        made = office_keys.ready(pen, cast.OFFICERS[0], EMPTY)
        assert made is not None
        assert made == office_keys.ready(pen, cast.OFFICERS[0], EMPTY)
        proposal = pen.done()
    assert len(commit(session, proposal, session.here.sign(proposal))) == 1
    with session.database.read() as connection:
        holder = Holder(LogBook(connection), session.opener(cast.OFFICERS[1]))
        assert holder.key(made.name).public() == made.enc


def test_what_the_log_does_not_name_is_nobody_s_key(world: cast.World):
    name = f"office-{cast.OFFICE}-2031"
    with world.session.database.write() as connection:
        book = LogBook(connection)
        mine = book.control.current_key(cast.CLERK)
        assert mine is not None
        assert mine.enc is not None
        key = signing.RecordKey.new()
        told = signing.wrap(key.secret, mine.enc, book.control.log, name, key.public())
        records.put_wrapped(connection, name, mine.kid, told)
        holder = Holder(book, world.session.opener(cast.CLERK))
        assert not holder.has(name)
        assert holder.has(NAME)
        with pytest.raises(NotAllowedError, match="no-office-key"):
            holder.key(name)
        assert list(holder.planted()) == [name]


def test_who_has_lost_the_office_s_key_gets_it_again_with_a_new_key(
    world: cast.World, day: cast.Day
):
    n = str(day.numbers[0])
    with world.session.database.read() as connection:
        mine = LogBook(connection).control.current_key(cast.CLERK_2)
    assert mine is not None
    with world.session.database.write() as connection:
        assert records.drop_wrapped(connection, kid=mine.kid) == 2
    with pytest.raises(NotAllowedError, match="no-office-key"):
        look.story(world.session, n, cast.CLERK_2)
    at_counter.rotate(world.at(200), cast.CLERK_2, cast.OFFICERS)
    assert look.story(world.session, n, cast.CLERK_2).slip is not None


def test_where_nobody_has_the_newest_key_any_more_officers_put_another_in_its_place(
    world: cast.World, tmp_path: Path
):
    """As after a restore of a database of before the office had its key."""
    with world.session.database.write() as connection:
        assert records.drop_wrapped(connection, name=NAME)
    more = cast.write_manifest(tmp_path / "more.csv", 1, begin=30)
    with pytest.raises(NotAllowedError, match="no-office-key"):
        at_counter.import_manifest(world.at(200), lambda: cast.CLERK, more)
    at_counter.rotate(world.at(201), cast.CLERK, cast.OFFICERS)
    [n] = at_counter.import_manifest(world.at(202), lambda: cast.CLERK, more).numbers
    assert look.story(world.session, str(n), cast.CLERK).slip is not None
    with world.session.database.read() as connection:
        book = LogBook(connection)
        assert list(book.control.office_keys)[-1] == f"{NAME}-2"
        assert [one.act.by for one in book.acts("office_key")][-1] == cast.OFFICERS[0]
    assert verify.verify(world.session, opener=cast.CLERK).findings == []


def test_a_clerk_puts_no_key_in_the_place_of_another(world: cast.World):
    enc = signing.RecordKey.new().public()
    own: dict[str, cbor.Value] = {"office": cast.OFFICE, "year": 2026, "enc": enc}
    with writing(world.at(200)) as pen:
        act = pen.draft("office_key", cast.CLERK, own)
        with pytest.raises(RefusedError, match="not-possible"):
            by_hand.add(pen, act)
