"""Makes what is not kept in the repository when the package is built or installed.

The catalogues of words are compiled (`.mo`). The pages' fonts and libraries come from the npm registry,
each pinned by the hash in `.requirements/web.lock.json`; the built package holds them all.
"""

import base64
import hashlib
import io
import json
import os
import tarfile
import urllib.request
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

REGISTRY = "https://registry.npmjs.org"
LOCK = Path(".requirements", "web.lock.json")
VENDOR = Path("kt1custody", "web", "static", "vendor")
_PATIENCE = 60  # seconds


class MakeParts(BuildHookInterface[Any]):
    """Writes the compiled words and the pages' libraries before the files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make them."""
        del version, build_data
        for po in Path(self.root, "kt1custody", "locale").glob("*/LC_MESSAGES/kt1.po"):
            with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
                write_mo(target, read_po(source))
        bring(Path(self.root))


def bring(root: Path) -> None:
    """Bring the pages' libraries, unless those of this very lock are there already."""
    lock, folder = (root / LOCK).read_bytes(), root / VENDOR
    stamp = folder / "lock.sha256"
    digest = hashlib.sha256(lock).hexdigest()
    if stamp.exists() and stamp.read_text("utf-8") == digest:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for package in json.loads(lock):
        archive = _fetch(package["name"], package["version"], package["integrity"])
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            for inside, name in package["files"].items():
                member = packed.extractfile(f"package/{inside}")
                if member is None:
                    raise FileNotFoundError(inside)
                (folder / name).write_bytes(member.read())
    stamp.write_text(digest, "utf-8")


def _fetch(name: str, version: str, integrity: str) -> bytes:
    """Fetch a package of the registry and compare it with the hash that the lock names."""
    registry = os.environ.get("npm_config_registry", REGISTRY).rstrip("/")  # noqa: SIM112  # npm's own
    url = f"{registry}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310  # of the registry
        archive = bytes(answer.read())
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != integrity:
        msg = f"{url}: hash mismatch: {found} is not {integrity}"
        raise ValueError(msg)
    return archive
