"""What is brought back after a loss comes from somebody else (G2, G15, G16, G17).

A backup, a bundle or a file of records may have been changed by whoever kept it, and so may the
database file itself. Each test first shows that the honest one does what it should.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.custody.history import is_stopped
from kt1custody.core.formats import cbor
from kt1custody.errors import KtError, NotAllowedError, UnavailableError
from kt1custody.services.custody import look
from kt1custody.services.evidence import backup, verify
from kt1custody.services.people.people import Duty
from kt1custody.services.registration import search
from kt1custody.services.session import lost
from kt1custody.services.session.places import read_places
from kt1custody.services.session.writer import writing
from kt1custody.store import records, sealed
from kt1custody.store.log import LogBook
from kt1custody.store.sealed import Row
from tests.kit import at_counter, cast
from tests.kit.phone import Fields, Phone, states

CAM_LY = 680_175


def offices_of(world: cast.World) -> int:
    with world.session.database.read() as connection:
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
    told = backup.read((kept / "backup.txt").read_bytes())
    files = tuple((name, *backup._sum(kept / name)) for name, _, _ in told.files)
    (kept / "backup.txt").write_bytes(replace(told, files=files).spell())


def test_a_list_that_was_changed_is_never_taken_over_and_the_true_one_mends_it(
    founded: cast.World, tmp_path: Path
):
    world = founded
    world.back_up(tmp_path / "monday")
    at_counter.load_list(world.at(140), "offices", shorter(tmp_path, "offices"), cast.OFFICERS)
    count = offices_of(world)
    for name in ("true", "false"):
        outgoing.backup(world.session, tmp_path / name)
    spoil_catalogues(tmp_path / "false")
    seal_again(tmp_path / "false")
    world.restore(tmp_path / "monday")
    assert incoming.catch_up(world.session, [tmp_path / "true"]).entries == 1  # the honest twin
    assert offices_of(world) == count
    world.restore(tmp_path / "monday")
    incoming.catch_up(world.session, [tmp_path / "false"])
    with pytest.raises(KtError, match="catalogue-changed"):
        offices_of(world)
    incoming.catch_up(world.session, [tmp_path / "true"])
    assert offices_of(world) == count
    assert verify.verify(world.session).findings == []


def test_after_a_rotten_byte_in_the_lists_loading_them_again_is_the_way_out(
    founded: cast.World, tmp_path: Path
):
    world, count = founded, offices_of(founded)
    lists = {kind: cast.DATA / f"{kind}.csv" for kind in ("offices", "agencies")}
    for at, (kind, path) in enumerate(lists.items()):
        at_counter.load_list(world.at(140 + at), kind, path, cast.OFFICERS)  # the honest twin
    world.session.close()
    spoil_catalogues(world.session.data)
    assert verify.verify(world.at(150)).kinds == {"catalogue"}
    for at, (kind, path) in enumerate(lists.items()):
        at_counter.load_list(world.at(160 + at), kind, path, cast.OFFICERS)
    assert offices_of(world) == count
    assert verify.verify(world.session).findings == []


def kid_of(world: cast.World, staff: str) -> bytes:
    with world.session.database.read() as connection:
        key = LogBook(connection).control.current_key(staff)
    assert key is not None
    return key.kid


def wrapped_to(world: cast.World, kid: bytes) -> set[str]:
    with world.session.database.read() as connection:
        return {name for name, owner in records.wrapped_keys(connection) if owner == kid}


def every_row(world: cast.World) -> list[Row]:
    with world.session.database.read() as connection:
        return list(sealed.rows(connection))


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    """Write a file of records by hand."""
    told = [cbor.encode([name, dict(cells)]) for name, cells in rows]
    path.write_bytes(
        b"kt1-records/1\n" + b"".join(len(one).to_bytes(4, "big") + one for one in told)
    )
    return path


def reads(world: cast.World, n: int, staff: str) -> bool:
    try:
        return look.story(world.session, str(n), staff).slip is not None
    except NotAllowedError:
        return False


def test_what_was_taken_away_since_a_backup_is_not_given_back_by_it(
    world: cast.World, tmp_path: Path
):
    n, gone = states(world)[5].n, (cast.CLERK_2, cast.CONTROLLER)
    kids = {staff: kid_of(world, staff) for staff in gone}
    world.back_up(tmp_path / "monday")
    outgoing.records(world.session, tmp_path / "records")
    assert all(reads(world, n, staff) for staff in (cast.CLERK, *gone))
    at_counter.assign(world.at(210), cast.CLERK_2, Duty(office=CAM_LY), cast.OFFICERS)
    at_counter.revoke(world.at(211), cast.CONTROLLER, "left", None, cast.OFFICERS)
    assert [reads(world, n, staff) for staff in (cast.CLERK, *gone)] == [True, False, False]
    outgoing.bundle(world.session, tmp_path / "bundle")
    world.restore(tmp_path / "monday")
    incoming.catch_up(world.at(220), [tmp_path / "bundle"], record_files=[tmp_path / "records"])
    assert [reads(world, n, staff) for staff in (cast.CLERK, *gone)] == [True, False, False]
    here = f"office-{cast.OFFICE}-2026"
    assert here not in wrapped_to(world, kids[cast.CLERK_2])
    assert wrapped_to(world, kids[cast.CONTROLLER]) == set()
    assert here in wrapped_to(world, kid_of(world, cast.CLERK))
    assert verify.verify(world.session).findings == []


def test_a_log_that_is_behind_opens_no_slip_for_anybody(world: cast.World, tmp_path: Path):
    n, staff = states(world)[5].n, (cast.CLERK, cast.CLERK_2)
    world.back_up(tmp_path / "monday")
    assert all(reads(world, n, one) for one in staff)
    at_counter.assign(world.at(210), cast.CLERK_2, Duty(office=CAM_LY), cast.OFFICERS)
    outgoing.bundle(world.session, tmp_path / "bundle")
    world.restore(tmp_path / "monday")
    for one in staff:
        for ask in (
            lambda who: reads(world, n, who),
            lambda who: search.Finder(world.session, who).search("ubnd"),
        ):
            with pytest.raises(UnavailableError, match="log-behind"):
                ask(one)
    assert look.story(world.session, str(n)).state.n == n  # without a slip it comes with a warning
    incoming.catch_up(world.at(220), [tmp_path / "bundle"])
    assert [reads(world, n, one) for one in staff] == [True, False]


def test_a_wrapped_key_that_somebody_puts_back_opens_nothing(world: cast.World):
    n, name, kid = (
        states(world)[5].n,
        f"office-{cast.OFFICE}-2026",
        kid_of(world, cast.CLERK_2),
    )
    assert reads(world, n, cast.CLERK_2)
    with world.session.database.read() as connection:
        old = records.find_wrapped(connection, name, kid)
    assert old is not None
    at_counter.assign(world.at(210), cast.CLERK_2, Duty(office=CAM_LY), cast.OFFICERS)
    with world.session.database.write() as connection:
        records.put_wrapped(connection, name, kid, old)
    assert not reads(world, n, cast.CLERK_2)
    assert reads(world, n, cast.CLERK)


def test_a_file_of_records_plants_no_wrapped_keys(world: cast.World, tmp_path: Path):
    kid, rows = kid_of(world, cast.CLERK), every_row(world)
    path = write_rows(tmp_path / "true", rows)
    with world.session.database.write() as connection:
        records.drop_wrapped(connection, kid=kid)
    incoming.catch_up(world.session, [], record_files=[path])
    assert sorted(map(str, every_row(world))) == sorted(map(str, rows))  # the honest twin
    names = [f"office-{number}-2026" for number in range(100)] + ["seal-00", "x" * 5_000]
    told: list[Row] = [
        ("wrapped_keys", {"name": name, "kid": kid, "wrapped": b"x"}) for name in names
    ]
    courier, here = kid_of(world, cast.COURIER), f"office-{cast.OFFICE}-2026"
    told.append(("wrapped_keys", {"name": here, "kid": courier, "wrapped": b"x"}))
    incoming.catch_up(world.session, [], record_files=[write_rows(tmp_path / "false", told)])
    assert sorted(map(str, every_row(world))) == sorted(map(str, rows))
    assert verify.verify(world.session).findings == []


def delete_record(world: cast.World, commitment: bytes) -> None:
    for table in ("records", "slipkeys"):
        with world.session.database.write() as connection:
            where = f"DELETE FROM {table} WHERE commitment = ?"
            connection.exec_driver_sql(where, (commitment,))


def test_a_disputed_declaration_of_loss_hides_no_deletion(world: cast.World, phone: Phone):
    slip = states(world)[5].commit
    assert verify.verify(world.session).findings == []
    delete_record(world, slip)
    own: Fields = {"by2": cast.OFFICERS[1], "commits": [slip], "reason": "disk"}
    phone.seen = [5, bytes(32)]  # of another history
    act = phone.act("lost", cast.OFFICERS[0], own)
    with writing(world.at(210)) as pen:
        assert is_stopped(pen.append_signed(act, phone.signatures(act)))
    assert verify.verify(world.session).kinds == {"record-missing"}
    assert [one.commit for one in lost.find(world.session)] == [slip]
    at_counter.declare_lost(
        world.at(220), "disk", cast.OFFICERS, confirm=cast.yes
    )  # the honest twin
    assert verify.verify(world.session).findings == []
    assert lost.find(world.session) == []


def add_fifo(kept: Path) -> str:
    os.mkfifo(kept / "zz")
    return "zz"


def add_endless(kept: Path) -> str:
    (kept / "zz").symlink_to("/dev/zero")
    return "zz"


def add_sparse(kept: Path) -> str:
    with (kept / "zz").open("wb") as file:
        file.truncate(1 << 40)
    return "zz"


def add_nul(kept: Path) -> str:
    return "a\0b"


def add_signs(kept: Path) -> str:
    return "a\x1b[2J\u202ezz"


def add_long(kept: Path) -> str:
    return "x" * 5_000


@pytest.mark.parametrize("add", [add_fifo, add_endless, add_sparse, add_nul, add_signs, add_long])
def test_nothing_that_a_backup_names_is_waited_for(
    lived: cast.World, tmp_path: Path, add: Callable[[Path], str]
):
    kept = tmp_path / "kept"
    told = outgoing.backup(lived.session, kept)
    assert incoming.catch_up(lived.session, [kept]).entries == 0  # the honest twin
    files = tuple(sorted((*told.files, (add(kept), "0" * 64, 0))))
    (kept / "backup.txt").write_bytes(replace(told, files=files).spell())
    for command in (
        lambda folder: backup.Copy(folder=folder).check(),
        lambda folder: incoming.catch_up(lived.session, [folder]),
    ):
        with pytest.raises(KtError, match="backup-broken"):
            command(kept)


def test_a_pipe_in_the_place_of_a_manifest_is_not_waited_for(lived: cast.World, tmp_path: Path):
    kept = tmp_path / "kept"
    outgoing.backup(lived.session, kept)
    assert incoming.catch_up(lived.session, [kept]).entries == 0  # the honest twin
    (kept / "backup.txt").unlink()
    os.mkfifo(kept / "backup.txt")
    with pytest.raises(KtError):
        incoming.catch_up(lived.session, [kept])


def test_a_name_in_the_data_folder_that_cannot_be_listed_spoils_no_backup(
    lived: cast.World, tmp_path: Path
):
    (lived.session.data / "a\nb").mkdir()
    (lived.session.data / "a\nb" / "c").write_bytes(b"")
    told = outgoing.backup(lived.session, tmp_path / "kept")
    assert all(name.isprintable() for name, _, _ in told.files)


OTHER_TEXT = (  # makes a rebuild carry over the entries
    "PRAGMA writable_schema=ON",
    "UPDATE sqlite_master SET sql = replace(sql, 'log VARCHAR', 'log /**/ VARCHAR')"
    " WHERE name = 'entries'",
    "PRAGMA writable_schema=RESET",
)


def without_key(table: str, columns: str, *rows: str) -> tuple[str, ...]:
    """Put a table without a key in the place of another, with more rows."""
    return (
        f"CREATE TABLE other AS SELECT {columns} FROM {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE other RENAME TO {table}",
        *(f"INSERT INTO {table} VALUES ({row})" for row in rows),
    )


WRAPPED = "name, kid, wrapped"
REBUILT = {
    "honest": OTHER_TEXT,
    "table": ("CREATE TABLE kt1_aside (x)", "CREATE TABLE KT1_ASIDE_0 (x)", *OTHER_TEXT),
    "index": ("CREATE INDEX kt1_aside ON items (mark)", *OTHER_TEXT),
    "index-too": ("CREATE INDEX kt1_aside_0 ON items (mark)", *OTHER_TEXT),
    "virtual": ("CREATE VIRTUAL TABLE kt1_aside USING fts5(x)", *OTHER_TEXT),
    "doubles": (
        *without_key("wrapped_keys", WRAPPED),
        "INSERT INTO wrapped_keys SELECT name, kid, x'00' FROM wrapped_keys",
    ),
    "nulls": without_key("slipkeys", "commitment, office_key, wrapped", "NULL, NULL, NULL"),
    "column": without_key("quarantine", "hash, seq"),
}


@pytest.mark.parametrize("how", REBUILT)
def test_a_rebuild_is_a_way_out_whatever_the_tables_are_called_and_hold(
    lived: cast.World, how: str
):
    assert verify.verify(lived.session, opener=cast.CLERK).findings == []
    lived.session.close()
    change(lived.session.data, *REBUILT[how])
    with pytest.raises(KtError, match="database-altered"):
        verify.verify(lived.at(200))
    verify.rebuild(lived.session)
    lived.session.close()
    assert verify.verify(lived.at(201), opener=cast.CLERK).findings == []


def test_records_that_a_rebuild_cannot_carry_over_are_named_missing(lived: cast.World):
    assert verify.verify(lived.session).findings == []
    lived.session.close()
    change(lived.session.data, "ALTER TABLE records DROP COLUMN box")
    verify.rebuild(lived.session)
    lived.session.close()
    assert verify.verify(lived.at(200)).kinds == {"record-missing"}


def junk(slip: bytes, about: str, office_key: str) -> list[Row]:
    """What takes a record's place and opens for nobody."""
    return [
        ("records", {"commitment": slip, "about": about, "box": bytes(400)}),
        ("slipkeys", {"commitment": slip, "office_key": office_key, "wrapped": bytes(1200)}),
    ]


def test_a_record_comes_from_a_backup_before_any_file_of_records(world: cast.World, tmp_path: Path):
    item, kept = states(world)[5], tmp_path / "kept"
    outgoing.backup(world.session, kept)
    true = outgoing.records(world.session, tmp_path / "true")
    assert true > 0
    told = junk(item.commit, str(item.n), f"office-{cast.OFFICE}-2026")
    false = write_rows(tmp_path / "false", told)
    for path in (tmp_path / "true", false):
        delete_record(world, item.commit)
        assert incoming.catch_up(world.session, [kept], record_files=[path]).records == 1
        assert reads(world, item.n, cast.CLERK)
    assert verify.verify(world.session, opener=cast.CLERK).findings == []


def test_junk_in_a_record_s_place_gives_way_to_what_a_reader_has_opened(
    world: cast.World, tmp_path: Path
):
    item, here = states(world)[5], f"office-{cast.OFFICE}-2026"
    outgoing.backup(world.session, tmp_path / "kept")
    outgoing.records(world.session, tmp_path / "true")
    false = write_rows(tmp_path / "false", junk(item.commit, str(item.n), here))

    def caught_up(*sources: Path) -> int:
        files = [one for one in sources if one.is_file()]
        folders = [one for one in sources if one.is_dir()]
        done = incoming.catch_up(world.session, folders, record_files=files, reader=cast.CLERK)
        return done.records

    for true in (tmp_path / "true", tmp_path / "kept"):
        assert caught_up(true) == 0  # the honest twin
        delete_record(world, item.commit)
        assert incoming.catch_up(world.session, [], record_files=[false]).records == 1
        assert verify.verify(world.session, opener=cast.CLERK).kinds == {"record-broken"}
        incoming.catch_up(world.session, [tmp_path / "kept"], record_files=[tmp_path / "true"])
        assert not reads_true(world, item.n)  # nobody has told them apart
        assert caught_up(false) == 0
        assert caught_up(false, true) == 1
        assert reads_true(world, item.n)
        assert verify.verify(world.session, opener=cast.CLERK).findings == []


def reads_true(world: cast.World, n: int) -> bool:
    try:
        return reads(world, n, cast.CLERK)
    except KtError:
        return False


def test_a_record_about_another_thing_or_for_a_key_that_nobody_named_is_not_taken(
    world: cast.World, tmp_path: Path
):
    item = states(world)[5]
    outgoing.records(world.session, tmp_path / "true")
    delete_record(world, item.commit)
    here = f"office-{cast.OFFICE}-2026"
    path = write_rows(tmp_path / "false", junk(item.commit, "9" * 5_000, here))
    assert incoming.catch_up(world.session, [], record_files=[path]).records == 0
    path = write_rows(tmp_path / "planted", junk(item.commit, str(item.n), "office-680900-2031"))
    assert incoming.catch_up(world.session, [], record_files=[path]).records == 0
    assert incoming.catch_up(world.session, [], record_files=[tmp_path / "true"]).records == 1
    assert reads(world, item.n, cast.CLERK)  # the honest twin
