"""An entry as evidence: its signatures are verified anew, whoever has changed the database."""

import contextlib
import sqlite3

import pytest

from kt1custody.errors import RefusedError
from kt1custody.services.custody import signed_record
from tests.kit import cast
from tests.kit.phone import entries, size


def test_every_entry_of_a_day_shows_its_signers_and_holds(world: cast.World, day: cast.Day):
    for entry in entries(world):
        found = signed_record.read(world.session, entry.seq)
        assert (found.entry, found.fault) == (entry, None)
        persons = [key.owner for key in found.signers if key]
        assert persons == list(entry.act.persons)


def test_a_forged_signature_is_told(world: cast.World, day: cast.Day):
    [entry] = entries(world, size(world) - 2)
    forged = entry.raw.replace(entry.signatures[0].value, bytes(64))
    with contextlib.closing(sqlite3.connect(world.session.data / "kt1.db")) as database, database:
        guards = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = guards.fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE entries SET entry = ? WHERE seq = ?", (forged, entry.seq))
        for _, words in triggers:
            database.execute(words)
    found = signed_record.read(world.session, entry.seq)
    assert found.fault
    assert found.fault.code == "bad-signature"


def test_what_is_not_there_is_refused(world: cast.World):
    for seq in (-1, size(world)):
        with pytest.raises(RefusedError, match="no-such-entry"):
            signed_record.read(world.session, seq)
