"""What is kept of an audit for the next one: the same answers, and nothing is believed unseen."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from kt1custody.audit import saved_state
from kt1custody.audit.chain import Row
from kt1custody.audit.findings import Report
from kt1custody.audit.replay import Replay
from kt1custody.audit.report import audit
from kt1custody.audit.saved_state import Audited
from kt1custody.audit.trust_file import TrustFile
from kt1custody.cli import incoming, outgoing
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.errors import (
    KtError,
    MalformedInputError,
    UnavailableError,
)
from kt1custody.store import log
from kt1custody.store.records import catalogues
from tests.kit import at_counter, cast, nightly
from tests.kit.grown import Grown, go_on, report
from tests.kit.phone import Phone, receive

TABLES = [
    "epochs", "control", "items", "serials", "frontiers", "steps", "links", "devices", "seen", "tiles",
]  # fmt: skip


class Raws:
    """A log in memory, as evidence."""

    def __init__(self, raws: Sequence[bytes], known: dict[bytes, bytes]) -> None:
        self.raws, self.known = raws, known
        self.catalogue = known.get
        self.read: list[int] = []  # what was asked for a second time

    def rows(self, begin: int = 0) -> Iterator[Row]:
        return ((raw, None) for raw in self.raws[begin:])

    def raw(self, seq: int) -> bytes:
        if seq >= len(self.raws):
            raise UnavailableError("database-broken", why="entry")
        self.read.append(seq)
        return self.raws[seq]


def audit_raws(raws: Raws, path: Path, *, since: bool) -> tuple[Replay, Report]:
    """Audit, and keep it."""
    found = Report()
    before = Audited(path) if since else None
    replay = audit(raws, found, before=before)
    if before is not None:
        saved_state.take_up(before, found)
    if not found.kinds:
        growth = replay.epochs[-1].growth
        told = Checkpoint(replay.control.origin, growth.size, growth.root(growth.size))
        kept = TrustFile(
            checkpoint=told,
            since=0,
            audited=0,
            tables=None if before is None else before.text.tables,
            unchecked=saved_state.unchecked(found),
        )
        saved_state.write(path, replay, kept, before)
    if before is not None:
        before.close()
    return replay, found


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Read the tables that a file names."""
    kept = Audited(path)
    kept.close()
    connection = sqlite3.connect(kept.tables)
    found = {name: sorted(connection.execute(f"SELECT * FROM {name}")) for name in TABLES}
    connection.close()
    return found


@pytest.fixture
def story(world: cast.World, tmp_path: Path) -> Raws:
    """A log with late acts, a fork and its settlement, takes before offers, doubled counters."""
    phone = Phone(world)
    one, two, three, *_ = phone.held
    late = phone.spell(phone.handover(two))
    given = phone.spell(phone.handover(one))
    counter = phone.last
    report_at = world.at(210)
    receive(report_at, given)
    at_counter.hold(world.at(211), cast.CLERK, cast.COURIER_2, "absent")
    at_counter.lift(world.at(212), cast.COURIER_2, "cleared", cast.OFFICERS)
    phone.last = counter and (counter[0] - 1, counter[1])
    receive(world.at(213), phone.spell(phone.handover(one, to=cast.DRIVER)))
    receive(world.at(214), late)
    made = at_counter.offer(
        world.at(215), cast.COURIER, cast.COURIER_2, [str(three.n)], confirm=cast.yes
    )
    at_counter.take(
        world.at(216), cast.COURIER_2, None, str(made.seq), [str(three.n)], confirm=cast.agree
    )
    with world.session.database.read() as connection:
        return Raws(list(log.entries(connection)), dict(catalogues(connection)))


def test_wherever_the_last_audit_ended_the_next_one_finds_the_same(story: Raws, tmp_path: Path):
    raws, known = story.raws, story.known
    _, whole = audit_raws(story, tmp_path / "whole", since=False)
    wanted = tables(tmp_path / "whole")
    assert whole.findings == []
    for size in range(1, len(raws) + 1):
        path = tmp_path / f"{size}"
        audit_raws(Raws(raws[:size], known), path, since=False)
        _, found = audit_raws(Raws(raws, known), path, since=True)
        assert (found.findings, {*found.not_checked}) == ([], {*whole.not_checked}), size
        assert (found.entries, found.since) == (len(raws) - size, size)
        assert tables(path) == wanted, size


def test_day_after_day_gives_the_same_as_all_at_once(story: Raws, tmp_path: Path):
    raws, known = story.raws, story.known
    path = tmp_path / "kept"
    for size in range(1, len(raws) + 1):
        audit_raws(Raws(raws[:size], known), path, since=size > 1)
    audit_raws(story, tmp_path / "whole", since=False)
    assert tables(path) == tables(tmp_path / "whole")
    assert len(list(tmp_path.glob("kept*"))) == 2  # no tables of before are left


def test_older_entries_are_read_again_only_where_new_ones_need_them(grown: Grown, tmp_path: Path):
    world, path = grown.world, tmp_path / "kept"
    incoming.audit(world.session, since=path)
    at_counter.hold(world.session, cast.CLERK, cast.DRIVER, "absent")
    with world.session.database.read() as connection:
        raws = Raws(list(log.entries(connection)), dict(catalogues(connection)))
    _, found = audit_raws(raws, path, since=True)
    assert found.findings == []
    kept = Audited(path)
    kept.close()
    assert {*raws.read} - {*kept.control} <= {0, 259}
    assert len(raws.read) < 30


def test_a_new_epoch_is_gone_on_with(grown: Grown, path: Path, tmp_path: Path):
    session = grown.world.session
    grown.world.back_up(tmp_path / "backup")
    at_counter.hold(session, cast.CLERK, cast.DRIVER, "absent")
    grown.world.restore(tmp_path / "backup")
    at_counter.begin_epoch(session, "restored", cast.OFFICERS)
    for size in (300, 700):
        report(grown.world, size)
        outgoing.bundle(session, tmp_path / f"bundle{size}")
        found = incoming.audit(session, grown.genesis, since=path)
        assert (found.findings, found.size) == ([], size - 260)
        whole = tmp_path / f"whole{size}"
        assert incoming.audit(session, grown.genesis, since=whole).findings == []
        assert tables(path) == tables(whole)
    assert found.covered == 40
    again = incoming.audit_folder(tmp_path / "bundle700", grown.genesis, since=path)
    assert (again.findings, again.since, again.entries) == ([], 700, 0)


# The auditor's own file and its tables


def edit(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def edit_row(path: Path) -> None:
    connection = sqlite3.connect(the_tables(path))
    with connection:
        connection.execute("DELETE FROM seen WHERE seq = 100")
    connection.close()


def the_tables(path: Path) -> Path:
    [found] = path.parent.glob("kept.*.db")
    return found


BROKEN: dict[str, Callable[[Path], object]] = {
    "nothing": lambda path: path.write_bytes(b""),
    "anything": lambda path: path.write_bytes(bytes(range(256))),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"x\n"),
    "a size": lambda path: edit(path, b"\n260\n", b"\n259\n"),
    "a larger size": lambda path: edit(path, b"\n260\n", b"\n2600\n"),
    "an origin": lambda path: edit(path, b"/68/e1", b"/69/e1"),
    "a root": lambda path: edit(path, path.read_bytes().split(b"\n")[2], b"A" * 43 + b"="),
    "a hash": lambda path: edit(path, b"tables ", b"tables 00"),
    "a word": lambda path: edit(path, b"kt1-audited/2", b"kt1-audited/1"),
    "no tables": lambda path: the_tables(path).unlink(),
    "cut tables": lambda path: the_tables(path).write_bytes(the_tables(path).read_bytes()[:-1]),
    "a row": edit_row,
}


@pytest.mark.parametrize(
    "what", nightly.each(sorted(BROKEN), "cut", "a larger size", "a root", "no tables", "a row")
)
def test_a_file_that_was_cut_or_changed_is_not_used(grown: Grown, path: Path, what: str):
    incoming.audit(grown.world.session, since=path)
    BROKEN[what](path)
    with pytest.raises(MalformedInputError, match="audited-broken"):
        incoming.audit(grown.world.session, since=path)


def test_every_byte_of_it_counts(grown: Grown, path: Path):
    for file in (path, the_tables(path)):
        content = file.read_bytes()
        for at in range(0, len(content), max(1, len(content) // 60)):
            file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            with pytest.raises(KtError, match="audited-broken"):
                Audited(path)
        file.write_bytes(content)
    Audited(path).close()


def test_a_crash_while_it_is_written_leaves_what_was_there(
    grown: Grown, path: Path, monkeypatch: pytest.MonkeyPatch
):
    go_on(grown, 300)
    kept = path.read_bytes()
    replace = Path.replace
    for step in range(2):
        left = step

        def fail(self: Path, target: Path) -> Path:
            nonlocal left
            if left == 0 and self.parent == path.parent:
                raise OSError(28, "full")
            left -= 1
            return replace(self, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", fail)
            told = incoming.audit(grown.world.session, grown.genesis, since=path)
            assert told.trust is not None
            assert told.trust.fault is not None
        assert path.read_bytes() == kept
        Audited(path).close()
    assert incoming.audit(grown.world.session, grown.genesis, since=path).verdict == "match"
