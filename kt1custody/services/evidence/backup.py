"""A backup: a copy of the database as it stands, with a manifest that says what it must be.

**Rule:** records are in it, keys never: of the data folder only what belongs to the log. It is whole or not there; a newer one, or one of another log,
is never written over, and the one before stays beside it. Format: `.docs/formats.md` §19.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kt1custody.core.log import checkpoint as formats
from kt1custody.errors import KtError, RefusedError, VerificationError
from kt1custody.services.session import checkpoint, own_folder
from kt1custody.services.session.session import EVIDENCE, TRAINING_CLOCK, Session
from kt1custody.signing import cosigned, key_files
from kt1custody.store import copying, db
from kt1custody.store.log import LogBook
from kt1custody.system import files, folders, plain_file

MANIFEST = "backup.txt"
NOTE = "checkpoint"
OLDER = ".older"  # ends the name of the backup before
_VERSION = "kt1-backup/1"
_MOST = 100_000  # bytes of a manifest


@dataclass(frozen=True, slots=True)
class Backup:
    """What a manifest says.

    Attributes:
        genesis: Genesis hash in hex.
        size: How many entries the copy has, of all epochs.
        leaf: Leaf hash of the newest one in hex.
        made: By the clock of the machine that made it, Unix seconds UTC.
        files: Name, SHA-256 in hex and length in bytes of each other file, by name.
    """

    genesis: str
    size: int
    leaf: str
    made: int
    files: tuple[tuple[str, str, int], ...]

    def spell(self) -> bytes:
        """Spell the manifest, with the sum of its lines at its end."""
        lines = [
            _VERSION,
            f"genesis {self.genesis}",
            f"size {self.size}",
            f"leaf {self.leaf}",
            f"made {self.made}",
            *(f"file {digest} {length} {name}" for name, digest, length in self.files),
        ]
        text = "".join(f"{line}\n" for line in lines).encode()
        return text + f"sum {hashlib.sha256(text).hexdigest()}\n".encode()


def make(session: Session, folder: Path) -> Backup:
    """Write a backup of this log, which may be written to meanwhile.

    Args:
        folder: Not there yet, or an older backup of this log, which is kept as `<folder>.older`.

    Raises:
        RefusedError: `backup-newer`: what is there has more entries; `file-exists`: it, or what has
            the name of the one before, is no backup of this log; `foreign-file`: somebody else has
            put something into the one before; `place-of-log`; `key-in-data`.
        UnavailableError: `file-unwritable` and others of the disk; as `checkpoint.newest`. What
            was there before is still there.
    """
    own_folder.refuse_place(session, folder)
    place = folder.absolute()
    older = place.with_name(place.name + OLDER)
    with session.database.read() as connection:
        genesis = LogBook(connection).control.genesis.hex()
    _refuse_keys(session.data)
    before = _names(older, genesis) if place.exists() else ()
    signed = checkpoint.newest(session)
    with folders.beside(place, private=True) as there:
        made = _fill(session, there, signed.note)
        _refuse_newer(place, made)
        if place.exists():
            own_folder.replace(older, place, before)
        there.replace(place)
    return made


def _fill(session: Session, there: Path, noted: bytes) -> Backup:
    for path in _others(session.data):
        copied = there / path.relative_to(session.data)
        files.write(copied, path.read_bytes(), private=True, makes_folder=True)
    copying.copy(session.data / db.NAME, there / db.NAME)
    files.write(there / NOTE, noted, private=True)
    seq, leaf, genesis = _newest(there)
    found = (path for path in there.rglob("*") if path.is_file())
    names = sorted(path.relative_to(there).as_posix() for path in found)
    told = tuple((name, *_sum(there / name)) for name in names)
    made = Backup(genesis.hex(), seq + 1, leaf.hex(), session.clock(), told)
    files.write(there / MANIFEST, made.spell(), private=True)
    check(there)  # what cannot be read again is no backup
    return made


def _others(data: Path) -> Iterator[Path]:
    """Give what belongs to the log beside the database: evidence of a fork, a training clock."""
    for path in (data / TRAINING_CLOCK, *sorted((data / EVIDENCE).glob("*"))):
        is_plain = path.is_file() and not path.is_symlink()
        if is_plain and path.name.isprintable():
            yield path


def _refuse_keys(data: Path) -> None:
    """Refuse a data folder into which keys have come, which other programs would back up.

    Raises:
        RefusedError: `key-in-data` with the file's name.
    """
    for path in sorted(data.rglob("*")):
        with contextlib.suppress(OSError):
            if key_files.is_key(plain_file.read(path, key_files.HEAD)):
                raise RefusedError("key-in-data", name=ascii(str(path))[1:-1])


def _names(folder: Path, genesis: str) -> tuple[str, ...]:
    """Name the files of an older backup of this log, in which there is nothing else.

    Raises:
        RefusedError: `file-exists`, `foreign-file`.
    """
    if not folder.exists():
        return ()
    try:
        told = _read(files.read(folder / MANIFEST, _MOST))
    except KtError:
        raise RefusedError("file-exists", name=str(folder)) from None
    if told.genesis != genesis:
        raise RefusedError("file-exists", name=str(folder))
    own = (MANIFEST, *(name for name, _, _ in told.files))
    own_folder.refuse_foreign(folder, own)
    return own


def is_one(folder: Path) -> bool:
    """Tell whether a folder says that it is a backup."""
    return (folder / MANIFEST).is_file()


def check(folder: Path) -> Backup:
    """Read a backup's manifest and compare all that it says with what is there.

    The entries themselves are audited by `kt1 verify`.

    Raises:
        VerificationError: `backup-broken` with `why`: the name of what does not fit.
        UnavailableError: `file-unreadable`, or of the database as `db.open_folder`.
    """
    told = _read(files.read(folder / MANIFEST, _MOST))
    for name, digest, length in told.files:
        if not _is_same(folder / name, digest, length):
            raise VerificationError("backup-broken", why=name)
    seq, leaf, genesis = _newest(folder)
    if (seq + 1, leaf.hex(), genesis.hex()) != (told.size, told.leaf, told.genesis):
        raise VerificationError("backup-broken", why=db.NAME)
    _check_note(folder)
    return told


def _check_note(folder: Path) -> None:
    """Check that the log has signed a checkpoint that the copy reaches."""
    with contextlib.closing(db.open_folder(folder)) as database, database.read() as connection:
        book = LogBook(connection)
        try:
            noted = formats.read(files.read(folder / NOTE, _MOST))
            told = noted.checkpoint
            is_signed = cosigned.is_signed_by(noted, book.control.service_key("log").pub)
        except KtError:
            raise VerificationError("backup-broken", why=NOTE) from None
        is_same = told.size != book.tree.size or told.root == book.tree.root()
        if (
            not is_signed
            or told.origin != book.control.origin
            or told.size > book.tree.size
            or not is_same
        ):
            raise VerificationError("backup-broken", why=NOTE)


def _read(raw: bytes) -> Backup:
    """Read a manifest that is spelled as `Backup.spell` does."""
    try:
        version, *lines = raw.decode().splitlines()
        facts = dict(line.split(" ", 1) for line in lines if not line.startswith("file "))
        named = (line.split(" ", 3)[1:] for line in lines if line.startswith("file "))
        told = Backup(
            facts["genesis"],
            int(facts["size"]),
            facts["leaf"],
            int(facts["made"]),
            tuple((name, digest, int(length)) for digest, length, name in named),
        )
    except (ValueError, KeyError):
        raise VerificationError("backup-broken", why=MANIFEST) from None
    plain = not any(
        PurePosixPath(name).is_absolute()
        or ".." in PurePosixPath(name).parts
        or not name.isprintable()
        for name, _, _ in told.files
    )
    has_all = {db.NAME, NOTE} <= {name for name, _, _ in told.files}
    if version != _VERSION or told.spell() != raw or not (plain and has_all):
        raise VerificationError("backup-broken", why=MANIFEST)
    return told


def _newest(folder: Path) -> tuple[int, bytes, bytes]:
    """Give position and leaf hash of the newest entry, and the genesis hash."""
    with contextlib.closing(db.open_folder(folder)) as database, database.read() as connection:
        book = LogBook(connection)
        return book.seq, book.leaf, book.control.genesis


def _refuse_newer(place: Path, made: Backup) -> None:
    if not place.exists():
        return
    if not is_one(place):
        raise RefusedError("file-exists", name=str(place))
    try:
        there = _read(files.read(place / MANIFEST, _MOST))
    except KtError:
        raise RefusedError("file-exists", name=str(place)) from None
    if there.genesis != made.genesis:
        raise RefusedError("file-exists", name=str(place))
    if there.size > made.size:
        raise RefusedError("backup-newer", size=there.size, own=made.size)


def _is_same(path: Path, digest: str, length: int) -> bool:
    """Tell whether this is a regular file of this length, and then of this hash."""
    try:
        with plain_file.opened(path) as file:
            if os.fstat(file.fileno()).st_size != length:
                return False
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False


def _sum(path: Path) -> tuple[str, int]:
    return plain_file.sha256(path).hex(), path.stat().st_size
