"""Runs `kt1` in processes that kill themselves with SIGKILL at a chosen step.

A step is whatever reaches the disk: a statement of the database, an opening of a file for writing,
a flush, a renaming, a deletion. Each is written down before it is taken. Called as
`python kill_at.py` with a JSON array on the standard input, one element a run:

    {"words": […], "temporary": folder, "trace": file, "step": number or null, "during": µs or null}

Without a step the program runs to its end; with `during` it dies so many microseconds into the
step. Runs are forked from one process that has loaded the program, and cost no more than the
command does. Prints an exit code a line; −9 is a kill.
"""

import importlib
import json
import os
import signal
import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


class Steps:
    """Counts the steps, and dies at one of them."""

    def __init__(self, trace: str, at: int | None, during: int | None) -> None:
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._at, self._during, self._count = at, during, 0
        self._busy = False

    def take(self, what: str) -> None:
        if self._busy:
            return
        self._busy = True
        os.write(self._trace, what.replace("\n", " ")[:60].encode() + b"\n")
        if self._count == self._at:
            self._die()
        self._count += 1
        self._busy = False

    def _die(self) -> None:
        if self._during is None:
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            threading.Thread(target=self._die_later, args=(self._during / 1e6,)).start()

    def _die_later(self, seconds: float) -> None:
        time.sleep(seconds)
        os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: str, facts: tuple[object, ...]) -> None:
        if event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir"):
            self.take(f"{event} {facts[0]!r}")
        elif event == "open" and isinstance(facts[2], int) and facts[2] & (os.O_WRONLY | os.O_RDWR):
            self.take(f"open {facts[0]!r}")


def run(words: list[str], steps: Steps) -> None:
    """Run the program with the steps counted; never returns."""
    connect, flush = sqlite3.connect, os.fsync

    def connected(*place: Any, **how: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*place, **how)
        connection.set_trace_callback(lambda words: steps.take(f"sql {words}"))
        return connection

    def flushed(handle: int) -> None:
        steps.take("fsync")
        flush(handle)

    sqlite3.connect, os.fsync = connected, flushed  # type: ignore[assignment]
    sys.addaudithook(steps.hear)
    sys.argv = ["kt1", *words]
    from kt1custody.__main__ import main

    main()


def main() -> None:
    sys.path.insert(0, str(ROOT))
    for name in (
        "cli.main",
        "app",
        "services.keys.genesis",
        "services.keys.genesis_sheet",
        "services.seals.seal",
        "services.seals.resume",
    ):
        importlib.import_module(f"kt1custody.{name}")
    for one in json.load(sys.stdin):
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os.dup2(2, 1)
            os.environ["TMPDIR"] = one["temporary"]
            code: object = 70
            try:
                run(one["words"], Steps(one["trace"], one["step"], one["during"]))
            except SystemExit as ended:
                code = ended.code or 0
            finally:
                os._exit(code if isinstance(code, int) else 70)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    main()
