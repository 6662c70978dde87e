"""Tokens of programs that read from the server, as this machine keeps them: a hash, a scope, an end.

**Rule:** a token is shown once, when it is made; here lies its SHA-256. It signs nothing and opens no
record. Format: `.docs/formats.md` §7 (Token file).
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core.formats import cbor
from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from kt1custody.signing import key_files
from kt1custody.system import folders, plain_file

_VERSION = "kt1-token/1"
_FOLDER = "tokens"
_MOST = 4_096  # bytes
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a program may ask.

    Attributes:
        name: What people call it.
        digest: SHA-256 of the token.
        scopes: Names of what it may read.
        until: Unix seconds UTC; not good afterwards.
    """

    name: str
    digest: bytes
    scopes: tuple[str, ...]
    until: int


def make(folder: Path, name: str, scopes: Iterable[str], until: int) -> str:
    """Make a token and give it, this once.

    Raises:
        MalformedInputError: `token-name`.
        RefusedError: `token-known`: there is one of this name.
        UnavailableError: `keys-folder`.
    """
    path = _path(folder, name)
    if path.exists():
        raise RefusedError("token-known", name=name)
    token = f"{name}.{secrets.token_urlsafe(32)}"
    content: list[cbor.Value] = [_VERSION, name, _hash(token), sorted(scopes), until]
    key_files.put(path, cbor.encode(content))
    return token


def find(folder: Path, token: str, now: int) -> Token | None:
    """Give what a token may do; None if it is none of ours, or over.

    Args:
        token: Untrusted.

    Raises:
        UnavailableError: `key-file-broken`, `keys-folder`.
    """
    name = token.partition(".")[0]
    kept = _read(folder, name) if _NAME.fullmatch(name) else None
    if kept is None or now > kept.until or not hmac.compare_digest(kept.digest, _hash(token)):
        return None
    return kept


def every(folder: Path) -> list[Token]:
    """Read all that are kept, by name; raises as `find`."""
    with key_files.folder_errors():
        names = sorted(path.name for path in (folder / _FOLDER).glob("*"))
    read = (_read(folder, name) for name in names if _NAME.fullmatch(name))
    return [token for token in read if token is not None]


def drop(folder: Path, name: str) -> None:
    """Make a token good for nothing; one that is gone stays so.

    Raises:
        MalformedInputError: `token-name`.
        UnavailableError: `keys-folder`.
    """
    with key_files.folder_errors():
        path = _path(folder, name)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            folders.sync(path.parent)


def _path(folder: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise MalformedInputError("token-name")
    return folder / _FOLDER / name


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _read(folder: Path, name: str) -> Token | None:
    with key_files.folder_errors():
        try:
            raw = plain_file.read(_path(folder, name), _MOST)
        except FileNotFoundError:
            return None
    match key_files.decode(raw, name):
        case [version, owner, bytes(digest), [*scopes], int(until)] if (version, owner) == (
            _VERSION,
            name,
        ):
            return Token(name=name, digest=digest, scopes=tuple(map(str, scopes)), until=until)
    raise UnavailableError("key-file-broken", staff=name)
