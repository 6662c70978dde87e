"""A real terminal in which a test types commands and reads the screen."""

import os
import pty
import select
import signal
import sys
import termios
import time
from collections.abc import Mapping
from typing import Self

CTRL_C = "\x03"
_PATIENCE = 60  # seconds for a busy machine to answer


class Terminal:
    """The program at a terminal of its own.

    Attributes:
        screen: All that it has shown so far.
        shows_at_end: Whether it has left the terminal showing what is typed.
    """

    def __init__(self, *words: str, environment: Mapping[str, str] | None = None) -> None:
        """Start `kt1` with these words."""
        self.screen, self._raw = "", b""
        self.shows_at_end = False
        self._read = 0
        command = [sys.executable, "-m", "kt1custody", *words]
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.execve(command[0], command, {**os.environ, "TERM": "dumb", **(environment or {})})

    def until(self, *texts: str) -> str:
        """Read until one of some texts is on the screen; give what was read for it."""
        while not any(text in self.screen[self._read :] for text in texts):
            assert self._more(), f"waited for {texts}:\n{self.screen}"
        part = self.screen[self._read :]
        end = min(part.index(text) + len(text) for text in texts if text in part)
        self._read += end
        return part[:end]

    def type(self, keys: str) -> None:
        """Type keys in one go, as a scanner does."""
        os.write(self._terminal, keys.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C once the program waits: Python misses one between prompt and reading."""
        time.sleep(0.2)
        self.type(CTRL_C)

    def enter(self, line: str) -> None:
        """Type a line."""
        self.type(f"{line}\n")

    def answer(self, *pairs: tuple[str, str]) -> None:
        """Answer prompts in turn: (text to wait for, line to type)."""
        for text, line in pairs:
            self.until(text)
            self.enter(line)

    def answer_hidden(self, text: str, line: str) -> None:
        """Answer a prompt that shows nothing; what is typed before it hides is thrown away."""
        self.until(text)
        self.until(": ")  # the space comes when the prompt hides
        self.enter(line)

    @property
    def shows(self) -> bool:
        """Tell whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._terminal)[3] & termios.ECHO)

    def until_muted(self) -> None:
        """Wait until the terminal shows nothing that is typed."""
        end = time.monotonic() + _PATIENCE
        while self.shows and time.monotonic() < end:
            time.sleep(0.005)
        assert not self.shows

    def kill(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self._child, number)

    def end(self) -> int:
        """Read to the end; give the exit code."""
        while self._more():
            pass
        _, status = os.waitpid(self._child, 0)
        self._child = 0
        self.shows_at_end = self.shows
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(status)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Leave no program behind, whatever went wrong."""
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            os.close(self._terminal)

    def _more(self) -> bool:
        """Read what has come; tell whether there may be more."""
        ready, _, _ = select.select([self._terminal], [], [], _PATIENCE)
        assert ready, f"nothing came:\n{self.screen}"
        try:
            data = os.read(self._terminal, 65_536)
        except OSError:  # the program has ended
            return False
        self._raw += data
        self.screen = self._raw.decode("utf-8", "ignore").replace("\r\n", "\n")
        return bool(data)
