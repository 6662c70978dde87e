"""Scanning for a command: each scan is answered at once, and nothing that was scanned is lost.

**Rule:** a scanner is a keyboard, so every line at the terminal may come from a stranger's code. A
line is a text and is never opened by itself. Where it names files, as dragging them onto the
terminal does, the person is asked about each by its name, and only an answer counts that is typed
after the keyboard was quiet: a code that types a name, Enter and "y" in one go opens nothing. An
address elsewhere (`//host/…`, `http://…`) is no file's name.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kt1custody.cli import dragged, keyboard, sources
from kt1custody.cli.speech import LANGUAGE, number, say, word
from kt1custody.core.formats import numbers, spelling
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.errors import KtError, NotAllowedError, RefusedError
from kt1custody.words.errors import error_lines

if TYPE_CHECKING:
    from kt1custody.cli.face import Face
    from kt1custody.services.session.scan_list import ScanAnswer, ScanList
    from kt1custody.services.session.use_case import ItemsUseCase

_TOO_SOON = 0.1  # seconds; no person answers within, but a scanner that ends a code by two Enters
_SHOWN = 60  # characters of a file's name
_KEPT = (
    "wrong-pin", "wrong-pin-before", "wrong-pin-wait", "pin-wait", "changed-meanwhile",
    "not-possible",  # each scan was allowed when it was made: something has changed since
)  # fmt: skip
_T = TypeVar("_T")


def collect(
    face: "Face",
    given: Sequence[str],
    file: Path | None = None,
    wanted: "ItemsUseCase[Any] | None" = None,
) -> tuple[str, ...]:
    """Give what a command is about, one text for each scan.

    With nothing given, somebody at a terminal scans one by one.

    Args:
        given: Arguments: untrusted texts, numbers, names of pictures.
        file: List of scans, one a line, or a picture; `-` for what is piped in.
        wanted: What the items are for; the rules are asked about each while it is scanned.

    Raises:
        KtError: As `scan.refuse`: all that could not be read, each with its place.
    """
    if not given and file is None and sys.stdin.isatty():
        return _scan(face, wanted)
    from kt1custody.services.session import scan

    named = sources.read(face, given, file)
    texts = tuple(source.text for source in named if source.fault is None)
    errors = iter(scan.errors(face.session(), texts))
    faults = [
        scan.Fault(place=source.place, text=source.text, error=error)
        for source in named
        if (error := source.fault or next(errors)) is not None
    ]
    scan.refuse(faults, of=len(named))
    return texts


def keep(face: "Face", scanned: Sequence[str], sign: Callable[[], _T]) -> _T:
    """Show a list and have it signed; neither a wrong PIN nor Ctrl-C at the PIN loses the list.

    Args:
        sign: Asks for confirmation and PINs, and signs; called again with the same list.
    """
    while True:
        try:
            return sign()
        except click.Abort:
            _confirm_leaving(face, len(scanned))
        except (NotAllowedError, RefusedError) as error:
            if error.code not in _KEPT or face.yes or not sys.stdin.isatty():
                raise
            for line in error_lines(LANGUAGE, error):
                face.note(line)
            if not _goes_on(len(scanned)):
                raise


def _scan(face: "Face", wanted: "ItemsUseCase[Any] | None") -> tuple[str, ...]:
    """Have somebody scan one by one and answer each scan; an empty line ends the list."""
    from kt1custody.services.session.scan_list import ScanList

    scan_list, is_after_scan = ScanList(face.session(), wanted), False
    while True:
        count = number(len(scan_list.texts))
        question = say("Scan a seal, or Enter to end ({count} scanned)", count=count)
        asked_at = time.monotonic()
        try:
            line = keyboard.ask_scan(question)
        except click.Abort:
            _confirm_leaving(face, len(scan_list.texts))
            continue
        is_of_scan = is_after_scan and time.monotonic() - asked_at < _TOO_SOON
        is_after_scan = bool(line.strip())
        if is_after_scan:
            for text in _texts(face, line):
                _take(face, scan_list, text)
        elif not is_of_scan:
            return scan_list.texts


def _take(face: "Face", scan_list: "ScanList", text: str) -> None:
    """Put a scan on the list and say what it is."""
    try:
        answer = scan_list.add(text)
    except KtError as error:
        if not scan_list.texts and not _is_about_an_item(error):
            raise  # whatever is scanned, these persons cannot do this
        lines = error_lines(LANGUAGE, error)
        for line in lines[1:] if error.code == "not-possible" else lines:
            face.note(f"  ✗ {line.strip()}")
        return
    face.note(_line(face, answer))


def _is_about_an_item(error: KtError) -> bool:
    if error.code in ("no-such-person", "one-person-twice", "role-may-not", "no-access"):
        return False
    faults = error.detail.get("faults")
    return not isinstance(faults, list) or any(n for n, _ in faults)


def _line(face: "Face", answer: "ScanAnswer") -> str:
    item = answer.item
    shown = numbers.format_item_number(item.n)
    if answer.is_repeat:
        return say("  – {number}: scanned already, not counted again", number=shown)
    line = say(
        "  {count}. {number} {mark:<3} to {dest}",
        count=number(answer.count),
        number=shown,
        mark="" if item.mark == Mark.NONE else f"[{Mark(item.mark).name}]",
        dest=face.place(str(item.dest)),
    )
    if item.urgency == Urgency.NORMAL:
        return line
    return f"{line} · {word('service', Urgency(item.urgency).name)}"


def _texts(face: "Face", line: str) -> list[str]:
    """Give the scans of a line: the line itself, or the seals of the pictures that it names."""
    names = dragged.names(line)
    pictured = [source for name in names for source in _opened(face, name)]
    for source in pictured:
        if source.fault is not None:
            for reason in error_lines(LANGUAGE, source.fault):
                face.note(f"  ✗ {source.place}: {reason}")
    return [source.text for source in pictured if source.fault is None] if names else [line]


def _opened(face: "Face", name: str) -> list[sources.Source]:
    """Read a picture whose name was typed or dragged here, if a person wants it opened."""
    shown = spelling.shown(name, _SHOWN)
    face.note(say("  ? This names a file: {name}", name=shown))
    keyboard.wait_until_quiet()
    question = say("{question} (y: yes, n: no; Enter: no)", question=say("Open it as a picture?"))
    if keyboard.agree(question):
        return sources.of_picture(face, Path(name).expanduser())
    face.note(say("  ✗ Not opened, not counted: {name}", name=shown))
    return []


def _confirm_leaving(face: "Face", count: int) -> None:
    """Leave after Ctrl-C only if somebody says so; without a list, or at a second Ctrl-C, at once."""
    if not count or not sys.stdin.isatty():
        raise click.Abort
    face.note("")
    if not _goes_on(count):
        raise click.Abort


def _goes_on(count: int) -> bool:
    question = say(
        "Nothing is signed. Go on with the same list ({count})? (y: yes, n: no; Enter: yes)",
        count=number(count),
    )
    return keyboard.agree(question, default=True)
