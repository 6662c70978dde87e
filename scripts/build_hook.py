"""Compiles the catalogues of words (`.po`) when the package is built or installed."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileWords(BuildHookInterface[Any]):
    """Writes `<language>/LC_MESSAGES/kt1.mo` beside every `kt1.po`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files of the package are collected."""
        del version, build_data
        for po in Path(self.root, "kt1custody", "locale").glob("*/LC_MESSAGES/kt1.po"):
            with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
                write_mo(target, read_po(source))
