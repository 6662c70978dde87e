"""Writes `.requirements/*.lock` anew from `pyproject.toml`; needs `uv` and a package index."""

import subprocess
import sys

import setup_env


def main() -> int:
    """Resolve for every platform from Python 3.11 on, with hashes and without index addresses."""
    for name, extra in (("run", "build"), ("dev", "dev")):
        code = subprocess.run(
            [  # noqa: S607  # wherever uv is installed
                "uv",
                "pip",
                "compile",
                "pyproject.toml",
                f"--extra={extra}",
                "--universal",
                "--generate-hashes",
                "--python-version=3.11",
                "--no-emit-index-url",
                "--no-header",
                "--quiet",
                f"--output-file=.requirements/{name}.lock",
            ],
            cwd=setup_env.ROOT,
            check=False,
        ).returncode
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
