"""Files of the keys folder."""

import secrets
from pathlib import Path

import pytest

from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.signing import key_files, person_keys, service_keys, witness_keys
from kt1custody.signing.person_keys import TRAINING


@pytest.mark.parametrize("name", ["../NV011", "NV011/..", "", "seal", "witness"])
def test_a_name_is_never_a_path(tmp_path: Path, name: str):
    with pytest.raises(ValueError, match="not a name"):
        key_files.path(tmp_path, name)


def test_a_file_that_holds_a_private_key_is_known_by_its_head(tmp_path: Path):
    person_keys.create(tmp_path, "NV011", "471147", TRAINING)
    service_keys.create(tmp_path, "log")
    witness_keys.create(tmp_path, "congan.example.vn/kt1")
    for path in tmp_path.glob("*.key"):
        assert key_files.is_key(path.read_bytes()[: key_files.HEAD])
    assert not key_files.is_key((tmp_path / "NV011.tries").read_bytes())
    assert not key_files.is_key(b"")


def test_what_is_new_replaces_nothing_and_what_is_put_does(tmp_path: Path):
    file, content = tmp_path / "keys" / "log.key", secrets.token_bytes(40)
    key_files.write_new(file, "log", content)
    with pytest.raises(RefusedError, match="key-file-exists"):
        key_files.write_new(file, "log", b"other")
    assert file.read_bytes() == content
    assert file.stat().st_mode & 0o077 == 0
    key_files.put(file, b"other")
    assert [*file.parent.iterdir()] == [file]
    assert file.read_bytes() == b"other"


@pytest.mark.parametrize("kept", [None, b"01234567"])
def test_a_renewed_file_takes_the_place_of_the_old_one(tmp_path: Path, kept: bytes | None):
    old, new = (
        service_keys.create(tmp_path, "log"),
        service_keys.create(tmp_path, "log", renewed=True),
    )
    assert key_files.is_renewed(tmp_path, "log")
    key_files.put_renewed(tmp_path, "log", kept=kept)
    assert not key_files.is_renewed(tmp_path, "log")
    assert service_keys.read(tmp_path, "log").pub == new.pub
    assert (kept is not None) == key_files.path(tmp_path, "log", retired=b"01234567").exists()
    assert old.pub != new.pub


def test_a_folder_that_is_none_is_named(tmp_path: Path):
    (tmp_path / "keys").write_bytes(b"")
    with pytest.raises(UnavailableError, match="keys-folder"):
        key_files.put(tmp_path / "keys" / "log.key", b"")
    with pytest.raises(UnavailableError, match="keys-folder"):
        key_files.read(tmp_path / "keys" / "log.key", "log")
