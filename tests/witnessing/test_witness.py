"""A witness's folder: made once, never made anew; whom it trusts."""

from pathlib import Path

import pytest

from kt1custody.core.formats import note
from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from kt1custody.witnessing import witness as witnesses
from kt1custody.witnessing.answers import answer
from kt1custody.witnessing.witness import OpenWitness
from tests.kit import stranger_log
from tests.kit.stranger_log import StrangerLog
from tests.kit.witnesses import NAME, make, reopen


def test_a_witness_is_made_once(tmp_path: Path):
    made = witnesses.begin(tmp_path / "w", NAME)
    assert (tmp_path / "w" / "witness.key").stat().st_mode & 0o777 == 0o600
    assert str(made) == str(reopen(tmp_path / "w").verifier_key)
    assert note.read_key(str(made)).kind == note.COSIGNATURE
    key_file = (tmp_path / "w" / "witness.key").read_bytes()
    with pytest.raises(RefusedError, match="witness-exists"):
        witnesses.begin(tmp_path / "w", NAME)
    assert (tmp_path / "w" / "witness.key").read_bytes() == key_file


@pytest.mark.parametrize(
    "name", ["", "Congan", "a b", "a+b", "none", "kt1-quorum", "x" * 61, "a//b"]
)
def test_names_that_cannot_be(tmp_path: Path, name: str):
    with pytest.raises(RefusedError, match="witness-name"):
        witnesses.begin(tmp_path / "w", name)
    assert not (tmp_path / "w").exists()


def test_only_keys_of_logs_are_trusted(tmp_path: Path, log: StrangerLog):
    folder = make(tmp_path / "w")
    with pytest.raises(RefusedError, match="key-kind"):
        witnesses.trust(folder, stranger_log.verifier_key("w.example", 4, log.key))
    small = "x+00000000+" + stranger_log.encode(b"\x01" + bytes(32))
    for wrong in ("", "x", log.vkey[:-1], log.vkey + "=", log.vkey.replace("+", " "), small):
        with pytest.raises(MalformedInputError, match="key-malformed"):
            witnesses.trust(folder, wrong)
    anybodys = note.VerifierKey("x", note.SIGNATURE, bytes([1]) + bytes(31))  # of small order
    with pytest.raises(MalformedInputError, match="key-malformed"):
        witnesses.trust(folder, str(anybodys))
    assert witnesses.trusted(folder) == []
    assert witnesses.trust(folder, f" {log.vkey}\n") == witnesses.trust(folder, log.vkey)
    assert (folder / "logs.txt").read_text("utf-8") == f"{log.vkey}\n"
    with pytest.raises(UnavailableError, match="witness-missing"):
        witnesses.trust(tmp_path / "nowhere", log.vkey)


def test_a_broken_list_of_logs_stops_it(witness: OpenWitness, log: StrangerLog):
    path = witness.folder / "logs.txt"
    path.write_text(f"\n{log.vkey}\n{log.vkey[:-2]}\n", "utf-8")
    with pytest.raises(UnavailableError, match="line=3"):
        answer(witness, log.request(0, 5))
    path.write_bytes(b"\xff\n")
    with pytest.raises(UnavailableError, match="file-unreadable"):
        answer(witness, log.request(0, 5))
    path.unlink()
    assert answer(witness, log.request(0, 5)).status == 404


@pytest.mark.parametrize(
    ("name", "code"),
    [("witness.key", "witness-missing"), ("witness.db", "witness-forgot")],
)
def test_what_is_gone_is_never_made_anew(tmp_path: Path, log: StrangerLog, name: str, code: str):
    folder = make(tmp_path / "w", log)
    (folder / name).unlink()
    with pytest.raises(UnavailableError, match=code):
        reopen(folder)
    assert not (folder / name).exists()
