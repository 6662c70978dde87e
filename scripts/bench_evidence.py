"""What evidence costs: checkpoints at every commit, and proofs out of a log of a million entries."""

import contextlib
import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from bench import Row

ENTRIES = 1_000_000


def rows(world: Any, folder: Path, *, quick: bool) -> Iterator[Row]:
    """Measure all of it.

    Args:
        world: A log after a day, of the tests' cast.
        folder: On the disk of the checkout.
    """
    yield _append(world, rounds=15 if quick else 45)
    yield from _proofs(folder / "proofs", 20_000 if quick else ENTRIES)


def _append(world: Any, *, rounds: int) -> Row:
    """Hand an item to and fro, with and without the checkpoint after each commit."""
    from kt1custody.services.session import checkpoint
    from kt1custody.store.log import LogBook
    from tests.kit import cast
    from tests.kit.at_counter import Handover, hand_over

    with world.session.database.read() as connection:
        plain = [item for item in LogBook(connection).items(holder=cast.COURIER) if not item.mark]
    number = str(plain[0].n)
    ways = [Handover(cast.COURIER, cast.COURIER_2), Handover(cast.COURIER_2, cast.COURIER)]

    def give() -> float:
        begin = time.perf_counter()
        hand_over(world.at(200), ways[0], [number], confirm=cast.yes)
        ways.reverse()
        return time.perf_counter() - begin

    [kept] = world.session.last_signed.every()
    same = mock.Mock(size=kept.size)

    def bare() -> float:
        nothing = {"refuse_stale": kept, "grow": same, "is_due": False}
        with contextlib.ExitStack() as stack:
            for name, answer in nothing.items():
                stack.enter_context(mock.patch.object(checkpoint, name, return_value=answer))
            return give()

    for _ in range(10):
        give(), bare()
    ratios, speeds = [], []
    for _ in range(rounds):
        ours = statistics.median(give() for _ in range(20))
        others = statistics.median(bare() for _ in range(20))
        checkpoint.sign(world.session)
        speeds.append(1 / ours)
        ratios.append(others / ours)
    ratio = statistics.median(ratios)
    told = "the same commits without tree check and signed checkpoint"
    return Row(
        "append with checkpoint",
        statistics.median(speeds),
        "acts/s",
        told,
        ratio,
        0.8,
        ratio >= 0.8,
    )


def _proofs(folder: Path, size: int) -> Iterator[Row]:
    """Prove and check entries of a long log; its tree is real, its entries are not looked at."""
    from kt1custody.core.formats import tree
    from kt1custody.core.log import tlog
    from kt1custody.core.log.checkpoint import Checkpoint
    from kt1custody.store import db
    from kt1custody.store import tree as tiles

    leaves = [secrets.token_bytes(32) for _ in range(size)]
    grown = tree.Tree()

    def fill(connection: Any) -> None:
        for seq, leaf in enumerate(leaves):
            grown.add(leaf)
            row = {"log": "b", "seq": seq, "prev": leaf, "leaf": leaf, "body_hash": leaf}
            more = {"act_id": leaf, "dev": "B", "dseq": seq, "kind": "b", "entry": b""}
            batch.append({**row, **more})
            if len(batch) == tree.WIDTH:
                flush(connection)
                tiles.keep_full_tiles(connection, 0, grown.size)
        flush(connection)

    def flush(connection: Any) -> None:
        if batch:
            connection.execute(tiles.ENTRIES.insert(), batch)
            batch.clear()

    batch: list[dict[str, Any]] = []
    db.create(folder, fill)
    database = db.open_folder(folder)
    told = Checkpoint("kt1.example.vn/10/e1", size, grown.root())
    note = f"{told.text}\n— {told.origin} {'A' * 91}=\n".encode()
    chance = secrets.SystemRandom()
    with database.read() as connection:

        def prove(seq: int) -> list[bytes]:
            return tiles.tiles(connection, 0).inclusion(seq, size)

        picked = [chance.randrange(size) for _ in range(400)]
        seconds, found = _times(prove, picked)
    value = 1000 * statistics.median(seconds)
    name = f"of {size:,} entries"
    yield Row(f"proof {name}", value, "ms", "median, tiles read from SQLite", None, 1, value < 1)
    spelled = [
        tlog.spell_proof(seq, hashes, b"") for seq, hashes in zip(picked, found, strict=True)
    ]
    longest = max(map(len, spelled))
    whole = f"longest, without the signed checkpoint ({len(note)} bytes) under it"
    yield Row(f"length of a proof {name}", longest, "bytes", whole, None, 1000, longest < 1000)
    proofs = dict(zip(picked, found, strict=True))

    def check(seq: int) -> None:
        tree.check_inclusion(leaves[seq], seq, size, told.root, proofs[seq])

    seconds, _ = _times(check, picked)
    value = 1e6 * statistics.median(seconds)
    yield Row(f"check of a proof {name}", value, "µs", "median", None, 100, value < 100)
    database.close()


def _times(work: Callable[[int], Any], asked: list[int]) -> tuple[list[float], list[Any]]:
    seconds, found = [], []
    for one in asked:
        begin = time.perf_counter()
        found.append(work(one))
        seconds.append(time.perf_counter() - begin)
    return seconds, found
