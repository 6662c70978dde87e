"""The pages of commands say what the program says of itself."""

import re

import pytest

from kt1custody.cli.main import kt1
from scripts import commands_page
from tests.kit.package import commands


@pytest.mark.parametrize("language", commands_page.PAGES)
def test_page_is_what_the_program_says(language: str):
    """Else run scripts/commands_page.py."""
    assert commands_page.PAGES[language].read_text("utf-8") == commands_page.page(language)


@pytest.mark.parametrize("language", commands_page.PAGES)
def test_page_has_every_command_and_every_option(language: str):
    text = commands_page.PAGES[language].read_text("utf-8")
    for name, command in commands(kt1):
        assert f"`{name}" in text
        for param in command.params:
            for option in param.opts if param.param_type_name == "option" else ():
                assert re.search(rf"^\| `[^`]*{option}\b", text, re.MULTILINE), (name, option)
