"""The keyboard of the terminal, which a scanner is too.

**Rule:** what is typed is shown only while a question waits whose answer may be seen. A PIN that is
typed before its question appears is never shown, and never left to the shell.
"""

import contextlib
import os
import select
import signal
import sys
from collections.abc import Iterator
from typing import Any

import click

from kt1custody import settings
from kt1custody.core.formats import spelling

QUIET = 0.3  # seconds without a key; a scanner leaves no such gap within a code
_LONG = 60  # characters of a scan; a number that somebody types is shorter
_SHOWN = 24
_BACK = "\x1b[{}A\x1b[J"  # so many rows up, and nothing below
_ENDS = ("SIGTERM", "SIGHUP")  # what ends a program without asking it
_asked: set[str] = set()  # secrets that this program has asked for


@contextlib.contextmanager
def muted() -> Iterator[None]:
    """Show nothing that is typed, as long as the program runs; put the terminal back however it ends.

    What is left unread behind a secret is thrown away: it may be a part of it.
    """
    stdin = _terminal()
    if stdin is None:
        yield
        return
    import termios

    before = termios.tcgetattr(stdin)

    def put_back(*, flush: bool) -> None:
        if _terminal() is not None:
            when = termios.TCSAFLUSH if flush else termios.TCSADRAIN
            with contextlib.suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(stdin, when, before)

    def end(number: int, _: object) -> None:
        put_back(flush=bool(_asked))
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    heard = {name: signal.signal(getattr(signal, name), end) for name in _ENDS}
    try:
        _show(stdin, is_shown=False)
        yield
    finally:
        put_back(flush=bool(_asked))
        for name, handler in heard.items():
            signal.signal(getattr(signal, name), handler)


@contextlib.contextmanager
def shown() -> Iterator[None]:
    """Show what is typed, for a question whose answer may be seen."""
    stdin = _terminal()
    if stdin is None:
        yield
        return
    was_shown = _show(stdin, is_shown=True)
    try:
        yield
    finally:
        _show(stdin, is_shown=was_shown)


def ask(question: str, **facts: Any) -> str:  # noqa: ANN401  # as click takes them
    """Ask for what may be seen while it is typed."""
    with shown():
        answer: str = click.prompt(question, show_default=False, err=True, **facts)
    return answer


def ask_scan(question: str) -> str:
    """Ask for a scan; of a long code only its beginning stays on the screen."""
    answer = ask(question, default="")
    width = _width()
    if len(answer) > _LONG and width:
        rows = -(-len(f"{question}: {answer}") // width)
        shown = spelling.shown(answer, _SHOWN)
        click.echo(f"{_BACK.format(rows)}{question}: {shown}… ({len(answer)})", err=True)
    return answer


def agree(question: str, *, default: bool = False) -> bool:
    """Ask for yes or no."""
    with shown():
        return click.confirm(question, default=default, show_default=False, err=True)


def ask_secret(question: str, default: str | None = None) -> str:
    """Ask for a PIN or passphrase; what was typed before the question appears is thrown away."""
    _asked.add(question)
    typed: str = click.prompt(
        question, default=default, show_default=False, hide_input=True, err=True
    )
    return typed


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


def _width() -> int:
    """Give the columns of the terminal where questions stand; 0 where its cursor cannot be moved."""
    if sys.platform == "win32" or settings.is_dumb():
        return 0
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return 0


def _terminal() -> int | None:
    """Give the number of the terminal whose keys this program reads, or None."""
    if sys.platform == "win32":
        return None
    try:
        stdin = sys.stdin.fileno()
        # One in the background would be stopped for touching it.
        return stdin if os.tcgetpgrp(stdin) == os.getpgrp() else None
    except (OSError, ValueError, AttributeError):
        return None


def _show(stdin: int, *, is_shown: bool) -> bool:
    """Have the terminal show what is typed or not; tell whether it did."""
    import termios

    mode = termios.tcgetattr(stdin)
    was_shown = bool(mode[3] & termios.ECHO)
    mode[3] = mode[3] | termios.ECHO if is_shown else mode[3] & ~termios.ECHO
    with contextlib.suppress(termios.error):
        termios.tcsetattr(stdin, termios.TCSADRAIN, mode)
    return was_shown
