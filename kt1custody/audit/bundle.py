"""A bundle: everything a stranger needs to verify the log, as a folder of files.

**Rule:** entries come from the entry bundles alone; the tiles of hashes beside them are made again
and compared, byte for byte. Format: `.docs/formats.md` §10.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from kt1custody.audit.chain import Row
from kt1custody.audit.findings import Report
from kt1custody.audit.folder import HandedFolder
from kt1custody.audit.growth import Growth
from kt1custody.core.formats.bundle import tile_path
from kt1custody.core.formats.frames import unframe
from kt1custody.core.formats.tree import HASH, HEIGHT, WIDTH, tiles_of
from kt1custody.errors import MalformedInputError

_TILE = re.compile("([0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:[.]p/[1-9][0-9]{0,2})?")


class Bundle:
    """The entries of a bundle, untrusted; an `audit.report.Evidence`.

    Attributes:
        folder: Its files.
    """

    def __init__(self, folder: HandedFolder, report: Report) -> None:
        self.folder = folder
        self._report = report
        self._files = _Files(self.folder, report)

    def rows(self, begin: int = 0) -> Iterator[Row]:
        """Give every entry's bytes in order, from a position on."""
        for raw in self._files.entries(begin):
            yield raw, None

    def raw(self, seq: int) -> bytes:
        """Give the bytes of one entry again.

        Raises:
            MalformedInputError: `bundle-file`: it is not here.
        """
        return self._files.entry(seq)

    def catalogue(self, digest: bytes) -> bytes | None:
        """Find the bytes of a catalogue by their hash."""
        return self.folder.catalogue(digest)

    def compare_tiles(self, origin: str, growth: Growth, size: int, *, must: bool) -> None:
        """Compare the tiles of hashes of one origin with the tree, as far as entries are here.

        Args:
            size: Of the tree whose tiles are to be there.
            must: A tile that is not there is a finding.
        """
        home = f"logs/{origin}/tile/"
        for name in self.folder.names(home):
            if not name.startswith("entries/") and not self._fits(home + name, name, growth, size):
                self._report.add("tile", None, f"tiles of {size} entries", home + name)
        for level, number, width in tiles_of(size) if must else ():
            name = f"{home}{level}/{tile_path(number, width)}"
            if name not in self.folder:
                self.folder.lose(name)
        self._report.look("tiles")

    def refuse_others(self, origins: Sequence[str]) -> None:
        """Name the files below `logs/` that belong to no tree."""
        known = {f"{origin}/checkpoint" for origin in origins}
        known |= {name.removeprefix("logs/") for name in self._files.names}
        inside = tuple(f"{origin}/tile/" for origin in origins)
        for name in self.folder.names("logs/"):
            is_tile = name.startswith(inside) and "/tile/entries/" not in name
            if name not in known and not is_tile:
                self._report.add("tile", None, "no such file", f"logs/{name}")

    def _fits(self, path: str, name: str, growth: Growth, size: int) -> bool:
        found = _TILE.fullmatch(name)
        if found is None:
            return False
        level, number = int(found[1]), int(re.sub("[x/]", "", found[2]))
        width = min(WIDTH, (size >> HEIGHT * level) - WIDTH * number)
        if width < 1 or name != f"{level}/{tile_path(number, width)}":
            return False
        content = self.folder.read(path) or b""
        mine = growth.tile(level, number)[: HASH * width]
        return len(content) == HASH * width and content.startswith(mine)


class _Files:
    """Entry bundles of all origins in the log's order; one is kept in memory.

    Attributes:
        names: Names of those that count.
    """

    def __init__(self, folder: HandedFolder, report: Report) -> None:
        self.names: list[str] = []
        self._folder, self._report = folder, report
        self._counts: list[int] = []  # as their names say
        self._starts: list[int] = []  # positions of their first entries, as far as they were read
        self._kept: tuple[int, list[bytes]] = (-1, [])
        for origin in folder.origins:
            self._list(f"logs/{origin}/tile/entries/")

    def entries(self, begin: int) -> Iterator[bytes]:
        """Give all entries from a position on; files that end before it are not read."""
        total = 0
        for number, count in enumerate(self._counts):
            self._starts[number] = total
            if total + count <= begin:
                total += count
                continue
            content, name = self._read(number), self.names[number]
            self._report.want("bundle-file", None, f"{name}: {count}", f"{name}: {len(content)}")
            yield from content[max(0, begin - total) : count]
            total += min(count, len(content))

    def entry(self, seq: int) -> bytes:
        """Give one entry."""
        number = bisect_right(self._starts, seq) - 1
        content = self._read(number) if number >= 0 else []
        place = seq - self._starts[number] if content else 0
        if place >= len(content):
            raise MalformedInputError("bundle-file")
        return content[place]

    def _list(self, home: str) -> None:
        """Find the files of one origin: full ones, and one partial one at the end."""
        number = 0
        while (name := home + tile_path(number)) in self._folder:
            self._add(name, WIDTH)
            number += 1
        partial = self._folder.names(f"{name}.p/")
        if partial and re.fullmatch("[1-9][0-9]{0,2}", partial[-1]):
            self._add(f"{name}.p/{partial[-1]}", min(WIDTH - 1, int(partial[-1])))

    def _add(self, name: str, count: int) -> None:
        self._starts.append(sum(self._counts[-1:]) + sum(self._starts[-1:]))
        self.names.append(name)
        self._counts.append(count)

    def _read(self, number: int) -> list[bytes]:
        if self._kept[0] == number:
            return self._kept[1]
        try:
            content = unframe(self._folder.read(self.names[number]) or b"")
        except MalformedInputError:
            self._report.add("bundle-file", None, "entries", self.names[number])
            content = []
        self._kept = (number, content)
        return content
