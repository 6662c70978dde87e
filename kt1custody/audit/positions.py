"""Where acts with one id, or one device counter, stand: a table of 12 bytes a key.

Keys stand nearly in order, so that they are quickly written into a sorted file. A dictionary would need ten times as much, and an audit of a million acts must fit a small office's
machine.
"""

import hashlib
from array import array
from collections.abc import Iterator

_EMPTY = 0
_KEY = 8  # bytes of a fingerprint; who finds one asks the entry itself


class Positions:
    """Finds the positions at which a key was added; may give a wrong one, never miss one."""

    def __init__(self) -> None:
        self._bits, self._count = 10, 0
        self._keys = array("Q", bytes(8 << self._bits))
        self._seqs = array("L" if array("L").itemsize == 4 else "I", bytes(4 << self._bits))

    def add(self, key: bytes, seq: int) -> None:
        """Note a key at a position below 2³² − 1."""
        if 2 * self._count >= 1 << self._bits:
            self._grow()
        self._put(fingerprint(key), seq + 1)
        self._count += 1

    def find(self, key: bytes) -> list[int]:
        """Give the positions that were noted for a key."""
        wanted, found = fingerprint(key), []
        last = len(self._seqs) - 1
        slot = wanted >> 64 - self._bits
        while self._seqs[slot] != _EMPTY:
            if self._keys[slot] == wanted:
                found.append(self._seqs[slot] - 1)
            slot = (slot + 1) & last
        return found

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Give every fingerprint with its position."""
        for known, value in zip(self._keys, self._seqs, strict=True):
            if value != _EMPTY:
                yield known, value - 1

    def _put(self, known: int, value: int) -> None:
        last = len(self._seqs) - 1
        slot = known >> 64 - self._bits
        while self._seqs[slot] != _EMPTY:
            slot = (slot + 1) & last
        self._keys[slot], self._seqs[slot] = known, value

    def _grow(self) -> None:
        keys, seqs = self._keys, self._seqs
        self._bits += 1
        self._keys = array("Q", bytes(8 << self._bits))
        self._seqs = array(seqs.typecode, bytes(4 << self._bits))
        for known, value in zip(keys, seqs, strict=True):
            if value != _EMPTY:
                self._put(known, value)


def fingerprint(key: bytes) -> int:
    """Give eight bytes of a hash as a number."""
    return int.from_bytes(hashlib.blake2b(key, digest_size=_KEY).digest(), "big")
