"""The sessions in the READMEs, typed one after the other behind the demo: they answer as printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit import nightly, pages
from tests.kit.package import ROOT

READMES = {"vi": pages.README_VI, "en": pages.README}
DRAWN = re.compile(r"\b[0-9a-f]{64}\b|\b\d{6}(?: \d{6}){6}\b")  # other in every demo


def typed(line: str, place: Path, language: str) -> str:
    """Type a line at a shell that knows `kt1`; give what is on the screen."""
    kt1 = f'kt1() {{ "{sys.executable}" -X utf8 -m kt1custody "$@"; }}'
    done = subprocess.run(
        ["bash", "-c", f"{kt1}\n{line}"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT), "KT1_LANGUAGE": language},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("language", nightly.each(READMES, "vi"))
def test_sessions_answer_as_printed(language: str, tmp_path: Path):
    typed("kt1 demo", tmp_path, language)
    session = "".join(pages.blocks(READMES[language].read_text("utf-8"), "console"))
    [genesis] = re.findall(r"--genesis (\w{64})", session)
    # What stands on the page → what it is in this demo.
    real = {genesis: (tmp_path / "demo" / "genesis.txt").read_text("utf-8").strip()}
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE)
    assert len(steps) > 10
    for line, printed in steps:
        command = DRAWN.sub(lambda drawn: real.get(drawn[0], drawn[0]), line)
        screen = typed(command, tmp_path, language)
        real.update(zip(DRAWN.findall(printed), DRAWN.findall(screen), strict=True))
        assert DRAWN.sub("…", screen) == DRAWN.sub("…", printed), line
