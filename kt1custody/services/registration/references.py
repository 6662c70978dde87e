"""What an office has accepted this year, by document number: so that nothing is registered twice.

**Rule:** keyed tags lead to the slips that may be the same; those alone are opened, and compared.
What waits to be tagged is opened and tagged first, in transactions of its own: whatever becomes of
what is proposed then, it is not opened for that again. Format: `.docs/formats.md` §7.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar

from kt1custody.core.custody.holding import registration
from kt1custody.core.formats import cbor
from kt1custody.core.formats.item import Slip
from kt1custody.core.log.entry import Entry
from kt1custody.core.manifest.row import Key, duplicate_key
from kt1custody.errors import (
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    VerificationError,
)
from kt1custody.services.session import slips
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.slips import Reader
from kt1custody.signing.slips import RecordKey, SealedRecord
from kt1custody.store import slip_tags
from kt1custody.store.slip_tags import SlipTag, TaggedSlip

_R = TypeVar("_R")
_BATCH = 500  # slips that are tagged in one transaction


@dataclass(slots=True, kw_only=True)
class References:
    """What a person's office has accepted, as far as this person can open its slips.

    Attributes:
        pen: What is being proposed.
        reader: The person.
        office: Number of their office, or 0.
    """

    pen: Proposer
    reader: Reader
    office: int
    _keys: dict[str, RecordKey] = field(default_factory=dict)
    _just_tagged: dict[bytes, list[TaggedSlip]] = field(default_factory=dict)

    @classmethod
    def of(cls, pen: Proposer, staff: str) -> "References":
        """Tag what waits at a person's office, as far as they can open it.

        Args:
            staff: Unlocked.

        Raises:
            NotAllowedError: `locked`.
            UnavailableError: As `slips.reader_of`; as `Database.write`.
        """
        control = pen.book.control
        mine = control.current_key(staff)
        reader = slips.reader_of(pen.session, pen.book, staff)
        references = cls(pen=pen, reader=reader, office=0 if mine is None else mine.office)
        for one in control.office_keys.values():
            key = _opened(reader.key, one.name) if one.office == references.office else None
            if key is not None:
                references._keys[one.name] = key
        references._tag_waiting()
        return references

    def taken(self, year: int, keys: Iterable[Key | None]) -> frozenset[Key]:
        """Give those of some keys under which the office has accepted an item in a year.

        Args:
            year: Local, by the right clock, whatever the clock was then.
            keys: As of `duplicate_key`.
        """
        return frozenset(
            key for key in keys if key is not None and self.first(year, key) is not None
        )

    def first(self, year: int, key: Key) -> int | None:
        """Give the item that the office has accepted under a key in a year; None if there is none."""
        for commitment, n in self._led_to(_of_reference(key)):
            state = self.pen.book.item(n)
            if state is not None and state.commit == commitment and self._of_year(n, year):
                slip = _opened(self.reader.slip, commitment, n)
                if slip is not None and duplicate_key(slip) == key:
                    return n
        return None

    def refuse_same(self, year: int, digest: str) -> None:
        """Refuse a manifest that was registered in a year, whatever its file was called.

        Raises:
            RefusedError: `manifest-registered-already`, with its first and last item.
        """
        numbers = [
            line.n
            for _, n in self._led_to(_of_manifest(digest))
            if (entry := self._of_year(n, year)) and self._digest_of(entry) == digest
            for line in entry.act.lines
        ]
        if numbers:
            first, last = min(numbers), max(numbers)
            raise RefusedError("manifest-registered-already", first=first, last=last)

    def tags(self, slip: Slip, sealed: SealedRecord, digest: str) -> Iterator[SlipTag]:
        """Give the tags of a slip that is being registered.

        Args:
            sealed: The same.
            digest: Of the manifest whose act begins with this item, or empty.
        """
        for name in sealed.keys:
            made = self.pen.made.get(name)
            key = self.reader.key(name) if made is None else RecordKey.of(made)
            yield from _tags(key, sealed.commitment, slip, digest)

    def _led_to(self, value: cbor.Value) -> Iterator[TaggedSlip]:
        """Give the slips to which the tags of a value lead, under any key of the office."""
        for key in self._keys.values():
            tag = key.tag(value)
            yield from slip_tags.find(self.pen.book.connection, tag)
            yield from self._just_tagged.get(tag, ())

    def _of_year(self, n: int, year: int) -> Entry | None:
        """Give the entry by which this office has accepted an item in a year, or None."""
        entry = self._entry_of(n)
        if entry is None:
            return None
        at = datetime.fromtimestamp(self.pen.book.time_of(entry), self.pen.session.zone)
        return entry if at.year == year else None

    def _entry_of(self, n: int) -> Entry | None:
        """Give the entry by which this office has accepted an item, or None."""
        found = registration(self.pen.book, n)
        return found[0] if found and found[0].act.number("office") == self.office else None

    def _digest_of(self, entry: Entry) -> str:
        """Give the digest of the manifest that an entry is of, or an empty one."""
        listed = _opened(self.reader.open, entry.act.octets("list"), "list")
        source = None if listed is None else listed.get("source")
        return source.rpartition(" ")[2] if isinstance(source, str) and " " in source else ""

    def _tag_waiting(self) -> None:
        waiting = self._waiting()
        while batch := list(islice(waiting, _BATCH)):
            with self.pen.session.database.write() as connection:
                for row, tags in batch:
                    slip_tags.settle(connection, row, tags)

    def _waiting(self) -> Iterator[tuple[SlipTag, list[SlipTag]]]:
        """Give the rows of slips that wait, with their tags; what cannot be opened waits on."""
        for name, key in self._keys.items():
            waiting = slip_tags.find(self.pen.book.connection, name.encode())
            for commitment, n in waiting:
                slip = _opened(self.reader.slip, commitment, n)
                if slip is not None:
                    tags = self._tags_of_old(key, n, commitment, slip)
                    for one in tags:
                        self._just_tagged.setdefault(one.tag, []).append(TaggedSlip(commitment, n))
                    yield slip_tags.waiting(name, commitment), tags

    def _tags_of_old(self, key: RecordKey, n: int, commitment: bytes, slip: Slip) -> list[SlipTag]:
        entry = self._entry_of(n)
        if entry is None:  # another office has accepted it
            return []
        first = entry.act.lines[0]
        begins = (first.n, first.octets("commit")) == (n, commitment)
        digest = self._digest_of(entry) if begins else ""
        return list(_tags(key, commitment, slip, digest))


def _tags(key: RecordKey, commitment: bytes, slip: Slip, digest: str) -> Iterator[SlipTag]:
    reference = duplicate_key(slip)
    if reference is not None:
        yield SlipTag(key.tag(_of_reference(reference)), commitment)
    if digest:
        yield SlipTag(key.tag(_of_manifest(digest)), commitment)


def _of_reference(key: Key) -> cbor.Value:
    """Give what a tag is made of: not of the year, which is another one if the clock was wrong."""
    return ["reference", *key]


def _of_manifest(digest: str) -> cbor.Value:
    return ["manifest", digest]


def _opened(read: Callable[..., _R | None], *what: object) -> _R | None:
    """Open a key or a record; None if it is erased, another's, or sealed to a key that is lost.

    Whatever others have named in acts of theirs, registering goes on; `kt1 verify` tells of it.
    """
    try:
        return read(*what)
    except (NotAllowedError, VerificationError, MalformedInputError):
        return None
