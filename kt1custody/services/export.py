"""What leaves the machine for auditors: the bundle of the whole log.

**Rule:** written beside its place and renamed, so a half-written folder is never taken for a whole
one. It holds no name, no agency's text outside the catalogue of offices, and no private key.
Format: `.docs/formats.md` §10.
"""

import hashlib
import secrets
import shutil
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from kt1custody.audit.bundle import ENTRIES_A_FILE, SUMS, frame, tile_path
from kt1custody.core.keyring import Control
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.i18n import number, say
from kt1custody.services.desk import Desk
from kt1custody.signing import sign
from kt1custody.store import log
from kt1custody.store.log import Connection, LogBook


def export_bundle(desk: Desk, folder: Path) -> int:
    """Write the bundle of the whole log.

    Args:
        folder: Not there yet.

    Returns:
        How many entries it holds.

    Raises:
        RefusedError: `file-exists`.
        UnavailableError: `file-unwritable`; nothing is left behind.
    """
    if folder.exists():
        raise RefusedError("file-exists", name=str(folder))
    with desk.database.read() as connection:
        book = LogBook(connection)
        files = pem_files(book.control)
        files |= _offices(connection, book)
        files["README.txt"] = _readme(book).encode()
        files["verify.py"] = (
            resources.files("kt1custody").joinpath("verifiers", "verify.py").read_bytes()
        )
        there = beside(folder)
        try:
            count = _write_tiles(connection, there / "logs" / book.control.origin, files)
            for name, content in files.items():
                write(there / name, content)
            there.replace(folder)
        except OSError as error:
            name = str(folder)
            raise UnavailableError("file-unwritable", name=name, why=error.strerror) from None
        finally:
            shutil.rmtree(there, ignore_errors=True)
    return count


def pem_files(control: Control) -> dict[str, bytes]:
    """Spell every key of the log as a file for people with PEM tools."""
    return {
        f"keys/{key.kid.hex()}.pem": sign.to_pem(key.alg, key.pub) for key in control.keys.values()
    }


def _offices(connection: Connection, book: LogBook) -> dict[str, bytes]:
    """Give every catalogue of offices that the log has named; they decide how acts are judged."""
    found = {}
    for entry in book.acts("catalogue"):
        digest = entry.act.octets("hash")
        content = log.catalogue(connection, digest)
        if entry.act.text("kind") == "offices" and content is not None:
            found[f"catalogues/{digest.hex()}.cbor"] = content
    return found


def _write_tiles(connection: Connection, folder: Path, files: Mapping[str, bytes]) -> int:
    """Write the entry bundles, then the sums of all files."""
    root = folder
    while root.name != "logs":
        root = root.parent
    root = root.parent
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    number, part = 0, list[bytes]()

    def flush() -> None:
        path = folder / "tile" / "entries" / tile_path(number, len(part))
        content = b"".join(part)
        write(path, content)
        sums[path.relative_to(root).as_posix()] = hashlib.sha256(content).hexdigest()

    count = 0
    for raw in log.entries(connection):
        part.append(frame(raw))
        count += 1
        if len(part) == ENTRIES_A_FILE:
            flush()
            number += 1
            part.clear()
    if part:
        flush()
    told = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    write(root / SUMS, told.encode())
    return count


def _readme(book: LogBook) -> str:
    control = book.control
    return say(
        "Bundle of the log {origin} ({name}), {count} entries.\n"
        "\n"
        "It shows who handed what to whom and when, so handle it as internal confidential.\n"
        "It holds no sender, recipient, reference or name.\n"
        "\n"
        "Verify it with Python 3.11 or newer and the package `cryptography`:\n"
        "    python3 verify.py --genesis HASH\n"
        "HASH is the printed genesis hash; take it from paper, not from this folder.\n"
        "verify.py checks bytes, chain, keys and signatures. It does not judge custody, and no\n"
        "check can show that the end of the log was not cut off before this bundle was made.\n",
        origin=control.origin,
        name=control.name,
        count=number(book.seq + 1),
    )


def beside(folder: Path) -> Path:
    """Name a folder of this call's own next to another, to be renamed to it when it is whole."""
    return folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")


def write(path: Path, content: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
