"""The XML parts of a workbook as a stream of happenings: no tree is built, no DTD is taken.

**Rule:** what an attacker can make large is never held at once, and all parts together have one
budget; whoever reads may stop at any happening.
"""

import zipfile
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from kt1custody.errors import MalformedInputError

_CHUNK = 1 << 16
_MAX_TEXT = 40_000  # characters between two tags; a cell of Excel holds 32 767
_MAX_TAG = 4 * _CHUNK  # bytes without the end of a tag; expat would read them again and again
_MAX_DEPTH = 64
_BUDGET = 2_500_000  # tags in all; 20 000 items have at most 1.8 million

# What begins (its attributes) or ends (None, and the text since the last tag).
Happening = tuple[str, Mapping[str, str] | None, str]
Happenings = Iterator[Happening]


class Parts:
    """The parts of an opened workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = _BUDGET
        self.names = frozenset(archive.namelist())

    def read(self, name: str) -> Happenings:
        """Read a part: names of elements without prefix, attributes as they are.

        Raises:
            MalformedInputError: `table-unreadable` with `why`: `broken`, `too-large`.
        """
        stream = _Stream()
        with self._archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                yield from self._spend(stream.feed(chunk))
        yield from self._spend(stream.feed(b"", is_last=True))

    def _spend(self, found: list[Happening]) -> list[Happening]:
        self._left -= len(found)
        if self._left < 0:
            raise MalformedInputError("table-unreadable", why="too-large")
        return found


def broken() -> MalformedInputError:
    """Make the error for a workbook that does not hold together."""
    return MalformedInputError("table-unreadable", why="broken")


class _Stream:
    def __init__(self) -> None:
        self._found: list[Happening] = []
        self._text = ""
        self._depth = self._since_tag = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add
        parser.StartDoctypeDeclHandler = self._refuse
        self._parser = parser

    def feed(self, chunk: bytes, *, is_last: bool = False) -> list[Happening]:
        self._found = []
        self._since_tag = 0 if b">" in chunk else self._since_tag + len(chunk)
        if self._since_tag > _MAX_TAG:
            raise broken()
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError:
            raise broken() from None
        return self._found

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._text = ""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise broken()
        self._found.append((local(name), attributes, ""))

    def _end(self, name: str) -> None:
        self._found.append((local(name), None, self._text))
        self._text = ""
        self._depth -= 1

    def _add(self, text: str) -> None:
        self._text += text
        if len(self._text) > _MAX_TEXT:
            raise broken()

    def _refuse(self, *_: object) -> None:
        raise broken()


def local(name: str) -> str:
    """Give a name without the prefix of its name space."""
    return name.rpartition(":")[2] if ":" in name else name
