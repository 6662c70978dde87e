"""What paper logs begin with."""

import pytest

from tests.kit import cast, paper_log
from tests.kit.paper_log import Office, PaperLog, Signed, number, step_of


@pytest.fixture(scope="session")
def office(_founded: cast.World) -> Office:
    """Control entries of the founded log, and everybody's keys."""
    world = cast.World(_founded.folder)
    made = paper_log.open_office(world)
    world.desk.close()
    return made


@pytest.fixture
def sealed(office: Office) -> tuple[PaperLog, int, Signed]:
    """A log with one item, sealed and at the office, and its last step."""
    paper = PaperLog(office)
    n = number(1)
    accepted = paper_log.register(office, n)
    bind = paper_log.bound(office, n, 70_000, step_of(accepted))
    for act in (accepted, paper_log.printed(office, n, 70_000), bind):
        assert paper.take(act) == ()
    return paper, n, bind
