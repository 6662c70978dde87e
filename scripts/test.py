"""Sets up if needed and runs the gate: all checks and tests; `--nightly`: the long searches too."""

import sys

import setup_env

if __name__ == "__main__":
    python = setup_env.ensure("dev")
    sys.exit(setup_env.run(python, "scripts/check.py", "--all", *sys.argv[1:]))
