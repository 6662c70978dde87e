"""A file of confidential records: what is written is read again, and nothing else is."""

import io

import pytest

from kt1custody.core.formats import cbor
from kt1custody.errors import MalformedInputError, UnavailableError
from kt1custody.services.evidence import sealed_file
from kt1custody.store import sealed
from tests.kit import cast

HEAD = b"kt1-records/1\n"


def read(content: bytes) -> list[sealed.Row]:
    return list(sealed_file.read("phiếu", io.BytesIO(content)))


def framed(value: cbor.Value) -> bytes:
    raw = cbor.encode(value)
    return HEAD + len(raw).to_bytes(4, "big") + raw


def test_every_record_comes_back_as_it_lies_here(lived: cast.World):
    content, count = sealed_file.encode(lived.session)
    with lived.session.database.read() as connection:
        known = [(name, dict(cells)) for name, cells in sealed.rows(connection)]
    assert read(content) == known
    assert len(known) == count > 12
    for text in ("Nguyễn", "LD-TAND"):
        assert text.encode() not in content


@pytest.mark.parametrize(
    "content",
    [
        b"", HEAD[:-1], b"kt1-records/2\n", HEAD + b"\0\0\0\2a", HEAD + b"\xff\xff\xff\xff",
        HEAD + b"\0\0\0\1\xff", framed(["records"]), framed([1, {}]), framed(["records", []]),
    ],
)  # fmt: skip
def test_what_is_no_file_of_records_is_named(content: bytes):
    with pytest.raises(MalformedInputError, match="not-records") as caught:
        read(content)
    assert caught.value.detail == {"name": "phiếu"}


def test_a_cell_that_no_table_has_is_passed_over():
    assert read(framed(["records", {"box": b"x", "size": [1]}])) == [("records", {"box": b"x"})]


def test_a_medium_that_cannot_be_read_says_so():
    class Broken(io.BytesIO):
        def read(self, _: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(UnavailableError, match="file-unreadable"):
        list(sealed_file.read("phiếu", Broken()))
