"""What leaves the machine for auditors: the bundle of the whole log.

**Rule:** it holds no name, no agency's text outside the catalogue of offices, and no private key.
Format: `.docs/formats.md` §10.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import chain, islice

from kt1custody.core.formats import tree
from kt1custody.core.formats.bundle import POLICY, SUMS, encode_sums, tile_path
from kt1custody.core.formats.frames import frame
from kt1custody.core.log import tlog
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.core.log.keyring import Control
from kt1custody.i18n import Language
from kt1custody.services.session import checkpoint
from kt1custody.services.session.checkpoint import Signed
from kt1custody.services.session.session import Session
from kt1custody.signing import sign
from kt1custody.store import checkpoints, log
from kt1custody.store.log import Connection, LogBook
from kt1custody.store.tree import read_tile

_VERIFIERS = ("verify.py", "verify.html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The bundle of a log.

    Attributes:
        checkpoint: As of which it is.
        contents: Names and bytes of its files, the sums of all others last; to be taken once.
    """

    checkpoint: Checkpoint
    contents: Iterator[tuple[str, bytes]]


@contextlib.contextmanager
def bundle(session: Session) -> Iterator[Export]:
    """Give the bundle of the whole log, as of a checkpoint that is given out for it.

    From a medium that can only be read, as of the newest that was given out. The log is read while
    the block lasts, so that no more than one file of the bundle is in memory.

    Raises:
        UnavailableError: As `checkpoint.newest`.
    """
    signed = checkpoint.newest(session)
    with session.database.read() as connection:
        book = LogBook(connection)
        control = LogBook(connection, until=signed.end - 1).control
        files = evidence_files(connection, control, signed)
        files["README.txt"] = _readme(session.language, control, signed.end).encode()
        for digest, content in offices(connection, book, signed.end):
            files[f"catalogues/{digest.hex()}.cbor"] = content
        tiles = (
            tile
            for epoch in (*checkpoint.closed_epochs(connection, control), signed)
            for tile in _tiles(connection, epoch)
        )
        yield Export(checkpoint=signed.checkpoint, contents=with_sums(chain(tiles, files.items())))


def evidence_files(connection: Connection, control: Control, signed: Signed) -> dict[str, bytes]:
    """Give what a bundle and a dossier have in common."""
    size = signed.checkpoint.size
    files = pem_files(control)
    files[POLICY] = tlog.spell_policy(control, size).encode()
    for epoch in (*checkpoint.closed_epochs(connection, control), signed):
        files[f"logs/{epoch.checkpoint.origin}/checkpoint"] = epoch.note
    for name in _VERIFIERS:
        files[name] = verifier(name)
    for stamped, response in checkpoints.stamps(connection):
        if stamped <= size:
            files[f"tsa/{stamped}.tsr"] = response
    return files


def verifier(name: str) -> bytes:
    """Give the bytes of a program that travels in a bundle."""
    return resources.files("kt1custody").joinpath("verifiers", name).read_bytes()


def verifier_sums() -> dict[str, str]:
    """Give the SHA-256 of each of these programs, by which a changed one is told from paper."""
    return {name: hashlib.sha256(verifier(name)).hexdigest() for name in _VERIFIERS}


def pem_files(control: Control) -> dict[str, bytes]:
    """Spell every key of the log as a file for people with PEM tools."""
    return {
        f"keys/{key.kid.hex()}.pem": sign.to_pem(key.alg, key.pub) for key in control.keys.values()
    }


def offices(connection: Connection, book: LogBook, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Give every catalogue of offices that the log has named; they decide how acts are judged."""
    for entry in book.acts("catalogue"):
        digest = entry.act.octets("hash")
        content = log.catalogue(connection, digest)
        if entry.act.text("kind") == "offices" and content is not None and entry.seq < end:
            yield digest, content


def _tiles(connection: Connection, epoch: Signed) -> Iterator[tuple[str, bytes]]:
    """Give the tiles of an epoch's tree and its entry bundles."""
    size, home = epoch.checkpoint.size, f"logs/{epoch.checkpoint.origin}/tile"
    for level, place, width in tree.tiles_of(size):
        hashes = read_tile(connection, epoch.base, level, place)[: tree.HASH * width]
        yield f"{home}/{level}/{tile_path(place, width)}", hashes
    entries = log.entries(connection, epoch.base)
    for place in range(-(-size // tree.WIDTH)):
        part = list(islice(entries, min(tree.WIDTH, size - place * tree.WIDTH)))
        yield f"{home}/entries/{tile_path(place, len(part))}", b"".join(map(frame, part))


def with_sums(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Give files, and after them the sums of all."""
    sums = {}
    for name, content in files:
        sums[name] = hashlib.sha256(content).hexdigest()
        yield name, content
    yield SUMS, encode_sums(sums)


def _readme(language: Language, control: Control, size: int) -> str:
    return language.say(
        "Bundle of the log {origin} ({name}). Entries: {count}.\n"
        "\n"
        "It shows who handed what to whom and when, so handle it as internal confidential.\n"
        "It holds no sender, recipient, reference or name.\n"
        "\n"
        "Verify it with Python 3.11 or newer and the package `cryptography`:\n"
        "    python3 -I verify.py --genesis HASH\n"
        "or open verify.html in a browser and choose this folder; no network is needed.\n"
        "HASH is the printed genesis hash; take it from paper, not from this folder, and take the\n"
        "verifier from somewhere else too if you do not trust who gave you the bundle.\n"
        "To show that the end was not cut off, give what others hold: --anchor CODE from a printed\n"
        "sheet, --against FILE for a checkpoint, receipt or time stamp.\n"
        "They check bytes, chain, tree, keys, signatures and witnesses. They do not judge custody.\n",
        origin=control.origin,
        name=control.name,
        count=language.number(size),
    )
