"""Checkpoints beside the log: whoever edits one, or the log under it, is named.

Each attack has a twin in which the same is done honestly.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody.audit.findings import Report
from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import cbor, note
from kt1custody.core.formats.note import SignatureLine
from kt1custody.core.log import checkpoint
from kt1custody.core.log.checkpoint import Checkpoint, SignedCheckpoint
from kt1custody.services.evidence.verify import verify
from kt1custody.services.session import checkpoint as signing
from kt1custody.services.session import writer
from kt1custody.signing import sign
from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook
from kt1custody.witnessing import witness
from tests.kit import at_counter, by_hand, cast
from tests.kit.grown import Grown


def audit(grown: Grown) -> Report:
    return verify(grown.world.session, grown.genesis)


def newest(grown: Grown) -> SignedCheckpoint:
    with grown.world.session.database.read() as connection:
        found = checkpoints.newest(connection)
    assert found is not None
    return checkpoint.read(found[2])


def put(grown: Grown, noted: bytes, size: int | None = None) -> None:
    """Write a note over the newest one."""
    told = newest(grown).checkpoint
    with grown.world.session.database.write() as connection:
        checkpoints.put(connection, told.origin, size or told.size, 0, noted)


def log_line(grown: Grown, text: str) -> SignatureLine:
    """What a thief of the log key signs."""
    with grown.world.session.database.read() as connection:
        control = LogBook(connection).control
    [key] = grown.world.session.log_keys(control)
    return SignatureLine(
        control.origin, note.key_hash(control.origin, key.pub), key.sign(text.encode())
    )


def other_root(told: Checkpoint) -> Checkpoint:
    return replace(told, root=bytes([told.root[0] ^ 1]) + told.root[1:])


# A quorum


def test_a_log_cosigned_by_its_quorum_matches(grown: Grown):
    report = audit(grown)
    assert (report.verdict, report.not_checked) == ("match", [])
    assert report.size == report.covered == 260
    assert report.as_of == cast.MORNING + 60 * 200  # when the second of them had cosigned
    assert {"quorum", "checkpoint", "tree", "derived", "genesis"} <= {*report.checked}


def test_without_the_genesis_hash_it_is_not_enough(grown: Grown):
    report = verify(grown.world.session)
    assert (report.verdict, report.not_checked) == ("not-enough", ["genesis-not-given"])


def test_what_comes_after_the_quorum_is_not_covered(grown: Grown):
    at_counter.hold(grown.world.session, cast.CLERK, cast.DRIVER, "absent")
    report = audit(grown)
    assert (report.size, report.covered) == (261, 260)
    assert (report.verdict, report.not_checked) == ("not-enough", ["tail-not-anchored"])
    grown.cosign(1)
    assert audit(grown).covered == 260
    grown.cosign(2)
    assert audit(grown).verdict == "match"


def test_a_witness_counts_once(grown: Grown):
    """Two cosignatures of one witness, of different times, are no quorum of two."""
    at_counter.hold(grown.world.session, cast.CLERK, cast.DRIVER, "absent")
    grown.cosign(1)
    first = newest(grown)
    opened = grown.witnesses[0]
    again = witness.open_witness(opened.folder, lambda: (grown.world.session.as_of or 0) + 60)
    line = again.line(first.note.text)
    again.close()
    put(grown, note.spell(first.note.text, [*first.note.signatures, line]))
    report = audit(grown)
    assert (report.findings, report.covered) == ([], 260)


# Edited notes


def test_a_deleted_checkpoint_proves_nothing_any_more_and_is_no_fault(grown: Grown):
    with grown.world.session.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM checkpoints")
    report = audit(grown)
    assert (report.findings, report.covered, report.verdict) == ([], 0, "not-enough")


def test_another_root_signed_with_the_stolen_log_key_is_named(grown: Grown):
    signed = newest(grown)
    put(grown, signed.spelled())
    assert audit(grown).findings == []
    false = other_root(signed.checkpoint).text
    put(grown, note.spell(false, [log_line(grown, false)]))
    assert audit(grown).kinds == {"checkpoint"}


def spoilt(grown: Grown, signed: SignedCheckpoint) -> dict[str, bytes]:
    text, lines = signed.note.text, list(signed.note.signatures)
    flipped = replace(
        lines[-1], signature=lines[-1].signature[:-1] + bytes([lines[-1].signature[-1] ^ 1])
    )
    stranger = sign.from_seed(bytes(32))
    name = signed.checkpoint.origin
    strange = SignatureLine(name, note.key_hash(name, stranger.pub), stranger.sign(text.encode()))
    older = replace(signed.checkpoint, size=100).text
    other = replace(signed.checkpoint, origin="kt1.lamdong.vn/69/e1").text
    return {
        "nothing": b"",
        "cut": signed.spelled()[:-2],
        "a cosignature": note.spell(text, [*lines[:-1], flipped]),
        "no log": note.spell(text, lines[1:]),
        "a stranger": note.spell(text, [strange]),
        "size": note.spell(older, [log_line(grown, older)]),
        "another log": note.spell(other, [log_line(grown, other)]),
    }


@pytest.mark.parametrize(
    "how", ["nothing", "cut", "a cosignature", "no log", "a stranger", "size", "another log"]
)
def test_a_spoilt_note_is_named(grown: Grown, how: str):
    put(grown, spoilt(grown, newest(grown))[how])
    assert audit(grown).kinds == {"checkpoint"}


def test_a_line_by_a_key_that_nobody_knows_is_passed_over(grown: Grown):
    signed = newest(grown)
    line = SignatureLine("stranger.example/kt1", b"1234", bytes(72))
    put(grown, note.spell(signed.note.text, [*signed.note.signatures, line]))
    assert audit(grown).verdict == "match"


def test_a_note_under_another_size_is_named(grown: Grown):
    with grown.world.session.database.write() as connection:
        connection.exec_driver_sql("UPDATE checkpoints SET size = size - 1 WHERE size = 260")
    assert audit(grown).kinds == {"checkpoint"}


# Epochs


@pytest.fixture
def behind(grown: Grown, tmp_path: Path) -> Grown:
    """A log that has lost its last entry."""
    session = grown.world.session
    grown.world.back_up(tmp_path / "backup")
    at_counter.hold(session, cast.CLERK, cast.DRIVER, "absent")
    grown.world.restore(tmp_path / "backup")
    return grown


def test_a_new_epoch_is_sound_and_what_was_lost_is_said(behind: Grown, tmp_path: Path):
    at_counter.begin_epoch(behind.world.session, "restored", cast.OFFICERS)
    at_counter.hold(behind.world.session, cast.CLERK, cast.DRIVER, "absent")
    outgoing.bundle(behind.world.session, tmp_path / "bundle")
    for report in (audit(behind), incoming.audit_folder(tmp_path / "bundle", behind.genesis)):
        assert (report.findings, report.size, report.covered) == ([], 2, 0)
        assert "lost-entries: kt1.lamdong.vn/68/e1 260 < 261" in report.outside
        assert report.not_checked == ["tail-not-anchored"]
    assert audit(behind).entries == 262


@pytest.mark.parametrize("lie", ["root", "size", "note", "note of another key", "note of another"])
def test_an_epoch_that_does_not_name_what_was_before_it_is_named(behind: Grown, lie: str):
    """Two officers and the administrator together, beside the program's own checks."""
    session = behind.world.session
    with session.database.write() as connection:
        book = LogBook(connection)
        old: dict[str, cbor.Value] = {
            "origin": book.control.origin, "size": book.tree.size, "root": book.tree.root(),
        }  # fmt: skip
        told = Checkpoint(book.control.origin, book.tree.size, book.tree.root())
        noted: bytes | None = None
        match lie:
            case "root":
                old["root"] = bytes(32)
            case "size":
                old["size"] = 100
            case "note":
                false = other_root(told).text
                noted = note.spell(false, [log_line(behind, false)])
            case "note of another key":
                noted = note.spell(told.text, [SignatureLine("x", b"1234", bytes(64))])
            case _:
                false = replace(told, origin="kt1.lamdong.vn/68/e9").text
                noted = note.spell(false, [log_line(behind, false)])
        own: dict[str, cbor.Value] = {
            "by2": cast.OFFICERS[1], "origin": "kt1.lamdong.vn/68/e2", "old": old,
            "genesis": book.control.genesis, "note": noted, "reason": "other",
        }  # fmt: skip
        signing.close_epoch(session, book)
        pen = writer.LogWriter(session, book, session.now(book.control))
        entry = by_hand.add(pen, pen.draft("epoch", cast.OFFICERS[0], own))
        control = book.control
    signing.begin(session, control, entry)
    report = audit(behind)
    assert report.kinds == {"epoch"}
    assert {one.seq for one in report.findings} == {260}


def test_a_database_of_before_the_epoch_misses_it(behind: Grown, tmp_path: Path):
    session = behind.world.session
    behind.world.back_up(tmp_path / "before")
    at_counter.begin_epoch(session, "restored", cast.OFFICERS)
    behind.world.restore(tmp_path / "before")
    assert audit(behind).verdict == "missing"
