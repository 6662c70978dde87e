"""Charts: where their parts lie, in hundredths of the width; templates draw them as SVG.

**Rule:** lengths are true to the time or number that they stand for; what is too short to be seen
gets the least width that can be. No chart says what its page does not say in words too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from kt1custody.i18n import local_time

_LEAST = 0.35  # of a bar
_LABELLED = 9.0  # the shortest bar with its label on it
_EDGE = 2.0  # left free on both sides, so that dots are whole
_MOST_TICKS = 8
_STEPS = (300, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200)  # seconds, below a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A time that something lasted, Unix seconds UTC.

    Attributes:
        words: What it was, in words.
        look: `held`, `gap`, `note`, `seal` or `late`.
        label: What is written on its bar, where that is long enough and not cut off.
    """

    since: int
    until: int
    words: str
    look: str = "held"
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A moment at which something was done, Unix seconds UTC.

    Attributes:
        words: What it was, in words.
        look: `good`, `note`, `warn`, `bad` or `late`.
    """

    at: int
    words: str
    look: str = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What somebody had and did: periods as bars, moments as dots."""

    name: str
    detail: str
    periods: Sequence[Period] = ()
    dots: Sequence[Dot] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar as it is drawn."""

    left: float
    width: float
    words: str
    look: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnDot:
    """A dot as it is drawn."""

    place: float
    words: str
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLane:
    """A lane as it is drawn."""

    name: str
    detail: str
    bars: Sequence[Bar]
    dots: Sequence[DrawnDot]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A timeline to scale; ticks are pairs of a place and words."""

    ticks: Sequence[tuple[float, str]]
    lanes: Sequence[DrawnLane]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedBar:
    """A bar of a bar chart: `parts` are pairs of a name for its looks and a share of the longest."""

    words: str
    total: int
    parts: Sequence[tuple[str, float]]


def timeline(lanes: Sequence[Lane], zone: tzinfo, view: tuple[int, int] | None = None) -> Timeline:
    """Lay out a timeline.

    Args:
        view: From when to when, Unix seconds UTC; what lies outside is cut off, and lanes with
            nothing inside are left out. None: from the first moment in it to the last.
    """
    moments = [dot.at for lane in lanes for dot in lane.dots]
    moments += [at for lane in lanes for one in lane.periods for at in (one.since, one.until)]
    since, until = view or (min(moments, default=0), max(moments, default=0))
    span = max(1, until - since)

    def place(at: int) -> float:
        return round(_EDGE + (100 - 2 * _EDGE) * (at - since) / span, 3)

    def bar(period: Period) -> Bar:
        left = place(max(since, period.since))
        width = max(_LEAST, round(place(min(until, period.until)) - left, 3))
        is_whole = since <= period.since and period.until <= until
        label = period.label if width >= _LABELLED and is_whole else ""
        return Bar(left=left, width=width, words=period.words, look=period.look, label=label)

    def drawn(lane: Lane) -> DrawnLane:
        return DrawnLane(
            name=lane.name,
            detail=lane.detail,
            bars=[bar(one) for one in lane.periods if one.since <= until and one.until >= since],
            dots=[
                DrawnDot(place=place(dot.at), words=dot.words, look=dot.look)
                for dot in lane.dots
                if since <= dot.at <= until
            ],
        )

    some = [drawn(lane) for lane in lanes]
    return Timeline(
        ticks=[(place(at), words) for at, words in _ticks(since, until, zone)],
        lanes=[lane for lane in some if view is None or lane.bars or lane.dots],
    )


def stacked(counted: Iterable[tuple[str, Sequence[tuple[str, int]]]]) -> list[StackedBar]:
    """Lay out bars, each of named parts, against the longest."""
    rows = [(words, parts, sum(count for _, count in parts)) for words, parts in counted]
    most = max((total for _, _, total in rows), default=0) or 1
    return [
        StackedBar(
            words=words,
            total=total,
            parts=[(name, round(100 * count / most, 3)) for name, count in parts],
        )
        for words, parts, total in rows
    ]


def _ticks(since: int, until: int, zone: tzinfo) -> list[tuple[int, str]]:
    """Choose a few moments with round local times."""
    step = next((step for step in _STEPS if (until - since) / step <= _MOST_TICKS), None)
    first = local_time(since, zone)
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if step is not None:
        begin, form = int(midnight.timestamp()), "%H:%M"
        moments = [*range(begin + -(-(since - begin) // step) * step, until + 1, step)]
    else:
        days = max(1, -(-(until - since) // 86_400 // _MOST_TICKS))
        moments, form = _days(midnight, until, days), "%d/%m"
    return [(at, local_time(at, zone).strftime(form)) for at in moments if at >= since]


def _days(midnight: datetime, until: int, days: int) -> list[int]:
    found = []
    while (at := int(midnight.timestamp())) <= until:
        found.append(at)
        midnight += timedelta(days=days)
    return found
