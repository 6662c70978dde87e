"""Readings: read as they were spelled, chained, and nothing else is taken for one."""

from dataclasses import replace

import pytest

from kt1custody.core.formats import cbor
from kt1custody.core.log import anchor, reading
from kt1custody.core.log.reading import ChainHead, Reading
from kt1custody.errors import MalformedInputError

LOG = "kt1.lamdong.vn/68"


def chain(count: int) -> list[bytes]:
    head, raws = reading.begin(LOG), []
    for seq in range(count):
        one = Reading(
            log=LOG, seq=seq, prev=head.hash, at=1_000 + seq, staff="NV001", dev="QUAY01",
            face="page", why="story", seen=((682600000014, bytes(32)),),
            lost=ChainHead(size=9, hash=bytes(32)) if seq == 2 else None,
        )  # fmt: skip
        raws.append(one.spell())
        head = one.head
    return raws


def test_a_reading_is_read_as_it_was_spelled():
    for raw in chain(3):
        found = reading.read(raw)
        assert (found.spell(), found.raw) == (raw, raw)
        assert replace(found, raw=b"").head == found.head


def test_a_chain_holds_until_something_in_it_was_changed_or_taken_out():
    raws = chain(4)
    assert [one and one.seq for one in reading.walk(raws, LOG)] == [0, 1, 2, 3]
    forged = raws[1].replace(b"NV001", b"NV002")
    assert list(reading.walk([raws[0], forged, *raws[2:]], LOG))[2:] == [None]
    for cut in (raws[1:], [raws[0], raws[2]], [raws[0], raws[0]], [b"\x00", raws[0]]):
        assert list(reading.walk(cut, LOG))[-1] is None
    assert list(reading.walk(raws, "kt1.other.vn/67")) == [None]


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, "kt1-reading/2"), (1, 7), (2, "0"), (3, None), (4, "now"), (7, "elsewhere"), (8, "why"),
     (9, [[1]]), (9, None), (10, [1]), (10, 3)],
)  # fmt: skip
def test_what_is_spelled_otherwise_is_none(place: int, value: cbor.Value):
    parts = cbor.decode(chain(1)[0])
    assert isinstance(parts, list)
    parts[place] = value
    with pytest.raises(MalformedInputError, match="reading-unreadable"):
        reading.read(cbor.encode(parts))


@pytest.mark.parametrize("why", reading.TAKEN)
def test_what_was_taken_away_is_of_the_second_version_and_what_was_read_of_the_first(why: str):
    read = reading.read(chain(1)[0])
    assert b"kt1-reading/1" in read.raw
    taken = replace(read, why=why, seen=(), raw=b"")
    assert reading.read(taken.spell()) == taken
    assert b"kt1-reading/2" in taken.spell()
    with pytest.raises(MalformedInputError):
        reading.read(taken.spell().replace(b"kt1-reading/2", b"kt1-reading/1"))


def test_the_code_for_paper_is_of_the_chain_and_never_of_the_log():
    head = reading.read(chain(3)[2]).head
    told = reading.checkpoint(LOG, head)
    assert (told.size, told.root) == (3, head.hash)
    assert told.origin == "kt1.lamdong.vn/68/readings"
    of_log, of_readings = anchor.code(told), anchor.code(told, anchor.OF_READINGS)
    assert of_log == "000002 000036 880171 892166 819958 586811 144009"
    assert of_readings == "000007 000030 880176 892160 819950 586817 144002"
    assert anchor.parse(of_readings, anchor.OF_READINGS) == anchor.parse(of_log)
    for code, kind in ((of_readings, anchor.OF_LOG), (of_log, anchor.OF_READINGS)):
        with pytest.raises(MalformedInputError, match="group=1"):
            anchor.parse(code, kind)
