"""The pages for readers: their sections, numbered steps, paragraphs and the commands they name."""

import re
import shlex
from collections.abc import Iterator

import click

from kt1custody.cli.main import kt1
from tests.kit.package import ROOT

README, README_VI = ROOT / "README.md", ROOT / ".docs" / "README.vi.md"
INSTALL, DEVELOPING = ROOT / ".docs" / "install.md", ROOT / ".docs" / "developing.md"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"\d+\. ")
_ITEM = re.compile(r"(?m)^(?=(?:\d+\.|[-*]) )")


def prose(text: str) -> str:
    """Give a page without its blocks of commands."""
    return _BLOCK.sub("", text)


def blocks(text: str, kind: str) -> list[str]:
    """Give the blocks of a kind, such as `console`."""
    return [block for language, block in _BLOCK.findall(text) if language == kind]


def paragraphs(text: str) -> Iterator[str]:
    """Give the paragraphs of a page; every item of a list is one, a table is none."""
    for part in re.split(r"\n\s*\n", prose(text)):
        yield from (item for item in _ITEM.split(part) if item.strip() and item[0] != "|")


def sections(text: str) -> dict[str, list[str]]:
    """Give the numbered steps of every section, by its heading."""
    _, *parts = re.split(r"(?m)^## ", prose(text))
    return {
        part.partition("\n")[0]: [line for line in part.splitlines() if _STEP.match(line)]
        for part in parts
    }


def commands_in(text: str) -> Iterator[tuple[click.Command, list[str]]]:
    """Give each command that stands in backticks, with the words behind its name.

    Raises:
        AssertionError: There is no such command.
    """
    for line in re.findall(r"`(kt1 [^`]+)`", prose(text)):
        command: click.Command = kt1
        words = [word for word in shlex.split(line)[1:] if word != "--demo"]
        while words and isinstance(command, click.Group):
            assert words[0] in command.commands, line
            command = command.commands[words.pop(0)]
        yield command, words
