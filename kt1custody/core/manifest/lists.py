"""The lists that a post writes of itself (offices, agencies, people): columns, words, headings.

**Rule:** what may stand in a cell is said here once; reading, the templates and their explanations
are made of it. Headings are found by name, as in manifests. In words: `.docs/lists.md`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kt1custody.core.formats import spelling
from kt1custody.core.manifest import old_fonts
from kt1custody.core.manifest.layout import Line, RowFinding

OFFICES, AGENCIES, PEOPLE = KINDS = ("offices", "agencies", "people")
EXAMPLE = "VÍ DỤ"  # under STT: this row is an example, and nobody's

# Words of closed lists, by what the log stores for them; either is taken.
OFFICE_WORDS: Mapping[str, str] = {
    "kt1-office": "Bưu cục KT1",
    "central": "Cục Bưu điện Trung ương",
    "commune": "Bưu điện xã",
}
AGENCY_WORDS: Mapping[str, str] = {
    "dang": "Đảng",
    "nha-nuoc": "Nhà nước",
    "mat-tran": "Mặt trận",
    "tu-phap": "Tư pháp",
    "luc-luong": "Lực lượng",
    "khac": "Khác",
}
ROLE_WORDS: Mapping[str, str] = {
    "clerk": "Giao dịch viên",
    "controller": "Kiểm soát viên",
    "courier": "Bưu tá",
    "driver": "Lái xe",
    "escort": "Áp tải",
    "officer": "Cán bộ an ninh",
    "reserve": "Khoá dự phòng",
    "admin": "Quản trị",
}
CODES = (
    "bad-code",
    "bad-day",
    "bad-office-number",
    "bad-staff-number",
    "cell-empty",
    "double-code",
    "double-column",
    "missing-column",
    "names-alike",
    "no-rows",
    "not-a-list",
    "own-office-missing",
    "text-too-long",
    "too-many-columns",
    "unknown-column",
    "unknown-office",
    "unknown-word",
)

_HEADER_ROWS = 20  # as in manifests
_ENOUGH = 3  # known headings that make a row the header


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a list.

    Attributes:
        title: Its heading.
        others: Other headings that mean the same.
        example: What may stand in it.
        words: All that may stand in it, by what is stored; empty: anything of its form.
    """

    title: str
    example: str
    others: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


COLUMNS: Mapping[str, Mapping[str, Column]] = {
    OFFICES: {
        "code": Column(title="Mã", others=("Mã bưu cục", "Ký hiệu"), example="HE1-LD"),
        "number": Column(
            title="Mã số", others=("Mã bưu chính", "Số hiệu bưu cục"), example="680900"
        ),
        "name": Column(title="Tên", others=("Tên bưu cục",), example="Bưu cục Hệ 1 Lâm Đồng"),
        "kind": Column(
            title="Loại", others=("Loại bưu cục",), example="Bưu cục KT1", words=OFFICE_WORDS
        ),
        "unit": Column(
            title="Đơn vị hành chính", others=("Đơn vị HC", "Mã đơn vị hành chính"), example="68"
        ),
    },
    AGENCIES: {
        "code": Column(title="Mã", others=("Mã cơ quan", "Ký hiệu"), example="LD-S-YT"),
        "name": Column(title="Tên", others=("Tên cơ quan",), example="Sở Y tế tỉnh Lâm Đồng"),
        "kind": Column(
            title="Loại", others=("Loại cơ quan",), example="Nhà nước", words=AGENCY_WORDS
        ),
        "unit": Column(
            title="Đơn vị hành chính", others=("Đơn vị HC", "Mã đơn vị hành chính"), example="68"
        ),
        "address": Column(title="Địa chỉ", example="36 Trần Phú, tỉnh Lâm Đồng"),
        "delivery_point": Column(
            title="Điểm phát", others=("Bưu cục phát", "Mã bưu cục phát"), example="HE1-LD"
        ),
        "valid_from": Column(
            title="Hiệu lực từ", others=("Ngày hiệu lực", "Từ ngày"), example="01/07/2026"
        ),
    },
    PEOPLE: {
        "number": Column(
            title="Mã", others=("Số nhân viên", "Mã nhân viên", "Số hiệu"), example="NV001"
        ),
        "name": Column(title="Họ tên", others=("Họ và tên", "Tên"), example="Nguyễn Thị An"),
        "role": Column(
            title="Vai trò", others=("Chức danh",), example="Giao dịch viên", words=ROLE_WORDS
        ),
        "office": Column(
            title="Đơn vị", others=("Bưu cục", "Mã bưu cục", "Nơi làm việc"), example="HE1-LD"
        ),
    },
}
STT = "STT"
_STT = frozenset({"stt", "tt", "so tt", "so thu tu"})


def has_header(kind: str) -> Callable[[Sequence[Line]], bool]:
    """Make the test whether untrusted rows hold the headings of such a list."""
    return lambda lines: find_header(kind, lines) is not None


def _key_of(kind: str, title: str) -> str | None:
    """Give the key of a heading; "" for the row's number, None if it is none of ours."""
    name = spelling.plain(old_fonts.as_meant(title))
    if name in _STT:
        return ""
    for key, column in COLUMNS[kind].items():
        if name in map(spelling.plain, (column.title, *column.others)):
            return key
    return None


def find_header(kind: str, lines: Iterable[Line]) -> Line | None:
    """Find the row with most known headings, the first of equals."""
    best, most = None, _ENOUGH - 1
    for number, cells in lines:
        if number > _HEADER_ROWS:
            break
        known = len({key for key in (_key_of(kind, cell) for cell in cells) if key})
        if known > most:
            best, most = (number, cells), known
    return best


def read_header(kind: str, header: Line, findings: list[RowFinding]) -> tuple[dict[str, int], int]:
    """Find the columns by their headings; the second value is that of the row's number, or −1."""
    number, titles = header
    order: dict[str, int] = {}
    stt = -1
    for place, title in enumerate(titles):
        key, shown = _key_of(kind, title), spelling.shown(title, 60)
        if key == "" and stt < 0:
            stt = place
        elif key == "" or key in order:
            findings.append(RowFinding(number, "", shown, "double-column", place))
        elif key is not None:
            order[key] = place
        elif shown:
            findings.append(RowFinding(number, "", shown, "unknown-column", place))
    findings += (
        RowFinding(number, "", column.title, "missing-column")
        for key, column in COLUMNS[kind].items()
        if key not in order
    )
    return order, stt
