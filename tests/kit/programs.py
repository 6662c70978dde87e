"""Programs of other people that tests run: found on the path, or installed where root may.

Where neither can be, the test is skipped; under KT1_TEST_REQUIRE=1 it fails.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest


@cache
def need(*names: str, package: str, variable: str) -> str:
    """Give the path of a program.

    Args:
        names: Any of these will do, the first one best.
        package: The Debian package that brings one of them.
        variable: A variable of the environment which, if set, names the program instead.
    """
    named = os.environ.get(variable)
    found = shutil.which(named) if named else _on_path(names) or install(package, *names)
    if found:
        return found
    reason = f"no {names[0]}: install the Debian package {package} or set {variable}"
    if os.environ.get("KT1_TEST_REQUIRE") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def _on_path(names: tuple[str, ...]) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)


def install(package: str, *names: str) -> str | None:
    """Install a Debian package where root may; one process at a time, as tests run in several.

    Args:
        names: Programs of it, any of which makes it needless.

    Returns:
        The path of the first that is there now.
    """
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    with (Path(tempfile.gettempdir()) / "kt1-tests-install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install = ["install", "-y", "--no-install-recommends", package]
        for arguments in () if _on_path(names) else (["update"], install):
            subprocess.run(
                ["apt-get", "-qq", *arguments],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                capture_output=True,
                check=False,
            )
    return _on_path(names)
