"""Looking: what somebody holds, what is open, and the story of one item."""

import pytest

from kt1custody.core.formats import numbers
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.services.seals.resume import CameOut
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, receive
from tests.kit.print_counter import PrintCounter

UNKNOWN = str(numbers.item_number(log_number=68, year=2026, running=99_999))


def test_a_story_tells_both_seals(counter: PrintCounter):
    job = counter.print("a.pdf")
    counter.resume(job, CameOut(places="2-6"), "b.pdf")
    told = look.story(counter.world.session, str(counter.items[0]))
    assert [one.act for one in told.happenings] == ["register", "print", "print", "void"]
    assert verify.verify(counter.world.session).findings == []


def test_what_somebody_holds_is_listed_even_after_they_have_left(lived: cast.World, day: cast.Day):
    session = lived.at(200)
    carried = [state.n for state in look.held(session, cast.COURIER)]
    assert carried == sorted(set(day.numbers[2:]))
    at_counter.revoke(session, cast.COURIER, "left", None, cast.OFFICERS)
    assert [state.n for state in look.held(session, cast.COURIER)] == carried
    assert look.held(session, str(cast.OFFICE)) == []
    with pytest.raises(RefusedError, match="no-such-holder"):
        look.held(session, "NV077")
    assert cast.CLERK in look.clerks(session)
    at_counter.revoke(session, cast.CLERK, "left", None, cast.OFFICERS)
    assert look.clerks(session) == [cast.CLERK_2, "NV003"]


def test_a_slip_is_in_a_story_only_for_who_can_open_it(world: cast.World, day: cast.Day):
    n = str(day.numbers[0])
    assert look.story(world.session, n).slip is None
    opened = look.story(world.session, n, cast.CLERK)
    assert opened.slip is not None
    assert opened.names[cast.CLERK] == "Nguyễn Thị Ngọc Ánh"
    with pytest.raises(NotAllowedError, match="no-access"):
        look.story(world.session, n, cast.ADMIN)
    with pytest.raises(NotAllowedError, match="locked"):
        look.story(world.session.left_alone(), n, cast.CLERK)
    for ask in (look.story, look.check_item):
        with pytest.raises(RefusedError, match="no-such-item"):
            ask(world.session, str(UNKNOWN))


def test_where_there_is_no_log_everything_is_for_practice(lived: cast.World):
    session = lived.new_session()
    genesis = look.training_genesis(session)
    assert genesis == session.control().genesis
    assert look.is_training(session)
    assert look.places(session) is not None
    session.data = lived.folder / "empty"
    session.close()
    assert look.is_training(session)
    assert look.training_genesis(session) is None


def test_what_is_in_dispute_is_listed(world: cast.World, phone: Phone):
    assert look.contested(world.session) == []
    item = phone.held[0]
    for to in (cast.COURIER_2, cast.DRIVER):
        receive(world.session, phone.spell(phone.handover(item, to=to, witness=None)))
    assert [state.n for state in look.contested(world.session)] == [item.n]
