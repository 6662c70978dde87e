"""The dated tables that come with the program, in `catalogues/`."""

from functools import cache
from importlib import resources

from kt1custody.core.item import Mark, Urgency
from kt1custody.core.row import Tables
from kt1custody.sheets.table import read_table


@cache
def tables() -> Tables:
    """Read lead times and the words that betray a subject."""
    hours = {cells[0]: int(cells[1]) for cells in _read("lead_times.csv")}
    words = tuple(cells[0] for cells in _read("subject_words.csv"))
    return Tables(hours, words)


def products() -> dict[tuple[Mark, Urgency], str]:
    """Read the product codes by mark and urgency."""
    return {(Mark[cells[1]], Urgency[cells[2]]): cells[0] for cells in _read("products.csv")}


def _read(name: str) -> list[tuple[str, ...]]:
    raw = resources.files("kt1custody").joinpath("catalogues", name).read_bytes()
    return [cells for _, cells in read_table(raw).rows]
