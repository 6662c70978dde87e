"""A folder that somebody handed over: its plain files, their sums, and what repeats the log.

**Rule:** what is listed must be there and fit its sum; what is there must be listed. Keys, policy and
catalogues beside the log are made again from its control entries and compared, never trusted.
Format: `.docs/formats.md` §10.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Protocol

from kt1custody.audit.findings import Report
from kt1custody.core.formats import bundle, origins
from kt1custody.core.formats.bundle import POLICY, SUMS
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.keyring import Control
from kt1custody.errors import MalformedInputError, VerificationError
from kt1custody.signing import sign

_MAX_FILE = 256 * 65_537  # bytes of a file of entries, and of any other that may be long
_SMALL = re.compile(
    "logs/(?!.*/tile/entries/).+|(?:keys|entries|disclose|tsa)/.+|item[.]txt|policy[.].+", re.DOTALL
)
_HOME = re.compile("logs/(.+)/(?:checkpoint|tile/(?:entries|[0-9]+)/.+)")


class Files(Protocol):
    """Files as somebody hands them over, untrusted: a folder, or what was taken out of an archive."""

    @property
    def name(self) -> str:
        """What to call all of it."""

    def sizes(self) -> Mapping[str, int | None]:
        """Give names and lengths in bytes; None for what is no plain file."""

    def read(self, name: str, most: int) -> bytes:
        """Give at most so many bytes of a file.

        Raises:
            KeyError: It is not there.
            UnavailableError: `file-unreadable`.
        """


class HandedFolder:
    """What lies in a folder that was handed over.

    Attributes:
        origins: As the folders below `logs/` name them, by epoch.
        is_dossier: Whether it looks like the dossier of one item.

    Raises:
        MalformedInputError: `not-a-bundle`: it is no folder, or nothing of a log is in it.
    """

    def __init__(self, files: Files, report: Report) -> None:
        self.report = report
        self._given = files
        self._files = frozenset(self._plain(files.sizes()))
        homes = {found[1] for name in self._files if (found := _HOME.fullmatch(name))}
        self.origins = sorted(homes, key=_epoch)
        self.is_dossier = "item.txt" in self._files or bool(self.names("entries/"))
        if not homes and not self.is_dossier and SUMS not in self._files:
            raise MalformedInputError("not-a-bundle", name=files.name)
        self._lost: set[str] = set()
        self._check_sums()

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def read(self, name: str) -> bytes | None:
        """Give the bytes of a file, or None if it is not there."""
        return self._given.read(name, _most(name)) if name in self._files else None

    def names(self, below: str) -> list[str]:
        """Give the names below a folder, sorted, without the folder's own."""
        return sorted(name[len(below) :] for name in self._files if name.startswith(below))

    def lose(self, name: str) -> None:
        """Note once that a file is not here."""
        if name not in self._lost:
            self._lost.add(name)
            self.report.add("file-missing", None, name, "missing")

    def catalogue(self, digest: bytes) -> bytes | None:
        """Find the bytes of a catalogue by their hash."""
        content = self.read(f"catalogues/{digest.hex()}.cbor")
        return content if content and hashlib.sha256(content).digest() == digest else None

    def compare_keys(self, control: Control, *, whole: bool) -> None:
        """Compare `keys/` with what the control entries say.

        Args:
            whole: All of them are here; else a key that they do not bring may be of a missing one.
        """
        wanted: Mapping[str, bytes | None] = {
            f"{key.kid.hex()}.pem": _pem(key.alg, key.pub) for key in control.keys.values()
        }
        for name in sorted(wanted.keys() | self.names("keys/")):
            got = self.read(f"keys/{name}")
            if got is None:
                self.lose(f"keys/{name}")
            elif got != wanted.get(name) and (whole or name in wanted):
                told = "as in the log" if name in wanted else "no such key"
                self.report.add("key-file", None, f"{name}: {told}", "differs")
        self.report.look("keys")

    def compare_catalogues(self, named: set[bytes], *, whole: bool) -> None:
        """Compare `catalogues/` with the hashes of those lists of offices that the log names."""
        known = {f"{digest.hex()}.cbor" for digest in named}
        for name in sorted(known | {*self.names("catalogues/")}):
            content = self.read(f"catalogues/{name}")
            if content is None:
                self.report.skip("catalogue-not-given", name)
            elif f"{hashlib.sha256(content).hexdigest()}.cbor" != name or (
                whole and name not in known
            ):
                self.report.add("catalogue", None, f"{name}: as in the log", "differs")
        self.report.look("catalogues")

    def compare_policy(self, control: Control, size: int) -> None:
        """Compare the policy of trust with what the control entries say for a checkpoint."""
        got = self.read(POLICY)
        self.report.look("policy")
        if got is None:
            self.lose(POLICY)
            return
        try:
            wanted = tlog.spell_policy(control, size).encode()
        except VerificationError:  # every log key was revoked
            wanted = b""
        if got != wanted:
            self.report.add("policy", None, f"{POLICY}: as in the log", "differs")

    def _plain(self, sizes: Mapping[str, int | None]) -> Iterator[str]:
        """Name every plain file; a link, a pipe or a folder without end is a finding."""
        for name, size in sizes.items():
            if size is None:
                self.report.add("bundle-file", None, "a plain file", name)
            elif size > (most := _most(name)):  # it is not opened
                self.report.add("bundle-file", None, f"≤ {most}", f"{name}: {size}")
            else:
                yield name

    def _check_sums(self) -> None:
        self.report.look("sums")
        listed = self._read_sums()
        got = self._files - {SUMS}
        for name in sorted(listed.keys() | got):
            if name not in got:
                self.lose(name)
            elif name not in listed:
                self.report.add("bundle-sum", None, f"{name} not listed", "not listed")
            else:
                actual = hashlib.sha256(self.read(name) or b"").hexdigest()
                self.report.want("bundle-sum", None, f"{name} {listed[name]}", f"{name} {actual}")

    def _read_sums(self) -> dict[str, str]:
        listed, is_in_form = bundle.read_sums(self.read(SUMS) or b"")
        if not is_in_form:
            self.report.add("bundle-sum", None, f"{SUMS} sorted, one line a file", "differs")
        return listed


def _most(name: str) -> int:
    """Say how many bytes a file may have."""
    return checkpoint.MAX_BYTES if _SMALL.fullmatch(name) else _MAX_FILE


def _epoch(origin: str) -> tuple[str, int, str]:
    """Sort the origins of one log by epoch."""
    found = origins.find(origin)
    return (origin, 0, origin) if found is None else (found.log, found.epoch, origin)


def _pem(alg: int, pub: bytes) -> bytes | None:
    try:
        return sign.to_pem(alg, pub)
    except VerificationError:
        return None
