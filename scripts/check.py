"""Runs every check before a commit: format, lint, types, layers, tests.

`--fix` formats and mends what can be mended; `--all` runs the slow tests too; `--coverage` demands
besides the coverage that they reach; `--nightly` goes through all of every long search.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import setup_env

_ROOM = 6 << 30  # bytes; tests write about half of it at once
STRICT = "kt1custody/core/*,kt1custody/signing/*,kt1custody/audit/*,kt1custody/errors.py"


def main() -> int:
    """Run one check after the other; stop at the first that fails."""
    options = _options()
    python = str(setup_env.ensure("dev"))
    ruff = [python, "-m", "ruff"]
    checks = [
        [*ruff, "format", *([] if options.fix else ["--check"])],
        [*ruff, "check", *(["--fix"] if options.fix else [])],
        [python, "-m", "mypy"],
        [python, "scripts/check_scripts.py"],
        [python, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        *_tests(python, options),
    ]
    for check in checks:
        print("·", *check[1:6], flush=True)
        with tempfile.TemporaryDirectory(dir=_fast_place()) as place:
            told = {**os.environ, "PYTEST_DEBUG_TEMPROOT": place}
            told.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of programs are started
            code = subprocess.run(check, cwd=setup_env.ROOT, env=told, check=False).returncode
        if code != 0:
            return code
    return 0


def _fast_place() -> str | None:
    """Give a folder in memory for what tests write, if there is one with room for it."""
    shared = Path("/dev/shm")  # noqa: S108  # a folder of this run's own is made in it
    try:
        has_room = shutil.disk_usage(shared).free > _ROOM and os.access(shared, os.W_OK | os.X_OK)
    except OSError:
        return None
    return str(shared) if has_room else None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fix", action="store_true", help="format, and mend what can be mended")
    parser.add_argument("--all", action="store_true", help="the slow tests too")
    parser.add_argument("--coverage", action="store_true", help="--all, and demand its coverage")
    parser.add_argument("--nightly", action="store_true", help="the long searches too")
    return parser.parse_args()


def _tests(python: str, options: argparse.Namespace) -> list[list[str]]:
    # One more than there are cores: browsers and other programs are often waited for.
    # Each gets a stretch of them, so that what modules share is made once, and helps when it is done.
    tests = ["-m", "pytest", "-q", "-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal"]
    if options.nightly:
        tests.append("--nightly")
    elif not (options.all or options.coverage):
        tests += ["-m", "not slow"]
    if not options.coverage:
        return [[python, *tests]]
    coverage = [python, "-m", "coverage"]
    return [
        [*coverage, "erase"],
        [*coverage, "run", *tests],  # and every program that a test starts
        [*coverage, "combine", "--quiet"],
        [*coverage, "report"],
        [*coverage, "report", f"--include={STRICT}", "--fail-under=98"],
    ]


if __name__ == "__main__":
    sys.exit(main())
