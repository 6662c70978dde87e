"""The audit of a folder that somebody handed over."""

from pathlib import Path

from kt1custody.cli import incoming
from kt1custody.store import checkpoints
from tests.kit.grown import Grown
from tests.kit.make_bundle import fix_sums
from tests.kit.spoilt_bundle import home


def test_an_honest_bundle_matches(bundle: Path, grown: Grown):
    report = incoming.audit_folder(bundle, grown.genesis)
    assert (report.verdict, report.findings, report.not_checked) == ("match", [], [])
    assert (report.size, report.covered, report.form) == (260, 260, "bundle")
    assert report.outside == ["records", "stamp-signature"]


def test_an_older_checkpoint_than_the_entries_is_named(bundle: Path, grown: Grown):
    with grown.world.session.database.read() as connection:
        [*_, (_, older)] = checkpoints.backwards(connection)
    (home(bundle) / "checkpoint").write_bytes(older)
    fix_sums(bundle)
    assert "checkpoint" in incoming.audit_folder(bundle, grown.genesis).kinds
