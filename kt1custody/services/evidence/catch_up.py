"""Catching up after a restore: the entries that a backup lacks come back as they were.

**Rule:** a log that is behind what it signed last signs nothing. Its lost entries are in bundles
that were exported since, and with the devices: an act and its receipt make the entry again. They
are appended byte for byte, so the log goes on as if nothing had happened; one that differs is
refused, and one that the log has never signed is passed over and told of. Where some are still
missing, those before them are kept, and the missing ones named. Confidential records come from a newer
backup or a file of records, sealed as they are; what is still missing is named, and two officers may
declare it lost (`lost.py`). What lies in the place of a record and is none gives way to one that a
reader has opened. Keys that the lost entries
have taken from somebody are taken away again.
"""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from kt1custody.audit.bundle import Bundle
from kt1custody.audit.findings import Report
from kt1custody.audit.folder import Files, HandedFolder
from kt1custody.core.formats import cbor, frames
from kt1custody.core.log import checkpoint, receipt
from kt1custody.core.log.entry import read_entry, read_signatures
from kt1custody.core.log.tlog import InclusionProof
from kt1custody.errors import KtError, MalformedInputError, UnavailableError
from kt1custody.services.evidence import sealed_file, sync
from kt1custody.services.evidence.backup import Copy
from kt1custody.services.evidence.take_back import take_over
from kt1custody.services.evidence.vouched import Claim
from kt1custody.services.session import lost, office_keys, slips
from kt1custody.services.session.given_file import GivenFile
from kt1custody.services.session.lost import Missing
from kt1custody.services.session.print_book import ranges
from kt1custody.services.session.session import Session
from kt1custody.store import log, records, sealed, slip_tags
from kt1custody.store.log import LogBook

_Source = tuple[dict[int, bytes], dict[bytes, bytes], list[Claim]]
_SHOWN = 12  # runs of missing entries that are named


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtUp:
    """What came back.

    Attributes:
        entries: How many entries were appended.
        size: How many the log has now.
        records: How many confidential records were added.
        missing: Those that the log names and that are still not here.
        unsigned: How many entries were passed over, since nothing that the log has signed holds them.
    """

    entries: int
    size: int
    records: int = 0
    missing: tuple[Missing, ...] = ()
    unsigned: int = 0


def catch_up(
    session: Session,
    bundles: Sequence[Files | Copy],
    devices: Iterable[tuple[GivenFile, GivenFile]] = (),
    record_files: Sequence[tuple[str, BinaryIO]] = (),
    reader: str | None = None,
) -> CaughtUp:
    """Append what the database has lost since it was backed up.

    Args:
        bundles: Untrusted: bundles of this log, or newer backups.
        devices: Untrusted pairs of a file of acts and a file of the receipts for them.
        record_files: Untrusted files of records and their names, open for reading.
        reader: Person, unlocked in this session, with whose key every record here is opened; the place of what does not fit
            its commitment takes what this person has opened from these sources.

    Raises:
        VerificationError: `not-the-next`, `log-forked`, `backup-broken`.
        UnavailableError: `catch-up-short`: entries are still missing; what could be taken is.
        MalformedInputError: `not-a-bundle`, `not-acts`, `not-records`.
    """
    with session.database.read() as connection:
        size = LogBook(connection).seq + 1
    backups = [source for source in bundles if isinstance(source, Copy)]
    found: dict[int, bytes] = {}
    offices: dict[bytes, bytes] = {}
    claims: list[Claim] = []
    for source in bundles:
        entries, named, signed = (
            _of_backup(source, size) if isinstance(source, Copy) else _of_bundle(source, size)
        )
        found = entries | found
        offices |= named
        claims += signed
    for acts, receipts in devices:
        for seq, raw, proof in _of_device(acts, receipts):
            found.setdefault(seq, raw)
            claims.append(proof)
    raws: list[bytes] = []
    while size + len(raws) in found:
        raws.append(found[size + len(raws)])
    count = take_over(session, raws, offices, claims)
    with session.database.write() as connection:
        office_keys.take_away(LogBook(connection))
    added = 0
    # Before files, which show no manifest and nothing that the log has signed.
    for source in backups:
        with source.opened() as connection:
            added += _add(session, sealed.rows(connection))
    added += sum(_add(session, sealed_file.read(*file)) for file in record_files)
    if reader is not None:
        for source in backups:
            with source.opened() as connection:
                added += _put_right(session, reader, sealed.rows(connection))
        added += sum(_put_right(session, reader, sealed_file.read(*file)) for file in record_files)
    _refuse_short(session, found, count)
    missing, unsigned = tuple(lost.find(session)), len(raws) - count
    return CaughtUp(
        entries=count, size=size + count, records=added, missing=missing, unsigned=unsigned
    )


def _refuse_short(session: Session, found: Collection[int], count: int) -> None:
    """Name the entries that no source has, if the log is still behind what it signed last."""
    with session.database.read() as connection:
        book = LogBook(connection)
    kept = session.last_signed.find(book.control.origin)
    end = book.seq + 1 if kept is None else book.base + kept.size
    lost_ones = range(book.seq + 1, end)  # of which some may be there and not be proved
    gone = ranges([seq for seq in lost_ones if seq not in found] or lost_ones)
    if gone:
        told = [f"{first}–{last}" if first < last else str(first) for first, last in gone]
        more = ["…"] if len(told) > _SHOWN else []
        missing = ", ".join((*told[:_SHOWN], *more))
        raise UnavailableError("catch-up-short", count=count, own=book.seq + 1, missing=missing)


def _add(session: Session, rows: Iterable[sealed.Row]) -> int:
    """Add the records that are missing here, and the keys that open them."""
    with session.database.write() as connection:
        gone = {one.commit: one.about for one in lost.missing(connection, is_all=True)}
        added = sealed.add(connection, LogBook(connection).control, gone, rows)
        slip_tags.wait_untagged(connection)
        return added


def _put_right(session: Session, staff: str, rows: Iterable[sealed.Row]) -> int:
    """Put the true records, proved by opening them, in the place of what does not fit."""
    with session.database.write() as connection:
        book = LogBook(connection)
        reader = slips.Reader(book, session.opener(staff))
        broken, _ = reader.try_all()
        named = {
            one.commit: one.about for one in lost.missing(connection, is_all=True, unfit=broken)
        }
        count = 0
        for one in sealed.of(book.control, named.keys() & broken, rows):
            about = named[one.commitment]
            if reader.may_open(one) and reader.fits(one, about):
                records.drop(connection, one.commitment)
                records.put(connection, [about], [one])
                count += 1
        slip_tags.wait_untagged(connection)
        return count


def _of_bundle(files: Files, size: int) -> _Source:
    """Give the entries of a bundle from a position on, the catalogues that they name, its checkpoints."""
    report = Report()
    bundle = Bundle(HandedFolder(files, report), report)
    found = {seq: raw for seq, (raw, _) in enumerate(bundle.rows()) if seq >= size}
    names = (f"logs/{origin}/checkpoint" for origin in bundle.folder.origins)
    notes = [bundle.folder.read(name) or b"" for name in names]
    return found, _offices(bundle, found), list(_signed(notes))


def _of_backup(copy: Copy, size: int) -> _Source:
    """Give the entries of a backup from a position on, its catalogues and its checkpoint."""
    copy.check()
    with copy.opened() as connection:
        return (
            dict(enumerate(log.entries(connection, size), size)),
            dict(records.catalogues(connection)),
            list(_signed([copy.note()])),
        )


def _signed(notes: Iterable[bytes]) -> Iterator[Claim]:
    """Read checkpoints; what is none is passed over."""
    for noted in notes:
        with contextlib.suppress(MalformedInputError):
            yield checkpoint.read(noted)


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


def _of_device(acts: GivenFile, receipts: GivenFile) -> Iterator[tuple[int, bytes, InclusionProof]]:
    """Spell again the entries for which a device has act and receipt; what does not fit is passed over."""
    told, _ = sync.read_file(acts, frames.ACTS)
    answers, _ = sync.read_file(receipts, frames.RECEIPTS)
    for act, answer in zip(told, answers, strict=False):
        try:
            one = receipt.read(answer)
            yield one.seq, one.entry or _spell(one, act), one.proof
        except KtError:
            continue


def _spell(one: receipt.UnverifiedReceipt, act: bytes) -> bytes:
    match cbor.decode(act, what="act"):
        case [bytes(body), signatures]:
            return one.spell(body, read_signatures(signatures))
        case _:
            raise MalformedInputError("act-malformed", why="envelope")
