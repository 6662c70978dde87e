"""The item list: what is late first, what was refused called so, and every page adds up."""

import pytest

from kt1custody.core.custody.due import Standing, Why
from kt1custody.core.formats.item import Mark
from kt1custody.services.custody import standing
from kt1custody.services.custody.standing import Listing, Only
from tests.kit import at_counter, cast
from tests.kit.at_counter import Handover
from tests.kit.phone import Fields, Phone, receive

DAY = 24 * 60  # minutes


def numbers(listing: Listing) -> list[int]:
    return [row.state.n for row in listing.rows]


def test_a_failed_delivery_is_told_with_its_corrected_reason(lived: cast.World, day: cast.Day):
    shown = standing.listing(lived.at(200))
    rows = {row.state.n: row for row in shown.rows}
    absent, refused = rows[day.numbers[2]].attempt, rows[day.numbers[1]].attempt
    assert absent is not None
    assert (absent.kind, absent.reason, absent.is_last) == ("absent", "closed", True)
    assert absent.at == cast.MORNING + 90 * 60
    assert rows[day.numbers[2]].standing is Standing.MET  # somebody was there in time
    assert refused is not None
    assert (refused.kind, refused.reason, refused.is_last) == ("refuse", "wrong-address", False)
    assert shown.failed == {"absent": 1}


def test_it_waits_at_the_office_and_no_longer_once_it_is_carried_out_again(
    lived: cast.World, day: cast.Day
):
    n, third = day.numbers[2], [str(day.numbers[2])]

    def waits(minutes: int) -> bool:
        [row] = [r for r in standing.listing(lived.at(minutes)).rows if r.state.n == n]
        assert row.attempt is not None
        return row.attempt.is_last

    back = Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER)
    at_counter.hand_over(lived.at(210), back, third, confirm=cast.yes)
    assert waits(211)
    again = Handover(cast.CLERK, cast.COURIER_2, cast.CONTROLLER)
    at_counter.hand_over(lived.at(220), again, third, confirm=cast.yes)
    assert not waits(221)
    at_counter.report(lived.at(230), "refuse", cast.COURIER_2, "damaged", third, confirm=cast.yes)
    assert waits(231)
    shown = standing.listing(lived.at(232), holder=cast.COURIER_2)
    assert numbers(shown) == [n]
    assert shown.failed == {"refuse": 1}


def test_a_forged_handover_does_not_hide_that_it_waits(world: cast.World, day: cast.Day):
    """Nor does an honest report that comes late bring back what is on its way again."""
    phone = Phone(world)
    [item, other] = [one for one in phone.held if one.n in (day.numbers[2], day.numbers[5])]
    line: Fields = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": item.head}
    own: Fields = {"to": cast.DRIVER, "office": None, "witness": None}
    forged = phone.act("handover", cast.COURIER_2, own, [line])
    assert "not-the-holder" in str(receive(world.at(210), phone.spell(forged)).entry.judgement)
    line = {"n": other.n, "seal": other.seal, "cond": "intact", "prev": other.head}
    late = phone.act("absent", cast.COURIER, {"reason": "nobody"}, [line])
    way = Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER)
    at_counter.hand_over(world.at(211), way, [str(other.n)], confirm=cast.yes)
    receive(world.at(212), phone.spell(late))
    rows = {row.state.n: row.attempt for row in standing.listing(world.at(213)).rows}
    for n, waits in ((item.n, True), (other.n, False)):
        attempt = rows[n]
        assert attempt is not None
        assert attempt.is_last == waits


def test_late_ones_come_first_and_what_has_ended_last(lived: cast.World, day: cast.Day):
    morning = standing.listing(lived.at(200))
    assert Standing.LATE not in morning.counts
    later = standing.listing(lived.at(2 * DAY + 5 * 60 + 1))  # Wednesday, a minute past noon
    assert [row.standing for row in later.rows] == [
        *[Standing.LATE] * 8,
        Standing.MET,  # nobody was there; it waits for somebody to go again
        Standing.LATER,
        *[Standing.MET] * 2,
    ]
    assert later.counts[Standing.LATE] == 8
    assert {row.state.n for row in later.rows[-2:]} == {*day.numbers[:2]}
    noon = standing.listing(lived.at(2 * DAY + 5 * 60))
    assert noon.counts[Standing.TODAY] == 7  # due at noon, and it is noon
    assert noon.counts[Standing.LATE] == 1  # an appointment at 11:30
    assert {row.due.why for row in noon.rows} == {Why.APPOINTMENT, Why.TRANSIT}


@pytest.mark.parametrize("lines", [1, 4, 5, 12, 50])
def test_pages_together_are_the_whole_list(lived: cast.World, lines: int):
    whole = standing.listing(lived.at(200))
    pages = -(-12 // lines)
    found: list[standing.Listed] = []
    for page in range(1, pages + 1):
        part = standing.listing(lived.at(200), page=page, lines=lines)
        assert (part.page, part.pages, part.total) == (page, pages, 12)
        assert (part.counts, part.marks) == (whole.counts, whole.marks)
        found += part.rows
    assert tuple(found) == whole.rows
    beyond = standing.listing(lived.at(200), page=99, lines=lines)
    assert beyond.page == pages
    assert beyond.rows == tuple(found[-len(beyond.rows) :])


def test_an_empty_list_has_one_empty_page(founded: cast.World):
    shown = standing.listing(founded.at(200), page=3)
    assert (shown.rows, shown.page, shown.pages, shown.total) == ((), 1, 1, 0)


def test_what_went_to_another_founding_office_is_not_called_late(lived: cast.World, day: cast.Day):
    far = [row for row in standing.listing(lived.at(200)).rows if row.state.dest == 100_900]
    open_far = [str(row.state.n) for row in far if row.state.holder == cast.COURIER]
    back = Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER)
    at_counter.hand_over(lived.at(201), back, open_far, confirm=cast.yes)
    drive = Handover(cast.CLERK, cast.DRIVER, cast.CONTROLLER)
    at_counter.hand_over(lived.at(202), drive, open_far, confirm=cast.yes)
    shown = standing.listing(lived.at(20 * DAY), holder=cast.DRIVER)
    assert {row.standing for row in shown.rows} == {Standing.ELSEWHERE}
    assert len(shown.rows) == len(open_far) > 0


def test_a_list_can_be_kept_to_a_mark_to_urgent_items_and_to_what_is_late(lived: cast.World):
    later = lived.at(2 * DAY + 5 * 60 + 1)
    whole = standing.listing(later, is_open=True)
    for only in (
        Only(mark=Mark.C),
        Only(is_urgent=True),
        Only(standings=frozenset({Standing.LATE})),
    ):
        kept = standing.listing(later, is_open=True, only=only)
        assert 0 < kept.total < whole.total
        assert set(kept.rows) < set(whole.rows)
        assert sum(kept.marks.values()) == kept.total == len(kept.rows)
