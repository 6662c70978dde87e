"""The figures of a shift add up, say what the item list says, and name their period."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.custody.due import Due, Standing, Why
from kt1custody.core.custody.table import Status
from kt1custody.core.formats.item import Mark
from kt1custody.services.custody import standing
from kt1custody.services.custody.deliver import Receiver
from kt1custody.services.custody.standing import Attempt, Listed
from kt1custody.services.evidence import day as shift
from kt1custody.services.evidence.day import Figures
from tests.kit import at_counter, cast
from tests.kit.at_counter import Door, Handover
from tests.kit.items import item

DAY = 24 * 60  # minutes
EVENING = 16 * 60 + 30 - 7 * 60  # half past four, in minutes after seven


def sums(told: Figures) -> tuple[Counter[int], Counter[int]]:
    """Both sides of the balance, and of what is carried on."""
    came = told.before + told.accepted
    assert came == told.delivered + told.returned + told.cancelled + told.after
    return told.after, told.unsealed + told.office + told.posts + told.out + told.elsewhere


def total(told: Figures) -> dict[str, int]:
    return {
        name: value.total()
        for name in Figures.__slots__
        if isinstance(value := getattr(told, name), Counter) and value.total()
    }


def test_a_day_adds_up_and_says_what_the_list_says(lived: cast.World) -> None:
    told = shift.figures(lived.at(EVENING))
    assert told.begin == cast.MORNING - 7 * 3600
    assert total(told) == {
        "accepted": 12, "delivered": 1, "returned": 1, "after": 10, "out": 10,
        "refused": 1, "absent": 1, "waiting": 1,
    }  # fmt: skip
    after, parts = sums(told)
    assert after == parts
    shown = standing.listing(lived.session)
    assert told.after.total() == sum(row.state.status is Status.OUT for row in shown.rows)
    assert told.accepted == shown.marks
    assert told.waiting.total() == sum(shown.failed.values())


def test_the_next_days_begin_with_what_was_carried_on(lived: cast.World, day: cast.Day) -> None:
    monday = shift.figures(lived.at(EVENING))
    second = cast.write_manifest(lived.folder / "mai.csv", 3, begin=12)
    made = at_counter.import_manifest(lived.at(DAY), lambda: cast.CLERK, second)
    cancelled = str(made.numbers[0])
    at_counter.void(
        lived.at(DAY + 10), cast.CLERK, cast.CONTROLLER, cancelled, "cancelled", confirm=cast.yes
    )
    late = [str(n) for n in day.numbers[4:6]]  # an appointment of Wednesday 11:30, and noon
    door, receiver = Door(cast.COURIER, cast.CLERK), Receiver("Nguyễn Văn Nhận")
    tuesday = shift.figures(lived.at(DAY + EVENING))
    assert tuesday.before == monday.after
    assert total(tuesday) == {
        "before": 10, "accepted": 3, "cancelled": 1, "after": 12,
        "unsealed": 2, "out": 10, "waiting": 1,
    }  # fmt: skip
    at_counter.deliver(lived.at(2 * DAY + 6 * 60), door, receiver, late, confirm=cast.yes)
    back = Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER)
    third = [str(day.numbers[2])]
    at_counter.hand_over(lived.at(2 * DAY + 7 * 60), back, third, confirm=cast.yes)
    wednesday = shift.figures(lived.at(2 * DAY + EVENING))
    shown = standing.listing(lived.session)
    assert wednesday.before == tuesday.after
    assert wednesday.overdue.total() == shown.counts[Standing.LATE]
    assert total(wednesday) == {
        "before": 12, "delivered": 2, "late": 2, "after": 10, "unsealed": 2, "office": 1,
        "out": 7, "waiting": 1, "overdue": 6,
    }  # fmt: skip
    whole = shift.figures(lived.session, monday.begin)  # one sheet for all three days
    assert total(whole) == {
        "accepted": 15, "delivered": 3, "late": 2, "returned": 1, "cancelled": 1, "after": 10,
        "unsealed": 2, "office": 1, "out": 7, "refused": 1, "absent": 1, "waiting": 1, "overdue": 6,
    }  # fmt: skip
    for told in (monday, tuesday, wednesday, whole):
        after, parts = sums(told)
        assert after == parts


def test_the_day_is_that_of_the_office_not_of_greenwich(lived: cast.World) -> None:
    early = lived.at(-30)  # half past six in the morning, when it is still the day before in London
    assert shift.figures(early).begin == cast.MORNING - 7 * 3600
    assert shift.midnight(cast.MORNING - 7 * 3600 - 1, cast.ZONE) == cast.MORNING - 31 * 3600


STATES = st.sampled_from([*Status])
HOLDERS = st.sampled_from(["680900", "680175", "NV011", "NV014"])


@given(
    st.lists(
        st.tuples(STATES, st.sampled_from([*Mark]), st.integers(0, 200), st.booleans(), HOLDERS),
        max_size=30,
    )
)
def test_every_period_adds_up(told: list[tuple[Status, Mark, int, bool, str]]) -> None:
    rows = []
    for status, mark, accepted, failed, holder in told:
        state = replace(item(), status=status, mark=mark, since=150, holder=holder)
        attempt = Attempt(kind="refuse", at=150, reason="damaged", is_last=True)
        rows.append(
            Listed(
                state=state,
                accepted=accepted,
                due=Due(at=None, why=Why.NO_TARGET),
                standing=Standing.OPEN,
                attempts=(attempt,) if failed else (),
            )
        )
    figures = shift._reckon(rows, "680900", 7, 100, 200)
    carried = {Status.HELD, Status.OUT}
    at = Counter(row.state.holder for row in rows if row.state.status in carried)
    assert figures.office.total() == at["680900"]
    assert figures.posts.total() == at["680175"]
    assert figures.out.total() == at["NV011"] + at["NV014"]
    after, parts = sums(figures)
    assert after == parts
    assert (figures.before + figures.accepted).total() == len(rows)
