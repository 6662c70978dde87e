"""What is brought back after a loss comes from somebody else (G2, G15, G16, G17).

A backup, a bundle or a file of records may have been changed by whoever kept it, and so may the
database file itself. Each test first shows that the honest one does what it should.
"""

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody.errors import KtError
from kt1custody.services import backup, catalogue, catch_up, verify
from kt1custody.services.places import read_places
from kt1custody.store.log import LogBook
from tests.kit import cast


def offices_of(world: cast.World) -> int:
    with world.desk.database.read() as connection:
        return len(read_places(LogBook(connection)).offices)


def shorter(folder: Path, name: str) -> Path:
    """A list without its last row."""
    rows = (cast.DATA / f"{name}.csv").read_text("utf-8-sig").splitlines()
    path = folder / f"{name}.csv"
    path.write_text("\n".join(rows[:-1]), "utf-8")
    return path


def change(data: Path, *statements: str) -> None:
    """Do something to a database file that lies there closed."""
    with contextlib.closing(sqlite3.connect(data / "kt1.db", isolation_level=None)) as raw:
        for statement in statements:
            raw.execute(statement)


def spoil_catalogues(data: Path) -> None:
    change(data, "UPDATE catalogues SET content = x'80'")


def seal_again(kept: Path) -> None:
    """Make the manifest of a backup say what its files are now."""
    told = backup._read((kept / "backup.txt").read_bytes())
    files = tuple((name, *backup._sum(kept / name)) for name, _, _ in told.files)
    (kept / "backup.txt").write_bytes(replace(told, files=files).spell())


def test_a_list_that_was_changed_is_never_taken_over_and_the_true_one_mends_it(
    founded: cast.World, tmp_path: Path
):
    world = founded
    world.back_up(tmp_path / "monday")
    catalogue.load(world.at(140), "offices", shorter(tmp_path, "offices"), cast.OFFICERS)
    count = offices_of(world)
    for name in ("true", "false"):
        backup.make(world.desk, tmp_path / name)
    spoil_catalogues(tmp_path / "false")
    seal_again(tmp_path / "false")
    world.restore(tmp_path / "monday")
    assert catch_up.catch_up(world.desk, [tmp_path / "true"]).entries == 1  # the honest twin
    assert offices_of(world) == count
    world.restore(tmp_path / "monday")
    catch_up.catch_up(world.desk, [tmp_path / "false"])
    with pytest.raises(KtError, match="catalogue-changed"):
        offices_of(world)
    catch_up.catch_up(world.desk, [tmp_path / "true"])
    assert offices_of(world) == count
    assert verify.verify(world.desk).findings == []


def test_after_a_rotten_byte_in_the_lists_loading_them_again_is_the_way_out(
    founded: cast.World, tmp_path: Path
):
    world, count = founded, offices_of(founded)
    lists = {kind: cast.DATA / f"{kind}.csv" for kind in ("offices", "agencies")}
    for at, (kind, path) in enumerate(lists.items()):
        catalogue.load(world.at(140 + at), kind, path, cast.OFFICERS)  # the honest twin
    world.desk.close()
    spoil_catalogues(world.desk.data)
    assert verify.verify(world.at(150)).kinds == {"catalogue"}
    for at, (kind, path) in enumerate(lists.items()):
        catalogue.load(world.at(160 + at), kind, path, cast.OFFICERS)
    assert offices_of(world) == count
    assert verify.verify(world.desk).findings == []
