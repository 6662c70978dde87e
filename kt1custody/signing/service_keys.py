"""Keys of the service, the log's and the server's: at rest, readable to the service's account alone.

A rotation writes the new key's file beside the one in use and puts it in place once the log has the
act; a retired log key may stay for as long as it still signs.
"""

import contextlib
import secrets
from pathlib import Path

from kt1custody.core.formats import cbor
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.signing import key_files, sign


def create(folder: Path, name: str, *, renewed: bool = False) -> sign.SigningKey:
    """Make the log key or server key.

    Args:
        renewed: Write it beside the one in use, until `key_files.put_renewed`.

    Raises:
        RefusedError: `key-file-exists`.
        UnavailableError: `keys-folder`.
    """
    seed = secrets.token_bytes(32)
    content = cbor.encode([key_files.SERVICE, name, seed])
    key_files.write_new(key_files.path(folder, name, renewed=renewed), name, content)
    return sign.from_seed(seed)


def read(folder: Path, name: str, *, renewed: bool = False) -> sign.SigningKey:
    """Read the log key or server key.

    Args:
        renewed: Read the renewed file instead.

    Raises:
        UnavailableError: `key-file-missing` or `key-file-broken`.
    """
    return _read(key_files.path(folder, name, renewed=renewed), name)


def find(folder: Path, name: str, kid: bytes) -> sign.SigningKey:
    """Read the log key or server key that has this kid, in whichever file a rotation has left it.

    Raises:
        UnavailableError: `key-file-missing`: there is no file; `key-file-broken`: none holds it.
    """
    faults = []
    paths = (
        key_files.path(folder, name),
        key_files.path(folder, name, renewed=True),
        key_files.path(folder, name, retired=kid),
    )
    for path in paths:
        try:
            key = _read(path, name)
        except UnavailableError as error:
            faults.append(error)
        else:
            if key.kid == kid:
                return key
    if len(faults) == len(paths):
        raise faults[0]
    raise UnavailableError("key-file-broken", staff=name)


def keep(folder: Path, name: str, kid: bytes) -> None:
    """Keep a copy of the key in use as `<name>.<kid hex>.key`, if the file holds that key.

    Raises:
        UnavailableError: `keys-folder`.
    """
    path = key_files.path(folder, name)
    with contextlib.suppress(RefusedError):  # it is kept already
        try:
            if _read(path, name).kid != kid:
                return
            content = path.read_bytes()
        except (UnavailableError, OSError):  # lost: that is why another comes
            return
        key_files.write_new(key_files.path(folder, name, retired=kid), name, content)


def mark_begun(folder: Path, name: str, kid: bytes) -> None:
    """Note which key a rotation is bringing that has no file of its own; replaces an older note.

    Raises:
        UnavailableError: `keys-folder`.
    """
    key_files.put(_mark_path(folder, name), cbor.encode(kid))


def read_mark(folder: Path, name: str) -> bytes | None:
    """Read which key a rotation was bringing; None if none has begun, or the note is unreadable."""
    try:
        kid = key_files.read(_mark_path(folder, name), name)
    except UnavailableError:
        return None
    return kid if isinstance(kid, bytes) else None


def drop_mark(folder: Path, name: str) -> None:
    """Forget the note of a rotation that is done."""
    _mark_path(folder, name).unlink(missing_ok=True)


def _read(path: Path, name: str) -> sign.SigningKey:
    match key_files.read(path, name):
        case [version, owner, bytes(seed)] if (version, owner) == (key_files.SERVICE, name) and len(
            seed
        ) == 32:
            return sign.from_seed(seed)
    raise UnavailableError("key-file-broken", staff=name)


def _mark_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.new.kid"
