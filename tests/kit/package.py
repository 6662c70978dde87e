"""The package as it lies on disk: its folders, words, places in words, commands."""

import string
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "kt1custody"


def catalogue(language: str) -> dict[str, str]:
    path = PACKAGE / "locale" / language / "LC_MESSAGES" / "kt1.po"
    with path.open("rb") as file:
        return {
            one.id if isinstance(one.id, str) else one.id[0]: "".join(one.string)
            for one in read_po(file)
            if one.id and one.string
        }


def places(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def commands(group: click.Command, name: str = "kt1") -> Iterator[tuple[str, click.Command]]:
    yield name, group
    if isinstance(group, click.Group):
        for word, command in group.commands.items():
            yield from commands(command, f"{name} {word}")
