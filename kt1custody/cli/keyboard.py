"""The keyboard of the terminal, which a scanner is too."""

import os
import select
import sys

QUIET = 0.3  # seconds without a key; a scanner leaves no such gap within a code


def wait_until_quiet() -> None:
    """Throw away what the keyboard sends, until it has sent nothing for `QUIET` seconds.

    What is typed after that was typed by somebody who has seen what the terminal shows now.
    """
    if sys.platform == "win32":
        import msvcrt
        import time

        last = time.monotonic()
        while time.monotonic() - last < QUIET:
            if msvcrt.kbhit():
                msvcrt.getwch()
                last = time.monotonic()
        return
    import termios
    import tty

    stdin = sys.stdin.fileno()
    before = termios.tcgetattr(stdin)
    try:
        tty.setcbreak(stdin)  # key by key: a line without its Enter would not be seen
        while select.select([stdin], [], [], QUIET)[0] and os.read(stdin, 4_096):
            pass
    finally:
        termios.tcsetattr(stdin, termios.TCSAFLUSH, before)
