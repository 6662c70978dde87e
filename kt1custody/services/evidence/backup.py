"""A backup: a copy of the database as it stands, with a manifest that says what it must be.

**Rule:** records are in it, keys never: of the data folder only what belongs to the log. A newer one,
or one of another log, is never written over. It is a data folder of its own: SQLite copies and opens
a database by its path alone, and so what lies in a backup is read where it lies. Format:
`.docs/formats.md` §19.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kt1custody.core.formats import cbor
from kt1custody.core.log import checkpoint as formats
from kt1custody.errors import KtError, RefusedError, UnavailableError, VerificationError
from kt1custody.services.session import checkpoint
from kt1custody.services.session.session import EVIDENCE, TRAINING_CLOCK, Session
from kt1custody.signing import cosigned, key_files
from kt1custody.store import copying, db, readings
from kt1custody.store.log import Connection, LogBook
from kt1custody.system import files, plain_file

MANIFEST = "backup.txt"
NOTE = "checkpoint"
_VERSION = "kt1-backup/1"
LAST = "last-backup"  # in the keys folder
_LAST = "kt1-last-backup/1"
MOST = 100_000  # bytes of a manifest


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackup:
    """The backup that this machine made last, and read again before it was called one.

    Attributes:
        at: By the machine's clock, Unix seconds UTC.
        size: How many entries it has.
        place: Where it was put, as whoever made it named the place.
    """

    at: int
    size: int
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A backup where it lies, untrusted."""

    folder: Path

    def check(self) -> Backup:
        """Read its manifest and compare all that it says with what is there.

        The entries themselves are audited by `kt1 verify`.

        Raises:
            VerificationError: `backup-broken` with `why`: the name of what does not fit.
            UnavailableError: `file-unreadable`, or of the database as `db.open_folder`.
        """
        told = read(files.read(self.folder / MANIFEST, MOST))
        for name, digest, length in told.files:
            if not _is_same(self.folder / name, digest, length):
                raise VerificationError("backup-broken", why=name)
        with self.opened() as connection:
            book = LogBook(connection)
            newest = book.seq + 1, book.leaf.hex(), book.control.genesis.hex()
            if newest != (told.size, told.leaf, told.genesis):
                raise VerificationError("backup-broken", why=db.NAME)
            self._check_note(book)
        return told

    @contextlib.contextmanager
    def opened(self) -> Iterator[Connection]:
        """Read its database; raises as `db.open_folder`."""
        with (
            contextlib.closing(db.open_folder(self.folder)) as database,
            database.read() as connection,
        ):
            yield connection

    def note(self) -> bytes:
        """Read its checkpoint, unverified.

        Raises:
            UnavailableError: `file-unreadable`.
        """
        return files.read(self.folder / NOTE, formats.MAX_BYTES)

    def _check_note(self, book: LogBook) -> None:
        """Check that the log has signed a checkpoint that the copy reaches."""
        try:
            noted = formats.read(self.note())
            told = noted.checkpoint
            is_signed = cosigned.is_signed_by(noted, book.control.service_key("log").pub)
        except KtError:
            raise VerificationError("backup-broken", why=NOTE) from None
        is_same = told.size != book.tree.size or told.root == book.tree.root()
        is_own = told.origin == book.control.origin and told.size <= book.tree.size
        if not (is_signed and is_own and is_same):
            raise VerificationError("backup-broken", why=NOTE)


def prepare(session: Session) -> str:
    """Refuse a log that cannot be backed up; gives its genesis hash in hex.

    Raises:
        RefusedError: `key-in-data`.
        UnavailableError: Of the database, as `db.open_folder`.
    """
    with session.database.read() as connection:
        genesis = LogBook(connection).control.genesis.hex()
    _refuse_keys(session.data)
    return genesis


def fill(session: Session, folder: Path) -> Backup:
    """Fill a folder with a backup of this log, which may be written to meanwhile.

    Args:
        folder: Empty, and nobody else's.

    Raises:
        OSError: The disk cannot be written; what there is of the backup is for the caller to remove.
        UnavailableError: Others of the disk; as `checkpoint.newest`.
    """
    noted = checkpoint.newest(session).note
    for path in _others(session.data):
        copied = folder / path.relative_to(session.data)
        files.write(copied, path.read_bytes(), private=True, makes_folder=True)
    copying.copy(session.data / db.NAME, folder / db.NAME)
    if (session.data / readings.NAME).is_file():
        copying.copy(session.data / readings.NAME, folder / readings.NAME)
    files.write(folder / NOTE, noted, private=True)
    copy = Copy(folder=folder)
    with copy.opened() as connection:
        book = LogBook(connection)
    found = (path for path in folder.rglob("*") if path.is_file())
    names = sorted(path.relative_to(folder).as_posix() for path in found)
    told = tuple((name, *_sum(folder / name)) for name in names)
    genesis, leaf = book.control.genesis.hex(), book.leaf.hex()
    made = Backup(genesis=genesis, size=book.seq + 1, leaf=leaf, made=session.clock(), files=told)
    files.write(folder / MANIFEST, made.spell(), private=True)
    copy.check()  # what cannot be read again is no backup
    return made


def note(session: Session, made: Backup, place: str) -> None:
    """Note the backup that was made last, for whoever looks after the machine.

    What fails here undoes no backup: it is a warning.
    """
    try:
        told: list[cbor.Value] = [_LAST, made.made, made.size, place]
        key_files.put(session.keys / LAST, cbor.encode(told))
    except KtError as error:
        session.warnings.append(error)


def last(session: Session) -> LastBackup | None:
    """Give the backup that this machine made last; None: it knows of none.

    Raises:
        UnavailableError: `keys-folder`, `key-file-broken`.
    """
    with key_files.folder_errors():
        try:
            raw = plain_file.read(session.keys / LAST, MOST)
        except FileNotFoundError:
            return None
    match key_files.decode(raw, LAST):
        case [version, int(at), int(size), str(place)] if version == _LAST:
            return LastBackup(at=at, size=size, place=place)
    raise UnavailableError("key-file-broken", staff=LAST)


def refuse_newer(there: Backup, made: Backup) -> None:
    """Refuse to put a backup in the place of one that has more entries.

    Raises:
        RefusedError: `backup-newer`.
    """
    if there.size > made.size:
        raise RefusedError("backup-newer", size=there.size, own=made.size)


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


def read(raw: bytes) -> Backup:
    """Read a manifest that is spelled as `Backup.spell` does.

    Args:
        raw: Untrusted.

    Raises:
        VerificationError: `backup-broken`.
    """
    try:
        version, *lines = raw.decode().splitlines()
        facts = dict(line.split(" ", 1) for line in lines if not line.startswith("file "))
        named = (line.split(" ", 3)[1:] for line in lines if line.startswith("file "))
        told = Backup(
            genesis=facts["genesis"],
            size=int(facts["size"]),
            leaf=facts["leaf"],
            made=int(facts["made"]),
            files=tuple((name, digest, int(length)) for digest, length, name in named),
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
