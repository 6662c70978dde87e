"""A counter: `kt1 serve` as a program of its own on a world's log, and people at browsers before it."""

import base64
import contextlib
import io
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, paper
from tests.kit.browser import Page, open_page
from tests.kit.cast import World
from tests.kit.visitor import Visitor

READER = cast.OFFICERS[0]
_SIGNED = (
    "!document.querySelector('#done').hidden || document.querySelector('#sign .fault').textContent"
)


class Counter:
    """A server of a log for practice.

    Attributes:
        world: Whose log it serves; the test may look into it, too.
        url: Where it answers.
    """

    def __init__(self, world: World, url: str, process: "subprocess.Popen[str]") -> None:
        self.world, self.url, self.process = world, url, process

    def register(self, folder: Path, begin: int, rows: int) -> list[int]:
        """Have a clerk register some rows of the sample at the command line; gives their numbers."""
        self.world.session.as_of = int(time.time())
        manifest = cast.write_manifest(folder / "more.csv", rows, begin)
        made = at_counter.import_manifest(
            self.world.session, lambda: cast.CLERK, manifest, confirm=cast.yes
        )
        assert not made.findings
        return list(made.numbers)

    def held_by(self, holder: str) -> list[int]:
        """List what a person or office holds."""
        with self.world.session.database.read() as connection:
            return [state.n for state in LogBook(connection).items(holder=holder)]

    @contextlib.contextmanager
    def browser(self, *people: str, size: tuple[int, int] = (1280, 900)) -> Iterator[Page]:
        """Open a browser that is a device of the log; the first of some people signs in."""
        with open_page(f"{self.url}/sign-in", size) as page:
            page.wait_for("document.readyState === 'complete'")
            page.evaluate("fetch('/training/browser', {method: 'POST'}).then(told => told.ok)")
            for staff in people[:1]:
                self.sign_in(page, staff)
            yield page

    def sign_in(self, page: Page, staff: str, pin: str | None = None) -> None:
        """Sign a person in, as they would; with another PIN than the cast's, if it is given."""
        page.go(f"{self.url}/sign-in")
        page.wait_for("document.activeElement.id === 'staff'")
        page.fill("#staff", staff)
        page.fill("#pin", pin or self.world.pins[staff])
        page.click("#sign-in button")
        page.wait_for("location.pathname !== '/sign-in' && document.readyState === 'complete'")

    def sign(self, page: Page, *people: str) -> None:
        """Let people type their PINs, in the order in which they are asked, and wait for the end."""
        page.wait_for(f"document.querySelectorAll('#pins input').length === {len(people)}")
        for staff in people:
            page.fill(f"#pin-{staff}", self.world.pins[staff])
        page.click("#sign button.main")
        page.wait_for(_SIGNED)

    def ask(
        self, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], Any]:
        """Ask as a program does; gives status, headers, and the answer as JSON or text."""
        data = None if body is None else json.dumps(body).encode()
        facts = {"content-type": "application/json"} if data is not None else {}
        request = urllib.request.Request(f"{self.url}{path}", data, {**facts, **(headers or {})})
        try:
            with _straight().open(request, timeout=20) as answer:
                return answer.status, dict(answer.headers), _read(answer.read())
        except urllib.error.HTTPError as answer:
            return answer.code, dict(answer.headers), _read(answer.read())

    def enter(self, staff: str) -> Visitor:
        """Sign a person in without a window, at a device for practice."""
        with contextlib.closing(self.world.new_session()) as session:
            session.unlock([staff])
            visitor = Visitor(self.world, session.unlocked(), self.ask)
        visitor.do("/training/browser", {})
        status, told = visitor.sign_in(staff)
        assert status == 200, told
        return visitor


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *facts: Any, **more: Any) -> None:
        """Leave it to the test."""


def scan(page: Page, text: str) -> None:
    """Type what a scanner would, into the field of a page for it."""
    page.fill("#scan-text", text)
    page.press("Enter")
    page.wait_for("document.querySelector('#scan-text').value === ''")


def labels(page: Page, folder: Path) -> tuple[str, dict[int, str]]:
    """Fetch the labels that the page offers; gives the job and the text of each item's seal."""
    page.wait_for("document.querySelector('#labels-open').href !== ''")
    raw = page.evaluate(
        """fetch(document.querySelector('#labels-open').href).then(told => told.bytes
            ? told.bytes() : told.arrayBuffer().then(all => new Uint8Array(all)))
            .then(all => btoa(Array.from(all, one => String.fromCharCode(one)).join('')))"""
    )
    pdf = folder / "labels.pdf"
    pdf.write_bytes(base64.b64decode(raw))
    contents, texts = paper.seals_on(pdf), paper.read_pdf(pdf)[1]
    assert [content.copy for content in contents] == [1, 2] * (len(contents) // 2)
    seals = {content.n: text for content, text in zip(contents, texts, strict=True)}
    return str(page.evaluate("document.querySelector('#labels').dataset.job")), seals


def download(page: Page, path: str) -> bytes:
    """What the page's own button would save."""
    told = page.evaluate(
        f"fetch('{path}', {{method: 'POST'}}).then(answer => answer.blob()).then(blob => "
        "new Promise(done => { const reader = new FileReader(); "
        "reader.onload = () => done(reader.result.split(',')[1]); reader.readAsDataURL(blob) }))"
    )
    return base64.b64decode(told)


def verify_apart(
    content: bytes, folder: Path, genesis: str, *words: str
) -> "subprocess.CompletedProcess[str]":
    """Verify what was saved with the verifier that is in it, as a stranger does."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extractall(folder)
    [inside] = folder.iterdir()
    command = [sys.executable, "-I", "verify.py", "--genesis", genesis, *words]
    return subprocess.run(command, cwd=inside, capture_output=True, text=True, check=False)


def _straight() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _read(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")


@contextlib.contextmanager
def serving(world: World, folder: Path, *options: str) -> Iterator[Counter]:
    """Serve a world's log until the block ends.

    Args:
        folder: For the PIN file and what the program says.
    """
    pins = cast.write_pins(folder / "pins.txt")
    with running(world.folder, folder, "--pin-file", str(pins), *options) as (told, process):
        yield Counter(world, told["url"], process)


@contextlib.contextmanager
def running(
    home: Path, folder: Path, *options: str
) -> "Iterator[tuple[dict[str, str], subprocess.Popen[str]]]":
    """Run `kt1 serve` on the folders `data` and `keys` of a home; gives what it says of itself.

    Args:
        folder: For what the program says.
    """
    command = [
        sys.executable, "-m", "kt1custody", "serve", "--port", "0", "--json",
        "--data", str(home / "data"), "--keys", str(home / "keys"), *options,
    ]  # fmt: skip
    with (
        (folder / "serve.err").open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            assert process.stdout
            told = ""
            for line in process.stdout:
                told += line
                if line.startswith("}"):
                    break
            assert told, (folder / "serve.err").read_text()
            yield json.loads(told), process
        finally:
            process.kill()
