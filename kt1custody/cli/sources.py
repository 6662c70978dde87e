"""Reads what a command names: numbers and seals in arguments, lists in files, pictures.

**Rule:** a scanned text is never opened as a file. A file is opened only where a person has named
it: as an argument, as `--from`, or dragged onto the terminal and then agreed to (`cli.scans`). The
lines of a list are scanned texts. Whatever cannot be read is a source with a fault, so that the
rest is read all the same.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kt1custody.cli import dragged, keyboard
from kt1custody.cli.speech import number, say, word
from kt1custody.core.formats import numbers
from kt1custody.core.seals import scanner
from kt1custody.errors import KtError, MalformedInputError, RefusedError, UnavailableError
from kt1custody.system import files

if TYPE_CHECKING:
    from kt1custody.cli.face import Face
    from kt1custody.services.session.pictures import Picture

_MAX_LIST = 1_000_000  # bytes of a file of scans
_STDIN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One scan as it was given.

    Attributes:
        place: Where it stood, such as `3`, `scans.txt:12` or `seal.tif [2]`.
        text: Untrusted; empty if there is none.
        fault: Why there is none.
    """

    place: str
    text: str = ""
    fault: KtError | None = None


def single(face: "Face", given: str) -> str:
    """Give the text of the one item or offer that an argument names.

    Raises:
        RefusedError: `several-seals`: a picture shows more than one.
        KtError: Why it cannot be read.
    """
    named = read(face, [given])
    for source in named:
        if source.fault is not None:
            raise source.fault
    if len(named) > 1:
        raise RefusedError("several-seals", count=len(named), name=Path(given).name)
    return named[0].text


def read(face: "Face", given: Sequence[str], file: Path | None = None) -> list[Source]:
    """Read arguments and a list into single scans; of pictures people are told what else is there."""
    named = [
        source
        for place, argument in enumerate(given, start=1)
        for source in _of_argument(face, argument, str(place))
    ]
    return [*named, *(_of_list(face, file) if file is not None else ())]


def _of_argument(face: "Face", argument: str, place: str) -> Iterator[Source]:
    # What is all digits is a code, though a file may have that name.
    if not numbers.join_groups(scanner.unframe(argument)).isdecimal():
        path = dragged.file_named(argument)
        if path is not None:
            yield from of_picture(face, path)
            return
    yield Source(place=place, text=argument)


def of_picture(face: "Face", path: Path) -> list[Source]:
    """Read a picture that a person has named."""
    try:
        picture = read_picture(path)
    except (MalformedInputError, UnavailableError) as fault:
        return [Source(place=path.name, fault=fault)]
    if picture.pages > 1 or len(picture.texts) > 1 or picture.others:
        face.note(
            say(
                "{file}: codes read: {count}, pages: {pages}",
                file=path.name,
                count=number(len(picture.texts)),
                pages=number(picture.pages),
            )
        )
    for page, code in picture.others:
        line = say(
            "{file}, page {page}: another code, not ours: {code}",
            file=path.name,
            page=page,
            code=code,
        )
        face.aside(line, file=path.name, page=page, other=code)
    for page, why in picture.unread:
        line = say("{file}, page {page}: {why}", file=path.name, page=page, why=word("why", why))
        face.aside(line, file=path.name, page=page, unread=why)
    several = picture.pages > 1
    return [
        Source(place=f"{path.name} [{page}]" if several else path.name, text=text)
        for page, text in picture.texts
    ]


def read_picture(path: Path) -> "Picture":
    """Read a picture in a regular file; a pipe or a device is not waited for.

    Raises:
        UnavailableError: `file-unreadable`; with `why` `not-a-file` for a pipe or a device.
        MalformedInputError: As `pictures.read_picture`.
    """
    from kt1custody.services.session import pictures

    return pictures.read_picture(files.read(path, pictures.MAX_BYTES + 1))


def _of_list(face: "Face", file: Path) -> list[Source]:
    """Read a list of scans; the lines that hold something."""
    raw = _bytes_of(file)
    text = _decoded(raw)
    if text is None and str(file) != _STDIN:
        return of_picture(face, file)
    if text is None or len(raw) > _MAX_LIST:
        raise MalformedInputError("list-unreadable", name=file.name)
    name = "" if str(file) == _STDIN else file.name
    return [
        Source(place=f"{name}:{number}", text=line)
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]


def _bytes_of(file: Path) -> bytes:
    """Read the beginning of a file, a byte more than a list may have; a pipe too, but no device."""
    try:
        if str(file) == _STDIN:
            with keyboard.shown():
                return sys.stdin.buffer.read(_MAX_LIST + 1)
        if file.exists() and not (file.is_file() or file.is_fifo()):
            raise UnavailableError("file-unreadable", name=str(file), why="not-a-file")
        with file.open("rb") as opened:
            return opened.read(_MAX_LIST + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        why = getattr(error, "strerror", None) or "EINVAL"
        raise UnavailableError("file-unreadable", name=str(file), why=why) from None


def _decoded(raw: bytes) -> str | None:
    """Decode a list, as Unix, Windows or PowerShell write it; None if it is no text."""
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if raw.startswith((b"%PDF-", b"<svg")):
        return None
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
