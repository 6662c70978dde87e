"""The log's page: its state in a sentence, its verification, and what is taken away and verified."""

import base64
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter

OFFICER = cast.OFFICERS[0]


def download(page: Page, path: str) -> bytes:
    """What the page's own button would save."""
    told = page.evaluate(
        f"fetch('{path}', {{method: 'POST'}}).then(answer => answer.blob()).then(blob => "
        "new Promise(done => { const reader = new FileReader(); "
        "reader.onload = () => done(reader.result.split(',')[1]); reader.readAsDataURL(blob) }))"
    )
    return base64.b64decode(told)


def verified(content: bytes, folder: Path, genesis: bytes) -> "subprocess.CompletedProcess[str]":
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extractall(folder)
    [inside] = folder.iterdir()
    command = [sys.executable, "-I", "verify.py", "--genesis", genesis.hex()]
    return subprocess.run(command, cwd=inside, capture_output=True, text=True, check=False)


def test_what_an_officer_takes_away_is_verified_by_a_stranger(counter: Counter, tmp_path: Path):
    genesis = counter.world.session.control().genesis
    with counter.world.session.database.read() as connection:
        from kt1custody.store.log import LogBook

        n = LogBook(connection).items(holder=cast.COURIER)[0].n
    with counter.browser(OFFICER) as page:
        page.go(f"{counter.url}/log")
        page.wait_for("document.querySelector('.state').innerText.includes('không thấy điểm sai')")
        assert "Chưa ai bên ngoài làm chứng" in page.text(".state")
        assert "--" not in page.text("main")
        bundle = verified(download(page, "/log/bundle.zip"), tmp_path / "bundle", genesis)
        assert bundle.returncode in (0, 3), bundle.stdout + bundle.stderr
        assert "KHÔNG ĐỦ" in bundle.stdout or "KHỚP" in bundle.stdout
        dossier = download(page, f"/investigate/{n}/dossier.zip")
        told = verified(dossier, tmp_path / "dossier", genesis)
        assert told.returncode in (0, 3), told.stdout + told.stderr
        assert f"{n:012d}"[-4:] in told.stdout
        assert download(page, "/log/closing.pdf").startswith(b"%PDF")
        page.evaluate("window.isOld = true")
        page.click("form[action='/log/verify'] button")
        page.wait_for(
            "!window.isOld && document.querySelector('#progress') === null && document.querySelector('.state') && "
            "document.querySelector('.state').innerText.includes('không thấy điểm sai')"
        )
        page.go(f"{counter.url}/overview")
        assert page.evaluate("document.querySelectorAll('.figures tbody tr').length") >= 1
        assert page.evaluate("document.querySelectorAll('.hours rect').length") == 24
        assert page.complaints == []


@pytest.mark.parametrize("path", ["/log", "/overview", "/check"])
def test_nobody_sees_it_who_has_not_signed_in(counter: Counter, path: str):
    assert counter.ask(path)[0] == 303


def test_a_courier_gets_none_of_it_and_the_verifier_is_for_everybody(counter: Counter):
    assert "KT1" in str(counter.ask("/verify")[2])
    for path in ("/log/bundle.zip", "/log/closing.pdf", "/log/verify"):
        assert counter.ask(path, {})[0] == 303
    with counter.browser(cast.COURIER) as page:
        for path in (
            "/log/bundle.zip",
            "/log/closing.pdf",
            "/log/verify",
            "/investigate/1/dossier.zip",
        ):
            status = page.evaluate(f"fetch('{path}', {{method: 'POST'}}).then(told => told.status)")
            assert status == 403
        assert page.evaluate("fetch('/overview').then(told => told.status)") == 403
