"""Empty files to fill in offer what is in force on the day they are written."""

from datetime import datetime
from pathlib import Path

import pytest

from kt1custody.core.manifest import lists
from kt1custody.errors import KtError
from kt1custody.services.registration import template
from kt1custody.services.session.places import read_agencies, read_offices
from kt1custody.sheets import table
from kt1custody.store.log import LogBook
from tests.kit import cast


def test_the_template_offers_only_agencies_in_force(founded: cast.World) -> None:
    with founded.session.database.read() as connection:
        agencies = read_agencies(LogBook(connection))
    assert template.manifest(founded.session).offered == len(agencies)
    first = min(agency.valid_from for agency in agencies)
    founded.session.as_of = int(datetime.fromisoformat(first).timestamp()) - 86_400
    assert template.manifest(founded.session).offered == 0


def test_a_list_offers_the_offices_in_force(founded: cast.World):
    with founded.session.database.read() as connection:
        offices = read_offices(LogBook(connection))
    made = template.listing(founded.session, lists.PEOPLE, ".xlsx")
    assert made.offered == len(offices) == 126


def test_before_there_is_a_log_it_is_written_and_offers_nothing(tmp_path: Path):
    session = cast.World(tmp_path).session
    assert template.manifest(session).offered == 0
    made = template.listing(session, lists.OFFICES, ".csv")
    assert made.offered == 0
    assert table.read_file("offices.csv", made.content, lists.has_header(lists.OFFICES)).lines
    assert not session.data.exists()


def test_a_log_that_cannot_be_read_is_not_taken_for_none(founded: cast.World):
    founded.session.close()
    (founded.session.data / "kt1.db").write_bytes(b"spoilt")
    with pytest.raises(KtError):
        template.manifest(founded.session)
