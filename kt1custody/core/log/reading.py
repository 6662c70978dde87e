"""Readings: who was told what is in a confidential record, chained by hashes beside the log.

**Rule:** a reading names commitments, never what a record says. Each holds the hash of the one
before, so none is changed or taken out unnoticed. Whoever takes a dossier or bundle away stands in it
too. Where readings were lost, as with a restore of an
older backup, the next one says so. Format: `.docs/formats.md` §21.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kt1custody.core.formats import cbor
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.errors import MalformedInputError

LOST = "lost"  # nobody read: it says which reading was the newest before some were lost
READ = ("story", "search", "labels", "receipt", "correct", "disclose", LOST)
TAKEN = ("dossier", "bundle")  # what somebody has taken away, with or without what a record says
REASONS = (*READ, *TAKEN)
_VERSIONS = {"kt1-reading/1": READ, "kt1-reading/2": TAKEN}
FACES = ("command", "page")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """The newest reading of a chain: how many there are, and its hash, 32 bytes."""

    size: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading.

    Attributes:
        at: The server's clock, Unix seconds UTC.
        staff: Who was told; empty where readings were lost.
        dev: The device at which they were.
        face: One of `FACES`.
        why: One of `REASONS`.
        seen: Pairs of item number and commitment.
        lost: What the chain's head was before readings were lost, or None.
        raw: Its bytes; not given where it is made.
    """

    log: str
    seq: int
    prev: bytes
    at: int
    staff: str
    dev: str
    face: str
    why: str
    seen: tuple[tuple[int, bytes], ...]
    lost: ChainHead | None = None
    raw: bytes = field(default=b"", compare=False)

    @property
    def head(self) -> ChainHead:
        """The head of a chain that ends with it."""
        return ChainHead(size=self.seq + 1, hash=hashlib.sha256(self.raw or self.spell()).digest())

    def spell(self) -> bytes:
        """Give its bytes."""
        lost: cbor.Value = None if self.lost is None else [self.lost.size, self.lost.hash]
        seen: list[cbor.Value] = [[n, commitment] for n, commitment in self.seen]
        facts: list[cbor.Value] = [self.at, self.staff, self.dev, self.face, self.why, seen, lost]
        [version] = (version for version, whys in _VERSIONS.items() if self.why in whys)
        return cbor.encode([version, self.log, self.seq, self.prev, *facts])


def begin(log: str) -> ChainHead:
    """Give the head of a chain without readings."""
    return ChainHead(size=0, hash=hashlib.sha256(f"kt1-readings/1\n{log}".encode()).digest())


def checkpoint(log: str, head: ChainHead) -> Checkpoint:
    """Give a chain's head as its code on paper takes it: as a checkpoint of an origin of its own."""
    return Checkpoint(f"{log}/readings", head.size, head.hash)


def read(raw: bytes) -> Reading:
    """Read a reading.

    Raises:
        MalformedInputError: `reading-unreadable`.
    """
    match cbor.decode(raw):
        case [
            str(version),
            str(log),
            int(seq),
            bytes(prev),
            int(at),
            str(staff),
            str(dev),
            str(face),
            str(why),
            [*seen],
            lost,
        ] if face in FACES and why in _VERSIONS.get(version, ()):
            return Reading(
                log=log,
                seq=seq,
                prev=prev,
                at=at,
                staff=staff,
                dev=dev,
                face=face,
                why=why,
                seen=tuple(map(_pair, seen)),
                lost=_head(lost),
                raw=raw,
            )
    raise MalformedInputError("reading-unreadable")


def walk(raws: Iterable[bytes], log: str) -> Iterator[Reading | None]:
    """Go along a chain from its beginning; gives None where it does not hold, and ends there."""
    head = begin(log)
    for raw in raws:
        try:
            reading = read(raw)
        except MalformedInputError:
            yield None
            return
        if (reading.log, reading.seq, reading.prev) != (log, head.size, head.hash):
            yield None
            return
        yield reading
        head = reading.head


def _pair(value: cbor.Value) -> tuple[int, bytes]:
    match value:
        case [int(n), bytes(commitment)]:
            return n, commitment
        case _:
            raise MalformedInputError("reading-unreadable")


def _head(value: cbor.Value) -> ChainHead | None:
    match value:
        case None:
            return None
        case [int(size), bytes(digest)]:
            return ChainHead(size=size, hash=digest)
        case _:
            raise MalformedInputError("reading-unreadable")
