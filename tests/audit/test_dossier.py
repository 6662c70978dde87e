"""Dossiers: what is left out or put in is named, as far as a dossier can show it."""

import shutil
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import read_entry
from kt1custody.services.session import checkpoint
from kt1custody.signing import slips
from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.grown import Grown
from tests.kit.make_bundle import fix_sums


@pytest.fixture
def folder(grown: Grown, day: cast.Day, tmp_path: Path) -> Path:
    """The dossier of an item that was lent, with a revoked courier's signature in it."""
    session = grown.world.session
    at_counter.revoke(session, cast.COURIER_2, "left", None, cast.OFFICERS)
    grown.cosign()
    there = tmp_path / "dossier"
    outgoing.dossier(session, str(day.numbers[3]), there)
    return there


def entries(folder: Path) -> dict[int, str]:
    """Position and type of every entry."""
    return {
        int(path.stem): read_entry(path.read_bytes()).act.type
        for path in sorted((folder / "entries").glob("*.entry"))
    }


def first(folder: Path, kind: str) -> int:
    return next(seq for seq, known in sorted(entries(folder).items()) if known == kind)


def drop(folder: Path, seq: int) -> None:
    for ending in ("entry", "tlog-proof"):
        (folder / "entries" / f"{seq}.{ending}").unlink()


def test_an_honest_dossier_matches_and_tells_of_a_revoked_key(folder: Path, grown: Grown):
    report = incoming.audit_folder(folder, grown.genesis)
    assert (report.verdict, report.findings, report.not_checked) == ("match", [], [])
    assert (report.form, report.size, report.covered) == ("dossier", 261, 261)
    assert report.item is not None
    assert {"judgements", "whole-item", "device-rows"} <= {*report.outside}
    assert {role for _, role, _ in report.notes} == {"receiver", "giver"}
    assert incoming.audit_folder(folder).verdict == "not-enough"


def test_a_revocation_that_is_left_out_is_missing(folder: Path, grown: Grown):
    """The last entry's `ctl`, or the last entry itself, names the newest control entry."""
    at_counter.hold(grown.world.session, cast.CLERK, cast.DRIVER, "absent")
    grown.cosign()
    again = folder.with_name("again")
    outgoing.dossier(grown.world.session, (folder / "item.txt").read_text().strip(), again)
    assert incoming.audit_folder(again, grown.genesis).verdict == "match"
    revoke = first(again, "revoke")
    drop(again, revoke)
    fix_sums(again)
    report = incoming.audit_folder(again, grown.genesis)
    assert (report.verdict, report.kinds) == ("missing", {"control-missing"})


def test_every_control_entry_that_is_left_out_is_missing(folder: Path, grown: Grown):
    for seq, kind in entries(folder).items():
        if kind not in ("enrol", "catalogue", "quorum", "revoke"):
            continue
        spoilt = folder.with_name(f"without-{seq}")
        shutil.copytree(folder, spoilt)
        drop(spoilt, seq)
        fix_sums(spoilt)
        report = incoming.audit_folder(spoilt, grown.genesis)
        assert report.verdict in ("missing", "wrong"), (seq, kind)
        assert report.kinds & {"control-missing", "entries-missing"}, (seq, kind, report.findings)


def test_without_the_genesis_nothing_is_believed(folder: Path, grown: Grown):
    drop(folder, 0)
    fix_sums(folder)
    report = incoming.audit_folder(folder, grown.genesis)
    assert (report.verdict, report.kinds) == ("missing", {"control-missing"})
    assert report.covered == 0


def test_without_the_last_entry_it_is_missing(folder: Path, grown: Grown):
    drop(folder, 260)
    fix_sums(folder)
    report = incoming.audit_folder(folder, grown.genesis)
    assert "entries-missing" in report.kinds
    assert report.verdict != "match"


def test_an_offer_that_was_taken_belongs_into_it(folder: Path, grown: Grown):
    drop(folder, first(folder, "offer"))
    fix_sums(folder)
    report = incoming.audit_folder(folder, grown.genesis)
    assert (report.verdict, report.kinds) == ("missing", {"entries-missing"})


def test_a_step_that_another_one_here_rests_on_belongs_into_it(folder: Path, grown: Grown):
    drop(folder, first(folder, "bind"))
    fix_sums(folder)
    report = incoming.audit_folder(folder, grown.genesis)
    assert (report.verdict, report.kinds) == ("missing", {"entries-missing"})


def test_an_act_about_the_item_that_nothing_here_names_is_beyond_a_dossier(
    folder: Path, grown: Grown
):
    drop(folder, first(folder, "withdraw"))
    fix_sums(folder)
    report = incoming.audit_folder(folder, grown.genesis)
    assert (report.verdict, "whole-item" in report.outside) == ("match", True)


def test_an_act_about_another_item_does_not_belong(folder: Path, grown: Grown):
    session = grown.world.session
    seq = next(seq for seq in range(20, 260) if seq not in entries(folder))
    signed = checkpoint.give_out(session)
    with session.database.read() as connection:
        book = LogBook(connection)
        (folder / "entries" / f"{seq}.entry").write_bytes(book.entry(seq).raw)
        proof = checkpoint.proof(connection, book.control, signed, seq)
        (folder / "entries" / f"{seq}.tlog-proof").write_bytes(proof)
    fix_sums(folder)
    report = incoming.audit_folder(folder, grown.genesis)
    assert [(one.kind, one.seq) for one in report.findings] == [("item", seq)]


@pytest.mark.parametrize(
    "told", [b"", b"682600000000\n", b"682600000022\n", b"68260000002\n", b"x"]
)
def test_another_number_in_front_is_named(folder: Path, grown: Grown, told: bytes):
    if told == (folder / "item.txt").read_bytes():
        pytest.skip("it is this item's number")
    (folder / "item.txt").write_bytes(told)
    fix_sums(folder)
    assert "item" in incoming.audit_folder(folder, grown.genesis).kinds


def test_proofs_must_be_there_and_hold(folder: Path, grown: Grown):
    seq = first(folder, "bind")
    proof = folder / "entries" / f"{seq}.tlog-proof"
    other = (folder / "entries" / "0.tlog-proof").read_bytes()
    whole = proof.read_bytes()
    for content, kind in (
        (other, "proof"),
        (whole.replace(f"index {seq}".encode(), b"index 1"), "proof"),
        (whole[:-1], "proof"),
        (b"", "proof"),
        (None, "proof-missing"),
    ):
        proof.unlink() if content is None else proof.write_bytes(content)
        fix_sums(folder)
        assert incoming.audit_folder(folder, grown.genesis).kinds == {kind}


def test_an_entry_in_another_place_is_named(folder: Path, grown: Grown):
    seq = first(folder, "bind")
    (folder / "entries" / f"{seq}.entry").rename(folder / "entries" / f"{seq + 200}.entry")
    fix_sums(folder)
    assert {"seq", "proof-missing", "bundle-file"} <= incoming.audit_folder(
        folder, grown.genesis
    ).kinds


def test_files_that_do_not_belong_are_named(folder: Path, grown: Grown):
    for name in ("entries/01.entry", "entries/x", "logs/kt1.lamdong.vn/68/e1/tile/0/000"):
        spoilt = folder.with_name(name.replace("/", "-"))
        shutil.copytree(folder, spoilt)
        (spoilt / name).parent.mkdir(parents=True, exist_ok=True)
        (spoilt / name).write_bytes(b"x")
        fix_sums(spoilt)
        assert "bundle-file" in incoming.audit_folder(spoilt, grown.genesis).kinds, name


def test_without_its_checkpoint_a_file_is_missing(folder: Path, grown: Grown):
    [noted] = folder.glob("logs/**/checkpoint")
    noted.unlink()
    fix_sums(folder)
    report = incoming.audit_folder(folder, grown.genesis)
    assert (report.verdict, report.kinds) == ("missing", {"file-missing"})


# Opened records


@pytest.fixture
def opened(grown: Grown, day: cast.Day, tmp_path: Path) -> Path:
    """A dossier with the slip that an officer has opened."""
    session, number = grown.world.session, str(day.numbers[3])
    told = at_counter.open_slip(session, cast.OFFICERS[0], [number], "court", confirm=cast.yes)
    there = tmp_path / "opened"
    outgoing.dossier(session, number, there, told.opened)
    return there


def test_an_opened_record_is_compared_with_its_commitment(opened: Path, grown: Grown):
    report = incoming.audit_folder(opened, grown.genesis)
    assert report.findings == []
    named = {(one.kind, entries(opened)[one.seq]) for one in report.opened}
    assert named == {("register", "register")}
    assert "records" in report.checked
    assert "records" not in report.outside
    [path, *_] = (opened / "disclose").iterdir()
    salt, record = _parts(path.read_bytes())
    for name, content in {
        path.name: cbor.encode([salt, {**record, "note": "x"}]),
        f"{slips.commit(bytes(32), record).hex()}.cbor": cbor.encode([bytes(32), record]),
        "x.cbor": b"x",
    }.items():
        spoilt = opened.with_name(f"spoilt-{name[:8]}")
        shutil.copytree(opened, spoilt)
        (spoilt / "disclose" / name).write_bytes(content)
        fix_sums(spoilt)
        assert incoming.audit_folder(spoilt, grown.genesis).kinds == {"record"}


def _parts(content: bytes) -> tuple[bytes, dict[str, cbor.Value]]:
    match cbor.decode(content):
        case [bytes(salt), dict(record)]:
            return salt, record
    raise AssertionError(content)


# Evidence, epochs


def test_evidence_of_other_sizes_cannot_be_compared(folder: Path, grown: Grown, tmp_path: Path):
    signed = checkpoint.give_out(grown.world.session)
    with grown.world.session.database.read() as connection:
        [_, (_, older), *_] = checkpoints.backwards(connection)
    (tmp_path / "same").write_bytes(signed.note)
    (tmp_path / "older").write_bytes(older)

    def report(name: str):
        return incoming.audit_folder(
            folder, given=incoming.gather(grown.genesis, [], [tmp_path / name], [])
        )

    assert report("same").verdict == "match"
    assert report("older").verdict == "not-enough"
    assert report("older").not_checked == ["evidence-not-compared: older"]
    at_counter.hold(grown.world.session, cast.CLERK, cast.DRIVER, "absent")
    (tmp_path / "newer").write_bytes(checkpoint.give_out(grown.world.session).note)
    assert (report("newer").verdict, report("newer").kinds) == ("missing", {"entries-missing"})


def test_a_dossier_of_two_epochs(grown: Grown, day: cast.Day, tmp_path: Path):
    session = grown.world.session
    grown.world.back_up(tmp_path / "backup")
    at_counter.hold(session, cast.CLERK, cast.DRIVER, "absent")
    grown.world.restore(tmp_path / "backup")
    at_counter.begin_epoch(session, "restored", cast.OFFICERS)
    at_counter.hold(session, cast.CLERK, cast.DRIVER, "absent")
    folder = tmp_path / "dossier"
    outgoing.dossier(session, str(day.numbers[3]), folder)
    report = incoming.audit_folder(folder, grown.genesis)
    assert (report.findings, report.size) == ([], 2)
    assert report.not_checked == ["tail-not-anchored"]
    older = folder / "logs/kt1.lamdong.vn/68/e1/checkpoint"
    older.unlink()
    fix_sums(folder)
    assert incoming.audit_folder(folder, grown.genesis).verdict == "missing"
