"""Folders that others hand over, read file by file."""

import stat
from dataclasses import dataclass
from pathlib import Path

from kt1custody.errors import UnavailableError
from kt1custody.system import plain_file

_MAX_DEPTH = 20  # an origin of 60 characters has fewer parts


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFolder:
    """The files below a folder, untrusted; none is opened before it is asked for."""

    path: Path

    @property
    def name(self) -> str:
        """What to call it."""
        return str(self.path)

    def sizes(self) -> dict[str, int | None]:
        """Give names and lengths in bytes; None for a link, a pipe, or a folder too deep."""
        sizes: dict[str, int | None] = {}
        waiting = [self.path] if self.path.is_dir() else []
        while waiting:
            for path in sorted(waiting.pop().iterdir()):
                status, name = path.lstat(), path.relative_to(self.path)
                if stat.S_ISDIR(status.st_mode) and len(name.parts) < _MAX_DEPTH:
                    waiting.append(path)
                else:
                    is_plain = stat.S_ISREG(status.st_mode)
                    sizes[name.as_posix()] = status.st_size if is_plain else None
        return sizes

    def read(self, name: str, most: int) -> bytes:
        """Give at most so many bytes of a file.

        Raises:
            KeyError: It is not there.
            UnavailableError: `file-unreadable`.
        """
        try:
            return plain_file.read(self.path / name, most)
        except (FileNotFoundError, NotADirectoryError):
            raise KeyError(name) from None
        except OSError as error:
            name = str(self.path / name)
            raise UnavailableError("file-unreadable", name=name, why=error.strerror) from None


def names(folder: Path) -> list[str]:
    """Name what lies in a folder; nothing if there is none, or nobody can read it."""
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []
