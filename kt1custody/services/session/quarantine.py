"""What was handed in as an act and is not authentic: named in the log, and kept within bounds.

**Rule:** nothing is lost silently. A piece has its own `refused` entry with its hash and length, and
is kept whole or not at all. What comes beyond an hour's bound is named in one list, which has an entry
like a piece of its own. Which device sent something is a claim of whoever sent it. Format:
`.docs/formats.md` §14.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import Entry
from kt1custody.services.session.writer import LogWriter
from kt1custody.store import records

PIECE = 65_536  # bytes of a piece that is kept
HOURLY = 100  # entries an hour of one device
HOURLY_BYTES = 1_048_576  # bytes kept an hour of one device
EVERYBODY = 500  # entries an hour in all
TOTAL = 67_108_864  # bytes kept in all
_HOUR = 3_600


@dataclass(slots=True)
class Quarantine:
    """The quarantine while one delivery is taken, whatever the number of its transactions.

    Attributes:
        listed: SHA-256 and length of each piece beyond the hour's bound, in order.
    """

    listed: bytearray = field(default_factory=bytearray)
    _counts: Counter[str | None] | None = None
    _bytes: Counter[str | None] = field(default_factory=Counter)
    _total: int = 0

    def put(
        self, pen: LogWriter, unverified: bytes, reason: str, device: str | None
    ) -> tuple[Entry | None, bool]:
        """Name a piece in the log, and keep it; the same bytes only once.

        Args:
            reason: Of `core.forms`.
            device: The device that the piece names, if it is one of ours; nothing proves it.

        Returns:
            Its entry, or None if it is only listed; and whether it is kept.
        """
        digest = hashlib.sha256(unverified).digest()
        counts = self._count(pen)
        known = records.find_quarantined(pen.book.connection, digest)
        if known is not None:  # for what was too much then there may be room now
            is_kept = known.kept == len(unverified) or self._keep(pen, unverified, digest, device)
            return pen.book.entry(known.seq), is_kept
        if counts[device] >= HOURLY or counts.total() >= EVERYBODY:
            self.listed += digest + len(unverified).to_bytes(4, "big")
            return None, False
        counts[device] += 1
        entry = self._name(pen, unverified, digest, reason, device)
        return entry, self._keep(pen, unverified, digest, device)

    def put_list(self, pen: LogWriter) -> Entry:
        """Name in one entry all that was only listed."""
        told = bytes(self.listed)
        digest = hashlib.sha256(told).digest()
        known = records.find_quarantined(pen.book.connection, digest)
        if known is not None:
            return pen.book.entry(known.seq)
        entry = self._name(pen, told, digest, "too-many", None)
        self._keep(pen, told, digest, None)
        return entry

    def _name(
        self, pen: LogWriter, content: bytes, digest: bytes, reason: str, device: str | None
    ) -> Entry:
        own: dict[str, cbor.Value] = {
            "hash": digest, "length": len(content), "reason": reason, "device": device,
        }  # fmt: skip
        entry = pen.sign_and_append(pen.draft("refused", "server", own))
        records.put_quarantine(pen.book.connection, digest, entry.seq)
        return entry

    def _keep(self, pen: LogWriter, content: bytes, digest: bytes, device: str | None) -> bool:
        """Keep what has been named, if there is room."""
        length = len(content)
        if (
            length > PIECE
            or self._bytes[device] + length > HOURLY_BYTES
            or self._total + length > TOTAL
        ):
            return False
        self._bytes[device] += length
        self._total += length
        records.keep_quarantined(pen.book.connection, digest, content)
        return True

    def _count(self, pen: LogWriter) -> Counter[str | None]:
        """Count what came within the last hour, by the device that it names."""
        if self._counts is None:
            lately = {
                entry.seq: entry.act.text_or_none("device")
                for entry in pen.book.newest("refused", EVERYBODY)
                if pen.book.time_of(entry) > pen.now - _HOUR
            }
            self._counts = Counter(lately.values())
            for seq, length in records.quarantined(pen.book.connection):
                self._total += length
                if seq in lately:
                    self._bytes[lately[seq]] += length
        return self._counts
