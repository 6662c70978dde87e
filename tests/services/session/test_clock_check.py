"""Whether a clock is believed: by the newest entry, and by the machine's own count of seconds."""

from dataclasses import replace

import pytest

from kt1custody.core.log.entry import CLOCK_SLACK
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.session import clock_check
from kt1custody.services.session.clock_check import FAR, SET, Clock
from kt1custody.store.log import LogBook
from tests.kit import cast

NOW = cast.MORNING + 60 * 200


def set_clock(world: cast.World, now: int, counted: int, start: str = "monday") -> None:
    session = world.session
    session.as_of, session.clock = None, lambda: now
    session.counted = lambda: (start, counted)


def check(world: cast.World, *, is_right: bool = False) -> Clock:
    with world.session.database.read() as connection:
        return clock_check.check(world.session, LogBook(connection), is_right=is_right)


def keep(world: cast.World) -> None:
    """Hold the machine's count against the clock from here on."""
    with world.session.database.write() as connection:
        book = LogBook(connection)
        clock_check.keep(world.session, book, clock_check.check(world.session, book))


def test_a_clock_that_goes_on_as_the_machine_counts_is_believed(lived: cast.World):
    set_clock(lived, NOW, 500)
    assert check(lived) == Clock(now=NOW, is_new=True)
    keep(lived)
    set_clock(lived, NOW + 3_600, 4_100)
    assert check(lived) == Clock(now=NOW + 3_600)
    set_clock(lived, NOW + 3_600 + SET, 4_100)  # as it drifts
    assert check(lived).was is None
    set_clock(lived, NOW + 86_400, 3, start="tuesday")  # nothing to compare with
    assert check(lived) == Clock(now=NOW + 86_400, is_new=True)


@pytest.mark.parametrize(("by", "code"), [(SET + 1, "clock-ahead"), (-SET - 1, "clock-back")])
def test_a_clock_that_was_set_needs_a_person(lived: cast.World, by: int, code: str):
    set_clock(lived, NOW, 500)
    keep(lived)
    set_clock(lived, NOW + 3_600 + by, 4_100)
    with pytest.raises(UnavailableError, match=code) as caught:
        check(lived)
    assert caught.value.detail == {"seconds": SET + 1}
    assert check(lived, is_right=True) == Clock(now=NOW + 3_600 + by, was=NOW + 3_600, is_new=True)


def test_a_clock_behind_the_log_writes_nothing_but_holds_and_a_setback(lived: cast.World):
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        newest = book.accepted_at
        session = lived.session
        session.as_of = newest - CLOCK_SLACK
        assert clock_check.check(session, book) == Clock(now=newest - CLOCK_SLACK, was=newest)
        with pytest.raises(RefusedError, match="clock-not-behind"):
            clock_check.check_for(session, book, "setback")
        session.as_of -= 1
        for kind in ("", "handover"):
            with pytest.raises(UnavailableError, match="clock-behind"):
                clock_check.check_for(session, book, kind)
        assert clock_check.check_for(session, book, "hold") == Clock(now=newest)
        assert clock_check.check_for(session, book, "setback") == Clock(now=session.as_of)


def test_a_clock_far_ahead_of_a_log_that_counts_needs_a_person(lived: cast.World):
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        set_clock(lived, book.accepted_at + FAR + 1, 500)
        assert not clock_check.is_far(lived.session, book)  # only for practice
        book.control = replace(book.control, training=False)
        with pytest.raises(UnavailableError, match="clock-far"):
            clock_check.check(lived.session, book)
        assert clock_check.check(lived.session, book, is_right=True).is_new
        set_clock(lived, book.accepted_at + FAR, 500)
        assert not clock_check.is_far(lived.session, book)


def test_a_training_log_with_a_clock_of_its_own_may_rest_for_hours(lived: cast.World):
    lived.session.set_training_clock(NOW)
    lived.session.is_brief = False
    set_clock(lived, 0, 100)
    keep(lived)
    set_clock(lived, 0, 100 + 4 * 3_600)
    assert check(lived).now == NOW
