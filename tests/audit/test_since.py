"""Auditing from the last audited checkpoint: the same answers, and nothing is believed unseen."""

import shutil
from datetime import UTC
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.custody.table import Status
from kt1custody.errors import (
    RefusedError,
)
from kt1custody.services.evidence import auditor
from kt1custody.services.evidence.verify import verify
from kt1custody.words.verdicts import verdict_lines
from tests.kit import at_counter, cast, nightly
from tests.kit.false_history import attacker
from tests.kit.grown import Grown, go_on, report
from tests.kit.phone import give, states
from tests.kit.words import VI


def test_an_honest_log_matches_and_what_was_not_read_is_said(grown: Grown, path: Path):
    go_on(grown)
    found = incoming.audit(grown.world.session, grown.genesis, since=path)
    assert (found.verdict, found.entries, found.since) == ("match", 340, 260)
    assert found.outside == ["stamp-signature", "records"]
    assert found.reread == 260  # so few that all of them were read again
    assert (found.size, found.covered) == (600, 600)
    again = incoming.audit(grown.world.session, grown.genesis, since=path)
    assert (again.verdict, again.entries, again.since) == ("match", 0, 600)


def test_what_was_audited_covers_the_log_up_to_there(grown: Grown, path: Path):
    with grown.world.session.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM checkpoints")
    assert verify(grown.world.session, grown.genesis).verdict == "not-enough"
    assert incoming.audit(grown.world.session, grown.genesis, since=path).verdict == "match"


Edit = tuple[str, str]
NEW: dict[str, Edit] = {
    "an entry": ("UPDATE entries SET entry = CAST(entry || x'00' AS BLOB) WHERE seq = 300", "entry-unreadable"),
    "a column": ("UPDATE entries SET dev = 'X' WHERE seq = 300", "column"),
    "no entry": ("DELETE FROM entries WHERE seq = 300", "seq"),
    "another log": ("UPDATE entries SET log = 'x' WHERE seq = 300", "seq"),
    "a line": ("UPDATE lines SET kind = 'bind' WHERE seq = 300", "derived"),
    "the item": ("UPDATE items SET holder = 'NV099' WHERE n = (SELECT n FROM lines WHERE seq = (SELECT max(seq) FROM lines))", "derived"),
    "the head": ("UPDATE head SET accepted_at = accepted_at + 1", "derived"),
    "the base": ("UPDATE head SET base = 1", "derived"),
    "the peaks": ("UPDATE head SET peaks = zeroblob(length(peaks))", "derived"),
    "a full tile": ("UPDATE tiles SET hashes = zeroblob(8192) WHERE level = 0 AND number = 1", "derived"),
    "a tile above": ("UPDATE tiles SET hashes = zeroblob(64) WHERE level = 1", "derived"),
    "a tile too many": ("INSERT INTO tiles VALUES (0, 0, 9, x'00')", "derived"),
    "a checkpoint": ("UPDATE checkpoints SET note = x'00' WHERE size > 260", "checkpoint"),
    "a checkpoint of no log": ("INSERT INTO checkpoints VALUES ('x', 1, 1, x'00')", "checkpoint"),
    "a stamp": ("INSERT INTO stamps VALUES ('kt1.lamdong.vn/68/e1', 600, x'00')", "stamp"),
    "no record": ("DELETE FROM records WHERE about = 'receiver' AND commitment IN (SELECT max(commitment) FROM records)", ""),
}  # fmt: skip


@pytest.mark.parametrize(
    "what",
    nightly.each(sorted(NEW), "an entry", "no entry", "the item", "a checkpoint", "a tile above"),
)
def test_what_is_wrong_since_then_is_named(grown: Grown, path: Path, what: str):
    go_on(grown)
    give_item(grown)
    statement, kind = NEW[what]
    kept = path.read_bytes()
    with attacker(grown.world) as connection:
        changed = connection.execute(statement)
        assert changed.rowcount or not kind
    found = incoming.audit(grown.world.session, grown.genesis, since=path)
    if kind:
        assert kind in found.kinds, found.findings
        assert path.read_bytes() == kept  # nothing is kept of a log in which something is wrong
    else:  # a record of before is beyond a daily audit
        assert found.findings == []


def give_item(grown: Grown) -> None:
    held = [one for one in states(grown.world) if one.holder == cast.COURIER]
    item = next(one for one in held if one.status in (Status.HELD, Status.OUT))
    give(grown.world, item.n)


def test_an_older_entry_that_was_changed_is_found_by_chance_and_how_many_were_read_is_said(
    grown: Grown, path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(auditor, "_REREAD", 130)
    honest = incoming.audit(grown.world.session, grown.genesis, since=path)
    assert (honest.verdict, honest.reread) == ("match", 130)
    assert "older-entries: 130" in honest.outside
    told = list(verdict_lines(VI, honest, UTC, 9))
    assert any("130" in line and "260" in line for line in told)
    assert told[-1] == VI.word("verdict", "match-since") != VI.word("verdict", "match")
    with attacker(grown.world) as connection:
        changed = (
            "UPDATE entries SET entry = CAST(entry || x'00' AS BLOB) WHERE seq BETWEEN 150 AND 199"
        )
        connection.execute(changed)
    found = incoming.audit(
        grown.world.session, grown.genesis, since=path
    )  # missed once in 10^16 times
    assert found.kinds == {"evidence"}
    assert {one.seq for one in found.findings} <= {*range(150, 200)}
    with attacker(grown.world) as connection:
        connection.execute("DELETE FROM entries WHERE seq BETWEEN 150 AND 199")
    gone = incoming.audit(grown.world.session, grown.genesis, since=path)
    assert "entries-missing" in gone.kinds


def test_an_older_entry_that_was_changed_is_named_when_it_is_needed(
    grown: Grown, path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(auditor, "_REREAD", 0)
    at_counter.hold(grown.world.session, cast.CLERK, cast.DRIVER, "absent")
    for seq, needed in ((3, True), (100, False)):
        with attacker(grown.world) as connection:
            [(raw,)] = connection.execute("SELECT entry FROM entries WHERE seq = ?", (seq,))
            flipped = raw[:-1] + bytes([raw[-1] ^ 1])
            connection.execute("UPDATE entries SET entry = ? WHERE seq = ?", (flipped, seq))
        found = incoming.audit(grown.world.session, grown.genesis, since=path)
        assert bool(found.findings) == needed
        assert needed or "older-entries: 260" in found.outside
        assert verify(grown.world.session, grown.genesis).findings
        with attacker(grown.world) as connection:
            connection.execute("UPDATE entries SET entry = ? WHERE seq = ?", (raw, seq))


def test_a_log_that_was_rolled_back_misses_what_was_audited(
    grown: Grown, path: Path, tmp_path: Path
):
    world = grown.world
    world.session.database.close()
    for name in ("data", "keys"):
        shutil.copytree(world.folder / name, tmp_path / "backup" / name)
    go_on(grown, 300)
    kept = incoming.audit(world.session, grown.genesis, since=path)
    assert kept.verdict == "match"
    unlocked = world.session.unlocked()
    world.session.close()
    for name in ("data", "keys"):
        shutil.rmtree(world.folder / name)
        shutil.copytree(tmp_path / "backup" / name, world.folder / name)
    world.session.admit_all(unlocked)
    found = incoming.audit(world.session, grown.genesis, since=path)
    assert (found.verdict, found.kinds) == ("missing", {"entries-missing"})
    assert (found.findings[0].expected, found.findings[0].got) == ("300 entries", "260")
    at_counter.hold(
        world.session, cast.CLERK, cast.DRIVER, "absent"
    )  # told anew by who has all keys
    report(world, 320)
    found = incoming.audit(world.session, grown.genesis, since=path)
    assert (found.verdict, found.kinds) == ("wrong", {"evidence"})


@pytest.mark.slow
def test_another_log_is_not_gone_on_with(path: Path, tmp_path: Path):
    other = cast.make_founded(tmp_path / "other")
    found = incoming.audit(other.session, since=path)
    other.session.close()
    assert (found.verdict, found.kinds) == ("wrong", {"genesis"})


def test_a_bundle_is_gone_on_with_too(grown: Grown, path: Path, tmp_path: Path):
    go_on(grown, 700)
    outgoing.bundle(grown.world.session, tmp_path / "bundle")
    found = incoming.audit_folder(tmp_path / "bundle", grown.genesis, since=path)
    assert (found.verdict, found.entries, found.since) == ("match", 440, 260)
    tile = next((tmp_path / "bundle" / "logs").rglob("entries/000"))
    content = bytearray(tile.read_bytes())
    content[5] ^= 1
    tile.write_bytes(content)
    verdict = incoming.audit_folder(tmp_path / "bundle", grown.genesis, since=path).verdict
    assert verdict == "wrong"  # whatever is read again of it, its sum is another


def test_a_dossier_is_nothing_to_go_on_from(
    grown: Grown, path: Path, day: cast.Day, tmp_path: Path
):
    outgoing.dossier(grown.world.session, str(day.numbers[3]), tmp_path / "dossier")
    with pytest.raises(RefusedError, match="audited-dossier"):
        incoming.audit_folder(tmp_path / "dossier", since=path)
