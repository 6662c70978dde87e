"""The dated tables that come with the program, in `catalogues/`."""

from collections import defaultdict
from datetime import date, time, timedelta
from functools import cache, lru_cache
from importlib import resources

from kt1custody.core.custody.due import Target, Targets, WorkingDays, in_force
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.core.manifest.row import Tables
from kt1custody.sheets.table import read_table


@lru_cache(maxsize=8)
def tables(day: date = date.max) -> Tables:
    """Read lead times as they are in force on a day, and the words that betray a subject."""
    hours = defaultdict(list)
    for area, count, valid_from, _ in _read("lead_times.csv"):
        hours[area].append((valid_from, int(count)))
    known = {area: in_force(figures, day) or figures[0][1] for area, figures in hours.items()}
    return Tables(known, tuple(cells[0] for cells in _read("subject_words.csv")))


@cache
def targets() -> Targets:
    """Read transit times and the calendar of working days."""
    times = defaultdict(list)
    for scope, urgency, days, until, valid_from, _ in _read("transit_times.csv"):
        target = Target(days=float(days) if days else None, until=time.fromisoformat(until))
        times[scope, Urgency[urgency]].append((valid_from, target))
    spans = defaultdict(list)
    for kind, first, last, _ in _read("working_days.csv"):
        spans[kind].append((date.fromisoformat(first), date.fromisoformat(last)))
    off, worked = (
        frozenset(
            first + timedelta(days=place)
            for first, last in spans[kind]
            for place in range((last - first).days + 1)
        )
        for kind in ("off", "worked")
    )
    return Targets(times=times, calendar=WorkingDays(known=spans["known"], off=off, worked=worked))


def policy_sources(day: date) -> dict[str, str]:
    """Read on what each rule of the policy rests, as of a day; by its name in the policy."""
    sources = defaultdict(list)
    for rule, valid_from, source in _read("policy_rules.csv"):
        sources[rule].append((valid_from, source))
    return {rule: in_force(rows, day) or rows[0][1] for rule, rows in sources.items()}


def products() -> dict[tuple[Mark, Urgency], str]:
    """Read the product codes by mark and urgency."""
    return {(Mark[cells[1]], Urgency[cells[2]]): cells[0] for cells in _read("products.csv")}


def _read(name: str) -> list[tuple[str, ...]]:
    raw = resources.files("kt1custody").joinpath("catalogues", name).read_bytes()
    return [cells for _, cells in read_table(raw).rows]
