"""Makes what is not kept in the repository when the package is built or installed.

The catalogues of words are compiled (`.mo`). The pages' fonts and libraries come from the npm registry,
as `.requirements/web.lock.json` names them; the built package holds them all.
"""

import sys
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))
import npm_packages


class MakeParts(BuildHookInterface[Any]):
    """Writes the compiled words and the pages' libraries before the files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make them."""
        del version, build_data
        root = Path(self.root)
        for po in (root / "kt1custody" / "locale").glob("*/LC_MESSAGES/kt1.po"):
            with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
                write_mo(target, read_po(source))
        vendor = root / "kt1custody" / "web" / "static" / "vendor"
        npm_packages.bring(root / ".requirements" / "web.lock.json", vendor)
