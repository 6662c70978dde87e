"""Offices and agencies in force are those that the log names, byte for byte."""

from pathlib import Path

import pytest

from kt1custody.errors import RefusedError, VerificationError
from kt1custody.services.session import places
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast


def test_both_lists_are_read_together_and_alone(founded: cast.World):
    with founded.session.database.read() as connection:
        book = LogBook(connection)
        known = places.read_places(book)
        assert tuple(known.offices.values()) == places.read_offices(book)
        assert {agency.code for agency in places.read_agencies(book)} == set(known.agencies)
    assert known.offices[cast.OFFICE].number == cast.OFFICE


def test_a_list_that_was_never_loaded_is_named(tmp_path: Path):
    world = cast.World(tmp_path)
    at_counter.found(world.session, cast.FOUNDING)
    with world.session.database.read() as connection:
        for read in (places.read_places, places.read_offices, places.read_agencies):
            with pytest.raises(RefusedError, match="no-catalogue"):
                read(LogBook(connection))


def test_a_list_whose_bytes_are_gone_is_not_guessed(founded: cast.World):
    with founded.session.database.write() as connection:
        digest = LogBook(connection).control.catalogues["agencies"]
        connection.exec_driver_sql("DELETE FROM catalogues WHERE hash = ?", (digest,))
    with founded.session.database.read() as connection:
        assert places.read_offices(LogBook(connection))
        with pytest.raises(VerificationError, match="catalogue-changed") as caught:
            places.read_places(LogBook(connection))
    assert caught.value.detail == {"kind": "agencies"}
