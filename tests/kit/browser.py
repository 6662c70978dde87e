"""A headless Chromium for tests: its own protocol over a pipe, nothing but the standard library.

    with open_page(path) as page:
        page.set_files("#folder", [folder])
        page.wait_for("document.title === 'done'")
        assert page.evaluate("window.answers") == [True]

Each page has a browser and an empty profile of its own and no network. The browser is
`$KT1_TEST_CHROMIUM`, or one on the path, or Debian's package, which root installs. Without any the
test is skipped; under KT1_TEST_REQUIRE=1 it fails.
"""

import base64
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.kit import programs

PACKAGE = "chromium-headless-shell"
NAMES = (PACKAGE, "chromium", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    # No network but this machine's own servers, by name or number.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)
PATIENCE = 30.0  # seconds for one answer
_ON_ITS_WAY = ("context was destroyed", "Cannot find context", "navigated or closed")
_KEYS = {  # name → its place on a keyboard, its number, and what it writes
    "Enter": ("Enter", 13, "\r"),
    "Tab": ("Tab", 9, ""),
    "Escape": ("Escape", 27, ""),
    "F2": ("F2", 113, ""),
    "F4": ("F4", 115, ""),
    " ": ("Space", 32, " "),
    "CapsLock": ("CapsLock", 20, ""),
    "Process": ("", 229, ""),  # a key that an input method has taken
}


class PageError(Exception):
    """The browser refused a command, a script threw, or an answer did not come in time."""


class Page:
    """One page in a browser of its own.

    Attributes:
        requests: The addresses that the page has asked for, its own first.
        complaints: What went wrong in it unasked: uncaught exceptions and console errors.
    """

    def __init__(self, place: Path | str, size: tuple[int, int]) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._profile = tempfile.TemporaryDirectory(
            prefix="kt1-browser-", ignore_cleanup_errors=True
        )
        self._pipe = _Pipe(
            [
                binary(),
                *FLAGS,
                f"--user-data-dir={self._profile.name}",
                "--window-size={},{}".format(*size),
                "about:blank",
            ]
        )
        try:
            self._session = self._attach()
            for domain in ("Page", "Runtime", "Network", "DOM"):
                self._send(f"{domain}.enable")
            self.go(place if isinstance(place, str) else place.resolve().as_uri())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def go(self, url: str) -> None:
        """Open an address, and wait until it, or the one that it leads to, is there."""
        answer = self._send("Page.navigate", url=url)
        if "errorText" in answer:
            failed = f"{url}: {answer['errorText']}"
            raise PageError(failed)
        self.wait_for("location.href !== 'about:blank' && document.readyState === 'complete'")

    def resize(self, width: int, height: int = 800) -> None:
        """Make the window another size, in CSS pixels."""
        self._send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self._send("Emulation.setScrollbarsHidden", hidden=True)

    def slow_down(self, times: float) -> None:
        """Have the page's processor be so many times slower than it is."""
        self._send("Emulation.setCPUThrottlingRate", rate=times)

    def run_first(self, js: str) -> None:
        """Have a script run in each page from now on, before those of the page itself."""
        self._send("Page.addScriptToEvaluateOnNewDocument", source=js)

    def plug_in_security_key(self) -> None:
        """Have a FIDO2 key with PRF in the machine, which its person touches when asked."""
        self._send("WebAuthn.enable")
        self._send(
            "WebAuthn.addVirtualAuthenticator",
            options={
                "protocol": "ctap2",
                "ctap2Version": "ctap2_1",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
                "hasPrf": True,
                "automaticPresenceSimulation": True,
            },
        )

    def click(self, selector: str) -> None:
        """Click with the mouse on what is seen there."""
        x, y = self.evaluate(
            f"""(() => {{
                const seen = document.querySelector({json.dumps(selector)})
                seen.scrollIntoView({{block: "center"}})
                const box = seen.getBoundingClientRect()
                return [box.x + box.width / 2, box.y + box.height / 2]
            }})()"""
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def fill(self, selector: str, text: str) -> None:
        """Put a text into a field as typed, in the place of what is there."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.evaluate(f"({found}.focus(), {found}.select?.())")
        self._send("Input.insertText", text=text)

    def write(self, text: str) -> None:
        """Type a text into whatever has the focus."""
        self._send("Input.insertText", text=text)

    def choose(self, selector: str, value: str) -> None:
        """Choose in a list."""
        found = f"document.querySelector({json.dumps(selector)})"
        change = "new Event('change', {bubbles: true})"
        self.evaluate(f"({found}.value = {json.dumps(value)}, {found}.dispatchEvent({change}))")

    def press(
        self, key: str, code: str = "", *, has_shift: bool = False, at: float | None = None
    ) -> None:
        """Press a key, such as `Enter`, `F2` or a digit.

        Args:
            key: What it writes, or its name.
            code: Its place on the keyboard, where input methods and layouts write something else.
            at: When it is pressed, Unix seconds; None: now.
        """
        place, number, text = _KEYS.get(key, (f"Digit{key}", ord(key[0]), key))
        facts: dict[str, Any] = {
            "key": key,
            "code": code or place,
            "windowsVirtualKeyCode": number,
            "modifiers": 8 if has_shift else 0,
        }
        if at is not None:
            facts["timestamp"] = at
        self._send("Input.dispatchKeyEvent", type="keyDown", text=text, **facts)
        self._send("Input.dispatchKeyEvent", type="keyUp", **facts)

    def text(self, selector: str) -> str:
        """Give the text of what is seen there."""
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    def evaluate(self, js: str, timeout: float = PATIENCE) -> Any:
        """Give the JSON value of an expression; a promise is awaited.

        Raises:
            PageError: It threw, or took more than `timeout` seconds.
        """
        told = self._send(
            "Runtime.evaluate",
            timeout,
            expression=js,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in told:
            raise PageError(_exception(told["exceptionDetails"]))
        return told["result"].get("value")

    def set_files(self, selector: str, paths: Sequence[Path]) -> None:
        """Choose files in a file input, as a person would; one folder for `webkitdirectory`.

        Returns after the event `change`, or `cancel` if the same were chosen already.
        """
        element = f"document.querySelector({json.dumps(selector)})"
        self.evaluate(
            f"""(input => {{ input.chosen = new Promise(done => {{
                for (const kind of ["change", "cancel"])
                    input.addEventListener(kind, () => done(), {{once: true}});
            }}); return null }})({element})"""
        )
        root = self._send("DOM.getDocument")["root"]["nodeId"]
        node = self._send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self._send("DOM.setFileInputFiles", nodeId=node, files=[str(p.resolve()) for p in paths])
        self.evaluate(f"{element}.chosen")

    def wait_for(self, js: str, timeout: float = PATIENCE) -> None:
        """Wait until an expression, or what it promises, is true.

        Raises:
            PageError: Not within `timeout` seconds.
        """
        until = time.monotonic() + timeout
        while not self._is_true(js):
            if time.monotonic() > until:
                told = f"not within {timeout} s: {js}; {self.complaints}"
                raise PageError(told)
            time.sleep(0.02)

    def _is_true(self, js: str) -> bool:
        try:
            return bool(self.evaluate(f"Promise.resolve({js}).then(Boolean)"))
        except PageError as error:  # it is on its way to another page
            if any(reason in str(error) for reason in _ON_ITS_WAY):
                return False
            raise

    def screenshot(self, path: Path) -> None:
        """Write the whole page as PNG."""
        told = self._send("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(told["data"]))

    def close(self) -> None:
        """End the browser; a second time does nothing."""
        self._pipe.close()
        self._profile.cleanup()

    def _attach(self) -> str:
        """Take the one page that the browser started with."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for target in self._pipe.ask("Target.getTargets")["targetInfos"]:
                if target["type"] == "page":
                    told = self._pipe.ask(
                        "Target.attachToTarget", targetId=target["targetId"], flatten=True
                    )
                    return str(told["sessionId"])
            time.sleep(0.02)
        raise PageError("the browser opened no page")

    def _send(self, method: str, timeout: float = PATIENCE, **params: object) -> dict[str, Any]:
        try:
            return self._pipe.ask(method, timeout, self._session, **params)
        finally:
            for event in self._pipe.take_events():
                self._note(event["method"], event.get("params", {}))

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(_exception(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] == "error":
            said = (arg.get("value", arg.get("description")) for arg in params["args"])
            self.complaints.append(" ".join(map(str, said)))


class _Pipe:
    """Commands to a browser and its answers, each JSON with a zero byte behind it."""

    def __init__(self, command: Sequence[str]) -> None:
        # The browser reads commands from descriptor 3 and answers on 4.
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null', "sh", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._asked = 0
        self._rest = b""
        self._events: list[dict[str, Any]] = []

    def ask(
        self, method: str, timeout: float = PATIENCE, session: str | None = None, **params: object
    ) -> dict[str, Any]:
        """Send a command and wait for its answer; events that come meanwhile are kept."""
        self._asked += 1
        told: dict[str, Any] = {"id": self._asked, "method": method, "params": params}
        if session:
            told["sessionId"] = session
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(told).encode() + b"\0")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise PageError("the browser has ended") from None
        for answer in self._read(time.monotonic() + timeout):
            if answer.get("id") != self._asked:
                self._events.append(answer)
            elif "error" in answer:
                refused = f"{method}: {answer['error']['message']}"
                raise PageError(refused)
            else:
                return dict(answer["result"])
        silent = f"no answer within {timeout} s: {method}"
        raise PageError(silent)

    def take_events(self) -> list[dict[str, Any]]:
        """Give the events since the last call, without late answers."""
        events, self._events = self._events, []
        return [event for event in events if "method" in event]

    def close(self) -> None:
        """End the browser and the processes that it started, which share its group."""
        assert self._process.stdin
        assert self._process.stdout
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process.stdout.close()
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def _read(self, until: float) -> Iterator[dict[str, Any]]:
        assert self._process.stdout
        while True:
            raw, found, rest = self._rest.partition(b"\0")
            if found:
                self._rest = rest
                yield json.loads(raw)
                continue
            out = self._process.stdout.fileno()
            if not select.select([out], [], [], max(0.0, until - time.monotonic()))[0]:
                return
            more = os.read(out, 1 << 20)
            if not more:
                raise PageError("the browser has ended")
            self._rest += more


def open_page(place: Path | str, size: tuple[int, int] = (1280, 800)) -> Page:
    """Open a file in a browser of its own; skips the test where there is none.

    Args:
        place: A file, or the address of a page that this machine serves.
        size: Of the window, in CSS pixels.
    """
    return Page(place, size)


def binary() -> str:
    """Find the browser; skips the test where there is none."""
    return programs.need(*NAMES, package=PACKAGE, variable="KT1_TEST_CHROMIUM")


def _exception(details: dict[str, Any]) -> str:
    thrown = details.get("exception", {})
    return str(thrown.get("description") or thrown.get("value") or details["text"])
