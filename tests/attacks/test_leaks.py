"""A thief of the disk, a backup or a bundle finds no sender, recipient, reference or name."""

import tempfile
from pathlib import Path

import pytest

from kt1custody.cli import outgoing
from kt1custody.core.formats import places
from kt1custody.services.custody import look
from tests.kit import at_counter, cast
from tests.kit.leaks import ROWS, agency_texts, files, found_in, secrets


def test_the_texts_are_really_confidential_ones():
    manifest = cast.MANIFEST.read_bytes()
    assert len(secrets()) > 15
    assert len(found_in(manifest, secrets())) > 8


def test_no_confidential_text_is_on_the_disk(lived: cast.World, tmp_path: Path):
    outgoing.bundle(lived.at(200), tmp_path / "out" / "bundle")
    outgoing.public(lived.session, tmp_path / "out" / "public", holders=[cast.COURIER])
    with lived.session.database.read():  # the write-ahead log is there too
        spots = list(files(lived.session.data, lived.session.keys, tmp_path / "out"))
    assert any(path.name == "kt1.db" for path, _ in spots)
    for path, content in spots:
        assert found_in(content, secrets()) == set(), path.name


def test_no_agency_text_is_outside_the_catalogue(lived: cast.World, tmp_path: Path):
    known = look.places(lived.session)
    assert known is not None
    catalogue = places.write_agencies(known.agencies.values())
    outgoing.bundle(lived.at(200), tmp_path / "out" / "bundle")
    lived.session.close()
    texts = agency_texts()
    seen = {path.name for path, content in files(lived.session.data) if found_in(content, texts)}
    assert seen == {"kt1.db"}
    for path, content in files(tmp_path / "out"):
        assert found_in(content, texts) == set(), path.name
    # The database holds each text as often as the catalogue does: pages in a row, nothing beside.
    whole = (lived.session.data / "kt1.db").read_bytes()
    for text in sorted(texts)[:40]:
        assert whole.count(text.encode()) <= catalogue.count(text.encode()), text


def test_no_temporary_file_holds_a_confidential_text(
    founded: cast.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    manifest = cast.write_manifest(tmp_path / "sang.csv", ROWS)
    at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, manifest)
    assert list(temporary.iterdir()) == []
    for path, content in files(founded.session.data):
        assert found_in(content, secrets()) == set(), path.name
