"""Folders that are written once more: what somebody else has put there is never removed.

**Rule:** a folder makes room only if everything in it was read as this program's own, of this log.
It is renamed aside, and then only those files are removed. No folder that is, holds or lies in the
data or keys folder is ever written to so.
"""

import contextlib
from collections.abc import Collection
from pathlib import Path

from kt1custody.errors import RefusedError
from kt1custody.services.session.session import Session
from kt1custody.system import leftovers


def refuse_place(session: Session, folder: Path) -> None:
    """Refuse a folder that is, holds or lies in the data or keys folder.

    Raises:
        RefusedError: `place-of-log`.
    """
    place = folder.resolve()
    for ours in (session.data, session.keys):
        there = ours.resolve()
        if place == there or place in there.parents or there in place.parents:
            raise RefusedError("place-of-log", name=str(folder), path=str(ours))


def refuse_foreign(folder: Path, own: Collection[str]) -> None:
    """Refuse a folder in which anything lies but files of these names, with folders below it.

    Raises:
        RefusedError: `foreign-file`: its name.
    """
    found = [folder, *sorted(folder.rglob("*"))]
    for path in found:
        name = path.relative_to(folder).as_posix()
        is_own = path.is_dir() or (path.is_file() and name in own)
        if path.is_symlink() or not is_own:
            raise RefusedError("foreign-file", name=str(folder), file=ascii(name)[1:-1])


def replace(folder: Path, whole: Path, own: Collection[str]) -> None:
    """Put a folder that is whole in the place of an older one, or of none.

    Args:
        own: Names of the files of the older one, as `refuse_foreign` has found them.

    Raises:
        OSError: Of the disk; then the older one is still there.
    """
    old = leftovers.fresh(folder)
    with contextlib.suppress(FileNotFoundError):
        folder.rename(old)
    try:
        whole.rename(folder)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            old.rename(folder)
        raise
    remove(old, own)


def remove(folder: Path, own: Collection[str]) -> None:
    """Remove files of these names from a folder, and then what is empty of it."""
    with contextlib.suppress(OSError):
        for name in own:
            (folder / name).unlink(missing_ok=True)
        below = [path for path in folder.rglob("*") if path.is_dir()]
        for path in (*sorted(below, reverse=True), folder):
            path.rmdir()
