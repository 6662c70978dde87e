"""A folder as one file: its own folder inside, and every byte."""

import asyncio
import io
import tempfile
import zipfile

import pytest
from starlette.responses import StreamingResponse

from kt1custody.web import zips


@pytest.mark.parametrize("is_confidential", [True, False])
def test_what_was_given_is_in_it_under_one_folder(is_confidential: bool):
    contents = [("a/b.txt", b"one"), ("c.bin", bytes(3_000_000))]
    made = zips.answer("kt1-7", iter(contents), is_confidential=is_confidential)
    assert isinstance(made, StreamingResponse)

    async def read() -> bytes:
        parts = [part async for part in made.body_iterator]
        return b"".join(bytes(part) for part in parts if isinstance(part, bytes))

    raw = asyncio.run(read())
    assert made.headers["content-length"] == str(len(raw))
    assert made.headers["content-disposition"] == 'attachment; filename="kt1-7.zip"'
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == {
            f"kt1-7/{name}": content for name, content in contents
        }


def test_what_is_confidential_never_lies_on_the_disk(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "TemporaryFile", None)
    assert zips.answer("kt1-7", [("slip", b"1129-TA-VP")], is_confidential=True).status_code == 200
