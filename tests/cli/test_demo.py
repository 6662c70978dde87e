"""The demo, as the first command of the README plays it."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner, Result
from PIL import Image

from kt1custody.cli import incoming
from kt1custody.cli.main import kt1
from kt1custody.core.formats import numbers
from kt1custody.services.evidence import trust
from tests.kit import nightly

ROOT = Path(__file__).parent.parent.parent
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


LONG_AGO = 1_000_000_000


def call(*words: object) -> Result:
    return CliRunner().invoke(kt1, [*map(str, words)])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "Bưu cục số 1" / "demo"
    folder.parent.mkdir()
    done = call("demo", folder)
    assert done.exit_code == 0, done.output
    killed, playing = (folder.with_name(f".demo.{n:08x}") for n in range(2))
    for beside in (killed, playing):  # one that was killed, and one that somebody is playing
        beside.mkdir()
        (beside / "pins.txt").touch()
    for path in (killed, killed / "pins.txt"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    done = call("demo", folder)  # it may be played again at any time
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in folder.parent.iterdir()) == [playing.name, "demo"]
    lines = done.stdout.splitlines()
    assert [line[:2] for line in lines if line[:1].isdigit()] == [f"{n}." for n in range(1, 8)]
    assert sum(f"KT1_DEMO='{folder}' python3 " in line for line in lines) == 3
    [told] = [line for line in lines if line.startswith("5.")]
    code = told.rpartition(": ")[2]
    (folder / "code.txt").write_text(code, "utf-8")
    return folder


@pytest.mark.slow
def test_demo_leaves_what_others_rely_on(demo: Path):
    for name in (
        "data/kt1.db",
        "keys",
        "pins.txt",
        "public",
        "seals.pdf",
        "bundle",
        "dossier",
        "closing.pdf",
        "genesis.txt",
    ):
        assert (demo / name).exists(), name
    assert len(list((demo / "seals").glob("*.png"))) == 200
    if os.name == "posix":
        assert stat.S_IMODE((demo / "pins.txt").stat().st_mode) == 0o600
    assert list((demo / "bundle" / "keys").glob("*.pem"))


@pytest.mark.slow
def test_demo_s_log_and_bundle_hold(demo: Path):
    genesis = (demo / "genesis.txt").read_text("utf-8").strip()
    code = (demo / "code.txt").read_text("utf-8")
    places = ["--data", demo / "data", "--keys", demo / "keys"]
    whole = ([*places, "verify"], ["verify", demo / "bundle"], ["verify", demo / "dossier"])
    for words in whole:
        for more, code_and_verdict in (([], (3, "not-enough")), (["--anchor", code], (0, "match"))):
            done = call(*words, "--genesis", genesis, "--json", *more)
            told = json.loads(done.stdout)
            assert (done.exit_code, told["verdict"]) == code_and_verdict
            assert told["findings"] == []
    for program in (
        [sys.executable, "-B", str(demo / "bundle" / "verify.py")],
        [sys.executable, "-B", str(demo / "dossier" / "verify.py")],
    ):
        for code_given, wanted in (("", 3), (code, 0)):
            anchor = ["--anchor", code_given] if code_given else []
            done_alone = subprocess.run(
                [*program, "--genesis", genesis, *anchor], capture_output=True, check=False
            )
            assert done_alone.returncode == wanted


@pytest.mark.slow
def test_practice_needs_no_long_suffix_and_stays_in_its_day(
    demo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    shutil.copytree(demo, tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KT1_DATA", str(tmp_path / "real"))  # --demo never touches a real log

    def practise(*words: str) -> dict[str, object]:
        done = call("--demo", *words, "--json", "--yes")
        assert done.exit_code == 0, done.output
        told: dict[str, object] = json.loads(done.stdout)
        return told

    held = practise("holder", "NV011")["items"]
    assert isinstance(held, list)
    number = next(item["number"] for item in held if not item["mark"])
    practise("handover", number, "--giver", "NV011", "--receiver", "NV012")
    story = practise("item", "show", number)["story"]
    assert isinstance(story, list)
    assert story[-1]["accepted_at"].startswith("2026-11-23T16:")
    practise("handover", number, "--giver", "NV012", "--receiver", "NV011")
    later = ("--as-of", "24/11/2026 07:00")
    practise("handover", number, "--giver", "NV011", "--receiver", "NV012", *later)
    monkeypatch.setenv("KT1_DEMO", str(tmp_path / "demo"))
    done = call("holder", "NV011")
    assert done.exit_code == 5
    assert "KT1_DEMO" in done.stderr
    assert "KT1_DATA" in done.stderr


@pytest.mark.slow
def test_program_starts_as_a_module_and_speaks_vietnamese():
    words = [sys.executable, "-m", "kt1custody", "--help"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)
    assert "Cách dùng: kt1" in done.stdout.decode("utf-8")


@pytest.mark.slow
def test_every_seal_of_the_demo_is_read_by_two_readers_and_verifies(demo: Path):
    """The gate reads one label in 25, and the torn one."""
    known = incoming.trusted(demo / "public")
    assert known.control.training
    every = 1 if nightly.is_nightly() else 25
    [torn] = [serial for key in known.status.keys.values() for serial in key.voided]
    labels = sorted((demo / "seals").glob("*.png"))
    document = pypdfium2.PdfDocument(demo / "seals.pdf")
    assert (len(labels), len(document)) == (200, 400)
    chosen = {*labels[::every], demo / "seals" / f"{numbers.format_serial(torn)}.png"}
    pictures = [Image.open(path) for path in sorted(chosen)]
    pictures += [document[at].render(scale=203.2 / 72).to_pil() for at in range(0, 400, every)]
    reader = cv2.QRCodeDetectorAruco()
    texts = set()
    for picture in pictures:
        grey = picture.convert("L")
        [found] = zxingcpp.read_barcodes(grey, formats=QR)
        text, _, _ = reader.detectAndDecode(np.asarray(grey))
        assert text == found.text
        texts.add(text)
    document.close()
    answers = trust.check_seals(sorted(texts), known, known.status.head.issued)
    codes = Counter(answer.verdict.code for answer in answers)
    assert codes.keys() == {"not-compared", "serial-void"}
    if every == 1:  # both copies of each, and of the one torn label
        assert (len(texts), codes["serial-void"]) == (400, 2)


@pytest.mark.slow
def test_demo_does_not_touch_a_folder_of_somebody_else(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "paper.txt").write_text("x", "utf-8")
    assert call("demo", tmp_path / "mine").exit_code == 3
    assert (tmp_path / "mine" / "paper.txt").read_text("utf-8") == "x"
