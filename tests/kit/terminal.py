"""The program at a real terminal, as a clerk sits before it: a pseudo terminal, one answer a prompt."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PATIENCE = 60  # seconds without a word


class Terminal:
    """A program behind a pseudo terminal.

    Attributes:
        shown: All that it has written so far.
    """

    def __init__(self, process: subprocess.Popen[bytes], end: int) -> None:
        self._process, self._end = process, end
        self.shown = ""
        self._raw = b""
        self._seen = 0

    def wait_for(self, words: str) -> str:
        """Wait until something stands on the screen; gives all that came since the last time."""
        while words not in self.shown[self._seen :]:
            if not self._read():
                msg = f"{words!r} never came:\n{self.shown}"
                raise AssertionError(msg)
        end = self.shown.index(words, self._seen) + len(words)
        since, self._seen = self.shown[self._seen : end], end
        return since

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._end, f"{line}\n".encode())

    def answer(self, *pairs: tuple[str, str]) -> None:
        """Answer prompts in turn: (words to wait for, line to type)."""
        for words, line in pairs:
            self.wait_for(words)
            self.type(line)

    def answer_hidden(self, words: str, line: str) -> None:
        """Answer a prompt that shows nothing; what is typed before it hides is thrown away."""
        self.wait_for(words)
        self.wait_for(": ")  # the space comes when the prompt hides
        self.type(line)

    def leave(self) -> int:
        """Wait for the end, and give the exit code."""
        while self._read():
            pass
        return self._process.wait(_PATIENCE)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._end], [], [], _PATIENCE)
        if not ready:
            msg = f"no word for {_PATIENCE} seconds:\n{self.shown}"
            raise AssertionError(msg)
        try:
            some = os.read(self._end, 65_536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self._raw += some
        self.shown = self._raw.decode("utf-8", "ignore").replace("\r\n", "\n")
        return bool(some)


@contextmanager
def terminal(words: Sequence[str]) -> Iterator[Terminal]:
    """Start `kt1` at a terminal of its own."""
    end, other = pty.openpty()
    environment = {**os.environ, "LANGUAGE": "vi", "PYTHONUTF8": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "kt1custody", *words],
        cwd=ROOT, env=environment, stdin=other, stdout=other, stderr=other, start_new_session=True,
    )  # fmt: skip
    os.close(other)
    try:
        yield Terminal(process, end)
    finally:
        process.kill()
        process.wait()
        os.close(end)
