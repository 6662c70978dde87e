"""Charts: true lengths, few ticks, and nothing too thin to be seen."""

from kt1custody.web.charts import Dot, Lane, Period, stacked, timeline
from tests.kit.cast import MORNING, ZONE

DAY = 86_400


def lane(since: int, until: int) -> Lane:
    period = Period(since=since, until=until, words="held")
    return Lane(name="a", detail="b", periods=[period], dots=[Dot(at=since, words="begin")])


def test_lengths_are_true_to_time():
    drawn = timeline(
        [lane(MORNING, MORNING + 3_600), lane(MORNING + 3_600, MORNING + 4 * 3_600)], ZONE
    )
    [first], [second] = (one.bars for one in drawn.lanes)
    assert abs(second.width - 3 * first.width) < 0.01
    assert abs(first.left + first.width - second.left) < 0.01
    assert drawn.lanes[0].dots[0].place == first.left == 2
    assert abs(second.left + second.width - 98) < 0.01


def test_what_lasted_a_second_in_a_week_can_be_seen():
    drawn = timeline([lane(MORNING, MORNING + 1), lane(MORNING, MORNING + 7 * DAY)], ZONE)
    assert drawn.lanes[0].bars[0].width == 0.35


def test_ticks_are_few_and_round_whatever_the_span():
    for span in (60, 900, 3_600, 40_000, DAY, 5 * DAY, 30 * DAY, 400 * DAY, 3_650 * DAY):
        ticks = timeline([lane(MORNING, MORNING + span)], ZONE).ticks
        assert len(ticks) <= 10
        assert all(2 <= place <= 98 for place, _ in ticks)
        assert span < 600 or ticks
    hours = timeline([lane(MORNING, MORNING + 4 * 3_600)], ZONE).ticks
    assert [words for _, words in hours][:3] == ["07:00", "07:30", "08:00"]
    days = timeline([lane(MORNING, MORNING + 5 * DAY)], ZONE).ticks
    assert days[0][1] == "24/11"


def test_an_empty_chart_is_one():
    assert timeline([], ZONE).lanes == []
    assert stacked([]) == []


def test_bars_stand_against_the_longest():
    [first, second] = stacked([("a", [("late", 1), ("held", 3)]), ("b", [("held", 2)])])
    assert (first.total, first.parts) == (4, [("late", 25.0), ("held", 75.0)])
    assert second.parts == [("held", 50.0)]


def test_a_view_cuts_off_what_lies_outside_and_leaves_empty_lanes_out():
    lanes = [lane(MORNING, MORNING + 10 * DAY), lane(MORNING + 8 * DAY, MORNING + 9 * DAY)]
    drawn = timeline(lanes, ZONE, (MORNING + DAY, MORNING + 2 * DAY))
    [only] = drawn.lanes
    [bar] = only.bars
    assert (bar.left, bar.width, only.dots) == (2, 96, [])


def test_a_label_stands_where_there_is_room_for_it():
    long = Period(since=MORNING, until=MORNING + 9 * DAY, words="held", label="9 days")
    short = Period(
        since=MORNING + 9 * DAY, until=MORNING + 9 * DAY + 60, words="held", label="1 min"
    )
    drawn = timeline([Lane(name="a", detail="b", periods=[long, short])], ZONE)
    assert [bar.label for bar in drawn.lanes[0].bars] == ["9 days", ""]
    cut = timeline([Lane(name="a", detail="b", periods=[long])], ZONE, (MORNING, MORNING + DAY))
    assert cut.lanes[0].bars[0].label == ""
