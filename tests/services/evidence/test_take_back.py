"""Lost entries are appended byte for byte, or nothing is written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kt1custody.core.log.entry import read_entry, spell_entry
from kt1custody.errors import VerificationError
from kt1custody.services.evidence.take_back import take_over
from kt1custody.services.evidence.vouched import Vouched
from tests.kit import at_counter, cast
from tests.kit.phone import entries, is_sound


@pytest.fixture
def lost(world: cast.World, tmp_path: Path) -> list[bytes]:
    """The two entries that a log has lost, of which this machine knows the checkpoint."""
    world.back_up(tmp_path / "kept")
    before = len(entries(world))
    for who in (cast.COURIER, cast.DRIVER):
        at_counter.hold(world.session, cast.CLERK, who, "absent")
    raws = [entry.raw for entry in entries(world)[before:]]
    world.restore(tmp_path / "kept")
    world.session.recorded.clear()
    return raws


def raws(world: cast.World) -> list[bytes]:
    return [entry.raw for entry in entries(world)]


def test_they_come_back_as_they_were(world: cast.World, lost: list[bytes]):
    before = raws(world)
    assert take_over(world.session, lost, {}) == 2
    assert raws(world) == before + lost
    assert [recorded.seq for recorded in world.session.recorded] == [len(before), len(before) + 1]
    assert is_sound(world)


def test_what_nothing_vouches_for_is_passed_over(world: cast.World, lost: list[bytes]):
    before = raws(world)
    assert take_over(world.session, lost[:1], {}) == 0
    assert raws(world) == before


def spelled_anew(raw: bytes, **changed: Any) -> bytes:
    entry = read_entry(raw)
    fields = {
        "prev": entry.prev, "ctl": entry.ctl, "accepted_at": entry.accepted_at,
        "judgement": entry.judgement, **changed,
    }  # fmt: skip
    return spell_entry(
        origin=entry.origin, seq=entry.seq, body=entry.act.body, signatures=entry.signatures,
        **fields,
    )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda lost: lost[1:],
        lambda lost: [spelled_anew(lost[0], prev=bytes(32))],
        lambda lost: [spelled_anew(lost[0], ctl=bytes(32))],
        lambda lost: [spelled_anew(lost[0], judgement=((-1, "on-hold"),))],
        lambda lost: [spelled_anew(lost[0], accepted_at=cast.MORNING)],
    ],
    ids=["later", "prev", "ctl", "judgement", "time"],
)
def test_even_a_thief_of_the_log_key_adds_only_what_this_log_makes_of_the_act(
    world: cast.World, lost: list[bytes], monkeypatch: pytest.MonkeyPatch,
    change: Callable[[list[bytes]], list[bytes]],
):  # fmt: skip
    monkeypatch.setattr(Vouched, "count", lambda self, book, given: len(given))
    before = raws(world)
    with pytest.raises(VerificationError, match="not-the-next") as caught:
        take_over(world.session, change(lost), {})
    assert caught.value.detail == {"seq": len(before)}
    assert raws(world) == before
    assert world.session.recorded == []
