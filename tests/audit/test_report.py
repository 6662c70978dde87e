"""Whoever owns the database edits one field of an entry: the audit must name it."""

import sqlite3
from collections.abc import Callable

import pytest

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.entry import leaf_hash, read_entry
from kt1custody.services.evidence import verify
from tests.kit import cast
from tests.kit.false_history import attacker


def raws(connection: sqlite3.Connection) -> list[bytes]:
    return [raw for (raw,) in connection.execute("SELECT entry FROM entries ORDER BY seq")]


def write(connection: sqlite3.Connection, seq: int, raw: bytes) -> None:
    """Store an entry with columns that fit it, as a careful attacker does."""
    entry = read_entry(raw)
    act = entry.act
    connection.execute(
        "UPDATE entries SET entry = ?, prev = ?, leaf = ?, body_hash = ?, act_id = ?, dev = ?,"
        " dseq = ?, kind = ? WHERE seq = ?",
        (raw, entry.prev, entry.leaf, act.hash, act.id, act.dev, act.dseq, act.type, seq),
    )


Edit = Callable[[list[cbor.Value]], None]


def edit_body(key: str, value: cbor.Value) -> Edit:
    def edit(parts: list[cbor.Value]) -> None:
        assert isinstance(parts[6], bytes)
        body = cbor.decode(parts[6])
        assert isinstance(body, dict)
        parts[6] = cbor.encode({**body, key: value})

    return edit


def edit_line(key: str, value: cbor.Value) -> Edit:
    def edit(parts: list[cbor.Value]) -> None:
        assert isinstance(parts[6], bytes)
        body = cbor.decode(parts[6])
        assert isinstance(body, dict)
        lines = body["items"]
        parts[6] = cbor.encode({**body, "items": [{**lines[0], key: value}, *lines[1:]]})

    return edit


def edit_signature(place: int, value: cbor.Value) -> Edit:
    def edit(parts: list[cbor.Value]) -> None:
        signatures = parts[7]
        assert isinstance(signatures, list)
        signatures[0][place] = value

    return edit


def edit_part(place: int, value: cbor.Value) -> Edit:
    return lambda parts: parts.__setitem__(place, value)


HANDOVER_EDITS = {
    "origin": edit_part(1, "kt1.example.vn/e1"),
    "seq": edit_part(2, 99),
    "prev": edit_part(3, bytes(32)),
    "ctl": edit_part(4, bytes(32)),
    "accepted_at": edit_part(5, cast.MORNING - 9_000),
    "judgement": edit_part(8, [[0, "cond-broken"]]),
    "judgement of all": edit_part(8, [[-1, "key-revoked"]]),
    "log": edit_body("log", "kt1.example.vn/68"),
    "id": edit_body("id", bytes(16)),
    "at": edit_body("at", cast.MORNING),
    "dev": edit_body("dev", "QUAY02"),
    "dseq": edit_body("dseq", 40),
    "dprev": edit_body("dprev", bytes(32)),
    "seen": edit_body("seen", [0, bytes(32)]),
    "by": edit_body("by", cast.CLERK_2),
    "to": edit_body("to", cast.COURIER_2),
    "office": edit_body("office", 680_900),
    "witness": edit_body("witness", cast.CLERK_2),
    "n": edit_line("n", numbers.item_number(log_number=68, year=2026, running=99)),
    "seal": edit_line("seal", 65_599),
    "cond": edit_line("cond", "broken"),
    "line's prev": edit_line("prev", None),
    "role": edit_signature(0, "receiver"),
    "kid": edit_signature(1, bytes(8)),
    "signature": edit_signature(2, bytes(64)),
}


@pytest.mark.parametrize("clever", [False, True], ids=["naive", "re-chained"])
@pytest.mark.parametrize("name", sorted(HANDOVER_EDITS))
def test_every_field_of_an_entry_has_a_finding_when_edited(
    lived: cast.World, name: str, clever: bool
):
    with attacker(lived) as connection:
        entries = raws(connection)
        genesis = leaf_hash(entries[0])
        seq = next(s for s, raw in enumerate(entries) if read_entry(raw).act.type == "handover")
        last = len(entries) if clever else seq + 1
        for later in range(seq, last):
            parts = cbor.decode(entries[later])
            assert isinstance(parts, list)
            if later == seq:
                HANDOVER_EDITS[name](parts)
            else:
                parts[3] = leaf_hash(entries[later - 1])
            entries[later] = cbor.encode(parts)
            # Unique columns may collide on the way; the attacker frees them first.
            free = str(later).encode()
            update = "UPDATE entries SET prev = ?, body_hash = ? WHERE seq = ?"
            connection.execute(update, (free, free, later))
        for later in range(seq, last):
            write(connection, later, entries[later])
    report = verify.verify(lived.at(300), genesis)
    assert any(one.seq == seq for one in report.findings)
