"""The codec: one value, one spelling, and nothing else gets through."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import cbor
from kt1custody.errors import MalformedInputError

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(max_size=30)
    | st.binary()
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    PLAIN,
    lambda part: (
        st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=5), part, max_size=4)
    ),
    max_leaves=12,
)


def nested(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth - 1):
        value = [value]
    return value


def spelled(value: Any) -> bytes | None:
    try:
        return cbor.encode(value)
    except ValueError:  # deeper than the format allows
        return None


@given(VALUES)
def test_value_is_read_as_written(value: Any):
    raw = spelled(value)
    if raw is not None:
        assert repr(_sorted(cbor.decode(raw))) == repr(_sorted(value))


@given(st.binary(max_size=40))
def test_bytes_are_refused_or_written_unchanged(raw: bytes):
    try:
        value = cbor.decode(raw)
    except MalformedInputError:
        return
    assert cbor.encode(value) == raw


@given(VALUES, st.data())
def test_changed_byte_is_refused_or_another_value(value: Any, data: st.DataObject):
    raw = spelled(value)
    if raw is None:
        return
    place = data.draw(st.integers(0, len(raw) - 1))
    wrong = bytearray(raw)
    wrong[place] ^= data.draw(st.integers(1, 255))
    try:
        read = cbor.decode(bytes(wrong))
    except MalformedInputError:
        return
    assert cbor.encode(read) == bytes(wrong)


@given(VALUES, st.binary(min_size=1, max_size=4))
def test_trailing_bytes_are_refused(value: Any, more: bytes):
    raw = spelled(value)
    if raw is not None:
        with pytest.raises(MalformedInputError, match="not-canonical"):
            cbor.decode(raw + more)


def test_tuple_is_spelled_as_array():
    assert cbor.encode((1, (2,))) == cbor.encode([1, [2]]) == bytes.fromhex("82018102")


def test_keys_are_sorted_by_their_bytes():
    assert cbor.encode({"bb": 0, "a": 0, "b": 0}).hex() == "a36161006162006262" + "6200"


def test_eight_deep_is_read():
    assert cbor.decode(cbor.encode(nested(8))) == nested(8)


def test_maps_count_as_depth():
    value: Any = 0
    for _ in range(7):
        value = {"a": value}
    assert cbor.decode(cbor.encode(value)) == value
    with pytest.raises(ValueError, match="too deep"):
        cbor.encode({"a": value})


def test_nine_deep_is_not_written():
    with pytest.raises(ValueError, match="too deep"):
        cbor.encode(nested(9))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (1.0, "type float"),
        ({1: 2}, "key is not text"),
        ({"a": 2.0}, "type float"),
        ([[2**63]], "integer out of range"),
        (-(2**63) - 1, "integer out of range"),
        ({1, 2}, "type set"),
        (bytearray(b"x"), "type bytearray"),
    ],
)
def test_foreign_types_are_not_written(value: Any, why: str):
    with pytest.raises(ValueError, match=why):
        cbor.encode(value)


def test_error_names_the_thing_read():
    with pytest.raises(MalformedInputError) as caught:
        cbor.decode(b"", what="letter")
    assert caught.value.detail == {"what": "letter"}


def _sorted(value: Any) -> Any:
    """Maps have no order; `repr` keeps `True` apart from 1."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(part) for part in value] if isinstance(value, list) else value
