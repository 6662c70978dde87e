"""Names of files as a terminal writes them when a file is dragged onto it.

**Rule:** a name is only taken apart here, never opened.
"""

import os
import re
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

_ENDINGS = re.compile(
    r"\.(png|jpe?g|jpe|jfif|gif|webp|bmp|dib|tiff?|hei[cf]|avif|pdf|svg|docx?|xlsx?)", re.IGNORECASE
)
_BEGINNING = re.compile(r"([A-Za-z]:)?[/\\]|~[/\\]|\.{1,2}[/\\]")
_QUOTED = re.compile(r"['\"]")
_NEXT = re.compile(r"\s+(?=/|~/|file:|[A-Za-z]:[/\\])")  # a name without quotes may have spaces
_IS_WINDOWS = os.name == "nt"


def names(typed: str, *, is_windows: bool = _IS_WINDOWS) -> list[str]:
    r"""Take the names of files out of a line; empty if it is not made of such names alone.

    Args:
        typed: Untrusted: `'/home/a/b c.png' /home/d.png`, `/home/a/b\ c.png`,
            `file:///home/a/b%20c.png`, `"C:\b c.png"`, `& 'C:\b c.png'`.
        is_windows: A backslash parts folders and escapes nothing.
    """
    line = typed.strip().removeprefix("& ").strip()  # PowerShell takes a quoted name for a command
    is_plain = not _QUOTED.search(line) and (is_windows or "\\" not in line)
    parts = _NEXT.split(line) if is_plain else _unquoted(line, is_windows=is_windows)
    files = [_of_url(part) for part in parts]
    return files if files and all(map(_is_name, files)) else []


def file_named(argument: str) -> Path | None:
    """Give the file that an argument of a command names, or None if it names none.

    The shell has taken off quotes and escapes; a file's address may still be one.
    """
    name = _of_url(argument)
    path = Path(name)
    try:
        is_there = path.exists()
    except OSError:  # longer than a name can be
        is_there = False
    return path if is_there or _is_name(name) else None


def _unquoted(line: str, *, is_windows: bool) -> list[str]:
    """Take off quotes and escapes as a shell does; nothing if a quote is left open."""
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    lexer.escape = "" if is_windows else lexer.escape
    try:
        return list(lexer)
    except ValueError:
        return []


def _of_url(text: str) -> str:
    """Give the name in a `file:` address of this machine; another text stays as it is."""
    if not text.lower().startswith("file:"):
        return text
    from urllib.request import url2pathname  # which takes as long to load as the command line

    address = urlsplit(text)
    local = address.netloc in ("", "localhost")
    return url2pathname(unquote(address.path)) if local else text


def _is_name(text: str) -> bool:
    """Tell whether a text looks like the name of a file here: not an address elsewhere."""
    if "://" in text or text.startswith(("//", "\\\\")):
        return False
    ending = Path(text).suffix
    return _BEGINNING.match(text) is not None or _ENDINGS.fullmatch(ending) is not None
