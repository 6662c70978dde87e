"""What was signed last, held against the log: whoever edits it, or the log, is named.

Each attack has a twin in which the same is done honestly.
"""

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kt1custody.audit.findings import Report
from kt1custody.services.evidence.verify import verify
from kt1custody.store.notes import KeptNote
from tests.kit import at_counter, cast
from tests.kit.grown import Grown


def audit(grown: Grown) -> Report:
    return verify(grown.world.session, grown.genesis)


def edit_last(grown: Grown, change: Callable[[KeptNote], KeptNote]) -> None:
    notes = grown.world.session.last_signed
    [kept] = notes.every()
    assert notes.put(change(kept), kept)


def test_an_edited_last_checkpoint_is_named(grown: Grown):
    edit_last(grown, lambda kept: kept)
    assert audit(grown).findings == []
    edit_last(grown, lambda kept: replace(kept, peaks=bytes(len(kept.peaks))))
    assert audit(grown).kinds == {"checkpoint"}
    edit_last(grown, lambda kept: replace(kept, peaks=b"", size=kept.size - 1))
    assert audit(grown).kinds == {"checkpoint"}


def test_a_rolled_back_database_is_missing_what_was_signed_last(grown: Grown, tmp_path: Path):
    session = grown.world.session
    grown.world.back_up(tmp_path / "backup")
    at_counter.hold(session, cast.CLERK, cast.DRIVER, "absent")
    grown.cosign()
    assert audit(grown).verdict == "match"
    grown.world.restore(tmp_path / "backup")
    report = audit(grown)
    assert (report.verdict, report.kinds) == ("missing", {"entries-missing"})
    [found] = report.findings
    assert (found.seq, found.got) == (260, "260")


def test_without_the_keys_folder_what_was_signed_last_lies_outside(grown: Grown):
    grown.world.session.close()
    shutil.rmtree(grown.world.session.keys)
    report = audit(grown)
    assert (report.verdict, "last-signed" in report.outside) == ("match", True)


def test_the_database_is_opened_for_reading_alone(grown: Grown):
    grown.world.session.close()
    path = grown.world.session.data / "kt1.db"
    audit(grown)
    grown.world.session.close()
    before = sqlite3.connect(path).execute("PRAGMA data_version").fetchall()
    audit(grown)
    assert sqlite3.connect(path).execute("PRAGMA data_version").fetchall() == before
