"""The program `strangers`: C2SP formats as golang.org/x/mod/sumdb reads and writes them.

It is built out of the Go files in `go`, once in each process that asks. It needs Go and the sources of
golang.org/x/mod, which are installed from Debian where root may; elsewhere the test is skipped, or
fails under KT1_TEST_REQUIRE=1.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from tests.kit import programs

SOURCES = Path("/usr/share/gocode")  # where Debian keeps libraries of Go
PACKAGE = "golang-golang-x-mod-dev"


def answers(*arguments: object, given: bytes = b"") -> str:
    """Give what the program says, which must hold."""
    done = run(*arguments, given=given)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def refuses(*arguments: object, given: bytes = b"") -> str:
    """Give the reason why it does not hold, which must be."""
    done = run(*arguments, given=given)
    assert done.returncode == 1, done.stdout.decode() + done.stderr.decode()
    return done.stderr.decode()


def run(*arguments: object, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the program; what it takes and gives stands in `strangers.go`."""
    command = [str(program()), *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=300)


@cache
def program() -> Path:
    """Build it, and give its path."""
    go = programs.need("go", package="golang-go", variable="KT1_GO")
    _need_sources()
    folder = Path(tempfile.mkdtemp(prefix="kt1-strangers-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    built = folder / "strangers"
    settings = {
        "GO111MODULE": "off", "GOPATH": str(SOURCES), "GOFLAGS": "", "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }  # fmt: skip
    done = subprocess.run(
        [go, "build", "-o", built, *sorted((Path(__file__).parent / "go").glob("*.go"))],
        env={**os.environ, **settings},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"strangers does not build: {done.stderr.decode()}")
    return built


def _need_sources() -> None:
    wanted = SOURCES / "src" / "golang.org" / "x" / "mod" / "sumdb" / "note"
    if not wanted.is_dir():
        programs.install(PACKAGE)
    if not wanted.is_dir():
        reason = f"no golang.org/x/mod: install the Debian package {PACKAGE}"
        if os.environ.get("KT1_TEST_REQUIRE") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
