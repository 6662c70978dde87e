"""Names of a bundle's files, and its list of sums."""

import pytest

from kt1custody.core.formats import bundle

SUMS = {"b": "00", "a": "ff", "logs/x y": "11"}


def test_tiles_are_named_in_groups_of_three_digits():
    assert bundle.tile_path(0) == "000"
    assert bundle.tile_path(1_234_067) == "x001/x234/067"
    assert bundle.tile_path(7, 17) == "007.p/17"


def test_sums_are_listed_by_name_and_read_again():
    raw = bundle.encode_sums(SUMS)
    assert raw == b"ff  a\n00  b\n11  logs/x y\n"
    assert bundle.read_sums(raw) == (SUMS, True)


@pytest.mark.parametrize(
    ("raw", "sums"),
    [
        (b"", {}),
        (b"\xff\xfe", {}),
        (b"00  b\nff  a\n", {"a": "ff", "b": "00"}),
        (b"ff  a\r\n", {"a": "ff"}),
        (b"ff  a", {"a": "ff"}),
        (b"ff  a\nff  a\n", {"a": "ff"}),
        (b"\xef\xbb\xbfff  a\n", {"a": "\ufeffff"}),
    ],
)
def test_another_form_is_told_and_read_as_far_as_it_goes(raw: bytes, sums: dict[str, str]):
    read, is_in_form = bundle.read_sums(raw)
    assert read == sums
    assert is_in_form == (raw == b"\xef\xbb\xbfff  a\n")  # whose sum fits no file
