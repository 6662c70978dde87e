"""Catching up after a restore: the entries that a backup lacks come back as they were.

**Rule:** a log that is behind what it signed last signs nothing. Its lost entries are in bundles
that were exported since, and with the devices: an act and its receipt make the entry again. They
are appended byte for byte, so the log goes on as if nothing had happened; one that differs is
refused. Confidential records are not among them: they come from their own backup.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kt1custody.audit.bundle import Bundle
from kt1custody.audit.findings import Report
from kt1custody.core import cbor, receipt
from kt1custody.core.entry import read_entry, read_signatures
from kt1custody.errors import KtError, MalformedInputError
from kt1custody.services import sync
from kt1custody.services.append import take_over
from kt1custody.services.desk import Desk
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What came back.

    Attributes:
        entries: How many entries were appended.
        size: How many the log has now.
    """

    entries: int
    size: int


def catch_up(
    desk: Desk, bundles: Sequence[Path], devices: Sequence[tuple[Path, Path]] = ()
) -> CaughtUp:
    """Append what the database has lost since it was backed up.

    Args:
        bundles: Untrusted folders of bundles of this log.
        devices: Untrusted pairs of a file of acts and a file of the receipts for them.

    Raises:
        VerificationError: `not-the-next`, `log-forked`.
        UnavailableError: `log-behind`: these sources do not reach what was signed last; nothing
            was written.
        MalformedInputError: `not-a-bundle`, `not-acts`.
    """
    with desk.database.read() as connection:
        size = LogBook(connection).tree.size
    found: dict[int, bytes] = {}
    offices: dict[bytes, bytes] = {}
    for folder in bundles:
        bundle = Bundle(folder, Report())
        for seq, (raw, _) in enumerate(bundle.rows()):
            if seq >= size:
                found.setdefault(seq, raw)
        offices |= _offices(bundle, found)
    for acts, receipts in devices:
        found |= {seq: raw for seq, raw in _of_device(acts, receipts) if seq not in found}
    raws: list[bytes] = []
    while size + len(raws) in found:
        raws.append(found[size + len(raws)])
    count = take_over(desk, raws, offices)
    return CaughtUp(count, size + count)


def _offices(bundle: Bundle, found: Mapping[int, bytes]) -> dict[bytes, bytes]:
    """Give the catalogues that lost entries name, as far as a bundle has them."""
    named = {}
    for raw in found.values():
        entry = read_entry(raw)
        if entry.act.type == "catalogue":
            digest = entry.act.octets("hash")
            content = bundle.catalogue(digest)
            if content is not None:
                named[digest] = content
    return named


def _of_device(acts: Path, receipts: Path) -> Iterator[tuple[int, bytes]]:
    """Spell again the entries for which a device has act and receipt; what does not fit is passed over."""
    told, _ = sync.read_file(acts, sync.ACTS)
    answers, _ = sync.read_file(receipts, sync.RECEIPTS)
    for act, answer in zip(told, answers, strict=False):
        try:
            one = receipt.read(answer)
            yield one.seq, one.entry or _spell(one, act)
        except KtError:
            continue


def _spell(one: receipt.Receipt, act: bytes) -> bytes:
    match cbor.decode(act, what="act"):
        case [bytes(body), signatures]:
            return one.spell(body, read_signatures(signatures))
        case _:
            raise MalformedInputError("act-malformed", why="envelope")
