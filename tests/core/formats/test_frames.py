"""Records in a file, each behind its length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import frames
from kt1custody.errors import MalformedInputError


@given(st.lists(st.binary(max_size=300)))
def test_what_is_framed_is_taken_apart_again(records: list[bytes]):
    assert frames.unframe(b"".join(map(frames.frame, records))) == records


@given(st.lists(st.binary(max_size=9), min_size=1), st.data())
def test_what_is_cut_is_told_and_what_stands_before_is_there(
    records: list[bytes], data: st.DataObject
):
    content = b"".join(map(frames.frame, records))
    rest = data.draw(st.integers(1, len(records[-1]) + 1))
    cut = content[: len(content) - rest]
    assert frames.split(b"head" + cut, begin=4) == (
        records[:-1],
        4 + len(content) - len(frames.frame(records[-1])),
    )
    with pytest.raises(MalformedInputError, match="bundle-file"):
        frames.unframe(cut)


def test_no_more_are_taken_than_wanted():
    content = frames.frame(b"a") * 5
    assert frames.split(content, most=2) == ([b"a", b"a"], 6)


def test_a_length_may_have_more_bytes():
    assert frames.frame(b"abc", length=4) == b"\x00\x00\x00\x03abc"
    with pytest.raises(OverflowError):
        frames.frame(bytes(65_536))
