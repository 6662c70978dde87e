"""Records, keys and catalogues: kept as given, found by name, never twice."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from kt1custody.errors import UnavailableError
from kt1custody.signing.slips import SealedRecord
from kt1custody.store import records
from tests.kit import cast

ONE, TWO = (
    SealedRecord(bytes([n]) * 32, b"box %d" % n, {"office-680900-2026": b"key %d" % n})
    for n in (1, 2)
)


@pytest.fixture
def connection(founded: cast.World) -> Iterator[sa.Connection]:
    with founded.session.database.write() as connection:
        yield connection


def test_a_record_is_found_with_its_office_key(connection: sa.Connection):
    records.put(connection, [682600000014] * 2, [ONE, TWO])
    assert records.find(connection, TWO.commitment) == TWO
    assert records.find(connection, bytes(32)) is None


def test_a_record_whose_key_is_gone_is_not_found_but_still_listed(connection: sa.Connection):
    records.put(connection, [682600000014], [ONE])
    connection.exec_driver_sql("DELETE FROM slipkeys WHERE commitment = ?", (ONE.commitment,))
    assert records.find(connection, ONE.commitment) is None
    erased = SealedRecord(ONE.commitment, ONE.box, {})
    assert ("682600000014", erased) in list(records.every(connection))


def test_every_record_tells_what_it_is_about(connection: sa.Connection):
    records.put(connection, ["receiver"], [ONE])
    assert ("receiver", ONE) in list(records.every(connection))


def test_a_commitment_stands_once(founded: cast.World):
    with founded.session.database.write() as connection:
        records.put(connection, ["receiver"], [ONE])
    with (
        pytest.raises(UnavailableError, match="database-guard"),
        founded.session.database.write() as connection,
    ):
        records.put(connection, ["return"], [ONE])


def test_a_wrapped_key_is_found_by_name_and_owner(connection: sa.Connection):
    records.put_wrapped(connection, "office-2030", b"kid", b"wrapped")
    assert records.find_wrapped(connection, "office-2030", b"kid") == b"wrapped"
    assert records.find_wrapped(connection, "office-2030", b"other") is None
    assert records.find_wrapped(connection, "office-2031", b"kid") is None


def test_wrapped_keys_are_listed_and_taken_away(connection: sa.Connection):
    before = records.wrapped_keys(connection)
    assert "office-680900-2026" in {name for name, _ in before}
    for wrapped in (b"one", b"two"):  # the second replaces the first
        records.put_wrapped(connection, "office-2030", b"kid", wrapped)
    assert records.find_wrapped(connection, "office-2030", b"kid") == b"two"
    assert len(records.wrapped_keys(connection)) == len(before) + 1
    assert records.drop_wrapped(connection, kid=b"kid") == 1
    assert records.wrapped_keys(connection) == before


def test_a_record_is_sealed_to_one_more_office(connection: sa.Connection):
    records.put(connection, [682600000014], [ONE])
    records.put_key(connection, ONE.commitment, "office-680901-2026", b"other")
    found = records.find(connection, ONE.commitment)
    assert found is not None
    assert found.keys == {**ONE.keys, "office-680901-2026": b"other"}
    assert "office-680901-2026" in records.sealed_to(connection)


def test_a_catalogue_is_kept_once(connection: sa.Connection):
    before = records.catalogues(connection)
    records.put_catalogue(connection, b"\xff" * 32, b"content")
    records.put_catalogue(connection, b"\xff" * 32, b"content")
    assert records.catalogues(connection) == [*before, (b"\xff" * 32, b"content")]


def test_what_is_in_quarantine_leads_to_its_entry(connection: sa.Connection):
    records.put_quarantine(connection, bytes(32), 17)
    assert records.find_quarantined(connection, bytes(32)) == (17, 0)
    records.keep_quarantined(connection, bytes(32), b"junk")
    assert records.find_quarantined(connection, bytes(32)) == (17, 4)
    assert records.find_quarantined(connection, b"\x01" * 32) is None
