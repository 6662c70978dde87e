"""How far entries that come back are the log's own: as far as its key has signed."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kt1custody.core.log import checkpoint as checkpoints
from kt1custody.core.log.checkpoint import SignedCheckpoint
from kt1custody.errors import MalformedInputError
from kt1custody.services.evidence.vouched import Vouched
from kt1custody.services.session import checkpoint
from kt1custody.store.log import LogBook
from kt1custody.store.notes import KeptNote
from tests.kit import at_counter, cast
from tests.kit.phone import entries


@dataclass(frozen=True)
class Lost:
    """Three entries that a log has lost, what its key signed after each, and what it has kept."""

    raws: list[bytes]
    signed: list[SignedCheckpoint]
    kept: list[KeptNote]


@pytest.fixture
def lost(world: cast.World, tmp_path: Path) -> Lost:
    world.back_up(tmp_path / "kept")
    before, signed = len(entries(world)), []
    for who in (cast.COURIER, cast.DRIVER, cast.COURIER_2):
        at_counter.hold(world.session, cast.CLERK, who, "absent")
        signed.append(checkpoints.read(checkpoint.sign(world.session).note))
    raws = [entry.raw for entry in entries(world)[before:]]
    kept = world.session.last_signed.every()
    world.restore(tmp_path / "kept")
    return Lost(raws, signed, kept)


def count(world: cast.World, lost: Lost, vouched: Vouched) -> int:
    with world.session.database.read() as connection:
        return vouched.count(LogBook(connection), lost.raws)


def test_what_this_machine_signed_last_vouches_for_all_before_it(world: cast.World, lost: Lost):
    assert count(world, lost, Vouched(lost.kept, [])) == 3
    assert count(world, lost, Vouched([], [])) == 0
    shorter = Lost(lost.raws[:2], lost.signed, lost.kept)
    assert count(world, shorter, Vouched(lost.kept, [])) == 0  # it vouches for a tree of three


def test_a_checkpoint_vouches_only_under_the_log_key_and_over_the_same_tree(
    world: cast.World, lost: Lost
):
    for place, signed in enumerate(lost.signed, start=1):
        assert count(world, lost, Vouched([], [signed])) == place
    second = lost.signed[1]
    other_root = replace(second, checkpoint=replace(second.checkpoint, root=bytes(32)))
    [line] = second.note.signatures
    unsigned = replace(
        second, note=replace(second.note, signatures=(replace(line, signature=bytes(64)),))
    )
    assert count(world, lost, Vouched([], [other_root, unsigned])) == 0


def test_what_is_no_entry_is_not_counted(world: cast.World, lost: Lost):
    with world.session.database.read() as connection, pytest.raises(MalformedInputError):
        Vouched([], []).count(LogBook(connection), [b"nothing"])
