"""The key of a witness at rest."""

from pathlib import Path

import pytest

from kt1custody.core.formats import cbor
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.signing import witness_keys

NAME = "congan.example.vn/kt1"


def test_a_key_is_made_once_and_read_again_with_its_name(tmp_path: Path):
    with pytest.raises(UnavailableError, match="key-file-missing"):
        witness_keys.read(tmp_path)
    made = witness_keys.create(tmp_path, NAME)
    name, key = witness_keys.read(tmp_path)
    assert (name, key.pub) == (NAME, made.pub)
    with pytest.raises(RefusedError, match="key-file-exists"):
        witness_keys.create(tmp_path, NAME)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        cbor.encode(["kt1-witness-key/1", NAME, bytes(31)]),
        cbor.encode(["kt1-witness-key/2", NAME, bytes(32)]),
        cbor.encode(["kt1-witness-key/1", 5, bytes(32)]),
        cbor.encode(["kt1-witness-key/1", NAME, bytes(32)]) + b"\x00",
        cbor.encode(["kt1-service-key/1", NAME, bytes(32)]),
    ],
)
def test_a_broken_key_file(tmp_path: Path, content: bytes):
    witness_keys.create(tmp_path, NAME)
    (tmp_path / witness_keys.FILE).write_bytes(content)
    with pytest.raises(UnavailableError, match="key-file-broken"):
        witness_keys.read(tmp_path)
