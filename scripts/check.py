"""Runs every check before a commit: format, lint, types, layers, tests.

`--fix` formats and mends what can be mended; `--all` runs the slow tests too; `--coverage` demands
besides the coverage that they reach; `--nightly` goes through all of every long search.
"""

import argparse
import subprocess
import sys

import setup_env

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
        [python, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        *_tests(python, options),
    ]
    for check in checks:
        print("·", *check[1:6], flush=True)
        code = subprocess.run(check, cwd=setup_env.ROOT, check=False).returncode
        if code != 0:
            return code
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fix", action="store_true", help="format, and mend what can be mended")
    parser.add_argument("--all", action="store_true", help="the slow tests too")
    parser.add_argument("--coverage", action="store_true", help="--all, and demand its coverage")
    parser.add_argument("--nightly", action="store_true", help="the long searches too")
    return parser.parse_args()


def _tests(python: str, options: argparse.Namespace) -> list[list[str]]:
    tests = [python, "-m", "pytest", "-q", "-n", "auto"]
    if options.nightly:
        tests.append("--nightly")
    elif not (options.all or options.coverage):
        tests += ["-m", "not slow"]
    if not options.coverage:
        return [tests]
    coverage = [python, "-m", "coverage", "report"]
    return [
        [*tests, "--cov", "--cov-report="],
        coverage,
        [*coverage, f"--include={STRICT}", "--fail-under=98"],
    ]


if __name__ == "__main__":
    sys.exit(main())
