"""Tokens of programs: shown once, kept as a hash."""

from pathlib import Path

import pytest

from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from kt1custody.signing import tokens

NOW = 1_795_000_000


def test_a_token_is_found_until_its_end(tmp_path: Path):
    token = tokens.make(tmp_path, "board", ["events"], NOW)
    found = tokens.find(tmp_path, token, NOW)
    assert found is not None
    assert (found.name, found.scopes) == ("board", ("events",))
    assert tokens.find(tmp_path, token, NOW + 1) is None
    assert tokens.every(tmp_path) == [found]
    [path] = (tmp_path / "tokens").iterdir()
    assert token.encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    tokens.drop(tmp_path, "board")
    tokens.drop(tmp_path, "board")
    assert tokens.find(tmp_path, token, NOW) is None


def test_a_name_stands_for_one_and_is_no_path(tmp_path: Path):
    tokens.make(tmp_path, "board", [], NOW)
    with pytest.raises(RefusedError, match="token-known"):
        tokens.make(tmp_path, "board", [], NOW)
    for name in ("", "../x", "A", "a/b", "x" * 41, "-a"):
        with pytest.raises(MalformedInputError, match="token-name"):
            tokens.make(tmp_path, name, [], NOW)
        with pytest.raises(MalformedInputError, match="token-name"):
            tokens.drop(tmp_path, name)


def test_a_spoilt_file_is_told(tmp_path: Path):
    token = tokens.make(tmp_path, "board", [], NOW)
    (tmp_path / "tokens" / "board").write_bytes(b"\x80")
    with pytest.raises(UnavailableError, match="key-file-broken"):
        tokens.find(tmp_path, token, NOW)
