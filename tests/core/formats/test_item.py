"""The slip of an item, as its decrypted record."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import cbor, item
from kt1custody.errors import MalformedInputError

TEXT = st.text(max_size=20)
SLIPS = st.builds(
    item.Slip,
    sender=TEXT,
    recipient=TEXT,
    reference=st.none() | TEXT,
    named=st.none() | TEXT,
    layers=st.integers(0, 9),
    weight=st.integers(0, 30_000),
    note=st.none() | TEXT,
)
SLIP = item.Slip(
    sender="UBND", recipient="SNV", reference="12/CV", named=None, layers=1, weight=20, note=None
)
KEYS = sorted(SLIP.to_record())


def refused(record: dict[str, Any]) -> bool:
    with pytest.raises(MalformedInputError, match="record-malformed"):
        item.read_slip(record)
    return True


@given(SLIPS)
def test_slip_is_read_as_written(slip: item.Slip):
    record = cbor.decode(cbor.encode(slip.to_record()))
    assert isinstance(record, dict)
    assert item.read_slip(record) == slip


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (item.Mark, ["NONE", "C", "B", "A"]),
        (item.Urgency, ["NORMAL", "EXPRESS", "TIMED", "EXPRESS_TIMED"]),
        (item.Kind, ["LETTER", "PACKET", "PARCEL"]),
    ],
)
def test_words_have_the_numbers_of_the_format(words: Any, names: list[str]):
    assert [(one.name, one.value) for one in words] == [(n, v) for v, n in enumerate(names)]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("wrong", [True, b"x", [], {}])
def test_slip_with_a_wrong_type_is_refused(key: str, wrong: Any):
    assert refused({**SLIP.to_record(), key: wrong})


@pytest.mark.parametrize("key", ["sender", "recipient", "layers", "weight"])
def test_slip_without_a_needed_value_is_refused(key: str):
    assert refused({**SLIP.to_record(), key: None})


@pytest.mark.parametrize("key", KEYS)
def test_slip_with_a_key_missing_is_refused(key: str):
    record = SLIP.to_record()
    del record[key]
    assert refused(record)


def test_slip_with_a_key_too_many_is_refused():
    assert refused({**SLIP.to_record(), "subject": "x"})
