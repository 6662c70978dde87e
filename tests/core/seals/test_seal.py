"""The digits in the QR."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.core.seals import seal
from kt1custody.errors import KtError, MalformedInputError

OFFICES = st.integers(100_000, 999_999)
CONTENTS = st.builds(
    seal.SealContent,
    n=st.builds(
        numbers.item_number,
        log_number=st.integers(10, 99),
        year=st.just(2026),
        running=st.integers(1, numbers.LAST_RUNNING),
    ),
    serial=st.integers(numbers.FIRST_SERIAL, numbers.LAST_SERIAL),
    mark=st.sampled_from(Mark),
    urgency=st.sampled_from(Urgency),
    issuer=OFFICES,
    dest=OFFICES,
    at=st.integers(0, numbers.LAST_TIME),
    commitment=st.binary(min_size=16, max_size=16),
    copy=st.sampled_from([1, 2]),
)
ALGS = st.sampled_from([numbers.ED25519, numbers.ESP256])
KIDS, SIGNED = st.binary(min_size=8, max_size=8), st.binary(min_size=64, max_size=64)
N = numbers.item_number(log_number=68, year=2026, running=1)
CONTENT = seal.SealContent(
    n=N,
    serial=65_536,
    mark=Mark.A,
    urgency=Urgency.EXPRESS,
    issuer=680_900,
    dest=680_901,
    at=9,
    commitment=bytes(range(16)),
    copy=1,
)
TEXT = seal.to_text(CONTENT, numbers.ED25519, bytes(8), bytes(64))


def raw_of(text: str) -> bytes:
    number = int(text[2:])
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def text_of(raw: bytes) -> str:
    return "71" + str(int.from_bytes(raw, "big"))


def why(text: str) -> object:
    with pytest.raises(MalformedInputError, match="seal-text") as caught:
        seal.parse(text)
    return caught.value.detail["why"]


def written(read: seal.UnverifiedSeal) -> str:
    return seal.to_text(read.content, read.alg, read.kid, read.signature)


@given(CONTENTS, ALGS, KIDS, SIGNED)
def test_seal_is_read_as_written(content: seal.SealContent, alg: int, kid: bytes, signed: bytes):
    read = seal.parse(seal.to_text(content, alg, kid, signed))
    told = seal.to_be_signed(content, alg, kid)
    assert read == seal.UnverifiedSeal(
        content=content, alg=alg, kid=kid, to_be_signed=told, signature=signed
    )


@pytest.mark.parametrize(
    ("key", "edge"),
    [
        ("serial", 65_536),
        ("serial", 4_294_967_295),
        ("issuer", 100_000),
        ("dest", 999_999),
        ("at", 0),
        ("at", numbers.LAST_TIME),
    ],
)
def test_field_at_the_edge_is_read(key: str, edge: Any):
    content = replace(CONTENT, **{key: edge})
    text = seal.to_text(content, numbers.ED25519, bytes(8), bytes(64))
    assert seal.parse(text).content == content


@given(CONTENTS, ALGS)
def test_longest_seal_fits_the_code(content: seal.SealContent, alg: int):
    assert len(seal.to_text(content, alg, b"\xff" * 8, b"\xff" * 64)) <= seal.MAX_DIGITS


@given(st.text(max_size=40) | st.text("0123456789", max_size=400).map(lambda t: "71" + t))
def test_any_text_is_refused_or_written_unchanged(text: str):
    try:
        read = seal.parse(text)
    except KtError:
        return
    assert written(read) == text


@given(st.data())
def test_changed_byte_is_refused_or_written_unchanged(data: st.DataObject):
    raw = bytearray(raw_of(TEXT))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    text = text_of(bytes(raw))
    try:
        read = seal.parse(text)
    except KtError:
        return
    assert written(read) == text


@pytest.mark.parametrize("length", range(0, len(raw_of(TEXT)), 5))
def test_cut_seal_is_refused(length: int):
    assert why(text_of(raw_of(TEXT)[:length])) == "truncated"


def test_seal_with_a_byte_behind_is_refused():
    assert why(text_of(raw_of(TEXT) + b"\x00")) == "truncated"


@pytest.mark.parametrize(
    ("place", "wrong", "reason"),
    [
        (0, 2, "version"),
        (0, True, "truncated"),
        (1, 1, "truncated"),
        (1, True, "truncated"),
        (2, numbers.FIRST_SERIAL - 1, "truncated"),
        (2, numbers.LAST_SERIAL + 1, "truncated"),
        (3, -1, "truncated"),
        (3, 4, "truncated"),
        (3, True, "truncated"),
        (4, 4, "truncated"),
        (5, 99_999, "truncated"),
        (6, 1_000_000, "truncated"),
        (7, -1, "truncated"),
        (7, numbers.LAST_TIME + 1, "truncated"),
        (8, bytes(15), "truncated"),
        (8, "x" * 16, "truncated"),
        (9, 0, "truncated"),
        (9, True, "truncated"),
    ],
)
def test_wrong_field_is_refused(place: int, wrong: Any, reason: str):
    fields: list[Any] = [1, N, 65_536, 3, 1, 680_900, 680_901, 9, bytes(range(16)), 1]
    fields[place] = wrong
    assert why(framed(cbor.encode(fields))) == reason


@pytest.mark.parametrize("payload", [b"\xff" * 30, cbor.encode(["x" * 30]) + b"\x00"])
def test_payload_that_is_no_cbor_is_refused(payload: bytes):
    assert why(framed(payload)) == "truncated"


@pytest.mark.parametrize("value", [{"v": "x" * 30}, ["x" * 30], [1, *["x"] * 20]])
def test_payload_of_another_shape_is_refused(value: Any):
    assert why(framed(cbor.encode(value))) == "version"


def test_item_number_that_does_not_check_is_refused():
    with pytest.raises(MalformedInputError) as caught:
        seal.parse(seal.to_text(replace(CONTENT, n=N ^ 1), numbers.ED25519, bytes(8), bytes(64)))
    assert caught.value.detail["why"] == "check-digit"


@pytest.mark.parametrize("wrong", [b"\x27", b"\x33"])
def test_unknown_algorithm_is_refused(wrong: bytes):
    raw = raw_of(TEXT)
    assert why(text_of(raw[:5] + wrong + raw[6:])) == "truncated"


def framed(payload: bytes) -> str:
    header = cbor.encode(seal.protected_header(numbers.ED25519, bytes(8)))
    return text_of(
        b"\xd2\x84"
        + header
        + b"\xa0\x58"
        + bytes([len(payload)])
        + payload
        + b"\x58\x40"
        + bytes(64)
    )
