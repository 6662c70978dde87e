"""Where acts with one id, or one device counter, stand: a table of 12 bytes a key.

A dictionary would need ten times as much, and an audit of a million acts must fit a small office's
machine.
"""

import hashlib
from array import array

_EMPTY = 0
_KEY = 8  # bytes of a fingerprint; who finds one asks the entry itself


class Positions:
    """Finds the positions at which a key was added; may give a wrong one, never miss one."""

    def __init__(self) -> None:
        self._size, self._count = 1 << 10, 0
        self._keys = array("Q", bytes(8 * self._size))
        self._seqs = array("L" if array("L").itemsize == 4 else "I", bytes(4 * self._size))

    def add(self, key: bytes, seq: int) -> None:
        """Note a key at a position below 2³² − 1."""
        if 2 * self._count >= self._size:
            self._grow()
        self._put(_fingerprint(key), seq + 1)
        self._count += 1

    def find(self, key: bytes) -> list[int]:
        """Give the positions that were noted for a key."""
        wanted, found = _fingerprint(key), []
        slot = wanted % self._size
        while self._seqs[slot] != _EMPTY:
            if self._keys[slot] == wanted:
                found.append(self._seqs[slot] - 1)
            slot = (slot + 1) % self._size
        return found

    def _put(self, fingerprint: int, value: int) -> None:
        slot = fingerprint % self._size
        while self._seqs[slot] != _EMPTY:
            slot = (slot + 1) % self._size
        self._keys[slot], self._seqs[slot] = fingerprint, value

    def _grow(self) -> None:
        keys, seqs = self._keys, self._seqs
        self._size *= 2
        self._keys = array("Q", bytes(8 * self._size))
        self._seqs = array(seqs.typecode, bytes(4 * self._size))
        for fingerprint, value in zip(keys, seqs, strict=True):
            if value != _EMPTY:
                self._put(fingerprint, value)


def _fingerprint(key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(key, digest_size=_KEY).digest(), "big")
