"""Labels between the commit and the printer: drawn once, and never twice for a repeated commit."""

import pytest

from kt1custody.errors import RefusedError
from kt1custody.services.seals.labels import Printer
from kt1custody.store.log import LogBook
from kt1custody.web.label_desk import LabelDesk
from tests.kit import cast


def test_a_job_is_drawn_once_however_often_its_commit_is_heard_of(world: cast.World, day: cast.Day):
    with world.session.database.read() as connection:
        book = LogBook(connection)
        entries = [book.entry(seq) for seq in range(book.seq + 1)]
    desk, printer = LabelDesk(), Printer(copies=1)
    desk.put(entries[:3])
    with pytest.raises(RefusedError, match="no-labels-waiting"):
        desk.draw(world.session, printer)
    desk.put(entries)
    drawn = desk.draw(world.session, printer)
    assert drawn.count == len(day.numbers)
    desk.put(entries)
    with pytest.raises(RefusedError, match="no-labels-waiting"):
        desk.draw(world.session, printer)
    assert desk.drawn is drawn
