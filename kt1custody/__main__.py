"""Starts the program: `kt1`, or `python -m kt1custody`."""

import io
import sys

from kt1custody import settings


def main() -> None:
    """Run the command line."""
    settings.choose_language()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console of Windows may speak another code page
            stream.reconfigure(encoding="utf-8", errors="replace")
    from kt1custody.cli.main import kt1  # words are looked up while it loads

    kt1(prog_name="kt1")


if __name__ == "__main__":
    main()
