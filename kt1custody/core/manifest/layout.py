"""Where the list stands in what an office sends: title, headings, items, total, signatures.

**Rule:** headings are recognised from a closed list, never guessed from what stands below them. A
row is left aside only if it cannot be an item; everything else is an item or a finding. The whole
rule in words: `.docs/manifest.md`.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from kt1custody.core.formats import spelling
from kt1custody.core.manifest import old_fonts, subject

COLUMNS: Mapping[str, str] = {
    "stt": "STT",
    "reference": "Số công văn",
    "sender": "Mã cơ quan gửi",
    "sender_name": "Cơ quan gửi",
    "recipient": "Mã cơ quan nhận",
    "recipient_name": "Cơ quan nhận",
    "named": "Người nhận đích danh",
    "mark": "Độ mật",
    "urgency": "Độ khẩn",
    "appt": "Giờ hẹn",
    "kind": "Loại",
    "layers": "Số lớp bì",
    "weight": "Khối lượng (g)",
    "note": "Ghi chú",
}
# Without these nothing is guessed: a row that needs an appointment is then refused as such.
OPTIONAL = frozenset({"stt", "named", "appt", "note"})
# Other headings that mean the same, by key.
SYNONYMS: Mapping[str, Sequence[str]] = {
    "stt": ("TT", "Số TT", "Số thứ tự"),
    "reference": ("Số CV", "Số, ký hiệu", "Số ký hiệu", "Số và ký hiệu", "Số văn bản"),
    "sender": ("Mã nơi gửi", "Mã đơn vị gửi", "Mã CQ gửi"),
    "sender_name": ("Nơi gửi", "Đơn vị gửi", "CQ gửi", "Tên cơ quan gửi", "Cơ quan, đơn vị gửi"),
    "recipient": ("Mã nơi nhận", "Mã đơn vị nhận", "Mã CQ nhận"),
    "recipient_name": (
        "Nơi nhận",
        "Đơn vị nhận",
        "CQ nhận",
        "Tên cơ quan nhận",
        "Cơ quan, đơn vị nhận",
    ),
    "named": ("Người nhận", "Đích danh", "Tên người nhận"),
    "mark": ("Mức độ mật", "Ký hiệu độ mật", "Dấu độ mật"),
    "urgency": ("Mức độ khẩn", "Dấu độ khẩn"),
    "appt": ("Hẹn giờ", "Thời gian hẹn", "Giờ hẹn phát", "Ngày giờ hẹn"),
    "kind": ("Loại bưu gửi", "Loại BG"),
    "layers": ("Số lớp", "Lớp bì", "Số lớp phong bì"),
    "weight": ("Khối lượng", "Trọng lượng", "Trọng lượng (g)", "KL (g)", "Khối lượng (gam)"),
    "note": ("Ghi chú thêm", "Chú thích"),
}
# The two columns that the post adds when it sends a manifest back; left aside when it returns.
RETURNED = ("Mã lỗi (bưu điện)", "Lỗi (bưu điện)")
WHOLE_ROW = -1

_KEYS = {
    spelling.plain(title): key
    for key in COLUMNS
    for title in (COLUMNS[key], *SYNONYMS.get(key, ()))
}
_RETURNED = frozenset(spelling.plain(title) for title in RETURNED)
_HEADER_ROWS = 20  # a heading stands in the first so many rows of the file
_SOME = 3  # known headings of a row that is meant as the header, but is none
_LOOKED_AT = 200  # rows in which headings are looked for that stand too low
_ENOUGH = 6  # known headings that make a row the header
_FEW = 4  # cells that a title, total or signature may fill
_TOTAL = re.compile(
    r"(tong cong|tong so|tong|cong)( so)?( buu gui| bi| phong bi| cong van)?( la| gom| co)?"
    r"( [0-9].*)?"
)
_CLOSING = re.compile(
    r"(nguoi lap|nguoi giao|nguoi nhan|thu truong|ky ten|ky ghi ro|xac nhan)\b.*"
    r"|(.* )?ngay [0-9]* ?thang [0-9]* ?nam [0-9]*"
)
_CODE = re.compile(r"[A-Za-zĐđ]{1,10}(-[A-Za-z0-9Đđ]+)+")
_COUNT = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]+")

Line = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a file that text alone does not tell.

    Attributes:
        row: Row in the file, the first being 1; 0 for a whole column.
        place: Column, the first being 0, or `WHOLE_ROW`.
        code: One of `manifest.CODES`.
        is_same: What is shown is the text in another spelling (007 for 7, 1.790 for 1790, 24/11
            for a day), which matters only where the spelling does.
    """

    row: int
    place: int
    code: str
    is_same: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class RowFinding:
    """One thing wrong with a manifest.

    Attributes:
        row: Row in the file, the first being 1.
        stt: What the row says under STT.
        column: Heading of the column, or empty for the whole row or file.
        code: One of `manifest.CODES`.
        place: Column, the first being 0, or `WHOLE_ROW`.
    """

    row: int
    stt: str
    column: str
    code: str
    place: int = field(default=WHOLE_ROW, compare=False)


@dataclass(slots=True)
class Layout:
    """The parts of a manifest.

    Attributes:
        header: Row of the headings; 1 if there is none.
        order: Column by key; empty if there are no headings.
        aside: Columns that the post itself has added.
        refused: Columns whose heading is refused; what stands below is no item's.
        unclear: Keys whose column is missing or stands twice.
        items: Rows that are items, or should be.
        totals: Rows of totals.
        findings: What is wrong with the headings and with rows that stand where no item may.
    """

    header: int = 1
    order: dict[str, int] = field(default_factory=dict)
    aside: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    unclear: set[str] = field(default_factory=set)
    items: list[Line] = field(default_factory=list)
    totals: list[Line] = field(default_factory=list)
    findings: list[RowFinding] = field(default_factory=list)


def has_header(lines: Iterable[Line]) -> bool:
    """Tell whether untrusted rows hold the headings of a manifest where they belong."""
    return header_row(lines) is not None


def header_row(lines: Iterable[Line]) -> int | None:
    """Give the row of the headings."""
    header = _find_header(lines)
    return None if header is None else header[0]


def lay_out(lines: Sequence[Line], subject_words: Sequence[str]) -> Layout:
    """Find the parts of a manifest.

    Args:
        lines: Untrusted rows with their row number in the file, ascending; without blank ones.
        subject_words: Words that betray a subject, in a heading too.
    """
    header = _find_header(lines)
    if header is None:
        return Layout(findings=[RowFinding(_most_like_header(lines), "", "", "not-a-list")])
    layout = Layout(header=header[0])
    _read_header(header[1], layout, subject_words)
    _sort(_without(lines, layout.aside), layout)
    return layout


def counts(cells: Sequence[str]) -> dict[int, int]:
    """Read the numbers of a total row, by column; that beside the word of total as `WHOLE_ROW`."""
    found = {}
    for place, cell in enumerate(cells):
        text = spelling.canonical(cell)
        is_label = _TOTAL.fullmatch(spelling.plain(text)) is not None
        number = _COUNT.search(text) if is_label else _COUNT.match(text)
        if number:
            told = int(re.sub(r"[.,]", "", number.group())[:12])
            found[WHOLE_ROW if is_label else place] = told
    return found


def _known(cells: Sequence[str]) -> set[str]:
    """Give the keys of the headings in a row."""
    return {_KEYS[name] for name in map(_name, cells) if name in _KEYS}


@lru_cache(maxsize=8_192)
def _name(title: str) -> str:
    return spelling.plain(old_fonts.as_meant(title))


def _find_header(lines: Iterable[Line]) -> Line | None:
    """Find the row with most known headings, the first of equals."""
    best, most = None, _ENOUGH - 1
    for number, cells in lines:
        if number > _HEADER_ROWS:
            break
        known = len(_known(cells))
        if known > most:
            best, most = (number, cells), known
    return best


def _most_like_header(lines: Sequence[Line]) -> int:
    """Give the row that should be mended to be the header: that with most known headings, or 1."""
    known = {number: len(_known(cells)) for number, cells in lines[:_LOOKED_AT]}
    row = max(known, key=known.__getitem__, default=1)
    return row if known.get(row, 0) >= _SOME else 1


def _without(lines: Sequence[Line], aside: Collection[int]) -> Sequence[Line]:
    """Leave out what stands in some columns, and rows that hold nothing else."""
    if not aside:
        return lines
    kept = (
        (number, ["" if place in aside else cell for place, cell in enumerate(cells)])
        for number, cells in lines
    )
    return [line for line in kept if any(map(str.strip, line[1]))]


def _read_header(titles: Sequence[str], layout: Layout, subject_words: Sequence[str]) -> None:
    """Find the columns by their headings."""
    for place, title in enumerate(titles):
        name, shown = _name(title), spelling.shown(title, 60)
        key = _KEYS.get(name)
        if name in _RETURNED:
            layout.aside.add(place)
        elif key and key not in layout.order:
            layout.order[key] = place
        elif shown:
            code = "double-column" if key else "unknown-column"
            if not key and subject.is_told(title, subject_words):
                code = "subject-not-allowed"
            layout.findings.append(RowFinding(layout.header, "", shown, code, place))
            layout.refused.add(place)
            layout.unclear |= {key} if key else set()
    missing = [key for key in COLUMNS if key not in layout.order and key not in OPTIONAL]
    layout.unclear |= {*missing}
    layout.findings += (
        RowFinding(layout.header, "", COLUMNS[key], "missing-column") for key in missing
    )


def _sort(lines: Sequence[Line], layout: Layout) -> None:
    """Tell items from all other rows."""
    ended = False
    for number, cells in lines:
        if number < layout.header or (ended and not _is_total(cells, layout.order)):
            if _may_be_item(cells, layout.order):
                layout.findings.append(RowFinding(number, "", "", "row-outside-list"))
        elif number > layout.header:
            ended = _sort_below(number, cells, layout)


def _sort_below(number: int, cells: Sequence[str], layout: Layout) -> bool:
    """Sort a row below the headings; returns whether the list ends with it."""
    if _has_code(cells, layout.order):
        layout.items.append((number, cells))
        return False
    if _is_total(cells, layout.order):
        layout.totals.append((number, cells))
        return True
    if _is_closing(cells, layout.order):
        return True
    if len(_known(cells)) >= _ENOUGH:
        layout.findings.append(RowFinding(number, "", "", "second-header"))
    elif layout.items or not _numbers_columns(cells):
        if _may_be_item(cells, layout.order):
            layout.items.append((number, cells))
        else:
            layout.findings.append(RowFinding(number, "", "", "not-an-item"))
    return False


def _cell(cells: Sequence[str], place: int | None) -> str:
    return spelling.canonical_code(cells[place]) if place is not None and place < len(cells) else ""


def _may_be_item(cells: Sequence[str], order: Mapping[str, int]) -> bool:
    """Tell whether a row holds more than a title or a signature would."""
    filled = sum(1 for cell in cells if cell.strip())
    numbered = _cell(cells, order.get("stt")).isdecimal() and filled > 1
    return numbered or filled > _FEW or _has_code(cells, order)


def _has_code(cells: Sequence[str], order: Mapping[str, int]) -> bool:
    codes = (_cell(cells, order.get(key)) for key in ("sender", "recipient"))
    return any(_CODE.fullmatch(code) for code in codes)


def _is_total(cells: Sequence[str], order: Mapping[str, int]) -> bool:
    first = next((cell for cell in cells if cell.strip()), "")
    return _TOTAL.fullmatch(spelling.plain(first)) is not None and not _has_code(cells, order)


def _is_closing(cells: Sequence[str], order: Mapping[str, int]) -> bool:
    """Tell whether a row begins the signatures."""
    closing = any(_CLOSING.fullmatch(spelling.plain(cell)) for cell in cells if cell.strip())
    return closing and not _may_be_item(cells, order)


def _numbers_columns(cells: Sequence[str]) -> bool:
    """Tell whether a row below the headings numbers the columns, as in (1) (2) (3)."""
    told = [spelling.plain(cell) for cell in cells if cell.strip()]
    return len(told) >= _ENOUGH and told == [str(n) for n in range(1, len(told) + 1)]
