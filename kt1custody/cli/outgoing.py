"""What leaves this machine as files and folders: where it may lie, and that it is whole or not there.

**Rule:** what would stand in the way is found before anything is signed; then a service gives what
is to be written, and it is written beside its place and renamed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kt1custody.cli import given_folders, own_folder
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.core.seals.status import Head
from kt1custody.errors import KtError, RefusedError
from kt1custody.services.custody.disclose import Opened
from kt1custody.services.evidence import backup as backing
from kt1custody.services.evidence import closing, export, publish, sealed_file, trust
from kt1custody.services.evidence import dossier as dossiers
from kt1custody.services.evidence.backup import Backup
from kt1custody.services.evidence.dossier import Dossier
from kt1custody.services.session.checkpoint import Signed
from kt1custody.services.session.session import Session
from kt1custody.services.witness import cosign
from kt1custody.system import files, folders

LOADS = "loads"  # folder beside the data folder
OLDER = ".older"  # ends the name of the backup before


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """A public folder that was written.

    Attributes:
        head: The head of its notes.
        loads: The files of the load lists.
        exposed: Names of load lists that stood in the public folder before, where all could read
            them; they are gone from there.
    """

    head: Head
    loads: tuple[Path, ...]
    exposed: tuple[str, ...]


def bundle(session: Session, folder: Path) -> Checkpoint:
    """Write the bundle of the whole log; gives the checkpoint as of which it is.

    Args:
        folder: Not there yet.

    Raises:
        RefusedError: `file-exists`.
        UnavailableError: `file-unwritable`; nothing is left behind. Others as `export.bundle`.
    """
    files.refuse_existing(folder)
    with export.bundle(session) as made, folders.whole(folder) as there:
        _fill(there, made.contents)
    return made.checkpoint


def dossier(session: Session, given: str, folder: Path, opened: Sequence[Opened] = ()) -> Dossier:
    """Write the dossier of an item; arguments and errors as of `dossier.make` and `bundle`."""
    files.refuse_existing(folder)
    made = dossiers.make(session, given, opened)
    with folders.whole(folder, private=bool(opened)) as there:
        _fill(there, made.contents.items())
    return made


def records(session: Session, file: Path) -> int:
    """Write a file with the confidential records of this log; gives how many rows.

    Raises:
        RefusedError: `file-exists`.
        UnavailableError: `file-unwritable`.
    """
    files.refuse_existing(file)
    content, rows = sealed_file.encode(session)
    files.write(file, content, private=True)
    return rows


def witness_request(session: Session, file: Path, name: str | None, old: int | None = None) -> int:
    """Write a request for a witness without a network; arguments as of `cosign.request`.

    Returns:
        Size of the checkpoint that is to be cosigned.

    Raises:
        RefusedError: `file-exists`; others as `cosign.request`.
        UnavailableError: `file-unwritable`.
    """
    files.refuse_existing(file)
    request = cosign.request(session, name, old)
    files.write(file, request.content)
    return request.size


def closing_sheet(session: Session, pdf: Path | None, since: int | None = None) -> Signed:
    """Give out a checkpoint of the log as it is, and write its closing sheet.

    Args:
        pdf: File to write, or None.
        since: As of `closing.close_with_sheet`.

    Raises:
        UnavailableError: `file-unwritable`: the checkpoint was given out all the same. Others as
            `closing.close_with_sheet`.
    """
    if pdf is None:
        return closing.close(session)
    signed, sheet = closing.close_with_sheet(session, since)
    files.write(pdf, sheet)
    return signed


def public(
    session: Session,
    folder: Path,
    *,
    holders: Sequence[str] = (),
    loads: Path | None = None,
    valid_hours: int = publish.DAY,
) -> Public:
    """Write the public folder, or replace an older one.

    Args:
        holders: People and offices for whom a load list is written.
        loads: Folder for the load lists, never inside the public one; `loads` beside the data
            folder unless it is given.
        valid_hours: How long until a newer one is due.

    Raises:
        RefusedError: `place-of-log`; `loads-in-public`; `foreign-file`: somebody else has put
            something into the folder; others as `publish.publish`.
        UnavailableError: `file-unwritable`; what was there before is still there.
    """
    own_folder.refuse_place(session, folder)
    beside = loads or session.data.parent / LOADS
    if holders and beside.resolve().is_relative_to(folder.resolve()):
        raise RefusedError("loads-in-public", name=str(beside))
    there = given_folders.GivenFolder(path=folder) if folder.exists() else None
    made = publish.publish(session, there, holders=holders, valid_hours=valid_hours)
    exposed = trust.exposed_loads(given_folders.names(folder))
    own = (*made.contents, *exposed)
    if folder.exists():
        own_folder.refuse_foreign(folder, own)
    lists = {beside / name: content for name, content in made.loads.items()}
    for path, content in lists.items():
        files.write(path, content, makes_folder=True)
    with folders.beside(folder) as whole:
        _fill(whole, made.contents.items())
        own_folder.replace(folder, whole, own)
    return Public(head=made.head, loads=tuple(lists), exposed=exposed)


def backup(session: Session, folder: Path) -> Backup:
    """Write a backup of this log, which may be written to meanwhile.

    Args:
        folder: Not there yet, or an older backup of this log, which is kept as `<folder>.older`.

    Raises:
        RefusedError: `backup-newer`: what is there has more entries; `file-exists`: it, or what has
            the name of the one before, is no backup of this log; `foreign-file`: somebody else has
            put something into the one before; `place-of-log`; others as `backup.prepare`.
        UnavailableError: `file-unwritable` and others of the disk; as `checkpoint.newest`. What
            was there before is still there.
    """
    own_folder.refuse_place(session, folder)
    place = folder.absolute()
    older = place.with_name(place.name + OLDER)
    genesis = backing.prepare(session)
    before: tuple[str, ...] = ()
    if place.exists() and older.exists():
        found = _backup_in(older, genesis)
        before = (backing.MANIFEST, *(name for name, _, _ in found.files))
        own_folder.refuse_foreign(older, before)
    with folders.beside(place, private=True) as there:
        made = backing.fill(session, there)
        if place.exists():
            backing.refuse_newer(_backup_in(place, genesis), made)
            own_folder.replace(older, place, before)
        there.replace(place)
    backing.note(session, made, str(place))
    return made


def _backup_in(folder: Path, genesis: str) -> Backup:
    """Read the manifest of an older backup of this log.

    Raises:
        RefusedError: `file-exists`: it is none.
    """
    try:
        found = backing.read(files.read(folder / backing.MANIFEST, backing.MOST))
    except KtError:
        found = None
    if found is None or found.genesis != genesis:
        raise RefusedError("file-exists", name=str(folder))
    return found


def _fill(folder: Path, contents: Iterable[tuple[str, bytes]]) -> None:
    """Write files into a folder, and the folders above them."""
    for name, content in contents:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
