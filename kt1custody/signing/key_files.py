"""Files of the keys folder: how they are named, written, read and replaced.

**Rule:** the keys folder is never in the data folder, a bundle or a backup. A name is never a path.
A file is written whole or not at all, readable to its account alone, and never over another unless
a renewal says so. Format: `.docs/formats.md` §7 (Key file).
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from kt1custody.core.formats import cbor, numbers
from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from kt1custody.system import folders, leftovers, plain_file

PERSON = "kt1-key-file/1"
SERVICE = "kt1-service-key/1"
WITNESS = "kt1-witness-key/1"
SERVICE_FILES = ("log", "server")
HEAD = 64  # bytes that identify a key file
_MAX_FILE = 4_096  # bytes; longer ones are cut off and so cannot be read


def is_key(head: bytes) -> bool:
    """Tell by its first `HEAD` bytes whether a file is one that holds a private key."""
    return any(head[1:].startswith(cbor.encode(kind)) for kind in (PERSON, SERVICE, WITNESS))


def path(folder: Path, name: str, *, renewed: bool = False, retired: bytes | None = None) -> Path:
    """Name the file of a person's or service's key.

    Args:
        name: A staff number, or one of `SERVICE_FILES`.
        renewed: The one beside the file in use, until `put_renewed`.
        retired: Kid of a key that was renewed since and whose file has stayed.

    Raises:
        ValueError: No such name.
    """
    if name not in SERVICE_FILES and not numbers.is_staff_number(name):
        msg = f"not a name of a key: {name}"
        raise ValueError(msg)
    if retired is not None:
        return folder / f"{name}.{retired.hex()}.key"
    return folder / f"{name}{'.new' if renewed else ''}.key"


def is_renewed(folder: Path, name: str) -> bool:
    """Tell whether a renewed key file waits to be put in place."""
    return path(folder, name, renewed=True).exists()


def put_renewed(folder: Path, name: str, *, kept: bytes | None = None) -> None:
    """Put a renewed key file in the place of the old one, which is gone then.

    Args:
        kept: Kid of the old one, whose file stays under its retired name; what has that name stays.

    Raises:
        UnavailableError: `keys-folder`.
    """
    if kept is not None:
        with folder_errors(), contextlib.suppress(FileExistsError, FileNotFoundError):
            os.link(path(folder, name), path(folder, name, retired=kept))
    move(path(folder, name, renewed=True), path(folder, name))


def drop(folder: Path, name: str, *, renewed: bool = False) -> None:
    """Remove a key file that nobody depends on; the log never had its key, nor will have it.

    Raises:
        UnavailableError: `keys-folder`.
    """
    with folder_errors():
        path(folder, name, renewed=renewed).unlink(missing_ok=True)
        folders.sync(folder)


def read(file: Path, name: str) -> cbor.Value:
    """Read a key file.

    Raises:
        UnavailableError: `key-file-missing`, `key-file-broken` or `keys-folder`.
    """
    return decode(read_raw(file, name), name)


def read_raw(file: Path, name: str) -> bytes:
    """Give the bytes of a key file, still locked.

    Raises:
        UnavailableError: `key-file-missing` or `keys-folder`.
    """
    with folder_errors():
        try:
            return plain_file.read(file, _MAX_FILE)
        except FileNotFoundError:
            raise UnavailableError("key-file-missing", staff=name) from None


def decode(raw: bytes, name: str) -> cbor.Value:
    """Decode a key file, or what its box holds.

    Raises:
        UnavailableError: `key-file-broken`.
    """
    try:
        return cbor.decode(raw, what="key-file")
    except MalformedInputError:
        raise UnavailableError("key-file-broken", staff=name) from None


def write_new(file: Path, name: str, content: bytes) -> None:
    """Write a key file that is not there yet.

    Raises:
        RefusedError: `key-file-exists`.
        UnavailableError: `keys-folder`; nothing is left behind.
    """
    with _written(file, content) as beside:
        try:
            os.link(beside, file)  # unlike a renaming, never replaces
        except FileExistsError:
            raise RefusedError("key-file-exists", staff=name) from None


def put(file: Path, content: bytes) -> None:
    """Write a file that only this account reads, in the place of the one that is there, for good.

    Raises:
        UnavailableError: `keys-folder`; what was there before is still there.
    """
    with _written(file, content) as beside:
        beside.replace(file)


def move(file: Path, place: Path) -> None:
    """Give a file another name, in the place of what has that name, for good.

    Raises:
        UnavailableError: `keys-folder`.
    """
    with folder_errors():
        file.replace(place)
        folders.sync(place.parent)


@contextlib.contextmanager
def folder_errors() -> Iterator[None]:
    """Report what the system refuses as an error of the keys folder.

    Raises:
        UnavailableError: `keys-folder`.
    """
    try:
        yield
    except OSError as error:
        raise UnavailableError("keys-folder", why=error.strerror or "") from None


@contextlib.contextmanager
def _written(file: Path, content: bytes) -> Iterator[Path]:
    """Write content beside its place, flushed to disk and readable to its owner alone."""
    with folder_errors():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with leftovers.written(file, content, every=True) as beside:
            yield beside
        folders.sync(file.parent)
