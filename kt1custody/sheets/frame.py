"""What a sheet says of its rows and columns: which are hidden, merged or change by a condition.

**Rule:** hidden is what nobody sees: a row or column that says so or is too low or narrow to be seen.
That rows which are not written are hidden says nothing of those that are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from openpyxl.utils.cell import range_boundaries

from kt1custody.core.manifest.layout import Line, Spot
from kt1custody.sheets import styles
from kt1custody.sheets.limits import MAX_COLUMNS
from kt1custody.sheets.look import Area
from kt1custody.sheets.xml_parts import Budget, Happenings, broken

_MAX_COVERED = 100_000  # cells under merged ones or conditions
_MAX_AREAS = 100_000  # merged or under conditions
_MAX_DESCRIBED = 16_384  # descriptions of columns; a sheet has no more columns
_LOW = 3.0  # points; nobody reads a lower row
_NARROW = 0.3  # characters


class Frame:
    """Collects what stands around the rows of a sheet.

    Attributes:
        hides_zeros: Numbers that are zero are not shown.
        shows_formulas: Formulas are shown instead of their values.
        widths: Of columns that have their own, in characters.
        merged: Areas of merged cells.
    """

    def __init__(self, doubtful: Container[str]) -> None:
        """Start with nothing hidden.

        Args:
            doubtful: See `styles.Styles`.
        """
        self.hides_zeros = self.shows_formulas = False
        self.widths: dict[int, float] = {}
        self.merged: list[Area] = []
        self._doubtful = doubtful
        self._conditional: list[Area] = []
        self._hidden: set[int] = set()
        self._visible: set[int] = set()
        self._are_rows_low = self._are_columns_narrow = False
        self._columns, self._areas = Budget(_MAX_DESCRIBED), Budget(_MAX_AREAS)

    def read(self, name: str, facts: Mapping[str, str], part: Happenings) -> None:
        """Read an element that begins here.

        Raises:
            MalformedInputError: `table-unreadable` with `why`: `broken`, `too-large`.
            KeyError, ValueError: It does not hold together.
        """
        if name == "sheetView":
            self.hides_zeros = not is_true(facts.get("showZeros", "1"))
            self.shows_formulas = is_true(facts.get("showFormulas"))
        elif name == "sheetFormatPr":
            self._are_rows_low = is_below(facts.get("defaultRowHeight"), _LOW)
            self._are_columns_narrow = is_below(facts.get("defaultColWidth"), _NARROW)
        elif name == "col":
            self._read_columns(facts)
        elif name == "mergeCell":
            self._areas.spend(1)
            self.merged.append(_area(facts["ref"]))
        elif name == "conditionalFormatting":
            self._conditional += _doubtful_areas(facts, part, self._doubtful, self._areas)

    def hides_row(self, facts: Mapping[str, str]) -> bool:
        """Tell whether a row that is written is hidden."""
        is_low = is_below(facts["ht"], _LOW) if "ht" in facts else self._are_rows_low
        return is_true(facts.get("hidden")) or is_low

    def spots(self, lines: Sequence[Line]) -> Iterator[Spot]:
        """Report hidden columns, cells under merged ones, and the first cell under each condition.

        Args:
            lines: Rows that are filled, ascending.
        """
        hidden = self._hidden
        if self._are_columns_narrow:
            hidden = hidden | set(range(MAX_COLUMNS)) - self._visible
        yield from (Spot(0, place, "hidden-column") for place in sorted(hidden))
        rows = [number for number, _ in lines]
        budget = Budget(_MAX_COVERED)
        for area in self.merged:
            inside, places = _inside(area, rows, budget)
            yield from (
                Spot(row, place, "merged-cells")
                for row in rows[inside]
                for place in places
                if (row, place) != (area[1], area[0] - 1)
            )
        for area in self._conditional:
            inside, places = _inside(area, rows, budget)
            yield from islice(_filled(lines[inside], places), 1)

    def _read_columns(self, facts: Mapping[str, str]) -> None:
        self._columns.spend(1)
        first, last = int(facts["min"]), int(facts["max"])
        if first < 1:
            raise broken()
        places = range(first - 1, min(last, MAX_COLUMNS))
        width = facts.get("width")
        if is_true(facts.get("hidden")) or is_below(width, _NARROW):
            self._hidden.update(places)
        else:
            self._visible.update(places)
            if width is not None:
                self.widths.update(dict.fromkeys(places, float(width)))


def is_true(value: str | None) -> bool:
    """Read a truth value of an attribute."""
    return value in ("1", "true")


def is_below(value: str | None, limit: float) -> bool:
    """Compare a measure of an attribute; what is not given is not below."""
    return value is not None and float(value) < limit


def _inside(area: Area, rows: Sequence[int], budget: Budget) -> tuple[slice, range]:
    """Give which of the rows, and which columns, lie in an area."""
    first, top, last, bottom = area
    inside = slice(bisect_left(rows, top), bisect_right(rows, bottom))
    places = range(first - 1, min(last, MAX_COLUMNS))
    budget.spend(1 + len(rows[inside]) * len(places))
    return inside, places


def _filled(lines: Sequence[Line], places: range) -> Iterator[Spot]:
    for row, cells in lines:
        for place in places:
            if place < len(cells) and cells[place].strip():
                yield Spot(row, place, "conditional-format")


def _area(reference: str) -> Area:
    first, top, last, bottom = range_boundaries(reference)
    if not (first and top and last and bottom) or first > last or top > bottom:
        raise broken()
    return first, top, last, bottom


def _areas(references: Iterable[str]) -> Iterator[Area]:
    """Read areas that may be whole columns or rows."""
    for reference in references:
        first, top, last, bottom = range_boundaries(reference)
        yield first or 1, top or 1, last or MAX_COLUMNS, bottom or 1_048_576


def _doubtful_areas(
    facts: Mapping[str, str], part: Happenings, doubtful: Container[str], budget: Budget
) -> list[Area]:
    """Read a conditional format up to its end: where it may strike, hide or change a cell."""
    references, is_doubtful = facts.get("sqref", "").split(), False
    budget.spend(len(references))
    for name, inner, text in part:
        if inner is None:
            if name == "conditionalFormatting":
                break
            more = text.split() if name == "sqref" else []
            budget.spend(len(more))
            references += more
        elif name == "dxf":
            is_doubtful |= styles.is_doubtful(part)
        else:
            is_doubtful |= inner.get("dxfId") in doubtful or not is_true(
                inner.get("showValue", "1")
            )
    return list(_areas(references)) if is_doubtful else []
