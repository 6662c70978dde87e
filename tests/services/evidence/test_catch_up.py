"""After a restore: lost entries come back byte for byte, or nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kt1custody.cli import given_files, incoming, outgoing
from kt1custody.core.formats import cbor, frames
from kt1custody.core.formats.frames import frame
from kt1custody.errors import KtError, UnavailableError, VerificationError
from kt1custody.services.evidence import sync, verify
from kt1custody.services.session import checkpoint
from kt1custody.store import log
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, write_acts


def entries(world: cast.World) -> list[bytes]:
    with world.session.database.read() as connection:
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
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    at_counter.lift(world.session, cast.COURIER, "cleared", cast.OFFICERS)
    outgoing.bundle(world.session, tmp_path / "bundle")
    before = restored()
    done = incoming.catch_up(world.session, [tmp_path / "bundle"])
    assert (done.entries, done.size) == (2, len(before))
    assert entries(world) == before
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    assert verify.verify(world.session).findings == []


def test_a_device_brings_back_its_own_acts(
    world: cast.World, phone: Phone, restored: Callable[[], list[bytes]], tmp_path: Path
):
    acts = [phone.spell(phone.handover(state)) for state in phone.held[:3]]
    file = write_acts(tmp_path / "acts", *acts)
    incoming.acts(world.session, file, tmp_path / "receipts")
    before = restored()
    done = incoming.catch_up(world.session, [], [(file, tmp_path / "receipts")])
    assert (done.entries, entries(world)) == (3, before)
    assert verify.verify(world.session).findings == []


def test_bundle_and_device_fill_each_other_up(
    world: cast.World, phone: Phone, restored: Callable[[], list[bytes]], tmp_path: Path
):
    at_counter.hold(world.session, cast.CLERK, cast.DRIVER, "absent")
    outgoing.bundle(world.session, tmp_path / "bundle")
    file = write_acts(tmp_path / "acts", phone.spell(phone.handover()))
    incoming.acts(world.session, file, tmp_path / "receipts")
    before = restored()
    with pytest.raises(UnavailableError, match="catch-up-short") as raised:
        incoming.catch_up(world.session, [tmp_path / "bundle"])
    end = len(before)
    assert raised.value.detail == {"count": 1, "own": end - 1, "missing": str(end - 1)}
    assert entries(world) == before[:-1]
    with pytest.raises(UnavailableError, match="log-behind"):
        at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    assert incoming.catch_up(world.session, [], [(file, tmp_path / "receipts")]).entries == 1
    assert entries(world) == before


def test_with_nothing_to_bring_all_that_is_missing_is_named(
    world: cast.World, restored: Callable[[], list[bytes]]
):
    for who in (cast.COURIER, cast.DRIVER, cast.CLERK_2):
        at_counter.hold(world.session, cast.CLERK, who, "absent")
    before = restored()
    for _ in range(2):
        with pytest.raises(UnavailableError, match="catch-up-short") as raised:
            incoming.catch_up(world.session, [])
        assert raised.value.detail["missing"] == f"{len(before) - 3}–{len(before) - 1}"
        assert entries(world) == before[:-3]


def test_of_what_a_device_brings_alone_as_much_is_kept_as_it_proves(
    world: cast.World, phone: Phone, restored: Callable[[], list[bytes]], tmp_path: Path
):
    acts = [phone.spell(phone.handover(state)) for state in phone.held[:3]]
    file = write_acts(tmp_path / "acts", *acts)
    incoming.acts(world.session, file, tmp_path / "receipts")
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    told, _ = sync.read_file(given_files.read(tmp_path / "receipts", 10**6), frames.RECEIPTS)
    before = restored()
    false = [spoil_proof(one) for one in told]
    (tmp_path / "false").write_bytes(frames.RECEIPTS + b"".join(map(frame, false)))
    with pytest.raises(UnavailableError, match="catch-up-short"):
        incoming.catch_up(world.session, [], [(file, tmp_path / "false")])
    assert entries(world) == before[:-4]  # nothing proves them, though they are true
    with pytest.raises(UnavailableError, match="catch-up-short") as raised:
        incoming.catch_up(world.session, [], [(file, tmp_path / "receipts")])
    assert raised.value.detail["missing"] == str(len(before) - 1)
    assert entries(world) == before[:-1]


def spoil_proof(told: bytes) -> bytes:
    """Change the log's signature under a receipt."""
    match cbor.decode(told, what="receipt"):
        case [*place, bytes(proof), hashes]:
            other = proof[:-20] + (b"A" if proof[-20:-19] != b"A" else b"B") + proof[-19:]
            return cbor.encode([*place, other, hashes])
    raise AssertionError(told)


def test_another_history_is_not_taken(
    world: cast.World, restored: Callable[[], list[bytes]], tmp_path: Path
):
    """Somebody with all keys has gone on from the backup in another way."""
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    true = restored()
    twin = cast.copy_world(world, tmp_path / "twin")
    for path in twin.session.keys.glob("checkpoint.db*"):
        path.unlink()
    checkpoint.begin_again(twin.at(200))
    at_counter.hold(twin.session, cast.CLERK, cast.COURIER_2, "absent")
    outgoing.bundle(twin.session, tmp_path / "bundle")
    with pytest.raises(VerificationError, match="log-forked"):
        incoming.catch_up(world.session, [tmp_path / "bundle"])
    assert entries(world) == true[:-1]


@pytest.mark.parametrize("place", range(0, 400, 20))
def test_a_changed_byte_is_not_taken(
    world: cast.World, restored: Callable[[], list[bytes]], tmp_path: Path, place: int
):
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    outgoing.bundle(world.session, tmp_path / "bundle")
    [tile] = (tmp_path / "bundle" / "logs").rglob("entries/*.p/*")
    content = bytearray(tile.read_bytes())
    content[-1 - place] ^= 1
    tile.write_bytes(content)
    true = restored()
    with pytest.raises(KtError):
        incoming.catch_up(world.session, [tmp_path / "bundle"])
    assert entries(world) == true[:-1]
