"""The key of a witness at rest, in the witness's own folder, readable to its account alone."""

import secrets
from pathlib import Path

from kt1custody.core.formats import cbor
from kt1custody.errors import UnavailableError
from kt1custody.signing import key_files, sign

FILE = "witness.key"


def create(folder: Path, name: str) -> sign.SigningKey:
    """Make the key of a witness.

    Raises:
        RefusedError: `key-file-exists`.
        UnavailableError: `keys-folder`.
    """
    seed = secrets.token_bytes(32)
    key_files.write_new(folder / FILE, name, cbor.encode([key_files.WITNESS, name, seed]))
    return sign.from_seed(seed)


def read(folder: Path) -> tuple[str, sign.SigningKey]:
    """Read the name and the key of a witness.

    Raises:
        UnavailableError: `key-file-missing` or `key-file-broken`.
    """
    match key_files.read(folder / FILE, FILE):
        case [version, str(name), bytes(seed)] if version == key_files.WITNESS and len(seed) == 32:
            return name, sign.from_seed(seed)
    raise UnavailableError("key-file-broken", staff=FILE)
