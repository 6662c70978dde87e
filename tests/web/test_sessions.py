"""Visits and challenges, with a clock that the test sets."""

from dataclasses import dataclass

import pytest

from kt1custody.core.log.keyring import Key
from kt1custody.errors import NotAllowedError
from kt1custody.services.session.session import Session
from kt1custody.web import sessions
from kt1custody.web.sessions import Visits
from tests.kit import cast


@dataclass
class Steady:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Steady:
    return Steady()


@pytest.fixture
def visits(clock: Steady) -> Visits:
    return Visits(clock)


@pytest.fixture
def clerk(lived: cast.World) -> tuple[Key, Session]:
    key = lived.session.control().current_key(cast.CLERK)
    assert key is not None
    return key, lived.session


def begin(visits: Visits, clerk: tuple[Key, Session]) -> str:
    return visits.begin(key=clerk[0], device="WEB1", session=clerk[1])


def test_a_visit_is_found_by_its_secret_alone(visits: Visits, clerk: tuple[Key, Session]):
    secret = begin(visits, clerk)
    visit = visits.find(secret)
    assert visit is not None
    assert (visit.staff, visit.role, visit.is_at_counter) == (cast.CLERK, "clerk", True)
    assert visits.find(secret + "x") is None
    assert secret not in repr(visits.every())


def test_idle_it_locks_and_goes_on_when_unlocked(
    visits: Visits, clerk: tuple[Key, Session], clock: Steady
):
    secret = begin(visits, clerk)
    clock.now += sessions.IDLE
    assert [visit.is_locked for visit in (visits.find(secret),) if visit] == [False]
    clock.now += sessions.IDLE + 1
    visit = visits.find(secret)
    assert visit is not None
    assert visit.is_locked
    fresh = visits.unlock(visit)
    assert visits.find(secret) is None
    assert visits.find(fresh) is visit
    assert not visit.is_locked


def test_what_a_browser_asks_by_itself_keeps_nobody_awake(
    visits: Visits, clerk: tuple[Key, Session], clock: Steady
):
    secret = begin(visits, clerk)
    for _ in range(4):
        clock.now += sessions.IDLE / 3
        visit = visits.find(secret, by_itself=True)
    assert visit is not None
    assert visit.is_locked


def test_it_ends_with_the_shift_however_busy(
    visits: Visits, clerk: tuple[Key, Session], clock: Steady
):
    secret = begin(visits, clerk)
    while clock.now <= sessions.LONGEST:
        assert visits.find(secret) is not None
        clock.now += sessions.IDLE / 2
    assert visits.find(secret) is None


def test_it_can_be_ended_by_its_number(visits: Visits, clerk: tuple[Key, Session]):
    first, second = begin(visits, clerk), begin(visits, clerk)
    [one, _] = visits.every()
    visits.end(one.number)
    visits.end(one.number)
    assert visits.find(first) is None
    assert visits.find(second) is not None


def test_a_challenge_is_good_once_and_for_two_minutes(visits: Visits, clock: Steady):
    visits.draw(b"once")
    visits.use(b"once")
    visits.draw(b"late")
    clock.now += sessions.DRAWN_LIVES + 1
    for drawn in (b"once", b"late", b"never"):
        with pytest.raises(NotAllowedError, match="challenge-used"):
            visits.use(drawn)


def test_many_challenges_push_out_the_oldest(visits: Visits):
    for number in range(1_100):
        visits.draw(str(number).encode())
    with pytest.raises(NotAllowedError):
        visits.use(b"0")
    visits.use(b"1099")
