"""A record is erased by law (G20): its one-time key goes, and nothing that was proved falls."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats.item import Slip
from kt1custody.errors import KtError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.services.session import checkpoint, lost, slips
from kt1custody.signing.slips import SealedRecord
from kt1custody.store import records
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, false_history, judges, outsiders
from tests.kit.false_history import later
from tests.kit.judges import Answer, Page
from tests.kit.outsiders import Device
from tests.kit.phone import Phone, give, is_sound, states


def key_of(world: cast.World, commitment: bytes) -> bytes:
    """Read the one-time key of a record, sealed to its office."""
    with world.session.database.read() as connection:
        found = records.find(connection, commitment)
    assert found is not None
    [key] = found.keys.values()
    return key


def erase(world: cast.World, commitment: bytes) -> None:
    """Delete the one-time key of a record, and empty the write-ahead log."""
    with world.session.database.write() as connection:
        done = connection.execute(
            sa.delete(records.SLIPKEYS).where(records.SLIPKEYS.c.commitment == commitment)
        )
        assert done.rowcount == 1
    with world.session.database._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0] == 0


def on_disk(world: cast.World) -> bytes:
    return b"".join(path.read_bytes() for path in world.session.data.rglob("*") if path.is_file())


def slip(world: cast.World, n: int) -> Slip | None:
    return look.story(world.session, str(n), cast.CLERK).slip


@pytest.mark.slow
def test_what_was_erased_is_gone_and_what_was_proved_stands(
    world: cast.World, tmp_path: Path, page: Page
):
    device = Device(Phone(world), "PHONE01")
    item = device.phone.held[0]
    device.hand(item, cast.COURIER_2, at=205)
    device.bring(later(world, 210))
    before = checkpoint.give_out(world.session).checkpoint
    held = [outsiders.paper(before), outsiders.file(tmp_path / "receipt", device.receipts[0])]
    genesis = false_history.entries_of(world)[0].leaf.hex()
    assert slip(world, item.n) is not None
    key, raws = key_of(world, item.commit), false_history.raws_of(world)
    assert key in on_disk(world)
    outgoing.bundle(world.session, tmp_path / "before")
    outgoing.dossier(world.session, str(item.n), tmp_path / "dossier-before")

    erase(world, item.commit)

    assert key not in on_disk(world)
    assert slip(world, item.n) is None
    assert false_history.raws_of(world) == raws
    assert checkpoint.give_out(world.session).checkpoint == before
    outgoing.bundle(world.session, tmp_path / "after")
    outgoing.dossier(world.session, str(item.n), tmp_path / "dossier-after")
    for ask in (judges.by_program, judges.by_script, page):
        for name in ("before", "after", "dossier-before", "dossier-after"):
            for one in held:
                assert ask(tmp_path / name, genesis, one) == Answer("match"), name
    at_counter.declare_lost(world.at(220), "other", cast.OFFICERS, confirm=cast.yes)
    assert is_sound(world)


def test_nobody_opens_it_any_more_and_the_audit_says_why(world: cast.World):
    item, other = Phone(world).held[:2]
    erase(world, item.commit)
    at_counter.declare_lost(world.at(212), "other", cast.OFFICERS, confirm=cast.yes)
    found = at_counter.open_slip(
        world.at(215), cast.OFFICERS[0], [str(item.n), str(other.n)], "court", confirm=cast.yes
    )
    assert (found.slips[item.n], found.broken) == (None, ())
    assert found.slips[other.n] is not None
    report = verify.verify(world.session, opener=cast.CLERK)
    assert report.findings == []
    assert "records-erased" in {*report.outside, *report.not_checked}


def test_who_deletes_the_keys_of_slips_has_not_erased_them(world: cast.World, tmp_path: Path):
    """Without an act of two officers it is damage: the audit says so, and backups mend it."""
    assert verify.verify(world.session).findings == []
    outgoing.backup(world.session, tmp_path / "kept")
    item = Phone(world).held[0]
    with world.session.database.write() as connection:
        connection.execute(sa.delete(records.SLIPKEYS))
    report = verify.verify(world.at(215))
    assert (report.verdict, report.kinds) == ("wrong", {"record-shut"})
    assert item.commit in {one.commit for one in lost.find(world.session)}
    assert incoming.catch_up(world.session, [tmp_path / "kept"]).missing == ()
    assert slip(world, item.n) is not None
    assert verify.verify(world.session, opener=cast.CLERK).findings == []


def test_what_two_officers_have_declared_erased_does_not_come_back(
    world: cast.World, tmp_path: Path
):
    outgoing.backup(world.session, tmp_path / "kept")
    outgoing.records(world.session, tmp_path / "records")
    item = Phone(world).held[0]
    erase(world, item.commit)
    at_counter.declare_lost(world.at(215), "other", cast.OFFICERS, confirm=cast.yes)
    for files in ([], [tmp_path / "records"]):
        done = incoming.catch_up(world.session, [tmp_path / "kept"], record_files=files)
        assert (done.records, done.missing) == (0, ())
    assert slip(world, item.n) is None
    assert verify.verify(world.session, opener=cast.CLERK).findings == []


def test_with_every_key_that_is_left_the_box_stays_shut(world: cast.World):
    """The encrypted record may live on in backups; without its own key it opens for nobody."""
    item = Phone(world).held[0]
    erase(world, item.commit)
    with world.session.database.read() as connection:
        book = LogBook(connection)
        [sealed] = [one for _, one in records.every(connection) if one.commitment == item.commit]
        assert sealed.keys == {}
        for who in (cast.CLERK, cast.CONTROLLER, *cast.OFFICERS):
            reader = slips.Reader(book, world.session.opener(who))
            assert not reader.may_open(sealed)
        others = [key for _, one in records.every(connection) for key in one.keys.values()]
        reader = slips.Reader(book, world.session.opener(cast.CLERK))
        for key in others:  # the one-time key of another record
            false = SealedRecord(item.commit, sealed.box, {"office-680900-2026": key})
            with pytest.raises(KtError, match="record-broken"):
                reader.open_sealed(false, item.n)


def test_custody_goes_on_without_the_slip(world: cast.World):
    item = Phone(world).held[0]
    erase(world, item.commit)
    give(world, item.n)
    assert next(one for one in states(world) if one.n == item.n).holder == cast.COURIER_2
    verify.rebuild(world.session)
    at_counter.declare_lost(world.at(220), "other", cast.OFFICERS, confirm=cast.yes)
    assert is_sound(world)
