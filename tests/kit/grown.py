"""A log of more than one tile, with witnesses and a time stamp, and how it grows."""

import hashlib
from dataclasses import dataclass

from kt1custody.audit.evidence import _TST_INFO
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.services.session.writer import writing
from tests.kit import by_hand, cast
from tests.kit.outsiders import Outsider


@dataclass(frozen=True)
class Grown:
    """A log whose newest checkpoint two of three witnesses have cosigned.

    Attributes:
        genesis: As on paper.
    """

    world: cast.World
    witnesses: list[Outsider]
    genesis: bytes

    def cosign(self, count: int = 2) -> None:
        """Have the log as it is now cosigned by some witnesses."""
        for one in self.witnesses[:count]:
            assert one.cosign(self.world).is_done


def report(world: cast.World, size: int) -> None:
    """Let the courier find nobody, again and again, until the log has so many entries."""
    with writing(world.session) as pen:
        item = pen.book.items(holder=cast.COURIER)[0]
        line = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": item.head}
        while pen.book.seq + 1 < size:
            by_hand.add(pen, pen.draft("absent", cast.COURIER, {"reason": "nobody"}, [line]))


def go_on(grown: Grown, size: int = 600) -> None:
    """Let the log grow to so many entries, and have them cosigned."""
    report(grown.world, size)
    grown.cosign()


def stamp_of(told: Checkpoint) -> bytes:
    """What looks like a time stamp as far as one can see without its authority's certificate."""
    return b"\x30" + _TST_INFO + b"\x04\x20" + hashlib.sha256(told.text.encode()).digest() + b"\0"
