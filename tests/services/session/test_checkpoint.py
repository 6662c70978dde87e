"""Checkpoints after every commit: nothing is signed that does not follow from what was signed."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from kt1custody.cli import outgoing
from kt1custody.core.formats import tree
from kt1custody.core.log import checkpoint, tlog
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.evidence import verify
from kt1custody.services.session import checkpoint as signing
from kt1custody.services.session.session import LAST_SIGNED
from kt1custody.signing import sign
from kt1custody.store import checkpoints, log
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.false_history import attacker
from tests.kit.phone import Phone, give, receive, size

ORIGIN = "kt1.lamdong.vn/68/e1"


def last(world: cast.World) -> checkpoint.SignedCheckpoint:
    kept = world.session.last_signed.find(ORIGIN)
    assert kept is not None
    return checkpoint.read(kept.note)


def spoil(world: cast.World, *statements: str) -> None:
    """What an administrator does to the database, whose guards he can drop."""
    with attacker(world) as raw:
        for one in statements:
            raw.execute(one)


def test_every_commit_ends_with_a_checkpoint_by_the_log_key(lived: cast.World):
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        root = tree.root_of(log.leaves_from(connection, 0))
    found = last(lived)
    assert (found.checkpoint.size, found.checkpoint.root) == (book.seq + 1, root)
    key = book.control.service_key("log")
    [signature] = found.note.signatures_by(book.control.origin, key.pub)
    sign.verify(key.alg, key.pub, found.note.text.encode(), signature)


def test_signing_again_signs_nothing_new(lived: cast.World):
    first = signing.sign(lived.session)
    assert signing.sign(lived.session) == first
    assert signing.give_out(lived.session) == signing.give_out(lived.session)


def test_what_others_sign_while_the_log_is_read_is_no_restored_backup(
    lived: cast.World, monkeypatch: pytest.MonkeyPatch
):
    other = lived.at(200)
    reader = lived.new_session()
    reader.as_of = other.as_of
    refuse, audit = signing.refuse_stale, verify._audit
    at_counter.hold(other, cast.CLERK, cast.COURIER, "absent")
    written: list[int] = []

    def write_on() -> None:
        if not written:
            written.append(1)
            at_counter.hold(other, cast.CLERK, cast.COURIER_2, "absent")

    def after_reading(*facts: Any) -> Any:
        write_on()
        return refuse(*facts)

    def before_comparing(*facts: Any) -> Any:
        done = audit(*facts)
        write_on()
        return done

    with reader.database.read() as connection:
        book = LogBook(connection)
        write_on()
        refuse(reader, book)
    with monkeypatch.context() as patch:
        at_counter.lift(other, cast.COURIER_2, "cleared", cast.OFFICERS)
        written.clear()
        patch.setattr(signing, "refuse_stale", after_reading)
        assert signing.sign(reader).checkpoint.size == size(lived)
        assert written
    with monkeypatch.context() as patch:
        at_counter.lift(other, cast.COURIER_2, "cleared", cast.OFFICERS)
        written.clear()
        patch.setattr(verify, "_audit", before_comparing)
        assert verify.verify(reader).findings == []
        assert written
    reader.close()


def test_a_restored_backup_signs_nothing_at_all(lived: cast.World, tmp_path: Path):
    lived.back_up(tmp_path / "backup")
    at_counter.hold(lived.at(200), cast.CLERK, cast.COURIER_2, "absent")
    lived.restore(tmp_path / "backup")
    before = size(lived)
    with pytest.raises(UnavailableError, match="log-behind") as raised:
        at_counter.hold(lived.at(201), cast.CLERK, cast.COURIER, "absent")
    assert raised.value.detail == {"size": before + 1, "own": before}
    for face in (signing.sign, signing.give_out):
        with pytest.raises(UnavailableError, match="log-behind"):
            face(lived.session)
    with pytest.raises(UnavailableError, match="log-behind"):
        outgoing.public(lived.session, tmp_path / "public")
    assert size(lived) == before


def test_a_log_that_was_changed_is_not_gone_on_with(lived: cast.World):
    spoil(lived, "UPDATE head SET peaks = zeroblob(length(peaks))")
    with pytest.raises(UnavailableError, match="database-broken"):
        at_counter.hold(lived.at(201), cast.CLERK, cast.COURIER, "absent")


def test_bytes_that_changed_after_the_commit_are_not_signed(
    world: cast.World, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    """The entry is in the log, its checkpoint waits; meanwhile a bit flips."""

    def fail(*told: object) -> None:
        raise UnavailableError("disk-full", why="test")

    with monkeypatch.context() as patch:
        patch.setattr(signing, "_sign", fail)
        give(world, phone.held[0].n)
    assert [one.code for one in world.session.warnings] == ["disk-full"]
    honest = last(world)
    flipped = "UPDATE entries SET entry = CAST(entry || x'00' AS BLOB)"
    spoil(world, f"{flipped} WHERE seq = (SELECT seq FROM head)")
    with pytest.raises(UnavailableError, match="database-broken"):
        signing.sign(world.session)
    assert last(world) == honest


def test_what_a_crash_left_unsigned_the_next_commit_signs(
    lived: cast.World, monkeypatch: pytest.MonkeyPatch
):
    def fail(*told: object) -> None:
        raise UnavailableError("disk-full", why="test")

    before = last(lived).checkpoint.size
    with monkeypatch.context() as patch:
        patch.setattr(signing, "_sign", fail)
        at_counter.hold(lived.at(200), cast.CLERK, cast.COURIER_2, "absent")
    assert last(lived).checkpoint.size == before
    at_counter.hold(lived.at(201), cast.CLERK, cast.COURIER, "absent")
    assert last(lived).checkpoint.size == before + 2
    assert verify.verify(lived.session).findings == []


def test_a_device_without_a_receipt_asks_again(
    world: cast.World, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    told = phone.spell(phone.handover())

    def fail(*told: object) -> None:
        raise UnavailableError("disk-full", why="test")

    with monkeypatch.context() as patch:
        patch.setattr(signing, "_sign", fail)
        with pytest.raises(UnavailableError, match="disk-full"):
            receive(world.session, told)
    before = size(world)
    assert receive(world.session, told).known
    assert size(world) == before


def test_without_the_last_checkpoint_nothing_is_signed_until_somebody_vouches(lived: cast.World):
    lived.session.close()
    for path in lived.session.keys.glob(f"{LAST_SIGNED}*"):
        path.unlink()
    with pytest.raises(UnavailableError, match="notes-missing"):
        at_counter.hold(lived.at(200), cast.CLERK, cast.COURIER, "absent")
    signing.begin_again(lived.session)
    at_counter.hold(lived.at(200), cast.CLERK, cast.COURIER, "absent")
    with pytest.raises(RefusedError, match="begun-already"):
        signing.begin_again(lived.session)


def test_two_databases_under_one_key_make_one_history(lived: cast.World, tmp_path: Path):
    lived.session.close()
    shutil.copytree(lived.session.data, tmp_path / "twin")
    twin = lived.new_session()
    twin.data = tmp_path / "twin"
    at_counter.hold(lived.at(200), cast.CLERK, cast.COURIER, "absent")
    twin.as_of = lived.session.as_of
    with pytest.raises(UnavailableError, match="log-behind"):
        at_counter.hold(twin, cast.CLERK, cast.COURIER_2, "absent")
    at_counter.hold(lived.at(201), cast.CLERK, cast.COURIER_2, "absent")


def test_checkpoints_are_given_out_by_time_and_by_entries(
    lived: cast.World, monkeypatch: pytest.MonkeyPatch
):
    def given_out() -> list[int]:
        with lived.session.database.read() as connection:
            return [one for one, _ in checkpoints.backwards(connection)]

    at_counter.hold(lived.at(300), cast.CLERK, cast.CLERK_2, "absent")
    [newest, *_] = given_out()
    at_counter.hold(lived.at(301), cast.CLERK, cast.COURIER, "absent")
    assert given_out()[0] == newest
    at_counter.hold(lived.at(316), cast.CLERK, cast.COURIER_2, "absent")
    assert given_out()[0] == newest + 2
    monkeypatch.setattr(signing, "GIVE_OUT_ENTRIES", 1)
    at_counter.hold(lived.at(317), cast.CLERK, cast.DRIVER, "absent")
    assert given_out()[0] == newest + 3


def test_a_proof_of_every_entry_under_every_checkpoint(lived: cast.World):
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        leaves = list(log.leaves_from(connection, 0))
        signed = signing.sign(lived.session)
        for seq, leaf in enumerate(leaves):
            proof = tlog.read_proof(signing.proof(connection, book.control, signed, seq))
            told = proof.signed.checkpoint
            tree.check_inclusion(leaf, proof.index, told.size, told.root, proof.hashes)
        for old in range(book.seq + 2):
            hashes = signing.consistency(connection, signed, old)
            was = tree.root_of(leaves[:old])
            told = signed.checkpoint
            tree.check_consistency(old, was, told.size, told.root, hashes)
