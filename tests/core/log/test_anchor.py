"""Typed codes of checkpoints, against vectors made without this program."""

from typing import Any

import pytest

from kt1custody.core.log import anchor, checkpoint
from kt1custody.errors import MalformedInputError
from tests.kit.vectors import vectors

Vector = dict[str, Any]


@pytest.mark.parametrize("one", vectors("anchors"))
def test_typed_codes_are_read_and_spelled_the_same(one: Vector):
    told = checkpoint.read_text(one["checkpoint"])
    read = anchor.parse(one["code"])
    assert (read.size, read.digits) == (one["size"], one["digits"])
    assert read.fits(told)
    if one["note"].startswith("size"):
        assert anchor.code(told) == one["code"]


@pytest.mark.parametrize("one", vectors("anchors", refused=True))
def test_typed_codes_are_refused_with_the_group_that_is_wrong(one: Vector):
    with pytest.raises(MalformedInputError, match="anchor-malformed") as caught:
        anchor.parse(one["code"])
    assert caught.value.detail["group"] == one["refused"]
