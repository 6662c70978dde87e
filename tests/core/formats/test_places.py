"""The two closed lists, as catalogues."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import cbor, places
from kt1custody.core.formats.places import Agency, Office
from kt1custody.errors import MalformedInputError

CODES = st.text("ABCĐđz09-", min_size=1, max_size=40)
NAMES = st.text("Xã Đạ Tẻh,1", min_size=1, max_size=200).filter(lambda t: "  " not in t)
OFFICES = st.lists(
    st.builds(
        Office,
        st.integers(100_000, 999_999),
        CODES,
        NAMES,
        st.sampled_from(["kt1-office", "central", "commune"]),
        CODES,
    ),
    max_size=4,
    unique_by=(lambda one: one.number, lambda one: one.code),
)
AGENCIES = st.lists(
    st.builds(
        Agency, CODES, NAMES, CODES, CODES, NAMES, CODES, st.dates().map(lambda d: d.isoformat())
    ),
    max_size=4,
    unique_by=lambda one: one.code,
)
OFFICE = Office(680_900, "HE1-LD", "Hệ 1", "kt1-office", "68")
AGENCY = Agency("SNV", "Sở Nội vụ", "so", "68", "Đà Lạt", "HE1-LD", "2026-01-01")


def why(read: Any, rows: Any) -> object:
    with pytest.raises(MalformedInputError, match="catalogue-malformed") as caught:
        read(rows)
    return caught.value.detail["why"]


@given(OFFICES)
def test_offices_are_read_as_written(offices: list[Office]):
    read = places.read_offices(places.write_offices(offices))
    assert read == tuple(sorted(offices, key=lambda one: one.number))


@given(AGENCIES)
def test_agencies_are_read_as_written(agencies: list[Agency]):
    read = places.read_agencies(places.write_agencies(agencies))
    assert read == tuple(sorted(agencies, key=lambda one: one.code))


PARTS: st.SearchStrategy[Any] = st.sampled_from(
    [680_900, "HE1-LD", "Hệ 1", "commune", "68", "2026-01-01", None, True, b"", [], {}, 1, "a b"]
)
ROWS = st.lists(st.lists(PARTS, max_size=8), max_size=3)


@given(ROWS | PARTS)
def test_any_value_is_refused_or_written_unchanged(value: Any):
    raw = cbor.encode(value)
    for read, write in (
        (places.read_offices, places.write_offices),
        (places.read_agencies, places.write_agencies),
    ):
        try:
            rows: Any = read(raw)
        except MalformedInputError:
            continue
        assert write(rows) == raw


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("number", 99_999),
        ("number", 1_000_000),
        ("code", ""),
        ("code", "a b"),
        ("code", "x" * 41),
        ("name", ""),
        ("name", "x" * 201),
        ("name", "Ho\u0300a"),
        ("name", "a\u202eb"),
        ("kind", "village"),
        ("unit", ""),
    ],
)
def test_wrong_column_of_an_office_is_named(key: str, wrong: Any):
    assert why(places.write_offices, [replace(OFFICE, **{key: wrong})]) == key


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("code", "ô"),
        ("name", "a\nb"),
        ("kind", "a/b"),
        ("unit", " "),
        ("address", ""),
        ("delivery_point", ""),
        ("valid_from", "1.1.2026"),
        ("valid_from", "2026-01-01 "),
    ],
)
def test_wrong_column_of_an_agency_is_named(key: str, wrong: Any):
    assert why(places.write_agencies, [replace(AGENCY, **{key: wrong})]) == key


def test_true_is_no_office_number():
    row: list[Any] = [True, "A", "B", "central", "C"]
    assert why(places.read_offices, cbor.encode([row])) == "number"


def test_code_twice_is_refused():
    assert why(places.write_offices, [OFFICE, replace(OFFICE, number=680_901)]) == "double"


def test_number_twice_is_refused():
    assert why(places.write_offices, [OFFICE, replace(OFFICE, code="BDX")]) == "double"


@pytest.mark.parametrize("value", [{}, 1, None, [1], [[], {}]])
def test_value_that_is_no_table_is_refused(value: Any):
    assert why(places.read_offices, cbor.encode(value)) == "rows"


@pytest.mark.parametrize("row", [[], [680_900], [680_900, "A", "B", "central", "C", "D"]])
def test_row_of_other_length_is_refused(row: list[Any]):
    assert why(places.read_offices, cbor.encode([row])) == "columns"


def test_bytes_that_are_not_canonical_are_refused():
    with pytest.raises(MalformedInputError, match="not-canonical"):
        places.read_agencies(b"\x9f\xff")


def test_destination_is_the_office_that_delivers():
    known = places.places([OFFICE], [AGENCY])
    assert known.destination(AGENCY) == OFFICE
    assert known.destination(replace(AGENCY, delivery_point="BDX")) is None


def test_office_is_named_or_numbered():
    known = places.places([OFFICE], [AGENCY])
    assert (known.office_name(680_900), known.office_name(680_901)) == ("Hệ 1", "680901")
