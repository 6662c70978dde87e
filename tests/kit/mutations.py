"""Manifests as offices spoil them: each mutation knows by construction what must come of it.

A draft has the truth (the rows of a sample) and what is written instead. Harmless mutations change
only what is written; a harmful one says which row must be refused with which code, or why the file
cannot be read at all.
"""

import csv
import io
import unicodedata
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from random import Random
from xml.sax.saxutils import escape

from kt1custody.core.manifest.layout import COLUMNS, SYNONYMS
from tests.kit import cast
from tests.kit.books import book, sheet
from tests.kit.old_text import TCVN3, VNI, encode_1258, in_font

KEYS = tuple(COLUMNS)
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  # a spreadsheet's days have no zone
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1258", "nfd")


@dataclass(frozen=True)
class Raw:
    """A cell of a workbook that is more than text: attributes and content of its element."""

    facts: str
    inner: str


Cell = str | Raw
Row = dict[str, Cell]


@dataclass
class Draft:
    """A manifest before it is written.

    Attributes:
        truth: What must be registered, by row.
        rows: What is written.
        wrong: Row of the list (0 the headings, 1 the first item) and code; `why` if unreadable.
    """

    kind: str
    truth: list[dict[str, str]]
    rows: list[Row] = field(default_factory=list)
    order: list[str] = field(default_factory=lambda: list(KEYS))
    headings: dict[str, str] = field(default_factory=lambda: dict(COLUMNS))
    titles: list[str] = field(default_factory=list)
    blank: set[int] = field(default_factory=set)
    total: tuple[str, ...] | None = None
    below: list[tuple[str, ...]] = field(default_factory=list)
    encoding: str = "utf-8"
    sign: str = ","
    end: str = "\r\n"
    are_all_quoted: bool = False
    cut: int = 0
    hidden: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, str]] = field(default_factory=list)
    sheets: list[tuple[str, bool]] = field(default_factory=list)
    wrong: set[tuple[int, str]] = field(default_factory=set)
    why: str = ""

    def row_of(self, place: int) -> int:
        """Give the row in the file of a row of the list."""
        return len(self.titles) + 1 + place + sum(1 for one in self.blank if one < place)

    def lines(self) -> list[tuple[int, list[Cell]]]:
        """Give all rows that are not blank."""
        found: list[tuple[int, list[Cell]]] = [
            (n, ["", title]) for n, title in enumerate(self.titles, 1) if title
        ]
        found.append((self.row_of(0), [self.headings[key] for key in self.order]))
        for place, row in enumerate(self.rows, 1):
            found.append((self.row_of(place), [row.get(key, "") for key in self.order]))
        last = self.row_of(len(self.rows))
        for n, cells in enumerate([self.total, *self.below], 1):
            if cells:
                found.append((last + n, list(cells)))
        return found

    def write(self) -> bytes:
        """Write the file."""
        return self._csv() if self.kind == "csv" else self._xlsx()

    def _csv(self) -> bytes:
        file = io.StringIO(newline="")
        writer = csv.writer(
            file,
            delimiter=self.sign,
            lineterminator=self.end,
            quoting=csv.QUOTE_ALL if self.are_all_quoted else csv.QUOTE_MINIMAL,
        )
        before = 0
        for number, cells in self.lines():
            writer.writerows([[""] * len(cells)] * (number - before - 1))
            writer.writerow(cells)
            before = number
        text = file.getvalue()
        return encode(text[: len(text) - self.cut], self.encoding)

    def _xlsx(self) -> bytes:
        rows = "".join(
            f'<row r="{n}"{" hidden=" + chr(34) + "1" + chr(34) if n in self.hidden else ""}>'
            + "".join(_cell(n, place, cell) for place, cell in enumerate(cells) if cell != "")
            + "</row>"
            for n, cells in self.lines()
        )
        merged = "".join(
            f'<mergeCell ref="{col(self.order.index(key))}{first}:'
            f'{col(self.order.index(key))}{last}"/>'
            for first, last, key in self.merged
        )
        own = sheet(rows, behind=f"<mergeCells>{merged}</mergeCells>" if merged else "")
        sheets = [(own, True), *self.sheets]
        raw = book(
            *(xml for xml, _ in sheets),
            states=tuple("visible" if shown else "hidden" for _, shown in sheets),
            formats=("dd/mm/yyyy hh:mm",),
        )
        return raw[: len(raw) - self.cut]


def _cell(row: int, place: int, cell: Cell) -> str:
    if isinstance(cell, str):
        cell = Raw('t="inlineStr"', f'<is><t xml:space="preserve">{escape(cell)}</t></is>')
    return f'<c r="{col(place)}{row}" {cell.facts}>{cell.inner}</c>'


def col(place: int) -> str:
    """Name a column."""
    return chr(65 + place)


def encode(text: str, encoding: str) -> bytes:
    """Encode; what Windows-1258 does not have is written as UTF-8."""
    if encoding == "nfd":
        return unicodedata.normalize("NFD", text).encode()
    if encoding == "utf-16-be":
        return b"\xfe\xff" + text.encode("utf-16-be")
    if encoding != "cp1258":
        return text.encode(encoding)
    try:
        return encode_1258(text)
    except UnicodeEncodeError:
        return text.encode()


@cache
def samples() -> list[list[dict[str, str]]]:
    """Read the rows of the sample manifests, without the code that is tested."""
    found = []
    for name, encoding, sign in (("sang", "utf-8-sig", ","), ("ubnd-cp1258", "cp1258", ";")):
        path = cast.DATA / "manifests" / f"2026-11-23-{name}.csv"
        text = unicodedata.normalize("NFC", path.read_bytes().decode(encoding))
        rows = list(csv.reader(io.StringIO(text), delimiter=sign))[1:]
        found.append([dict(zip(KEYS, row, strict=True)) for row in rows])
    return found


Mutation = Callable[[Draft, Random], bool]


def pick(
    draft: Draft, rng: Random, fits: Callable[[dict[str, str]], object]
) -> tuple[int, Row] | None:
    """Choose a row that fits: its place from 1, and what is written of it."""
    places = [n for n, row in enumerate(draft.truth) if fits(row)]
    if not places:
        return None
    place = rng.choice(places)
    return place + 1, draft.rows[place]


# ---- harmless: the same items must come of it -------------------------------------------------


def synonyms(draft: Draft, rng: Random) -> bool:
    for key in KEYS:
        draft.headings[key] = rng.choice((COLUMNS[key], *SYNONYMS[key]))
    return True


def spelled_otherwise(draft: Draft, rng: Random) -> bool:
    broken = "\n" if draft.kind == "xlsx" else " \u00a0"
    change = rng.choice(
        (str.upper, str.lower, lambda one: f"  {one}: ", lambda one: one.replace(" ", broken))
    )
    draft.headings = {key: change(title) for key, title in draft.headings.items()}
    return True


def reordered(draft: Draft, rng: Random) -> bool:
    rng.shuffle(draft.order)
    return True


def titled(draft: Draft, rng: Random) -> bool:
    draft.titles = ["BẢNG KÊ BƯU GỬI KT1, NGÀY 23; SỐ 5", "", "Kính gửi: Bưu điện tỉnh"]
    draft.titles = draft.titles[: rng.randint(1, 3)]
    return True


def blank_rows(draft: Draft, rng: Random) -> bool:
    draft.blank = {rng.randint(0, len(draft.rows) - 1) for _ in range(4)}
    return True


def spaces(draft: Draft, rng: Random) -> bool:
    for row in draft.rows:
        key = rng.choice(KEYS)
        cell = row[key]
        if isinstance(cell, str) and cell:
            row[key] = rng.choice(
                (f" {cell} ", f"{cell}\u00a0", cell.replace(" ", "  "), f"\t{cell}")
            )
    return True


def full_width(draft: Draft, rng: Random) -> bool:
    for row in draft.rows:
        key = rng.choice(("weight", "layers", "reference", "appt", "sender"))
        cell = row[key]
        if isinstance(cell, str):
            row[key] = "".join(chr(ord(s) + 0xFEE0) if s.isdecimal() else s for s in cell)
    return True


def lower_case(draft: Draft, rng: Random) -> bool:
    for row in draft.rows:
        for key in ("mark", "urgency", "kind", "sender_name"):
            cell = row[key]
            if isinstance(cell, str):
                row[key] = rng.choice((cell.lower(), cell.upper()))
    return True


def tones_elsewhere(draft: Draft, rng: Random) -> bool:
    swaps = {"òa": "oà", "óa": "oá", "ủy": "uỷ", "hỏa": "hoả", "Hỏa": "Hoả"}
    for row in draft.rows:
        for key in ("sender_name", "recipient_name", "urgency"):
            cell = row[key]
            if isinstance(cell, str):
                for old, new in swaps.items():
                    cell = cell.replace(old, new)
                row[key] = cell
    return True


def right_total(draft: Draft, rng: Random) -> bool:
    count, grams = len(draft.truth), sum(int(row["weight"]) for row in draft.truth)
    if rng.random() < 0.5:
        label = rng.choice(("Cộng:", "Tổng cộng", "TỔNG SỐ"))
        draft.total = ("", label, str(count))
        if draft.order.index("weight") > 2 and draft.order[2] not in ("layers", "weight"):
            cells = ["", label, str(count), *[""] * len(KEYS)]
            cells[draft.order.index("weight")] = str(grams)
            draft.total = tuple(cells)
        elif draft.order[2] in ("layers", "weight"):
            draft.total = (f"{label} {count}",)
    else:
        draft.total = (f"Tổng cộng: {count} bưu gửi",)
    return True


def signatures(draft: Draft, rng: Random) -> bool:
    draft.below = [("", "Đà Lạt, ngày 23 tháng 11 năm 2026"), ("Người lập biểu", "", "Thủ trưởng")]
    return True


def without_optional(draft: Draft, rng: Random) -> bool:
    for key in ("stt", "named", "note", "appt"):
        if all(not row[key] or key == "stt" for row in draft.truth) and key in draft.order:
            draft.order.remove(key)
    return True


def days_without_zeros(draft: Draft, rng: Random) -> bool:
    for row in draft.rows:
        cell = row["appt"]
        if isinstance(cell, str) and cell:
            row["appt"] = cell.replace("/0", "/").lstrip("0").replace(" 0", " ")
    return True


def extra_empty_columns(draft: Draft, rng: Random) -> bool:
    place = rng.randint(0, len(draft.order))
    draft.order.insert(place, "nothing")
    draft.headings["nothing"] = ""
    return draft.total is None


def in_csv(draft: Draft, rng: Random) -> bool:
    draft.encoding = rng.choice(ENCODINGS)
    draft.sign = rng.choice(",;\t")
    draft.end = rng.choice(("\n", "\r\n", "\r"))
    draft.are_all_quoted = rng.random() < 0.5
    return draft.kind == "csv"


def real_values(draft: Draft, rng: Random) -> bool:
    """Numbers, dates and formulas with their values instead of text."""
    if draft.kind != "xlsx":
        return False
    for row, truth in zip(draft.rows, draft.truth, strict=True):
        for key in ("stt", "layers", "weight"):
            number = truth[key] + rng.choice(("", ".0", "E0"))
            row[key] = Raw("", f"<v>{number}</v>")
        if truth["appt"]:
            moment = datetime.strptime(truth["appt"], "%d/%m/%Y %H:%M")  # noqa: DTZ007
            row["appt"] = Raw('s="1"', f"<v>{(moment - DAY_ZERO).total_seconds() / 86400!r}</v>")
        if truth["reference"] and rng.random() < 0.3:
            told = escape(truth["reference"])
            row["reference"] = Raw('t="str"', f"<f>A1&amp;B1</f><v>{told}</v>")
        if not truth["note"] and rng.random() < 0.3:
            row["note"] = Raw('t="str"', '<f>IF(A1="","",B1)</f><v></v>')
    return True


def number_as_reference(draft: Draft, rng: Random) -> bool:
    found = pick(draft, rng, lambda row: row["mark"] != "A") if draft.kind == "xlsx" else None
    if found is None:
        return False
    place, row = found
    row["reference"] = Raw("", "<v>1.2E+10</v>")
    draft.truth[place - 1]["reference"] = "12000000000"
    return True


def hidden_sheet(draft: Draft, rng: Random) -> bool:
    if draft.kind != "xlsx":
        return False
    draft.sheets.append((_list_sheet(), False))
    return True


def lookup_sheet(draft: Draft, rng: Random) -> bool:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 30))
    draft.sheets.append((sheet(rows), True))
    return draft.kind == "xlsx"


def merged_title(draft: Draft, rng: Random) -> bool:
    if draft.kind != "xlsx" or not draft.titles:
        return False
    draft.merged.append((1, len(draft.titles), draft.order[1]))
    return True


def _list_sheet() -> str:
    cells = "".join(_cell(1, place, title) for place, title in enumerate(COLUMNS.values()))
    return sheet(f'<row r="1">{cells}</row><row r="2">{_cell(2, 0, "1")}{_cell(2, 2, "X-Y")}</row>')


HARMLESS: Sequence[Mutation] = (
    synonyms,
    spelled_otherwise,
    reordered,
    without_optional,
    extra_empty_columns,
    titled,
    blank_rows,
    in_csv,
    real_values,
    number_as_reference,
    spaces,
    full_width,
    lower_case,
    tones_elsewhere,
    days_without_zeros,
    right_total,
    signatures,
    hidden_sheet,
    lookup_sheet,
    merged_title,
)


# ---- harmful: exactly this row and code, or why the file cannot be read -------------------------


def one_cell(
    key: str,
    text: str | Callable[[dict[str, str]], str],
    code: str,
    fits: Callable[[dict[str, str]], object] = bool,
) -> Mutation:
    """Write something else into one cell of a row that fits."""

    def spoil(draft: Draft, rng: Random) -> bool:
        found = pick(draft, rng, fits) if key in draft.order else None
        if found is None:
            return False
        place, row = found
        row[key] = text if isinstance(text, str) else text(draft.truth[place - 1])
        draft.wrong = {(place, code)}
        return True

    spoil.__name__ = f"{key}:{code}"
    return spoil


def one_raw(
    key: str, raw: Raw, code: str, fits: Callable[[dict[str, str]], object] = bool
) -> Mutation:
    """Write a value of a workbook into one cell."""

    def spoil(draft: Draft, rng: Random) -> bool:
        found = pick(draft, rng, fits) if draft.kind == "xlsx" and key in draft.order else None
        if found is None:
            return False
        found[1][key] = raw
        draft.wrong = {(found[0], code)}
        return True

    spoil.__name__ = f"{key}:{code}:raw"
    return spoil


def rubbish_heading(draft: Draft, rng: Random) -> bool:
    key = rng.choice(("mark", "sender", "weight", "layers", "recipient_name", "kind"))
    draft.headings[key] = rng.choice(("Cột 7", "Thông tin khác", "???x"))
    draft.wrong = {(0, "unknown-column"), (0, "missing-column")}
    return True


def lost_column(draft: Draft, rng: Random) -> bool:
    draft.order.remove(rng.choice(("mark", "urgency", "kind", "layers", "reference")))
    draft.wrong = {(0, "missing-column")}
    return draft.total is None


def same_heading_twice(draft: Draft, rng: Random) -> bool:
    draft.order.append("again")
    draft.headings["again"] = "Độ mật"
    draft.wrong = {(0, "double-column")}
    return True


def subject_column(draft: Draft, rng: Random) -> bool:
    draft.order.append("subject")
    draft.headings["subject"] = rng.choice(("Trích yếu", "TRÍCH YẾU NỘI DUNG", "trich yeu"))
    draft.wrong = {(0, "subject-not-allowed")}
    return True


def all_headings_lost(draft: Draft, rng: Random) -> bool:
    draft.headings = {key: f"Cột {n}" for n, key in enumerate(draft.headings)}
    draft.wrong = {(-1, "not-a-list")}
    return True


def day_and_month_swapped(draft: Draft, rng: Random) -> bool:
    found = pick(draft, rng, lambda row: row["appt"]) if "appt" in draft.order else None
    if found is None:
        return False
    day, month, rest = draft.truth[found[0] - 1]["appt"].split("/")
    found[1]["appt"] = f"{month}/{day}/{rest}"
    draft.wrong = {(found[0], "bad-date")}
    return True


def row_twice(draft: Draft, rng: Random) -> bool:
    found = pick(draft, rng, lambda row: row["reference"])
    if found is None or draft.total is not None:
        return False
    draft.rows.append(dict(found[1]))
    draft.wrong = {(len(draft.rows), "duplicate-reference")}
    return True


def too_many_cells(draft: Draft, rng: Random) -> bool:
    place = rng.randint(1, len(draft.rows))
    draft.rows[place - 1]["beyond"] = "thừa"
    draft.order.append("beyond")
    draft.headings["beyond"] = ""
    draft.wrong = {(place, "too-many-columns")}
    return True


def wrong_total(draft: Draft, rng: Random) -> bool:
    draft.total = (f"Tổng cộng: {len(draft.truth) + rng.choice((-1, 1, 100))} bưu gửi",)
    draft.wrong = {(len(draft.rows) + 1, "count-mismatch")}
    return True


def item_below_total(draft: Draft, rng: Random) -> bool:
    draft.total = (f"Tổng cộng: {len(draft.truth)}",)
    cells = ["1", "2", "3", "4", "5", "6"]
    draft.below = [tuple(cells)]
    draft.wrong = {(len(draft.rows) + 2, "row-outside-list")}
    return True


def headings_again(draft: Draft, rng: Random) -> bool:
    place = rng.randint(1, len(draft.rows) - 1)
    draft.rows.insert(place, dict(draft.headings))
    draft.truth.insert(place, {})
    draft.wrong = {(place + 1, "second-header")}
    return draft.total is None and not draft.merged


def stray_row(draft: Draft, rng: Random) -> bool:
    if draft.total is not None:
        return False
    place = rng.randint(1, len(draft.rows) - 1)
    draft.rows.insert(place, {rng.choice(("reference", "kind", "weight")): "chuyển gấp"})
    draft.truth.insert(place, {})
    draft.wrong = {(place + 1, "not-an-item")}
    return True


def hidden_row(draft: Draft, rng: Random) -> bool:
    place = rng.randint(0, len(draft.rows))
    draft.hidden = {draft.row_of(place)}
    draft.wrong = {(place, "hidden-row")}
    return draft.kind == "xlsx"


def merged_sender(draft: Draft, rng: Random) -> bool:
    if draft.kind != "xlsx" or draft.blank:
        return False
    first = rng.randint(1, len(draft.rows) - 2)
    draft.merged.append((draft.row_of(first), draft.row_of(first + 2), "sender"))
    draft.wrong = {(first + 1, "merged-cells"), (first + 2, "merged-cells")}
    return True


def cut_off(draft: Draft, rng: Random) -> bool:
    if draft.total or draft.below or draft.order != list(KEYS):
        return False
    if draft.kind == "xlsx":
        draft.cut, draft.why = rng.randint(1, 3000), "broken"
        return True
    draft.are_all_quoted = False
    draft.rows[-1] |= {"note": "", "kind": "Thư", "layers": "1", "weight": "12"}
    draft.cut = len(draft.end) + rng.randint(2, 4)  # into the weight, or before it
    draft.wrong = {(len(draft.rows), "row-cut-off")}
    return True


def old_font(draft: Draft, rng: Random) -> bool:
    font = rng.choice((VNI, TCVN3))
    draft.headings = {key: in_font(title, font) for key, title in draft.headings.items()}
    draft.titles = [in_font(title, font) for title in draft.titles]
    for row in draft.rows:
        for key, cell in row.items():
            row[key] = in_font(cell, font) if isinstance(cell, str) else cell
    draft.encoding = "utf-8"
    draft.wrong = {(0, "old-font-vni" if font is VNI else "old-font-tcvn3")}
    return True


def two_lists(draft: Draft, rng: Random) -> bool:
    draft.sheets.append((_list_sheet(), True))
    draft.why = "several-sheets"
    return draft.kind == "xlsx"


def _is_timed(row: dict[str, str]) -> bool:
    return bool(row["appt"])


def _has_mark(row: dict[str, str]) -> bool:
    return row["mark"] == "A"


def _has_reference(row: dict[str, str]) -> bool:
    return bool(row["reference"])


HARMFUL: Sequence[Mutation] = (
    rubbish_heading,
    lost_column,
    same_heading_twice,
    subject_column,
    all_headings_lost,
    day_and_month_swapped,
    row_twice,
    too_many_cells,
    wrong_total,
    item_below_total,
    headings_again,
    stray_row,
    hidden_row,
    merged_sender,
    cut_off,
    old_font,
    two_lists,
    one_cell("appt", "24/11/2026", "bad-date", _is_timed),
    one_cell("appt", "2026-11-24 15:00", "bad-date", _is_timed),
    one_cell("appt", "23/11/2026 08:00", "appointment-too-soon", _is_timed),
    one_cell("appt", "", "appointment-required", _is_timed),
    one_cell("appt", "24/11/2026 15:00", "appointment-not-allowed", lambda row: not row["appt"]),
    one_cell("weight", "1.2E+10", "bad-weight"),
    one_cell("weight", "1.790", "bad-weight"),
    one_cell("weight", "-5", "bad-weight"),
    one_cell("weight", "", "bad-weight"),
    one_cell("reference", "1,2E+10", "changed-by-spreadsheet", _has_reference),
    one_cell("reference", "05-Thg11", "changed-by-spreadsheet", _has_reference),
    one_cell("reference", "", "reference-required", _has_reference),
    one_cell("reference", "12/CV", "reference-not-allowed", _has_mark),
    one_cell("reference", "x" * 61, "reference-too-long", _has_reference),
    one_cell("reference", "V/v nhân sự", "subject-not-allowed", _has_reference),
    one_cell("note", "y" * 201, "text-too-long"),
    one_cell("note", "a\u200bb", "control-character"),
    one_cell("recipient_name", lambda row: row["recipient_name"] + "\u202e", "control-character"),
    one_cell("recipient_name", "Sở Không Có", "name-does-not-match-code"),
    one_cell("sender", "LD-99999-UBND", "unknown-agency"),
    one_cell("mark", "D", "unknown-secrecy-mark"),
    one_cell("mark", "Mật", "unknown-secrecy-mark"),
    one_cell("urgency", "Thượng khẩn", "unknown-urgency", lambda row: not row["appt"]),
    one_cell("kind", "Bao", "unknown-kind"),
    one_cell("layers", "3", "bad-layers"),
    one_cell("layers", "1", "two-layers-required", _has_mark),
    one_raw("weight", Raw("", "<v>1.2E+10</v>"), "bad-weight"),
    one_raw("weight", Raw("", "<v>137.5</v>"), "bad-weight"),
    one_raw("weight", Raw("", "<f>M1*2</f>"), "formula-without-value"),
    one_raw("reference", Raw("", "<f>A1</f><v/>"), "formula-without-value"),
    one_raw("reference", Raw('s="1"', "<v>46350</v>"), "changed-by-spreadsheet", _has_reference),
    one_raw("reference", Raw("", "<v>1.2E+20</v>"), "changed-by-spreadsheet", _has_reference),
    one_raw("recipient", Raw('t="e"', "<v>#REF!</v>"), "error-value"),
    one_raw("mark", Raw('t="b"', "<v>1</v>"), "truth-value"),
    one_raw("appt", Raw("", "<v>46350.625</v>"), "bad-date", _is_timed),
)


def make(seed: int) -> tuple[Draft, list[str]]:
    """Make a mutated manifest: some harmless mutations, and in two of three one harmful.

    Returns:
        The draft, and the names of its mutations.
    """
    harmful = HARMFUL[(seed // 3 * 2 + seed % 3 - 1) % len(HARMFUL)] if seed % 3 else None
    for attempt in range(100):
        rng = Random(f"{seed}/{attempt}")
        draft, names = _harmless(rng)
        if harmful is None:
            return draft, names
        if harmful(draft, rng):
            return draft, [*names, harmful.__name__]
    raise AssertionError(harmful)


def _harmless(rng: Random) -> tuple[Draft, list[str]]:
    sample = rng.choice(samples())
    begin = rng.randint(0, len(sample) - 24)
    truth = [dict(row) for row in sample[begin : begin + rng.randint(8, 24)]]
    draft = Draft(rng.choice(("csv", "xlsx")), truth)
    draft.rows = [dict(row) for row in truth]
    names = []
    for mutation in sorted(rng.sample(HARMLESS, rng.randint(1, 9)), key=HARMLESS.index):
        spare = deepcopy(draft)
        if mutation(draft, rng):
            names.append(mutation.__name__)
        else:
            draft = spare
    return draft, names
