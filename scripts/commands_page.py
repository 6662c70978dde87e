"""Writes `.docs/commands.vi.md` and `.docs/commands.md`: every command with its options, as `--help`.

    .venv/bin/python scripts/commands_page.py

The program chooses its language when it starts, so each page is made by a process of its own.
`tests/scripts/test_commands_page.py` tells when this has to be run.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
PAGES = {"vi": ROOT / ".docs" / "commands.vi.md", "en": ROOT / ".docs" / "commands.md"}
WORDS = {
    "vi": {
        "title": "Các lệnh của kt1",
        "other": "In English: [commands.md](commands.md).",
        "source": (
            "Trang này do `scripts/commands_page.py` viết từ chính chương trình. Mỗi lệnh cũng tự "
            "nói điều này khi thêm `--help`. `kt1` là `python3 scripts/run.py`."
        ),
        "common": "Lựa chọn chung cho mọi lệnh",
        "place": "Đứng trước hoặc sau tên lệnh đều được.",
        "option": "lựa chọn",
        "meaning": "nghĩa",
    },
    "en": {
        "title": "Commands of kt1",
        "other": "Tiếng Việt: [commands.vi.md](commands.vi.md).",
        "source": (
            "Written by `scripts/commands_page.py` from the program itself. Every command says the "
            "same with `--help`. `kt1` stands for `python3 scripts/run.py`."
        ),
        "common": "Options that all commands take",
        "place": "They stand before or behind the name of the command.",
        "option": "option",
        "meaning": "meaning",
    },
}


def page(language: str) -> str:
    """Give a page as the program, started in this language, describes itself."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", __file__, language],
        env={**os.environ, "KT1_LANGUAGE": language},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def _page(language: str) -> str:
    from kt1custody import settings

    settings.choose_language()
    from kt1custody.cli.main import kt1

    words = WORDS[language]
    commands = list(_commands(kt1, "kt1"))
    common = {param.name for param in kt1.params}
    index = [
        f"{'  ' * (name.count(' ') - 1)}- {_link(name, command)}: {_help(command)}"
        for name, command in commands
    ]
    parts = [
        f"# {words['title']}",
        f"*({words['other']})* {words['source']}",
        "\n".join(index),
        f"## {words['common']}",
        words["place"],
        _options(kt1, words, set()),
    ]
    for name, command in commands:
        if isinstance(command, click.Group):
            continue
        context = click.Context(command, info_name=name)
        usage = " ".join([name, *command.collect_usage_pieces(context)])
        parts += [f"## {name}", _help(command), f"```\n{usage}\n```"]
        parts += [_options(command, words, common)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    for word, command in group.commands.items():
        yield f"{name} {word}", command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{name} {word}")


def _link(name: str, command: click.Command) -> str:
    is_group = isinstance(command, click.Group)
    return f"`{name}`" if is_group else f"[`{name}`](#{name.replace(' ', '-')})"


def _help(command: click.Command) -> str:
    return _in_table(command.help or "")


def _options(command: click.Command, words: dict[str, str], without: set[str | None]) -> str:
    context = click.Context(command)
    rows = []
    for param in command.params:
        if isinstance(param, click.Option) and param.name not in without:
            names, meaning = param.get_help_record(context) or ("", "")
            rows.append(f"| `{_in_table(names)}` | {_in_table(meaning)} |")
    if not rows:
        return ""
    return "\n".join([f"| {words['option']} | {words['meaning']} |", "|---|---|", *rows])


def _in_table(text: str) -> str:
    """Put a text on one line, without what would end a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write both pages; with a language, print that page."""
    if len(sys.argv) > 1:
        print(_page(sys.argv[1]), end="")
        return
    for language, path in PAGES.items():
        path.write_text(page(language), "utf-8")


if __name__ == "__main__":
    main()
