"""A log as the program left it with an older database, and a bundle that was exported then.

The bundle is an artefact of that time. The database is made of a new one: its rows, in the tables of
the older format. No key of anybody lies in the repository.
"""

import atexit
import contextlib
import functools
import shutil
import sqlite3
import tarfile
import tempfile
from pathlib import Path

from kt1custody.services.session import checkpoint
from kt1custody.store import db, migrations
from tests.kit import cast


def unpack(number: int, folder: Path) -> cast.World:
    """Give a day with records, offers, seals and checkpoints in a database of a format.

    Args:
        folder: For `data`, `keys` and `bundle`.
    """
    for name in ("data", "keys"):
        shutil.copytree(_lived(number) / name, folder / name)
    with tarfile.open(cast.DATA / f"format{number}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return cast.World(folder)


@functools.cache
def _lived(number: int) -> Path:
    """Live a day and put its database into the tables of a format; once a process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    world = cast.make_founded(folder)
    cast.live_a_day(world)
    checkpoint.give_out(world.at(180))
    world.session.close()
    path = folder / "data" / db.NAME
    new = path.rename(folder / "new.db")
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.executescript(migrations._SCHEMAS[number])
        raw.execute("ATTACH ? AS new", (str(new),))
        tables = raw.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            names = [row[1] for row in raw.execute(f"PRAGMA main.table_info({table})")]
            columns = ", ".join(f'"{name}"' for name in names)
            raw.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM new.{table}")
        raw.execute("UPDATE head SET format = ?", (number,))
        raw.commit()
    return folder
