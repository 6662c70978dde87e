"""A data folder, its keys folder and a bundle as the program left them with an older database."""

import tarfile
from pathlib import Path

from tests.kit import cast


def unpack(number: int, folder: Path) -> cast.World:
    """Unpack what was made with a format: a day with records, offers, seals and checkpoints.

    Args:
        folder: For `data`, `keys` and `bundle`.
    """
    with tarfile.open(cast.DATA / f"format{number}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return cast.World(folder)
