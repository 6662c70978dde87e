"""Runs every check before a commit: format, lint, types, layers, tests, coverage.

`--fix` formats and mends what can be mended; `--all` runs the slow tests too and demands the
coverage that the whole suite reaches.
"""

import subprocess
import sys

import setup_env

STRICT = "kt1custody/core/*,kt1custody/signing/*,kt1custody/audit/*,kt1custody/errors.py"


def main() -> int:
    """Run one check after the other; stop at the first that fails."""
    fix, everything = "--fix" in sys.argv, "--all" in sys.argv
    python = str(setup_env.ensure("dev"))
    ruff, tests = [python, "-m", "ruff"], [python, "-m", "pytest", "-q", "-n", "auto"]
    checks = [
        [*ruff, "format", *([] if fix else ["--check"])],
        [*ruff, "check", *(["--fix"] if fix else [])],
        [python, "-m", "mypy"],
        [python, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
    ]
    if everything:
        checks += [
            [*tests, "--cov", "--cov-report="],
            [python, "-m", "coverage", "report"],
            [python, "-m", "coverage", "report", f"--include={STRICT}", "--fail-under=98"],
        ]
    else:
        checks.append([*tests, "-m", "not slow"])
    for check in checks:
        print("·", *check[1:6], flush=True)
        code = subprocess.run(check, cwd=setup_env.ROOT, check=False).returncode
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
