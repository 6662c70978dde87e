"""The verifier in a bundle, against honest and spoilt bundles, beside the auditor of the program."""

import hashlib
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.audit.bundle import frame, unframe
from kt1custody.core import cbor
from kt1custody.core.entry import read_entry
from kt1custody.errors import MalformedInputError
from kt1custody.services import export
from kt1custody.services.verify import verify_bundle
from kt1custody.signing import sign
from tests import cast

VERIFY = Path(export.__file__).parent.parent / "verifiers" / "verify.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify", VERIFY)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verifier = load()


@pytest.fixture
def bundle(lived: cast.World, tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    export.export_bundle(lived.desk, folder)
    return folder


def genesis_of(bundle: Path) -> bytes:
    return read_entry(entries_of(bundle)[0]).leaf


def tile_of(bundle: Path) -> Path:
    [tile] = (path for path in bundle.glob("logs/**/tile/entries/**/*") if path.is_file())
    return tile


def entries_of(bundle: Path) -> list[bytes]:
    return unframe(tile_of(bundle).read_bytes())


def write_entries(bundle: Path, entries: list[bytes]) -> None:
    tile = tile_of(bundle)
    tile.unlink()
    (tile.parent / str(len(entries))).write_bytes(b"".join(map(frame, entries)))


def fix_sums(bundle: Path) -> None:
    """What an attacker does last: sums that fit."""
    sums = {
        path.relative_to(bundle).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in bundle.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    text = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    (bundle / "SHA256SUMS").write_text(text, "utf-8")


def call(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", *map(str, words)], capture_output=True, text=True, check=False
    )


def test_honest_bundle_is_never_called_more_than_not_enough(bundle: Path):
    done = call(bundle / "verify.py", "--genesis", genesis_of(bundle).hex(), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["verdict"], told["findings"]) == (0, "not-enough", [])
    assert any("đuôi nhật ký chưa được neo" in what for what in told["not_checked"])
    assert not any("gốc tin cậy" in what for what in told["not_checked"])
    assert verify_bundle(bundle).findings == []  # nothing was left in the folder


def test_without_genesis_it_says_so(bundle: Path):
    done = call(VERIFY, bundle)
    assert done.returncode == 0
    assert "KHÔNG ĐỦ: tự nhất quán, chưa đối chiếu gốc tin cậy" in done.stdout


def test_wrong_genesis_is_a_finding(bundle: Path):
    done = call(VERIFY, bundle, "--genesis", "00" * 32)
    assert done.returncode == 4
    assert "genesis" in done.stdout


@pytest.mark.parametrize("words", [["nowhere"], [".", "--genesis", "12"], [".", "."]])
def test_what_is_no_bundle_or_no_hash_ends_with_2(words: list[str]):
    assert call(VERIFY, *words).returncode == 2


def test_shares_no_code_with_the_writer():
    text = VERIFY.read_text("utf-8")
    assert "import kt1custody" not in text
    assert "from kt1custody" not in text
    assert "cbor2" not in text


def spoil_entries(bundle: Path, chance: random.Random) -> None:
    entries = entries_of(bundle)
    at = chance.randrange(len(entries))
    match chance.choice(["edit", "remove", "swap", "insert", "append-byte"]):
        case "edit":
            raw = bytearray(entries[at])
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            entries[at] = bytes(raw)
        case "remove":
            del entries[chance.randrange(len(entries) - 1)]
        case "swap":
            other = (at + chance.randrange(1, len(entries))) % len(entries)
            entries[at], entries[other] = entries[other], entries[at]
        case "insert":
            entries.insert(at, chance.choice(entries))
        case "append-byte":
            entries[at] += b"\x00"
    write_entries(bundle, entries)


def spoil_keys(bundle: Path, chance: random.Random) -> None:
    keys = sorted((bundle / "keys").iterdir())
    one, other = chance.sample(keys, 2)
    match chance.choice(["edit", "remove", "swap", "insert"]):
        case "edit":
            raw = bytearray(one.read_bytes())
            raw[chance.randrange(len(raw))] ^= 1
            one.write_bytes(bytes(raw))
        case "remove":
            one.unlink()
        case "swap":
            first, second = one.read_bytes(), other.read_bytes()
            one.write_bytes(second)
            other.write_bytes(first)
        case "insert":
            (bundle / "keys" / f"{chance.randbytes(8).hex()}.pem").write_bytes(one.read_bytes())


def spoil_sums(bundle: Path, chance: random.Random) -> None:
    path = bundle / "SHA256SUMS"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    at = chance.randrange(len(lines))
    match chance.choice(["edit", "remove", "swap", "insert"]):
        case "edit":
            place = chance.randrange(64)
            digit = "0" if lines[at][place] != "0" else "1"
            lines[at] = lines[at][:place] + digit + lines[at][place + 1 :]
        case "remove":
            del lines[at]
        case "swap":
            lines[at - 1], lines[at] = lines[at], lines[at - 1]
        case "insert":
            lines.insert(at, f"{'0' * 64}  stranger.txt\n")
    path.write_text("".join(lines), "utf-8")


@pytest.mark.slow
def test_agrees_with_the_auditor_on_a_hundred_attacks(bundle: Path, tmp_path: Path):
    chance = random.Random(20261123)
    for number in range(100):
        spoilt = tmp_path / f"spoilt-{number}"
        shutil.copytree(bundle, spoilt)
        spoil = chance.choice([spoil_entries, spoil_entries, spoil_keys, spoil_sums])
        spoil(spoilt, chance)
        if spoil is not spoil_sums and chance.random() < 0.6:
            fix_sums(spoilt)
        assert verifier.check(spoilt).findings, (number, spoil)
        assert verify_bundle(spoilt).findings, (number, spoil)
        shutil.rmtree(spoilt)


def test_names_the_position_of_an_edited_entry(bundle: Path):
    entries = entries_of(bundle)
    raw = bytearray(entries[7])
    raw[-40] ^= 1
    entries[7] = bytes(raw)
    write_entries(bundle, entries)
    fix_sums(bundle)
    assert {one.seq for one in verifier.check(bundle).findings} & {7, 8}
    assert min(one.seq for one in verify_bundle(bundle).findings if one.seq is not None) == 7


def test_finds_an_act_signed_again_with_a_strangers_key(bundle: Path):
    """The chain is made whole again behind it; only signatures tell."""
    entries = entries_of(bundle)
    stranger = sign.from_seed(bytes(32))
    value = cbor.decode(entries[-1])
    assert isinstance(value, list)
    value[7] = [["giver", stranger.kid, stranger.sign(b"x")]]
    entries[-1] = cbor.encode(value)
    write_entries(bundle, entries)
    fix_sums(bundle)
    for report in (verifier.check(bundle), verify_bundle(bundle)):
        assert {(one.kind, one.seq) for one in report.findings} >= {
            ("not-authentic", len(entries) - 1)
        }


def test_a_cut_tail_is_not_seen_but_said(bundle: Path):
    write_entries(bundle, entries_of(bundle)[:-2])
    fix_sums(bundle)
    for report in (verifier.check(bundle, genesis_of(bundle)), verify_bundle(bundle)):
        assert report.findings == []
        assert any("neo" in what or "anchored" in what for what in report.not_checked)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bundle: tile_of(bundle).write_bytes(tile_of(bundle).read_bytes()[:-1]),
        lambda bundle: tile_of(bundle).write_bytes(b""),
        lambda bundle: (tile_of(bundle).parent / "3").write_bytes(b"x"),
        lambda bundle: (bundle / "stranger.txt").write_bytes(b"x"),
        lambda bundle: (bundle / "SHA256SUMS").write_bytes(b"\xff\xfe"),
        lambda bundle: (bundle / "SHA256SUMS").unlink(),
        lambda bundle: next((bundle / "catalogues").iterdir()).write_bytes(b"x"),
        lambda bundle: next((bundle / "catalogues").iterdir()).unlink(),
        lambda bundle: (bundle / "README.txt").unlink(),
        lambda bundle: (bundle / "extra").symlink_to("/etc"),
        lambda bundle: os.mkfifo(bundle / "pipe"),
        lambda bundle: (bundle / Path(*["deep"] * 40)).mkdir(parents=True),
        lambda bundle: tile_of(bundle).rename(tile_of(bundle).parent / "256"),
    ],
)
def test_missing_extra_and_broken_files_are_findings(bundle: Path, spoil):
    spoil(bundle)
    assert verifier.check(bundle).findings
    assert verify_bundle(bundle).findings


@given(st.binary(max_size=60))
def test_decoder_accepts_the_same_bytes_as_the_program(raw: bytes):
    try:
        ours = cbor.decode(raw)
    except MalformedInputError:
        with pytest.raises(verifier.MalformedError):
            verifier.decode(raw)
    else:
        assert verifier.decode(raw) == ours


PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary()
VALUES = st.recursive(
    PLAIN,
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_encoder_spells_values_as_the_program_does(value):
    try:
        spelled = cbor.encode(value)
    except ValueError:
        return  # too deep
    assert verifier.encode(value) == spelled
    assert verifier.decode(spelled) == value
