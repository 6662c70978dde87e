"""From the bytes of a text file to text."""

import csv
import io
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.manifest.layout import has_header
from kt1custody.errors import MalformedInputError
from kt1custody.sheets import letters
from kt1custody.sheets.table import read_file, read_table
from tests.kit import cast
from tests.kit.old_text import TCVN3, VNI, encode_1258, in_font

SAMPLE = cast.MANIFEST.read_text("utf-8-sig")


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: unicodedata.normalize("NFD", text).encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: "\ufeff".encode("utf-16-be") + text.encode("utf-16-be"),
        encode_1258,
    ],
)
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_vietnamese_text_is_the_same_in_every_encoding(
    encode: Callable[[str], bytes], sign: str
) -> None:
    rows = list(csv.reader(io.StringIO(SAMPLE)))
    file = io.StringIO()
    csv.writer(file, delimiter=sign).writerows(rows)
    read = read_table(encode(file.getvalue()), has_header)
    told = [[unicodedata.normalize("NFC", cell) for cell in cells] for _, cells in read.lines]
    assert told == rows


@given(st.text("aàảãáạăằẳẵắặâầẩẫấậđêềểễếệôồổỗốộơờởỡớợưừửữứựyỳỷỹýỵÀĂÂĐÊÔƠƯ bcmnhgt,;.", max_size=60))
def test_windows_1258_gives_composed_text_or_is_refused(text: str) -> None:
    try:
        read = letters.decode(encode_1258(text))
    except MalformedInputError:
        return
    assert read == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "broken",
    [
        in_font(SAMPLE, VNI).encode("latin-1"),
        in_font(SAMPLE, TCVN3).encode("latin-1"),
        SAMPLE.encode("latin-1", "replace"),
        SAMPLE.encode("utf-16-be")[2:] + b"\xff",
    ],
    ids=["vni", "tcvn3", "l1", "utf16"],
)
def test_bytes_that_are_no_vietnamese_in_any_encoding_are_refused(broken: bytes) -> None:
    with pytest.raises(MalformedInputError) as caught:
        read_table(broken, has_header)
    assert caught.value.detail["why"] in ("letters", "binary")


def test_vietnamese_names_of_all_provinces_are_no_broken_text() -> None:
    for name in ("agencies.csv", "offices.csv", "people.csv"):
        assert read_file((cast.DATA / name).name, (cast.DATA / name).read_bytes()).rows
