"""Starts the program: `kt1`, or `python -m kt1custody`."""

import io
import os
import sys
from pathlib import Path


def main() -> None:
    """Run the command line."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed before the start, as some schedulers do
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console of Windows may speak another code page
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        from kt1custody.cli import keyboard

        with keyboard.muted():
            from kt1custody.cli.main import kt1  # words are looked up while it loads

            kt1(prog_name="kt1")
    except KeyboardInterrupt:  # before there was a command, or behind its answer
        sys.exit(130)


if __name__ == "__main__":
    main()
