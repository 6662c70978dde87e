"""What an office has accepted this year is opened once a session, and known by document number."""

import pytest

from kt1custody.errors import RefusedError
from kt1custody.services.people.people import Duty
from kt1custody.services.registration import register
from kt1custody.services.registration.references import References
from kt1custody.services.session.slips import Reader
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import CastSession, correct_item

ROWS = 3  # of which each has a document number
OTHER_OFFICE = 680_175


@pytest.fixture
def session(founded: cast.World) -> CastSession:
    """A clerk's session, with some items that were accepted in it."""
    take(founded, 0)
    return founded.session


@pytest.fixture
def opened(session: CastSession, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The slips that are opened from now on, by item."""
    seen: list[object] = []
    read = Reader.slip

    def slip(reader: Reader, commitment: bytes, n: int) -> object:
        seen.append(n)
        return read(reader, commitment, n)

    monkeypatch.setattr(Reader, "slip", slip)
    return seen


def take(world: cast.World, begin: int, minute: int = 5) -> tuple[int, ...]:
    """Register some rows of the sample."""
    manifest = cast.write_manifest(world.folder / f"{begin}.csv", ROWS, begin=begin)
    made = at_counter.import_manifest(world.at(minute), lambda: cast.CLERK, manifest)
    assert len(made.numbers) == ROWS
    return made.numbers


def accepted(
    session: CastSession, by: str = cast.CLERK, at: int = cast.MORNING + 3_600
) -> References:
    with session.database.read() as connection:
        return register.accepted(session, LogBook(connection), by, at)


def test_it_knows_what_came_and_goes_on_from_there(
    founded: cast.World, session: CastSession, opened: list[object]
):
    known = accepted(session)
    assert len(known.keys) == ROWS
    before = opened.copy()
    assert accepted(session) is known
    assert opened == before  # nothing has come since
    more = take(founded, ROWS, 6)
    assert accepted(session) is known
    assert len(known.keys) == 2 * ROWS
    assert set(opened[len(before) :]) == set(more)


def test_a_manifest_that_comes_twice_is_refused_with_its_items(
    founded: cast.World, session: CastSession
):
    numbers = take(founded, ROWS, 6)
    with pytest.raises(RefusedError, match="manifest-registered-already") as caught:
        take(founded, ROWS, 7)
    assert caught.value.detail == {"first": numbers[0], "last": numbers[-1]}
    accepted(session).refuse_same("another manifest")


def test_a_document_number_that_is_corrected_is_known_and_the_old_one_free(
    session: CastSession, opened: list[object]
):
    before, n = accepted(session).keys, session_items(session)[0]
    correct_item(session, str(n), {"reference": "77-MOI"}, "mistyped", None, confirm=cast.yes)
    opened.clear()
    after = accepted(session).keys
    assert opened == [n]  # of all that were accepted
    [gone], [new] = before - after, after - before
    assert (new[0], new[2]) == (gone[0], gone[2])  # from and to the same agencies
    assert new[1] == "77-moi"
    correct_item(session, str(n), {"reference": gone[1]}, "mistyped", None, confirm=cast.yes)
    assert accepted(session).keys == before


def session_items(session: CastSession) -> list[int]:
    with session.database.read() as connection:
        return [state.n for state in LogBook(connection).items()]


def test_what_another_office_has_accepted_is_left_aside(session: CastSession):
    known = accepted(session)
    before = known.keys
    at_counter.assign(session, cast.CLERK, Duty(office=OTHER_OFFICE), cast.OFFICERS)
    assert accepted(session) is known
    assert known.keys == frozenset()
    at_counter.assign(session, cast.CLERK, Duty(office=cast.OFFICE), cast.OFFICERS)
    assert accepted(session).keys == before


def test_a_new_year_begins_with_nothing_and_each_person_opens_for_themselves(
    session: CastSession, opened: list[object]
):
    known = accepted(session)
    next_year = accepted(session, at=cast.MORNING + 40 * 86_400)
    assert next_year.keys == frozenset()
    opened.clear()
    assert accepted(session, by=cast.CLERK_2).keys == known.keys
    assert len(opened) == ROWS
    assert accepted(session) is known
