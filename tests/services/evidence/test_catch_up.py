"""After a restore: lost entries come back byte for byte, or nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kt1custody.errors import KtError, UnavailableError, VerificationError
from kt1custody.services.evidence import catch_up, export, sync, verify
from kt1custody.services.people import people
from kt1custody.services.session import checkpoint
from kt1custody.store import log
from tests.kit import cast
from tests.kit.phone import Phone, size, write_acts


def entries(world: cast.World) -> list[bytes]:
    with world.desk.database.read() as connection:
        return list(log.entries(connection))


@pytest.fixture
def restored(world: cast.World, tmp_path: Path) -> Callable[[], list[bytes]]:
    """Takes a backup now; called, puts it back and gives the entries as they were before."""
    world.back_up(tmp_path / "backup")

    def restore() -> list[bytes]:
        before = entries(world)
        world.restore(tmp_path / "backup")
        return before

    return restore


def test_a_newer_bundle_brings_back_what_a_backup_lacks(
    world: cast.World, restored: Callable[[], list[bytes]], tmp_path: Path
):
    people.hold(world.desk, cast.CLERK, cast.COURIER, "absent")
    people.lift(world.desk, cast.COURIER, "cleared", cast.OFFICERS)
    export.export_bundle(world.desk, tmp_path / "bundle")
    before = restored()
    done = catch_up.catch_up(world.desk, [tmp_path / "bundle"])
    assert (done.entries, done.size) == (2, len(before))
    assert entries(world) == before
    people.hold(world.desk, cast.CLERK, cast.COURIER, "absent")
    assert verify.verify(world.desk).findings == []


def test_a_device_brings_back_its_own_acts(
    world: cast.World, phone: Phone, restored: Callable[[], list[bytes]], tmp_path: Path
):
    acts = [phone.spell(phone.handover(state)) for state in phone.held[:3]]
    file = write_acts(tmp_path / "acts", *acts)
    sync.sync(world.desk, file, tmp_path / "receipts")
    before = restored()
    done = catch_up.catch_up(world.desk, [], [(file, tmp_path / "receipts")])
    assert (done.entries, entries(world)) == (3, before)
    assert verify.verify(world.desk).findings == []


def test_bundle_and_device_fill_each_other_up(
    world: cast.World, phone: Phone, restored: Callable[[], list[bytes]], tmp_path: Path
):
    people.hold(world.desk, cast.CLERK, cast.DRIVER, "absent")
    export.export_bundle(world.desk, tmp_path / "bundle")
    file = write_acts(tmp_path / "acts", phone.spell(phone.handover()))
    sync.sync(world.desk, file, tmp_path / "receipts")
    before = restored()
    with pytest.raises(UnavailableError, match="log-behind"):
        catch_up.catch_up(world.desk, [tmp_path / "bundle"])
    assert size(world) == len(before) - 2
    catch_up.catch_up(world.desk, [tmp_path / "bundle"], [(file, tmp_path / "receipts")])
    assert entries(world) == before


def test_another_history_is_not_taken(
    world: cast.World, restored: Callable[[], list[bytes]], tmp_path: Path
):
    """Somebody with all keys has gone on from the backup in another way."""
    people.hold(world.desk, cast.CLERK, cast.COURIER, "absent")
    true = restored()
    twin = cast.copy_world(world, tmp_path / "twin")
    for path in twin.desk.keys.glob("checkpoint.db*"):
        path.unlink()
    checkpoint.begin_again(twin.at(200))
    people.hold(twin.desk, cast.CLERK, cast.COURIER_2, "absent")
    export.export_bundle(twin.desk, tmp_path / "bundle")
    with pytest.raises(VerificationError, match="log-forked"):
        catch_up.catch_up(world.desk, [tmp_path / "bundle"])
    assert entries(world) == true[:-1]


@pytest.mark.parametrize("place", range(0, 400, 20))
def test_a_changed_byte_is_not_taken(
    world: cast.World, restored: Callable[[], list[bytes]], tmp_path: Path, place: int
):
    people.hold(world.desk, cast.CLERK, cast.COURIER, "absent")
    export.export_bundle(world.desk, tmp_path / "bundle")
    [tile] = (tmp_path / "bundle" / "logs").rglob("entries/*.p/*")
    content = bytearray(tile.read_bytes())
    content[-1 - place] ^= 1
    tile.write_bytes(content)
    true = restored()
    with pytest.raises(KtError):
        catch_up.catch_up(world.desk, [tmp_path / "bundle"])
    assert entries(world) == true[:-1]
