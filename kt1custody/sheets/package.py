"""The package of a workbook: its parts, found by their relations.

**Rule:** parts are found as every program that opens the file finds them: from relation to relation,
names without regard to case. What a part is called says nothing. Source: ECMA-376 part 2, 9 and 10.
"""

import posixpath
import zipfile
from dataclasses import dataclass
from urllib.parse import unquote

from kt1custody.errors import MalformedInputError
from kt1custody.sheets import kinds, xml_parts
from kt1custody.sheets.xml_parts import Budget, Happenings, broken

_MAX_PARTS = 2_000
_MAX_UNPACKED = 128 * 1024 * 1024  # bytes of all parts; 20 000 full rows have about 25 MB
_MAX_TAGS = 2_000_000  # 20 000 items have at most 1.8 million


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of a part to another.

    Attributes:
        kind: Last word of its type, such as `worksheet`.
        target: Name of the other part.
    """

    number: str
    kind: str
    target: str


class Package:
    """An opened package; untrusted."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Look at the list of parts.

        Raises:
            MalformedInputError: `table-unreadable` with `why`: `locked`, `broken`, `too-large`, or
                one of `kinds.of_archive`.
        """
        parts = archive.infolist()
        self._archive = archive
        self._parts = {_key(part.filename): part for part in parts}
        self._budget = Budget(_MAX_TAGS)
        self._read = set[str]()
        other = kinds.of_archive(self._parts)
        if other:
            raise MalformedInputError("table-unreadable", why=other)
        if any(part.flag_bits & 1 for part in parts):
            raise MalformedInputError("table-unreadable", why="locked")
        packings = {part.compress_type for part in parts}
        if len(self._parts) != len(parts) or not packings <= {
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        }:
            raise broken()
        if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
            raise MalformedInputError("table-unreadable", why="too-large")

    @property
    def names(self) -> frozenset[str]:
        """Names of all parts, in small letters."""
        return frozenset(self._parts)

    def read(self, name: str) -> Happenings:
        """Read a part, and each only once: many sheets that name one would cost what many have.

        Raises:
            KeyError: There is none of this name.
            MalformedInputError: `table-unreadable` with `why`: `broken`: it was read before. Others
                as `xml_parts.read`.
        """
        key = _key(name)
        if key in self._read:
            raise broken()
        self._read.add(key)
        return xml_parts.read(self._archive.open(self._parts[key]), self._budget)

    def read_raw(self, name: str, most: int) -> bytes:
        """Read at most so many bytes of a part."""
        with self._archive.open(self._parts[_key(name)]) as part:
            return part.read(most)

    def relations(self, name: str = "") -> list[Relation]:
        """Read the relations of a part, or of the package itself; those to other files are left out.

        Returns:
            Nothing if it has none.
        """
        folder, base = posixpath.split(name)
        listed = posixpath.join(folder, "_rels", f"{base}.rels")
        if _key(listed) not in self._parts:
            return []
        return [
            Relation(
                facts["Id"], facts["Type"].rpartition("/")[2], _resolve(folder, facts["Target"])
            )
            for element, facts, _ in self.read(listed)
            if element == "Relationship" and facts and facts.get("TargetMode") != "External"
        ]


def _resolve(folder: str, target: str) -> str:
    """Give the name of the part that a relation names from a folder."""
    path = posixpath.join("/", folder, unquote(target).replace("\\", "/"))
    return posixpath.normpath(path)


def _key(name: str) -> str:
    return unquote(name).replace("\\", "/").lstrip("/").casefold()
