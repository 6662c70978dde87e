"""Sets up if needed and runs everything: all checks, all tests, the quick measurements."""

import sys

import setup_env

if __name__ == "__main__":
    python = setup_env.ensure("dev")
    code = setup_env.run(python, "scripts/check.py", "--all")
    sys.exit(code or setup_env.run(python, "scripts/bench.py", "--quick"))
