"""Entries: their bytes, hashes and signatures."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log import act, entry
from kt1custody.core.log.entry import Signature
from kt1custody.errors import MalformedInputError

LOG, ORIGIN = "kt1.lamdong.vn/68", "kt1.lamdong.vn/68/e1"
HASHES = st.binary(min_size=32, max_size=32)
SIGNATURES = st.lists(
    st.builds(
        Signature,
        st.sampled_from(["giver", "receiver", "witness"]),
        st.binary(min_size=8, max_size=8),
        st.binary(min_size=64, max_size=64),
    ),
    max_size=3,
).map(tuple)
JUDGEMENTS = st.sets(
    st.tuples(st.integers(-1, 3), st.sampled_from(["cond-broken", "wrong-seal", "on-hold"])),
    max_size=3,
).map(lambda faults: tuple(sorted(faults)))
SERVER: dict[str, Any] = {
    "v": 1,
    "type": "clock",
    "log": LOG,
    "id": bytes(16),
    "at": 9,
    "dev": "server",
    "dseq": 0,
    "dprev": b"",
    "seen": [3, bytes(32)],
    "by": "server",
    "items": [],
    "was": 10,
    "now": 9,
}
BODY = act.make_act(SERVER).body
SIGNED = (Signature("server", bytes(8), bytes(64)),)


def parts(**over: Any) -> list[Any]:
    told = {
        "version": "kt1-entry/1",
        "origin": ORIGIN,
        "seq": 4,
        "prev": bytes(32),
        "ctl": bytes(32),
        "accepted_at": 9,
        "body": BODY,
        "signatures": [["server", bytes(8), bytes(64)]],
        "judgement": [],
    }
    return list({**told, **over}.values())


def why(value: Any) -> object:
    with pytest.raises(MalformedInputError, match="entry-malformed") as caught:
        entry.read_entry(cbor.encode(value))
    return caught.value.detail["why"]


@given(st.integers(0, 2**40), HASHES, HASHES, st.integers(0, 2**40), SIGNATURES, JUDGEMENTS)
def test_entry_is_read_as_written(
    seq: int,
    prev: bytes,
    ctl: bytes,
    accepted_at: int,
    signatures: tuple[Signature, ...],
    judgement: entry.Judgement,
):
    raw = entry.spell_entry(
        origin=ORIGIN,
        seq=seq,
        prev=prev,
        ctl=ctl,
        accepted_at=accepted_at,
        body=BODY,
        signatures=signatures,
        judgement=judgement,
    )
    told = entry.Entry(
        raw=raw,
        origin=ORIGIN,
        seq=seq,
        prev=prev,
        ctl=ctl,
        accepted_at=accepted_at,
        act=act.read_act(BODY),
        signatures=signatures,
        judgement=judgement,
    )
    assert entry.read_entry(raw) == told


@given(st.binary(max_size=60))
def test_bytes_that_are_no_entry_are_refused(raw: bytes):
    with pytest.raises(MalformedInputError):
        entry.read_entry(raw)


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, "", "x", b"", bytes(32), [], [[]], [[0, 1, 2]], [[0, "x"]], [[[], "x"]], {}]
)


@given(st.integers(0, 8), JUNK)
def test_changed_entry_is_refused_or_written_unchanged(place: int, junk: Any):
    told = parts()
    told[place] = junk
    raw = cbor.encode(told)
    try:
        read = entry.read_entry(raw)
    except MalformedInputError:
        return
    again = entry.spell_entry(
        origin=read.origin,
        seq=read.seq,
        prev=read.prev,
        ctl=read.ctl,
        accepted_at=read.accepted_at,
        body=read.act.body,
        signatures=read.signatures,
        judgement=read.judgement,
    )
    assert again == raw


@pytest.mark.parametrize(
    "value", [{}, [], parts()[:-1], [*parts(), 0], parts(version="kt1-entry/2")]
)
def test_value_of_another_shape_is_refused(value: Any):
    assert why(value) == "version"


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("origin", b"x"),
        ("seq", -1),
        ("seq", True),
        ("prev", bytes(31)),
        ("prev", "x" * 32),
        ("ctl", b""),
        ("accepted_at", -1),
        ("accepted_at", None),
        ("body", "x"),
    ],
)
def test_wrong_part_is_refused(key: str, wrong: Any):
    assert why(parts(**{key: wrong})) == "types"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        [1],
        [["server", bytes(8)]],
        [["server", bytes(8), bytes(64), 0]],
        [[b"server", bytes(8), bytes(64)]],
        [["server", bytes(7), bytes(64)]],
        [["server", "x" * 8, bytes(64)]],
        [["server", bytes(8), bytes(63)]],
        [["server", bytes(8), "x" * 64]],
    ],
)
def test_wrong_signatures_are_refused(wrong: Any):
    assert why(parts(signatures=wrong)) == "signatures"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        [1],
        [[0]],
        [[0, "a", 1]],
        [["0", "a"]],
        [[True, "a"]],
        [[0, b"a"]],
        [[1, "a"], [0, "a"]],
        [[0, "a"], [0, "a"]],
    ],
)
def test_wrong_judgement_is_refused(wrong: Any):
    assert why(parts(judgement=wrong)) == "judgement"


def test_entry_with_a_wrong_act_is_refused():
    with pytest.raises(MalformedInputError, match="act-malformed"):
        entry.read_entry(cbor.encode(parts(body=cbor.encode({**SERVER, "v": 2}))))


def test_entry_too_large_is_refused_before_it_is_read():
    raw = bytes(entry.MAX_ENTRY_BYTES + 1)
    with pytest.raises(MalformedInputError, match="entry-too-large"):
        entry.read_entry(raw)
    with pytest.raises(MalformedInputError, match="not-canonical"):
        entry.read_entry(raw[:-1])


def _spelled(spare: int) -> bytes:
    return entry.spell_entry(
        origin=ORIGIN,
        seq=4,
        prev=bytes(32),
        ctl=bytes(32),
        accepted_at=9,
        body=bytes(spare),
        signatures=SIGNED,
        judgement=(),
    )


def test_entry_of_the_greatest_size_is_written_and_no_greater():
    around = len(_spelled(1_000)) - 1_000
    assert len(_spelled(entry.MAX_ENTRY_BYTES - around)) == entry.MAX_ENTRY_BYTES
    with pytest.raises(MalformedInputError, match="entry-too-large"):
        _spelled(entry.MAX_ENTRY_BYTES - around + 1)


def test_leaf_is_hashed_as_a_leaf():
    read = entry.read_entry(cbor.encode(parts()))
    assert read.leaf == hashlib.sha256(b"\x00" + read.raw).digest()


@given(SIGNATURES)
def test_step_hash_depends_on_every_signature(signatures: tuple[Signature, ...]):
    hashes = {entry.step_hash(BODY, signatures[:count]) for count in range(len(signatures) + 1)}
    assert len(hashes) == len(signatures) + 1


def test_signed_bytes_depend_on_each_part():
    told: dict[str, Any] = {
        "log": LOG,
        "body": BODY,
        "role": "giver",
        "alg": numbers.ED25519,
        "kid": bytes(8),
        "before": (),
    }
    others: dict[str, Any] = {
        "log": "x",
        "body": b"",
        "role": "receiver",
        "alg": numbers.ESP256,
        "kid": b"\x01" * 8,
        "before": SIGNED,
    }
    spelled = {
        entry.to_be_signed(**told),
        *(entry.to_be_signed(**{**told, key: value}) for key, value in others.items()),
    }
    assert len(spelled) == 1 + len(others)


def test_possession_does_not_sign_itself_but_the_origin_and_every_other_key():
    key: dict[str, Any] = {"owner": "NV011", "pub": bytes(32), "possess": bytes(64)}
    told = entry.possession(ORIGIN, key)
    assert told == entry.possession(ORIGIN, {**key, "possess": b"x"})
    assert told != entry.possession("x/e1", key)
    assert told != entry.possession(ORIGIN, {**key, "owner": "NV012"})
