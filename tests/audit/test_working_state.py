"""What a replay remembers: the row of each device, and what came since over what was before."""

from collections.abc import Sequence

import pytest

from kt1custody.audit.working_state import DeviceActs, Memory, Nothing, Ranges
from kt1custody.core.custody.frontier import AHEAD
from kt1custody.core.log.act import Act, make_act
from tests.kit import bare_steps
from tests.kit.act_examples import example


def act_at(counter: int, before: bytes = bytes(32)) -> Act:
    return make_act(example("hold", dseq=counter, dprev=before if counter else b""))


def row_of(*counters: int) -> DeviceActs:
    """The row once acts under these counters have come, each of which names the one before."""
    acts: dict[int, Act] = {}
    for counter in range(max(counters) + 1):
        acts[counter] = act_at(counter, acts[counter - 1].hash if counter else b"")
    device = DeviceActs()
    for counter in counters:
        device = device.after(acts[counter])
    return device


@pytest.mark.parametrize(
    ("counters", "end", "missing"),
    [
        ((0, 1, 2), 3, ()),
        ((0, 3), 4, ((1, 2),)),
        ((0, 4, 2), 5, ((1, 1), (3, 3))),
        ((0, 4, 2, 1, 3), 5, ()),
        ((3,), 4, ((0, 2),)),
        ((0, 1, 0), 2, ()),
    ],
)
def test_a_row_has_gaps_until_what_is_missing_comes(
    counters: tuple[int, ...], end: int, missing: Ranges
):
    device = row_of(*counters)
    assert (device.end, device.missing) == (end, missing)


def test_an_act_that_names_another_than_came_before_leaves_a_gap():
    first = act_at(0)
    device = DeviceActs().after(first).after(act_at(1))
    assert device.missing == ((0, 0),)
    twin = act_at(0)
    both = DeviceActs().after(first).after(twin)
    assert both.heads == (first.hash, twin.hash)
    assert both.after(act_at(1, first.hash)).missing == ()


def test_an_act_that_jumps_too_far_does_not_stand_in_the_row():
    device = row_of(0)
    assert device.after(act_at(1 + AHEAD)).missing == ((1, AHEAD),)
    assert device.after(act_at(2 + AHEAD)) == device


class Kept(Nothing):
    """What an audit has kept: one step, one link, one device, one serial."""

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        return [(3, 0)] if n == bare_steps.N else []

    def links(self, of: bytes) -> Sequence[int]:
        return [4] if of == b"offer" else []

    def gaps(self) -> Sequence[tuple[str, Ranges]]:
        return [("PHONE1", ((1, 2),)), ("PHONE2", ((5, 5),))]

    def positions(self, key: int) -> Sequence[int]:
        return [key % 7]


def test_what_came_since_follows_what_was_before():
    memory, n = Memory(Kept()), bare_steps.N
    memory.add_step(n, 9, 1)
    memory.add_step(7, 9, 2)
    memory.add_step(n, 12, 0)
    assert (memory.past(n), memory.fresh_past(n)) == ([(3, 0), (9, 1), (12, 0)], [(9, 1), (12, 0)])
    assert (memory.past(7), memory.past(8)) == ([(9, 2)], [])
    assert list(memory.stepped()) == [n, 7]
    memory.add_link(b"offer", 9)
    memory.add_link(b"later", 8)
    assert (memory.links(b"offer"), memory.fresh_links(b"offer")) == ([4, 9], [9])
    assert list(memory.linked()) == [b"later", b"offer"]
    memory.seen.add(b"key", 20)
    assert memory.positions(b"key")[-1] == 20
    assert len(memory.positions(b"key")) == 2


def test_a_gap_that_was_closed_since_is_none():
    memory = Memory(Kept())
    memory.devices["PHONE1"] = DeviceActs(end=3)
    memory.devices["PHONE3"] = row_of(0, 2)
    assert memory.gaps() == [("PHONE2", ((5, 5),)), ("PHONE3", ((1, 1),))]


def test_of_nothing_nothing_is_known():
    memory = Memory(Nothing())
    known: list[object] = [memory.item(bare_steps.N), memory.serial(7), memory.frontier("x")]
    assert [*known, memory.device("x")] == [None] * 4
    assert (memory.gaps(), memory.positions(b"x"), memory.links(b"x")) == ([], [], [])
