"""The page for whoever installs: every command in it does what the page says."""

import csv
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from kt1custody.cli.main import kt1
from kt1custody.services.people import roster
from tests.kit import cast

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / ".docs" / "install.md").read_text("utf-8")
BLOCKS = {
    re.findall(r"^# kt1:(\w+)$", block, re.MULTILINE)[0]: block
    for block in re.findall(r"^```bash\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
}
LISTS = {"buu-cuc": "offices", "co-quan": "agencies", "nhan-vien": "people"}
OFFICERS = ["--officer", *cast.OFFICERS]
# What a person types there.
TYPED = {
    "init": [
        "--log", "kt1.lamdong.vn/68", "--name", "KT1 Lâm Đồng", "--office", "680900", "--number",
        "68", *OFFICERS, "--reserve", cast.RESERVE, "--training", "--yes",
    ],
    "catalogue": OFFICERS,
    "person enrol": OFFICERS,
}  # fmt: skip


def as_xlsx(source: Path, path: Path) -> None:
    book = openpyxl.Workbook()
    with source.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            book.active.append(row)
    book.save(path)


def heredoc(name: str) -> str:
    """Give the script that the page writes under this name."""
    found = re.search(
        rf"^cat >/usr/local/bin/{name} <<'?EOT'?\n(.*?)^EOT$",
        BLOCKS["install"],
        re.MULTILINE | re.DOTALL,
    )
    assert found, name
    return found[1]


@pytest.mark.parametrize("block", ["pack", "install", "found"])
def test_every_block_is_sound_for_the_shell(block: str):
    subprocess.run(["bash", "-n"], input=BLOCKS[block].encode(), check=True)


def test_block_names_files_of_the_checkout():
    assert "-r .requirements/run.lock" in BLOCKS["pack"]
    assert (ROOT / ".requirements" / "run.lock").exists()
    assert "python3 scripts/run.py --help" in BLOCKS["install"]


def test_every_line_of_the_founding_works_in_a_fresh_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    for name in (*LISTS, "data", "keys"):
        assert not (tmp_path / name).exists()
    pins = "".join(f"{staff}={pin}\n" for staff, pin in cast.PINS.items())
    (tmp_path / "pins").write_text(pins, "utf-8")
    common = ["--data", "data", "--keys", "keys", "--pin-file", "pins"]
    lines = [line for line in BLOCKS["found"].splitlines() if not line.startswith("#")]
    done = 0
    for minute, line in enumerate(lines):
        program, *words = shlex.split(line)
        if program == "kt1-backup":
            done += back_up(tmp_path)
            continue
        assert program == "kt1"
        typed = next((told for name, told in TYPED.items() if " ".join(words).startswith(name)), [])
        typed = [] if "template" in words or "--dry-run" in words else typed
        at = [] if words[0] == "--help" else ["--as-of", f"23/11/2026 07:{minute:02d}"]
        told = CliRunner().invoke(kt1, [*common, *at, *words, *typed])
        assert told.exit_code == 0, (line, told.output)
        if "template" in words:
            [name] = [one for one in LISTS if one in words[-1]]
            assert (tmp_path / words[-1]).exists()
            as_xlsx(cast.DATA / f"{LISTS[name]}.csv", tmp_path / words[-1])
        done += 1
    assert done == len(lines) > 10
    world = cast.World(tmp_path)
    names = [one.name for one in roster.members(world.session, cast.CLERK)]
    assert len(names) == 15  # the reserve is on no list
    assert names.count(None) == 3  # nor may a clerk read the names of other offices
    world.session.close()


def back_up(folder: Path) -> int:
    """Run the page's own backup with our program; the copy opens, and holds no key."""
    tools, target = folder / "bin", folder / "backup"
    tools.mkdir()
    target.mkdir()
    (tools / "python3").symlink_to(sys.executable)
    (tools / "kt1").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kt1custody "$@"\n', "utf-8")
    (tools / "kt1-backup").write_text(heredoc("kt1-backup"), "utf-8")
    (folder / "data" / "evidence").mkdir()
    (folder / "data" / "evidence" / "proof").write_text("kept", "utf-8")
    for tool in ("kt1", "kt1-backup"):
        (tools / tool).chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": path,
        "KT1_DATA": str(folder / "data"),
        "KT1_KEYS": str(folder / "keys"),
        "PYTHONPATH": str(ROOT),
    }
    made = subprocess.run(
        ["kt1-backup", str(target)], env=environment, capture_output=True, check=False, text=True
    )
    assert made.returncode == 0, made.stderr
    [copy] = target.iterdir()
    assert {path.name for path in copy.iterdir()} == {
        "kt1.db", "evidence", "checkpoint", "backup.txt",
    }  # fmt: skip
    assert (copy / "evidence" / "proof").exists()
    return 1
