"""Keys of the service at rest."""

from pathlib import Path

import pytest

from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.signing import key_files, service_keys


def test_service_keys_are_made_once_and_read_again(tmp_path: Path):
    made = service_keys.create(tmp_path, "log")
    assert service_keys.read(tmp_path, "log").pub == made.pub
    with pytest.raises(RefusedError, match="key-file-exists"):
        service_keys.create(tmp_path, "log")
    (tmp_path / "server.key").write_bytes((tmp_path / "log.key").read_bytes())
    with pytest.raises(UnavailableError, match="key-file-broken"):
        service_keys.read(tmp_path, "server")


def test_a_key_is_found_in_whichever_file_a_rotation_has_left_it(tmp_path: Path):
    old, new = (
        service_keys.create(tmp_path, "log"),
        service_keys.create(tmp_path, "log", renewed=True),
    )
    assert service_keys.find(tmp_path, "log", new.kid).pub == new.pub
    for _ in range(2):
        service_keys.keep(tmp_path, "log", old.kid)
    key_files.put_renewed(tmp_path, "log")
    for key in (old, new):
        assert service_keys.find(tmp_path, "log", key.kid).pub == key.pub
    service_keys.keep(tmp_path, "log", old.kid)  # of which the file in use is not
    assert service_keys.find(tmp_path, "log", old.kid).pub == old.pub
    with pytest.raises(UnavailableError, match="key-file-broken"):
        service_keys.find(tmp_path, "log", bytes(8))
    with pytest.raises(UnavailableError, match="key-file-missing"):
        service_keys.find(tmp_path, "server", bytes(8))


def test_a_rotation_without_a_file_is_marked_until_it_is_done(tmp_path: Path):
    assert service_keys.read_mark(tmp_path, "seal") is None
    for kid in (b"01234567", b"76543210"):
        service_keys.mark_begun(tmp_path, "seal", kid)
        assert service_keys.read_mark(tmp_path, "seal") == kid
    (tmp_path / "seal.new.kid").write_bytes(b"\xff")
    assert service_keys.read_mark(tmp_path, "seal") is None
    for _ in range(2):
        service_keys.drop_mark(tmp_path, "seal")
    assert not [*tmp_path.iterdir()]
