"""Where keys stand: a table that never misses one."""

from kt1custody.audit import positions
from kt1custody.audit.positions import Positions, fingerprint

MANY = 3_000  # more than the table begins with


def test_every_position_of_every_key_is_found_however_far_the_table_grows():
    table = Positions()
    for seq in range(MANY):
        table.add(b"%d" % (seq % 1_000), seq)
    for key in range(1_000):
        assert sorted(table.find(b"%d" % key)) == [key, key + 1_000, key + 2_000]
    assert table.find(b"none") == []
    assert set(table) == {(fingerprint(b"%d" % (seq % 1_000)), seq) for seq in range(MANY)}


def test_the_first_position_is_found_too_and_no_key_is_the_empty_place():
    table = Positions()
    assert (table.find(b"a"), list(table)) == ([], [])
    table.add(b"a", 0)
    assert table.find(b"a") == [0]


def test_keys_that_fall_into_the_last_place_go_on_at_the_first(monkeypatch):
    monkeypatch.setattr(positions, "fingerprint", lambda key: (1 << 64) - 1 - len(key))
    table = Positions()
    keys = [b"x" * length for length in range(5)]
    for seq, key in enumerate(keys):
        table.add(key, seq)
    assert [table.find(key) for key in keys] == [[seq] for seq in range(5)]
