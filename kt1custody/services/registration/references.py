"""What an office has accepted this year, by document number: so that nothing is registered twice.

**Rule:** in memory alone, for one session and one person whose key opens the slips; kept from one
registration to the next, and only what has come since is opened.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TypeVar

from kt1custody.core.custody.history import is_stopped
from kt1custody.core.log.entry import Entry
from kt1custody.core.manifest.row import duplicate_key
from kt1custody.errors import (
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    VerificationError,
)
from kt1custody.services.session.slips import Reader

_A = TypeVar("_A")
_R = TypeVar("_R")
Key = tuple[str, str, str]


@dataclass(slots=True)
class References:
    """What an office has accepted this year, as far as the log was read.

    Attributes:
        seq: Position of the last entry that was looked at.
    """

    seq: int = -1
    _office: int = 0
    _by_item: dict[int, Key] = field(default_factory=dict)
    _manifests: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def keys(self) -> frozenset[Key]:
        """Sender, date and number of the documents that were accepted."""
        return frozenset(self._by_item.values())

    def refuse_same(self, digest: str) -> None:
        """Refuse a manifest that was registered, whatever its file was called.

        Raises:
            RefusedError: `manifest-registered-already`, with its first and last item.
        """
        if digest in self._manifests:
            first, last = self._manifests[digest]
            raise RefusedError("manifest-registered-already", first=first, last=last)

    def advance(self, reader: Reader, zone: tzinfo, year: int) -> None:
        """Open the slips that this person's office has accepted in a year, since the last time."""
        book = reader.book
        mine = book.control.current_key(reader.opener.staff)
        office = 0 if mine is None else mine.office
        if office != self._office:
            self.seq, self._office = -1, office
            self._by_item.clear()
            self._manifests.clear()
        for entry in book.acts("register", after=self.seq):
            when = datetime.fromtimestamp(book.time_of(entry), zone)
            if when.year == year and entry.act.number("office") == office and not is_stopped(entry):
                self._take(reader, entry)
        for entry in book.acts("correct", after=self.seq):
            n = entry.act.lines[0].n
            if entry.act.text("field") == "commit" and n in self._by_item:
                self._read(reader, n, entry.act.octets("value"))
        self.seq = book.seq

    def _take(self, reader: Reader, entry: Entry) -> None:
        lines, book = entry.act.lines, reader.book
        listed = _opened(reader.open, entry.act.octets("list"), "list")
        source = None if listed is None else listed.get("source")
        if isinstance(source, str) and " " in source:
            digest = source.rpartition(" ")[2]
            first = self._manifests.get(digest, (lines[0].n, 0))[0]
            self._manifests[digest] = first, lines[-1].n
        book.load(line.n for line in lines)
        for line in lines:
            state = book.item(line.n)  # the slip may have been corrected since
            self._read(reader, line.n, line.octets("commit") if state is None else state.commit)

    def _read(self, reader: Reader, n: int, commitment: bytes) -> None:
        slip = _opened(reader.slip, commitment, n)
        key = duplicate_key(slip) if slip else None
        if key:
            self._by_item[n] = key
        else:
            self._by_item.pop(n, None)


def _opened(read: Callable[[bytes, _A], _R | None], commitment: bytes, about: _A) -> _R | None:
    """Open a record; None if it is erased, another's, or sealed to a key that its office has lost.

    Whatever others have named in acts of theirs, registering goes on; `kt1 verify` tells of it.
    """
    try:
        return read(commitment, about)
    except (NotAllowedError, VerificationError, MalformedInputError):
        return None
