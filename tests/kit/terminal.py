"""A real terminal in which a test types commands and reads the screen."""

import os
import pty
import select
import sys
from collections.abc import Mapping

CTRL_C = "\x03"
_PATIENCE = 60  # seconds for a busy machine to answer


class Terminal:
    """The program at a terminal of its own.

    Attributes:
        screen: All that it has shown so far.
    """

    def __init__(self, *words: str, environment: Mapping[str, str] | None = None) -> None:
        """Start `kt1` with these words."""
        self.screen = ""
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

    def end(self) -> int:
        """Read to the end; give the exit code."""
        while self._more():
            pass
        _, status = os.waitpid(self._child, 0)
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(status)

    def _more(self) -> bool:
        """Read what has come; tell whether there may be more."""
        ready, _, _ = select.select([self._terminal], [], [], _PATIENCE)
        assert ready, f"nothing came:\n{self.screen}"
        try:
            data = os.read(self._terminal, 65_536)
        except OSError:  # the program has ended
            return False
        self.screen += data.decode("utf-8", "replace")
        return bool(data)
