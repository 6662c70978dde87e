"""A bundle: everything a stranger needs to verify the log, as a folder of files.

**Rule:** what is listed must be there and fit its sum; what is there must be listed. Keys beside
the log are rebuilt from the control entries and compared, never trusted. Format:
`.docs/formats.md` §10.
"""

import hashlib
import re
import stat
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from pathlib import Path

from kt1custody.audit.chain import Row
from kt1custody.audit.findings import Report
from kt1custody.core.keyring import Control
from kt1custody.errors import MalformedInputError
from kt1custody.signing import sign

ENTRIES_A_FILE = 256
SUMS = "SHA256SUMS"
_MAX_FILE = 64 * 1024 * 1024
_MAX_DEPTH = 20  # an origin of 60 characters has fewer parts
_HOME = re.compile("(logs/.+/tile/entries)/.+")


def tile_path(number: int, count: int = ENTRIES_A_FILE) -> str:
    """Name an entry bundle below `tile/entries/` (C2SP tlog-tiles)."""
    groups = []
    rest = number
    while True:
        rest, group = divmod(rest, 1000)
        groups.append(f"{group:03d}")
        if rest == 0:
            break
    name = "/".join([f"x{group}" for group in groups[:0:-1]] + [groups[0]])
    return name if count == ENTRIES_A_FILE else f"{name}.p/{count}"


def frame(raw: bytes) -> bytes:
    """Spell an entry as it stands in an entry bundle: length in two bytes, then the entry."""
    return len(raw).to_bytes(2, "big") + raw


def unframe(content: bytes) -> list[bytes]:
    """Take an entry bundle apart.

    Raises:
        MalformedInputError: `bundle-file`: a length that does not fit.
    """
    found, at = [], 0
    while at < len(content):
        end = at + 2 + int.from_bytes(content[at : at + 2], "big")
        if at + 2 > len(content) or end > len(content):
            raise MalformedInputError("bundle-file")
        found.append(content[at + 2 : end])
        at = end
    return found


class Bundle:
    """A bundle on disk, untrusted; an `audit.report.Evidence`.

    Raises:
        MalformedInputError: `not-a-bundle`: it is no folder, or none of a log is in it.
    """

    def __init__(self, folder: Path, report: Report) -> None:
        self._folder, self._report = folder, report
        if not folder.is_dir():
            raise MalformedInputError("not-a-bundle", name=str(folder))
        self._plain = {path.relative_to(folder).as_posix(): path for path in self._walk()}
        homes = {found.group(1) for name in self._plain if (found := _HOME.fullmatch(name))}
        if len(homes) != 1:
            raise MalformedInputError("not-a-bundle", name=str(folder))
        self._tiles = folder / homes.pop()
        self._files = self._list_files()
        self._check_sums()

    @property
    def origin(self) -> str:
        """Origin as the folder names it."""
        return self._tiles.parent.parent.relative_to(self._folder / "logs").as_posix()

    def rows(self) -> Iterator[Row]:
        """Give every entry's bytes in order."""
        for content in self._files:
            for raw in content:
                yield raw, None

    def raw(self, seq: int) -> bytes:
        """Give the bytes of one entry again."""
        return self._files.entry(seq)

    def catalogue(self, digest: bytes) -> bytes | None:
        """Find the bytes of a catalogue by their hash."""
        path = self._plain.get(f"catalogues/{digest.hex()}.cbor")
        if path is None:
            return None
        content = path.read_bytes()
        return content if hashlib.sha256(content).digest() == digest else None

    def compare_keys(self, control: Control | None) -> None:
        """Compare `keys/` with what the control entries say."""
        wanted: Mapping[str, bytes] = {
            f"{key.kid.hex()}.pem": sign.to_pem(key.alg, key.pub)
            for key in (control.keys.values() if control else ())
        }
        folder = self._folder / "keys"
        got = {p.name: p.read_bytes() for p in self._plain.values() if p.parent == folder}
        for name in sorted(wanted.keys() | got.keys()):
            if wanted.get(name) != got.get(name):
                told = "as in the log" if name in wanted else "no such key"
                self._report.add("key-file", None, f"{name}: {told}", "differs or missing")

    def _list_files(self) -> "_Files":
        """Find the entry bundles in order: full ones, and one partial one at the end."""
        files = _Files(self._report)
        plain = list(self._plain.values())
        number = 0
        while (path := self._tiles / tile_path(number)) in plain:
            files.add(path, ENTRIES_A_FILE)
            number += 1
        home = self._tiles / f"{tile_path(number)}.p"
        partial = [path for path in plain if path.parent == home]
        if partial and partial[-1].name.isdecimal():
            files.add(partial[-1], min(ENTRIES_A_FILE - 1, int(partial[-1].name)))
        known = {path for path, _ in files.paths}
        for name, path in self._plain.items():
            if self._tiles in path.parents and path not in known:
                self._report.add("bundle-file", None, "no such file", name)
        return files

    def _walk(self) -> Iterator[Path]:
        """Give every plain file; a link, a pipe or a folder without end is a finding."""
        waiting = [self._folder]
        while waiting:
            for path in sorted(waiting.pop().iterdir()):
                kind = path.lstat().st_mode
                depth = len(path.parts) - len(self._folder.parts)
                if stat.S_ISDIR(kind) and depth < _MAX_DEPTH:
                    waiting.append(path)
                elif stat.S_ISREG(kind):
                    yield path
                else:
                    self._report.add("bundle-file", None, "a plain file", path.name)

    def _check_sums(self) -> None:
        listed = self._read_sums()
        got = {name: path for name, path in self._plain.items() if name != SUMS}
        for name in sorted(listed.keys() | got.keys()):
            if name not in got:
                self._report.add("bundle-sum", None, f"{name} {listed[name]}", "missing")
            else:
                actual = hashlib.sha256(got[name].read_bytes()).hexdigest()
                if listed.get(name) != actual:
                    wanted = listed.get(name, "not listed")
                    self._report.add("bundle-sum", None, f"{name} {wanted}", actual)

    def _read_sums(self) -> dict[str, str]:
        try:
            text = (self._folder / SUMS).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            self._report.add("bundle-sum", None, SUMS, "missing")
            return {}
        listed = {}
        for line in text.splitlines():
            digest, _, name = line.partition("  ")
            listed[name] = digest
        if text != "".join(f"{listed[name]}  {name}\n" for name in sorted(listed)):
            self._report.add("bundle-sum", None, f"{SUMS} sorted, one line a file", "differs")
        return listed


class _Files:
    """Entry bundles by number; one is kept in memory."""

    def __init__(self, report: Report) -> None:
        self.paths: list[tuple[Path, int]] = []
        self._report = report
        self._starts: list[int] = []
        self._kept: tuple[int, list[bytes]] = (-1, [])

    def add(self, path: Path, count: int) -> None:
        self.paths.append((path, count))

    def entry(self, seq: int) -> bytes:
        """Give an entry that was read before; a file may hold fewer than its name says."""
        number = bisect_right(self._starts, seq) - 1
        return self[number][seq - self._starts[number]]

    def __iter__(self) -> Iterator[list[bytes]]:
        total = 0
        for number, (path, count) in enumerate(self.paths):
            content = self[number]
            self._starts.append(total)
            total += len(content)
            if len(content) != count:
                self._report.add("bundle-file", None, f"{path.name}: {count}", len(content))
            yield content

    def __getitem__(self, number: int) -> list[bytes]:
        if self._kept[0] != number:
            path = self.paths[number][0]
            try:
                with path.open("rb") as file:
                    content = unframe(file.read(_MAX_FILE))
            except MalformedInputError:
                self._report.add("bundle-file", None, "entries", path.name)
                content = []
            self._kept = (number, content)
        return self._kept[1]
