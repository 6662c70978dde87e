"""The XML parts of a workbook as a stream of happenings: no tree is built, no DTD is taken.

**Rule:** what an attacker can make large is never held at once, and all parts together have one
budget; whoever reads may stop at any happening.
"""

from collections.abc import Iterator, Mapping
from typing import IO
from xml.parsers import expat

from kt1custody.errors import MalformedInputError

_CHUNK = 1 << 16
MAX_TEXT = 40_000  # characters between two tags; a cell of Excel holds 32 767
_MAX_TOKEN = 4 * _CHUNK  # bytes of a tag or comment; expat reads it again with every chunk
_MAX_DEPTH = 64

# What begins (its attributes) or ends (None, and the text since the last tag).
Happening = tuple[str, Mapping[str, str] | None, str]
Happenings = Iterator[Happening]


class Budget:
    """What reading a workbook may cost, in tags, cells, areas or characters."""

    def __init__(self, most: int) -> None:
        self._left = most

    def spend(self, count: int) -> None:
        """Take from what is left.

        Raises:
            MalformedInputError: `table-unreadable` with `why`: `too-large`.
        """
        self._left -= count
        if self._left < 0:
            raise MalformedInputError("table-unreadable", why="too-large")


def read(part: IO[bytes], budget: Budget) -> Happenings:
    """Read a part and close it: names of elements without prefix, attributes as they are.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `broken`, `too-large`.
    """
    stream = _Stream()
    is_last = False
    with part:
        while not is_last:
            chunk = part.read(_CHUNK)
            is_last = not chunk
            happenings = stream.feed(chunk, is_last=is_last)
            budget.spend(len(happenings))
            yield from happenings


def broken() -> MalformedInputError:
    """Make the error for a workbook that does not hold together."""
    return MalformedInputError("table-unreadable", why="broken")


class _Stream:
    def __init__(self) -> None:
        self._happenings: list[Happening] = []
        self._text = ""
        self._depth = self._unread = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add
        parser.StartDoctypeDeclHandler = self._refuse
        parser.CommentHandler = parser.ProcessingInstructionHandler = self._pass_over
        self._parser = parser

    def feed(self, chunk: bytes, *, is_last: bool) -> list[Happening]:
        self._happenings = []
        self._unread += len(chunk)  # until expat has come to the end of something
        if self._unread > _MAX_TOKEN:
            raise broken()
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError:
            raise broken() from None
        return self._happenings

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._text, self._unread = "", 0
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise broken()
        self._happenings.append((local(name), attributes, ""))

    def _end(self, name: str) -> None:
        self._happenings.append((local(name), None, self._text))
        self._text, self._unread = "", 0
        self._depth -= 1

    def _add(self, text: str) -> None:
        self._text, self._unread = self._text + text, 0
        if len(self._text) > MAX_TEXT:
            raise broken()

    def _pass_over(self, *_: object) -> None:
        self._unread = 0

    def _refuse(self, *_: object) -> None:
        raise broken()


def local(name: str) -> str:
    """Give a name without the prefix of its name space."""
    return name.rpartition(":")[2] if ":" in name else name
