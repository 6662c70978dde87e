"""Brings packages of the npm registry that a lock names, each pinned by its hash.

    python scripts/npm_packages.py LOCK FOLDER

Needs nothing but Python. What is there already of this very lock is kept.
"""

import base64
import hashlib
import io
import json
import os
import sys
import tarfile
import urllib.request
from pathlib import Path
from typing import Any

REGISTRY = "https://registry.npmjs.org"
_PATIENCE = 60  # seconds


def bring(lock: Path, folder: Path) -> None:
    """Bring the files that a lock names into a folder.

    Raises:
        ValueError: A package is not the one that was locked; nothing of it was written.
        OSError: The registry does not answer.
    """
    content = lock.read_bytes()
    stamp, digest = folder / "lock.sha256", hashlib.sha256(content).hexdigest()
    if stamp.exists() and stamp.read_text("utf-8") == digest:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for package in json.loads(content):
        archive = _fetch(package["name"], package["version"], package["integrity"])
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            _unpack(packed, package, folder)
    stamp.write_text(digest, "utf-8")


def _unpack(packed: tarfile.TarFile, package: dict[str, Any], folder: Path) -> None:
    """Write the files that are named, and those directly in the folders that are named."""
    names = {f"package/{inside}": outside for inside, outside in package["files"].items()}
    for inside, outside in package.get("folders", {}).items():
        begin = f"package/{inside}"
        for name in packed.getnames():
            if name.startswith(begin) and "/" not in name.removeprefix(begin):
                names[name] = outside + name.removeprefix(begin)
    for inside, outside in names.items():
        member = packed.extractfile(inside)
        if member is None:
            raise FileNotFoundError(inside)
        target = folder / outside
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(member.read())


def _fetch(name: str, version: str, integrity: str) -> bytes:
    """Fetch a package and compare it with the hash that the lock names."""
    registry = os.environ.get("npm_config_registry", REGISTRY).rstrip("/")  # noqa: SIM112  # npm's own
    url = f"{registry}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310  # of the registry
        archive = bytes(answer.read())
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != integrity:
        msg = f"{url}: hash mismatch: {found} is not {integrity}"
        raise ValueError(msg)
    return archive


if __name__ == "__main__":
    bring(Path(sys.argv[1]), Path(sys.argv[2]))
