"""The dossier as it is written: what a stranger can do with its own README."""

import base64
import re
import subprocess
from pathlib import Path

import pytest

from kt1custody import i18n
from kt1custody.cli import outgoing
from kt1custody.store.log import LogBook
from tests.kit import cast, programs


@pytest.fixture
def folder(lived: cast.World, day: cast.Day, tmp_path: Path) -> Path:
    outgoing.dossier(lived.session, str(day.numbers[0]), tmp_path / "dossier")
    return tmp_path / "dossier"


def lines_of(folder: Path) -> list[str]:
    """The five lines that the README asks to type."""
    openssl = programs.need("openssl", package="openssl", variable="KT1_TEST_OPENSSL")
    text = (folder / "README.txt").read_text("utf-8")
    by_hand = text[text.index("OpenSSL 3.") :]
    temporary = str(folder.parent / "kt1")
    lines = re.findall(r"^    (.+)$", by_hand, re.M)
    return [re.sub(r"\bopenssl\b", openssl, line).replace("/tmp/kt1", temporary) for line in lines]


def type_in(folder: Path) -> list[str]:
    """What a shell answers in the folder to each of the lines."""
    return [
        subprocess.run(
            ["sh", "-c", line], cwd=folder, capture_output=True, encoding="utf-8", check=False
        ).stdout.strip()
        for line in lines_of(folder)
    ]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_five_lines_of_openssl_show_genesis_log_key_and_signed_checkpoint(
    lived: cast.World, day: cast.Day, tmp_path: Path, language: str
):
    lived.session.language = i18n.language(language)
    folder = tmp_path / "dossier"
    outgoing.dossier(lived.session, str(day.numbers[0]), folder)
    before = sorted(folder.rglob("*"))
    genesis, key, *_, signature = type_in(folder)
    with lived.session.database.read() as connection:
        assert genesis.endswith(LogBook(connection).control.genesis.hex())
    assert (key, signature) == ("1", "Signature Verified Successfully")
    assert sorted(folder.rglob("*")) == before


def test_each_false_thing_is_shown_by_its_line(folder: Path):
    honest = type_in(folder)
    [key_line] = [line for line in lines_of(folder) if "keys/" in line and "grep" in line]
    key = folder / str(re.findall(r"keys/\w+[.]pem", key_line)[0])
    genesis = (folder / "entries" / "0.entry").read_bytes()
    other = next(
        one for one in sorted((folder / "keys").iterdir()) if is_later_key(one, key, genesis)
    )
    [checkpoint] = folder.glob("logs/**/checkpoint")
    for path, content, false in (
        (folder / "entries" / "0.entry", (folder / "entries" / "1.entry").read_bytes(), {0, 1}),
        (checkpoint, checkpoint.read_bytes().replace(b"\n", b"0\n", 2), {4}),
        (checkpoint, spoil_signature(checkpoint.read_bytes()), {4}),
        (key, other.read_bytes(), {1, 4}),
    ):
        kept = path.read_bytes()
        path.write_bytes(content)
        answers = type_in(folder)
        assert {place for place in range(5) if answers[place] != honest[place]} == false, path
        path.write_bytes(kept)


def is_later_key(path: Path, key: Path, genesis: bytes) -> bool:
    """Whether a file holds another Ed25519 key, which the genesis does not name."""
    pem = path.read_bytes()
    raw = base64.b64decode(b"".join(pem.splitlines()[1:-1]))[-32:]
    return path != key and len(pem) == len(key.read_bytes()) and raw not in genesis


def spoil_signature(note: bytes) -> bytes:
    at = len(note) - 20
    return note[:at] + (b"A" if note[at : at + 1] != b"A" else b"B") + note[at + 1 :]
