"""Folders that leave the server as one file."""

import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO

from fastapi import Response
from fastapi.responses import StreamingResponse

_PART = 1 << 20  # bytes that are sent at a time


def answer(
    name: str, contents: Iterable[tuple[str, bytes]], *, is_confidential: bool = False
) -> Response:
    """Give files as a zip with one folder in it.

    Args:
        name: Of the folder and the file.
        contents: Names and bytes; taken one at a time, and packed before any is sent.
        is_confidential: It is packed in memory; else beside, in a file without a name.
    """
    # It is closed when all is sent.
    packed: IO[bytes] = io.BytesIO() if is_confidential else tempfile.TemporaryFile()  # noqa: SIM115
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for path, content in contents:
            made.writestr(zipfile.ZipInfo(f"{name}/{path}"), content)
    size = packed.tell()
    packed.seek(0)
    return StreamingResponse(
        _parts(packed),
        media_type="application/zip",
        headers={**attachment(f"{name}.zip"), "content-length": str(size)},
    )


def attachment(name: str) -> dict[str, str]:
    """Give the header by which a browser saves a file instead of showing it."""
    return {"content-disposition": f'attachment; filename="{name}"'}


def _parts(packed: IO[bytes]) -> Iterator[bytes]:
    with packed:
        while part := packed.read(_PART):
            yield part
