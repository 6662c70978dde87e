"""Files and folders that people bring: read as given, and nothing is written where it may not be."""

from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from kt1custody.services.session import checkpoint
from kt1custody.signing.person_keys import PersonKey
from tests.kit import cast
from tests.kit.phone import Phone, size, write_acts


def test_receipts_are_never_written_over_a_file_nor_asked_for_in_vain(
    lived: cast.World, keys: dict[str, PersonKey]
):
    lived.at(190).admit_all(keys)
    phone, folder = Phone(lived), lived.folder
    file = write_acts(folder / "acts", phone.spell(phone.handover()))
    (folder / "old").write_text("kept")
    before = size(lived)
    with pytest.raises(RefusedError, match="file-exists"):
        incoming.acts(lived.at(200), file, folder / "old")
    with pytest.raises(UnavailableError, match="file-unwritable"):
        incoming.acts(lived.session, file, folder / "nowhere" / "receipts")
    with pytest.raises(UnavailableError, match="file-unreadable"):
        incoming.acts(lived.session, folder / "nothing", folder / "receipts")
    assert size(lived) == before  # nothing was taken
    done = incoming.acts(lived.session, file, folder / "receipts")
    assert (folder / "receipts").read_bytes() == done.receipts_file


def test_the_newest_note_is_kept_in_a_file_and_a_folder_is_none(
    founded: cast.World, tmp_path: Path
):
    outgoing.public(founded.session, tmp_path / "public")
    known = incoming.trusted(tmp_path / "public")
    incoming.keep_newest(tmp_path / "new" / "newest", known)  # makes the folder
    assert known.status.head.origin in (tmp_path / "new" / "newest").read_text("utf-8")
    with pytest.raises(UnavailableError, match="seen-broken"):
        incoming.keep_newest(tmp_path, known)


def test_evidence_that_cannot_be_read_is_named_and_roots_must_be_some(
    lived: cast.World, tmp_path: Path
):
    signed = checkpoint.sign(lived.session)
    (tmp_path / "held").write_bytes(signed.note)
    (tmp_path / "rubbish").write_bytes(b"nothing")
    paths = [tmp_path / name for name in ("held", "rubbish", "missing")]
    given = incoming.gather(None, [], paths)
    assert [claim.checkpoint for claim in given.claims] == [signed.checkpoint]
    assert list(given.unread) == [str(path) for path in paths[1:]]
    with pytest.raises(UnavailableError, match="file-unreadable"):
        incoming.gather(None, [], roots=[tmp_path / "missing"])
    with pytest.raises(MalformedInputError, match="stamp-roots"):
        incoming.gather(None, [], roots=[tmp_path / "rubbish"])


def test_a_backup_is_told_from_a_bundle_and_both_are_audited(lived: cast.World, tmp_path: Path):
    outgoing.backup(lived.at(200), tmp_path / "backup")
    outgoing.bundle(lived.session, tmp_path / "bundle")
    for name in ("backup", "bundle"):
        report = incoming.audit_folder(tmp_path / name)
        assert (report.findings, report.entries) == ([], size(lived))
    assert incoming.audit(lived.session).findings == []
    (tmp_path / "empty").mkdir()
    with pytest.raises(MalformedInputError, match="not-a-bundle"):
        incoming.audit_folder(tmp_path / "empty")


def test_a_source_of_records_that_is_not_there_stops_before_anything_is_taken(
    lived: cast.World, tmp_path: Path
):
    outgoing.bundle(lived.at(200), tmp_path / "bundle")
    with pytest.raises(UnavailableError, match="file-unreadable"):
        incoming.catch_up(lived.session, [tmp_path / "bundle"], record_files=[tmp_path / "nothing"])
    assert incoming.catch_up(lived.session, [tmp_path / "bundle"]).entries == 0
