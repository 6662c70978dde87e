"""The auditor's own file: an honest daily audit asks for nothing, and nothing lowers what it trusts."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kt1custody.audit import trust_file
from kt1custody.audit.evidence import OutsideEvidence
from kt1custody.audit.findings import Report
from kt1custody.audit.folder_audit import audit_folder
from kt1custody.cli import incoming, outgoing
from kt1custody.cli.given_folders import GivenFolder
from kt1custody.core.formats.bundle import SUMS
from kt1custody.core.log import anchor
from kt1custody.errors import KtError, MalformedInputError
from kt1custody.printing import qr
from kt1custody.services.evidence import auditor
from kt1custody.services.evidence.verify import verify
from kt1custody.services.keys.genesis_entry import Founding
from kt1custody.services.session.checkpoint import give_out
from tests.kit import at_counter, cast
from tests.kit.at_counter import found
from tests.kit.grown import Grown, report


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """Where the auditor keeps the file; it is not there yet."""
    folder = tmp_path / "stick"
    folder.mkdir(mode=0o700)
    return folder / "trust"


@pytest.fixture
def path(grown: Grown, stick: Path) -> Path:
    """The file after a first audit of a log of 260 entries, with the genesis hash typed."""
    assert incoming.audit(grown.world.session, grown.genesis, trust=stick).verdict == "match"
    return stick


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(KtError) as caught:
        act()
    return caught.value.code


def code_of(world: cast.World) -> str:
    """Close the shift: the code on the closing sheet."""
    return anchor.code(give_out(world.session).checkpoint)


def test_the_first_time_somebody_reads_the_genesis_hash_from_paper(grown: Grown, stick: Path):
    session = grown.world.session
    assert refusal(lambda: incoming.audit(session, trust=stick)) == "trust-genesis"
    assert incoming.audit(session, bytes(32), trust=stick).verdict == "wrong"
    assert not stick.exists()
    told = incoming.audit(session, grown.genesis, trust=stick)
    assert told.verdict == "match"
    assert told.trust is not None
    assert told.trust.before is None
    assert told.trust.after == trust_file.read(stick)
    assert trust_file.read(stick).genesis == grown.genesis
    assert stick.stat().st_mode & 0o777 == 0o600


def test_a_code_that_was_mistyped_begins_no_file(grown: Grown, stick: Path):
    code = code_of(grown.world)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    told = incoming.audit(
        grown.world.session, given=incoming.gather(grown.genesis, [wrong], [], []), trust=stick
    )
    assert told.verdict == "not-enough"
    assert not stick.exists()
    incoming.audit(
        grown.world.session, given=incoming.gather(grown.genesis, [code], [], []), trust=stick
    )
    assert stick.exists()


def test_with_witnesses_the_daily_audit_matches_with_nothing_typed(grown: Grown, path: Path):
    for size in (300, 340):
        report(grown.world, size)
        assert incoming.audit(grown.world.session, trust=path).not_checked == ["tail-not-anchored"]
        grown.cosign()
        told = incoming.audit(grown.world.session, trust=path)
        assert (told.verdict, told.covered, told.entries) == ("match", size, size)
        assert told.covered_by == ("quorum", "-")
    kept = trust_file.read(path)
    assert (kept.checkpoint.size, kept.genesis) == (340, grown.genesis)
    assert kept.anchor is not None
    assert (kept.anchor.kind, kept.anchor.size) == ("quorum", 340)


def test_without_witnesses_each_day_asks_for_the_sheet_of_that_day_and_no_more(
    world: cast.World, stick: Path, tmp_path: Path
):
    session = world.session
    with session.database.read() as connection:
        genesis = bytes(
            connection.exec_driver_sql("SELECT leaf FROM entries WHERE seq = 0").scalar_one()
        )
    sheet = incoming.gather(genesis, [code_of(world)], [], [])
    assert incoming.audit(session, given=sheet, trust=stick).verdict == "match"
    again = incoming.audit(session, trust=stick)
    assert again.verdict == "match"  # the file keeps what was typed
    first = trust_file.read(stick)
    assert first.anchor is not None
    assert (first.anchor.kind, first.anchor.size) == ("code", first.checkpoint.size)
    at_counter.hold(session, cast.CLERK, cast.DRIVER, "absent")
    told = incoming.audit(session, trust=stick)
    assert (told.verdict, told.not_checked) == ("not-enough", ["tail-not-anchored"])
    assert told.covered == first.checkpoint.size
    assert trust_file.read(stick).anchor == first.anchor  # no paper says more
    picture = tmp_path / "sheet.png"  # the evening's sheet, photographed: nothing is typed
    picture.write_bytes(qr.text_png(give_out(session).note.decode()))
    told = incoming.audit(session, given=incoming.gather(None, [], [picture], []), trust=stick)
    assert (told.verdict, told.covered_by) == ("match", ("file", "sheet.png"))
    newest = trust_file.read(stick).anchor
    assert newest is not None
    assert newest.size == first.checkpoint.size + 1


@pytest.mark.parametrize(
    "typed",
    [
        lambda note: note.replace("\n", "\r\n"),
        lambda note: "\ufeff" + note.replace("\n\n", "\n") + "\n\n",
        lambda note: note.replace("\u2014 ", "? "),
        lambda note: note.replace("\u2014 ", ""),
        lambda note: note.replace("\n", "\n\n").replace(" ", "\t"),
    ],
)
def test_what_a_scanner_typed_of_a_closing_sheet_is_its_checkpoint(
    world: cast.World, tmp_path: Path, typed: Callable[[str], str]
):
    note, file = give_out(world.session).note.decode(), tmp_path / "typed.txt"
    file.write_text(typed(note), "utf-8", newline="")
    found = incoming.gather(None, [], [file], [])
    assert found.unread == []
    assert [one.signed.spelled().decode() for one in found.claims if one.signed] == [note]
    file.write_text(typed(note.replace("\n", "x\n", 1)), "utf-8", newline="")  # another origin
    told = verify(world.session, given=incoming.gather(None, [], [file], []))
    assert any(one.startswith("evidence-un") for one in told.not_checked)


def test_a_picture_of_something_else_is_no_evidence(world: cast.World, tmp_path: Path):
    picture = tmp_path / "hash.png"
    picture.write_bytes(qr.text_png("00" * 32))
    told = verify(world.session, given=incoming.gather(None, [], [picture], []))
    assert f"evidence-unreadable: {picture}" in told.not_checked


def test_history_that_was_rewritten_since_is_found_and_the_file_stays(
    grown: Grown, path: Path, tmp_path: Path
):
    world = grown.world
    world.session.database.close()
    for name in ("data", "keys"):
        shutil.copytree(world.folder / name, tmp_path / "backup" / name)
    report(world, 280)
    incoming.audit(world.session, trust=path)
    kept = path.read_bytes()
    unlocked = world.session.unlocked()
    world.session.close()
    for name in ("data", "keys"):
        shutil.rmtree(world.folder / name)
        shutil.copytree(tmp_path / "backup" / name, world.folder / name)
    world.session.admit_all(unlocked)
    told = incoming.audit(world.session, trust=path)
    assert (told.verdict, told.kinds) == ("missing", {"entries-missing"})
    at_counter.hold(
        world.session, cast.CLERK, cast.DRIVER, "absent"
    )  # told anew by who has all keys
    report(world, 300)
    told = incoming.audit(world.session, grown.genesis, trust=path)
    assert (told.verdict, told.kinds) == ("wrong", {"evidence"})
    assert told.trust is not None
    assert told.trust.after is None
    assert path.read_bytes() == kept
    assert verify(world.session, grown.genesis).findings == []  # in itself it holds


def test_what_contradicts_the_file_is_refused_in_words(grown: Grown, path: Path, tmp_path: Path):
    session, kept = grown.world.session, path.read_bytes()
    assert refusal(lambda: incoming.audit(session, bytes(32), trust=path)) == "trust-other-genesis"
    assert refusal(lambda: incoming.audit(session, trust=path, since=path)) == "trust-and-since"
    for folder in (session.data, session.keys):
        inside = folder / "trust"
        told = refusal(lambda: incoming.audit(session, grown.genesis, trust=inside))  # noqa: B023
        assert told == "trust-inside"
        assert not inside.exists()
    other = cast.World(tmp_path / "other")
    founding = Founding(
        log="kt1.other.vn/69",
        name="KT1",
        office=cast.OFFICE,
        number=69,
        training=True,
        officers=(*cast.OFFICERS, cast.RESERVE),
    )
    found(other.session, founding)
    assert refusal(lambda: incoming.audit(other.session, trust=path)) == "trust-other-log"
    other.session.close()
    assert path.read_bytes() == kept


def resummed(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """A change by who makes the sum fit."""

    def changed(old: bytes) -> bytes:
        body = change(old[: old.index(b"sum ")])
        return body + f"sum {hashlib.sha256(body).hexdigest()}\n".encode()

    return changed


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda old: b"",
    "anything": lambda old: bytes(range(256)),
    "very long": lambda old: old * 5_000,
    "cut": lambda old: old[:-1],
    "longer": lambda old: old + b"x\n",
    "an older version": resummed(lambda old: old.replace(b"kt1-audited/2", b"kt1-audited/1")),
    "two hashes": resummed(lambda old: old.replace(b"genesis ", b"genesis " + b"0" * 64 + b"\ngenesis ")),
    "no time": resummed(lambda old: old.replace(b"since ", b"begun ")),
    "a time beyond all calendars": resummed(lambda old: old.replace(b"audited 1", b"audited 9999999999991")),
    "two anchors": resummed(lambda old: old + b"anchor kt1.lamdong.vn/68/e1 1 1 code x\n"),
    "lines of a machine that ends them otherwise": resummed(lambda old: old.replace(b"\n", b"\r\n")),
}  # fmt: skip


@pytest.mark.parametrize("how", sorted(BROKEN))
def test_rubbish_in_the_file_is_a_plain_error(path: Path, how: str):
    path.write_bytes(BROKEN[how](path.read_bytes()))
    with pytest.raises(MalformedInputError, match="audited-broken"):
        trust_file.read(path)


def test_every_byte_of_it_counts(path: Path):
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(MalformedInputError, match="audited-broken"):
            trust_file.read(path)


def test_a_crash_while_it_is_written_leaves_what_was_there(
    grown: Grown, path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept = path.read_bytes()
    report(grown.world, 270)

    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "full")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        told = incoming.audit(grown.world.session, trust=path)
    assert told.not_checked == ["tail-not-anchored"]  # the audit itself stands
    assert told.trust is not None
    assert (told.trust.after, told.trust.fault and told.trust.fault.code) == (
        None, "file-unwritable",
    )  # fmt: skip
    assert path.read_bytes() == kept
    assert [one.name for one in path.parent.iterdir()] == ["trust"]


@pytest.mark.parametrize("who", ["file", "folder", "nobody"])
def test_others_who_may_write_it_are_told_of(grown: Grown, path: Path, who: str):
    if who == "file":
        path.chmod(0o622)
    if who == "folder":
        path.parent.chmod(0o777)
    told = incoming.audit(grown.world.session, trust=path)
    assert told.trust is not None
    # Renewed, the file is its owner's again; what was read may have been anybody's.
    assert told.trust.is_exposed == (who != "nobody")


def test_an_older_bundle_never_lowers_what_is_trusted(grown: Grown, path: Path, tmp_path: Path):
    world, bundle = grown.world, tmp_path / "bundle"
    outgoing.bundle(world.session, bundle)
    with auditor.opened(path, None, []) as first:
        report(world, 300)
        incoming.audit(world.session, trust=path)  # somebody else is quicker
        told, given = Report(), first.given(OutsideEvidence())
        replay = audit_folder(GivenFolder(path=bundle), told, given)
        first.keep(replay, told, 0)
    assert (told.kinds, told.trust and told.trust.after) == (set(), None)
    assert trust_file.read(path).checkpoint.size == 300
    told = incoming.audit_folder(bundle, trust=path)
    assert (told.verdict, told.kinds) == ("missing", {"entries-missing"})
    assert trust_file.read(path).checkpoint.size == 300
    inside = bundle / "trust"
    assert (
        refusal(lambda: incoming.audit_folder(bundle, grown.genesis, trust=inside))
        == "trust-inside"
    )
    assert (bundle / SUMS).exists()


def test_a_dossier_is_compared_and_renews_nothing(
    grown: Grown, path: Path, day: cast.Day, tmp_path: Path
):
    kept, item = path.read_bytes(), str(day.numbers[3])
    equal, larger = tmp_path / "equal", tmp_path / "larger"
    outgoing.dossier(grown.world.session, item, equal)
    told = incoming.audit_folder(equal, trust=path)
    assert told.verdict == "match"
    report(grown.world, 300)
    grown.cosign()
    outgoing.dossier(grown.world.session, item, larger)
    told = incoming.audit_folder(larger, trust=path)
    assert (told.verdict, told.covered_by[0]) == ("match", "quorum")
    assert "trust-not-compared: 260" in told.outside
    assert path.read_bytes() == kept
    assert incoming.audit(grown.world.session, trust=path).verdict == "match"
    assert incoming.audit_folder(equal, trust=path).verdict == "missing"  # an older one, or cut off
    missing = tmp_path / "stick" / "none"
    act = lambda: incoming.audit_folder(equal, grown.genesis, trust=missing)  # noqa: E731
    assert refusal(act) == "audited-dossier"


def test_one_file_serves_quick_audits_and_whole_ones(grown: Grown, path: Path):
    session = grown.world.session
    quick = incoming.audit(session, since=path)  # the first one reads all, and keeps tables
    assert (quick.verdict, quick.entries) == ("match", 260)
    report(grown.world, 300)
    grown.cosign()
    quick = incoming.audit(session, since=path)
    assert (quick.verdict, quick.entries, quick.since) == ("match", 40, 260)
    assert (
        incoming.audit(session, trust=path).verdict == "match"
    )  # reads all, and keeps the tables fit
    quick = incoming.audit(session, since=path)
    assert (quick.verdict, quick.entries, quick.since) == ("match", 0, 300)
    assert len(list(path.parent.iterdir())) == 2
