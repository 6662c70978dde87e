"""What a replay remembers of the log: by item, serial, offer, device and act, in little memory.

**Rule:** what was audited before is asked for when it is needed, and only what came since is kept
here; so a daily audit needs memory for a day.
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from kt1custody.audit.positions import Positions, fingerprint
from kt1custody.core.custody.frontier import AHEAD
from kt1custody.core.custody.table import ItemState
from kt1custody.core.log.act import Act

_NO_STEP = -1


Ranges = tuple[tuple[int, int], ...]


class DeviceActs(NamedTuple):
    """The row of a device's acts.

    Attributes:
        end: The counter behind the newest act that stands in the row.
        heads: Hashes of the acts under the counter before; several, if others have used it too.
        missing: First and last counter of each gap: acts that have not come.
        is_desk: It signs at a desk with the log's own database.
    """

    end: int = 0
    heads: tuple[bytes, ...] = (b"",)
    missing: Ranges = ()
    is_desk: bool = False

    def after(self, act: Act) -> "DeviceActs":
        """Give the row once an act has come; one that jumps too far does not stand in it."""
        at = act.dseq
        if at > self.end + AHEAD:
            return self
        if at < self.end:
            heads = (*self.heads, act.hash) if at == self.end - 1 else self.heads
            return self._replace(heads=heads, missing=_without(self.missing, at))
        missing = self.missing
        if at > self.end:
            missing += ((self.end, at - 1),)
        elif act.dprev not in self.heads:  # the act that it names has not come
            missing += ((at - 1, at - 1),)
        return self._replace(end=at + 1, heads=(act.hash,), missing=missing)


def _without(ranges: Ranges, at: int) -> Ranges:
    found = []
    for first, last in ranges:
        parts = ((first, at - 1), (at + 1, last)) if first <= at <= last else ((first, last),)
        found += [part for part in parts if part[0] <= part[1]]
    return tuple(found)


class Before(Protocol):
    """What was audited before; answers are about entries below `size`.

    Attributes:
        size: How many entries that were.
        bases: Position of the first entry of each epoch.
        control: Positions of the control entries, in order.
        sample: Positions that are read again, chosen by chance.
    """

    size: int
    bases: Sequence[int]
    control: Sequence[int]
    sample: Sequence[int]

    def item(self, n: int) -> ItemState | None:
        """Find the state of an item."""

    def serial(self, serial: int) -> tuple[int, int] | None:
        """Find the item of a serial, and the position of its print."""

    def frontier(self, name: str) -> int | None:
        """Give the next number of a row of `core.frontier`."""

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        """Give position and line of every step and ruling about an item, in order."""

    def links(self, of: bytes) -> Sequence[int]:
        """Give positions of an offer and its answers, in order."""

    def device(self, name: str) -> DeviceActs | None:
        """Find a device."""

    def gaps(self) -> Sequence[tuple[str, Ranges]]:
        """Give the devices of which acts are missing, with the gaps."""

    def positions(self, key: int) -> Sequence[int]:
        """Give the positions at which a fingerprint was noted."""

    def leaf(self, seq: int) -> bytes:
        """Give the leaf hash of an entry."""

    def tile(self, base: int, level: int, number: int) -> bytes:
        """Give the hashes of a tile of an epoch's tree."""


class Nothing:
    """Nothing was audited before."""

    size = 0
    bases: Sequence[int] = ()
    control: Sequence[int] = ()
    sample: Sequence[int] = ()

    def item(self, n: int) -> None:
        """Find nothing."""

    def serial(self, serial: int) -> None:
        """Find nothing."""

    def frontier(self, name: str) -> None:
        """Find nothing."""

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        """Give nothing."""
        del n
        return ()

    def links(self, of: bytes) -> Sequence[int]:
        """Give nothing."""
        del of
        return ()

    def device(self, name: str) -> None:
        """Find nothing."""

    def gaps(self) -> Sequence[tuple[str, Ranges]]:
        """Give nothing."""
        return ()

    def positions(self, key: int) -> Sequence[int]:
        """Give nothing."""
        del key
        return ()

    def leaf(self, seq: int) -> bytes:
        """Give nothing."""
        del seq
        return b""

    def tile(self, base: int, level: int, number: int) -> bytes:
        """Give nothing."""
        del base, level, number
        return b""


class Memory:
    """What came since, over what was audited before.

    Attributes:
        items: Number → state of every item that has changed.
        serials: Serial → item and position of every print.
        frontiers: Rows of `core.frontier` that have moved, each with its next number.
        devices: Every device that has signed.
        seen: Fingerprints of acts, ids and counters.
    """

    def __init__(self, before: Before) -> None:
        self.items: dict[int, ItemState] = {}
        self.serials: dict[int, tuple[int, int]] = {}
        self.frontiers: dict[str, int] = {}
        self.devices: dict[str, DeviceActs] = {}
        self.seen = Positions()
        self._before = before
        self._last_step: dict[int, int] = {}
        self._steps = (array("q"), array("i"), array("q"))  # position, line, step before
        self._links: dict[bytes, list[int]] = {}

    def item(self, n: int) -> ItemState | None:
        """Find the state of an item."""
        return self.items.get(n) or self._before.item(n)

    def serial(self, serial: int) -> tuple[int, int] | None:
        """Find the item of a serial, and the position of its print."""
        return self.serials.get(serial) or self._before.serial(serial)

    def frontier(self, name: str) -> int | None:
        """Give the next number of a row of `core.frontier`."""
        return self.frontiers.get(name) or self._before.frontier(name)

    def device(self, name: str) -> DeviceActs | None:
        """Find a device."""
        return self.devices.get(name) or self._before.device(name)

    def gaps(self) -> list[tuple[str, Ranges]]:
        """Give the devices of which acts are missing, with the gaps, by name."""
        found = dict(self._before.gaps())
        found.update((name, one.missing) for name, one in self.devices.items())
        return sorted((name, missing) for name, missing in found.items() if missing)

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        """Give position and line of every step and ruling about an item, in order."""
        return [*self._before.past(n), *self.fresh_past(n)]

    def fresh_past(self, n: int) -> list[tuple[int, int]]:
        """Give those that were added here."""
        found = []
        place = self._last_step.get(n, _NO_STEP)
        positions, lines, back = self._steps
        while place != _NO_STEP:
            found.append((positions[place], lines[place]))
            place = back[place]
        return found[::-1]

    def stepped(self) -> Iterator[int]:
        """Give the number of every item with a step or ruling that was added here."""
        yield from self._last_step

    def links(self, of: bytes) -> Sequence[int]:
        """Give positions of an offer and its answers, in order."""
        return [*self._before.links(of), *self._links.get(of, ())]

    def linked(self) -> Iterator[bytes]:
        """Give the hash of every offer about which something was added here, sorted."""
        yield from sorted(self._links)

    def fresh_links(self, of: bytes) -> Sequence[int]:
        """Give the positions that were added here."""
        return self._links[of]

    def positions(self, key: bytes) -> list[int]:
        """Give the positions that were noted for a key; may give a wrong one, never miss one."""
        return [*self._before.positions(fingerprint(key)), *self.seen.find(key)]

    def add_step(self, n: int, position: int, line: int) -> None:
        """Note a step of or ruling about an item."""
        positions, lines, back = self._steps
        back.append(self._last_step.get(n, _NO_STEP))
        self._last_step[n] = len(positions)
        positions.append(position)
        lines.append(line)

    def add_link(self, of: bytes, position: int) -> None:
        """Note an offer, a take or a withdrawal."""
        self._links.setdefault(of, []).append(position)
