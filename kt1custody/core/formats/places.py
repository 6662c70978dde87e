"""Offices and agencies: the two closed lists, and their bytes as a catalogue.

**Rule:** who is not in the list neither sends nor receives. The hash of a catalogue's bytes is in
the log, so the list of any day can be proved. Format: `.docs/formats.md` §7 (Catalogue).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cached_property

from kt1custody.core.formats import cbor, letters, spelling
from kt1custody.errors import MalformedInputError

FOUNDING_KINDS = frozenset({"kt1-office", "central"})  # offices that have a log of their own
_CODE = re.compile(r"[A-Za-z0-9Đđ-]{1,40}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DIGITS = str.maketrans("oil", "011")
MAX_NAME = 200  # the longest name of an agency has 71 characters


@dataclass(frozen=True, slots=True)
class Office:
    """A place of the service, and possible holder.

    Attributes:
        number: 100 000 … 999 999.
        kind: `kt1-office`, `central` or `commune`.
        unit: Number of its administrative unit, as text.
    """

    number: int
    code: str
    name: str
    kind: str
    unit: str


@dataclass(frozen=True, slots=True)
class Agency:
    """A body of Party or State that sends and receives.

    Attributes:
        delivery_point: Code of the office that delivers to it.
        valid_from: `YYYY-MM-DD`, local.
    """

    code: str
    name: str
    kind: str
    unit: str
    address: str
    delivery_point: str
    valid_from: str


@dataclass(frozen=True)
class Places:
    """Both lists, by number and code."""

    offices: Mapping[int, Office]
    office_codes: Mapping[str, Office]
    agencies: Mapping[str, Agency]

    def agency(self, code: str) -> Agency | None:
        """Find an agency by its code, in any case of letters if only one is written so."""
        if code in self.agencies:
            return self.agencies[code]
        codes = self._by_folded.get(code.casefold(), ())
        return self.agencies[codes[0]] if len(codes) == 1 else None

    def meant(self, typed: str) -> Agency | None:
        """Find an agency by its code or its whole name; None too if several are named so."""
        by_code = self.agency(spelling.canonical_code(typed))
        same = self._by_name.get(spelling.fold(typed), ())
        return by_code or (same[0] if len(same) == 1 else None)

    def has_alike(self, code: str) -> bool:
        """Tell whether a code differs from one of the list only by O and 0, or by I, l and 1."""
        return code.casefold() not in self._by_folded and _as_digits(code) in self._with_digits

    @cached_property
    def _by_folded(self) -> Mapping[str, Sequence[str]]:
        folded = dict[str, list[str]]()
        for code in self.agencies:
            folded.setdefault(code.casefold(), []).append(code)
        return folded

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[Agency]]:
        folded = dict[str, list[Agency]]()
        for agency in self.agencies.values():
            folded.setdefault(spelling.fold(agency.name), []).append(agency)
        return folded

    @cached_property
    def _with_digits(self) -> frozenset[str]:
        return frozenset(map(_as_digits, self.agencies))

    def destination(self, agency: Agency) -> Office | None:
        """Find the office that delivers to an agency."""
        return self.office_codes.get(agency.delivery_point)

    def office_name(self, number: int) -> str:
        """Name an office, or give its number if it is not in the list."""
        office = self.offices.get(number)
        return office.name if office else str(number)


def _as_digits(code: str) -> str:
    return code.casefold().translate(_DIGITS)


def places(offices: Iterable[Office], agencies: Iterable[Agency]) -> Places:
    """Index both lists."""
    known = tuple(offices)
    return Places(
        {one.number: one for one in known},
        {one.code: one for one in known},
        {one.code: one for one in agencies},
    )


def alike(names: Iterable[tuple[int, str]]) -> list[tuple[int, int]]:
    """Give the rows of names that a reader cannot tell apart though they are not the same.

    A name that holds a letter of another script, or one that only looks like Đ, could lead an item
    to the wrong agency. Names that are the same letter for letter are told apart by their codes.

    Args:
        names: Row in the file, and name as typed.

    Returns:
        Of each such name the row of the first that looks so, and its own.
    """
    known: dict[str, tuple[int, str]] = {}
    firsts = (
        (line, name, *known.setdefault(spelling.fold(letters.skeleton(name)), (line, name)))
        for line, name in names
    )
    return [
        (first, line) for line, name, first, other in firsts if _letters(other) != _letters(name)
    ]


def _letters(name: str) -> Counter[str]:
    """Count the letters of a name as typed, apart from case and from where its tones stand."""
    signs = unicodedata.normalize("NFD", name).casefold()
    return Counter(sign for sign in signs if sign.isalpha() or unicodedata.combining(sign))


def write_offices(offices: Iterable[Office]) -> bytes:
    """Spell the catalogue of offices.

    Raises:
        MalformedInputError: `catalogue-malformed` with `why` (the column, or `double`) and `line`.
    """
    return _write(sorted(offices, key=lambda one: one.number), _OFFICE, "offices")


def write_agencies(agencies: Iterable[Agency]) -> bytes:
    """Spell the catalogue of agencies; raises as `write_offices`."""
    return _write(sorted(agencies, key=lambda one: one.code), _AGENCY, "agencies")


def read_offices(unverified: bytes) -> tuple[Office, ...]:
    """Read the bytes of a catalogue of offices.

    Raises:
        MalformedInputError: `not-canonical` or `catalogue-malformed`.
    """
    return tuple(Office(*row) for row in _read(unverified, _OFFICE, "offices"))  # type: ignore[arg-type]  # columns checked


def read_agencies(unverified: bytes) -> tuple[Agency, ...]:
    """Read the bytes of a catalogue of agencies; raises as `read_offices`."""
    return tuple(Agency(*row) for row in _read(unverified, _AGENCY, "agencies"))  # type: ignore[arg-type]  # columns checked


def is_code(value: object) -> bool:
    """Tell whether a value has the form of the code of an office, an agency or a unit."""
    return type(value) is str and _CODE.fullmatch(value) is not None


def _text(value: object) -> bool:
    return (
        type(value) is str
        and 0 < len(value) <= MAX_NAME
        and value == unicodedata.normalize("NFC", value)
        and value.isprintable()
    )


_Columns = Sequence[tuple[str, Callable[[object], bool]]]

_OFFICE: _Columns = (
    ("number", lambda value: type(value) is int and 100_000 <= value <= 999_999),
    ("code", is_code),
    ("name", _text),
    ("kind", lambda value: value in (*FOUNDING_KINDS, "commune")),
    ("unit", is_code),
)
_AGENCY: _Columns = (
    ("code", is_code),
    ("name", _text),
    ("kind", is_code),
    ("unit", is_code),
    ("address", _text),
    ("delivery_point", is_code),
    ("valid_from", lambda value: type(value) is str and _DAY.fullmatch(value) is not None),
)


def _write(rows: Sequence[Office] | Sequence[Agency], columns: _Columns, what: str) -> bytes:
    told = [list(astuple(row)) for row in rows]
    _check(told, columns, what)
    return cbor.encode(told)


def _read(unverified: bytes, columns: _Columns, what: str) -> list[list[cbor.Value]]:
    value = cbor.decode(unverified, what=what)
    if not (type(value) is list and all(type(row) is list for row in value)):
        raise MalformedInputError("catalogue-malformed", what=what, why="rows", line=0)
    _check(value, columns, what)
    return value


def _check(rows: Sequence[Sequence[object]], columns: _Columns, what: str) -> None:
    """Check every column of every row, and that rows are sorted by their first one."""
    for line, row in enumerate(rows, start=1):
        wrong = [
            name for (name, check), value in zip(columns, row, strict=False) if not check(value)
        ]
        if len(row) != len(columns) or wrong:
            why = wrong[0] if wrong else "columns"
            raise MalformedInputError("catalogue-malformed", what=what, why=why, line=line)
    firsts = [row[0] for row in rows]
    codes = [row[columns.index(next(c for c in columns if c[0] == "code"))] for row in rows]
    if len(set(codes)) != len(codes) or firsts != sorted(set(firsts)):  # type: ignore[type-var]  # one type a column
        raise MalformedInputError("catalogue-malformed", what=what, why="double", line=0)
