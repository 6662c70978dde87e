"""Outputs that nobody gets: a pipe without a reader, a full device, a terminal that is gone."""

import contextlib
import io
import os
import pty
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TextIO

from kt1custody.cli.main import kt1


class Ended(NamedTuple):
    """How a command ended: its exit code, and what was said on the other stream."""

    code: int
    said: str


def pipe() -> TextIO:
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w", encoding="utf-8")


def full_device() -> TextIO:
    return open("/dev/full", "w", encoding="utf-8")  # noqa: PTH123


def lost_terminal() -> TextIO:
    ours, theirs = pty.openpty()
    os.close(ours)
    return os.fdopen(theirs, "w", encoding="utf-8")


SINKS = {"pipe": pipe, "full device": full_device, "terminal": lost_terminal}


def give(words: Sequence[str], sink: str | None = None) -> Ended:
    """Give a command in this process; its answer goes nowhere if a sink is named."""
    out = io.StringIO() if sink is None else SINKS[sink]()
    said = io.StringIO()
    code: object = None
    with _streams(out, said):
        try:
            kt1.main(list(words), prog_name="kt1")
        except SystemExit as end:
            code = end.code
        finally:
            out.flush()  # as Python does at its end
    out.close()
    assert isinstance(code, int)
    return Ended(code, said.getvalue())


@contextlib.contextmanager
def _streams(out: TextIO, error: TextIO) -> Iterator[None]:
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), out, error
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
