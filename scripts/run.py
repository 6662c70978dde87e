"""Sets up if needed and runs the demo; with arguments, runs `kt1` with them."""

import sys

import setup_env

if __name__ == "__main__":
    python = setup_env.ensure("run")
    sys.exit(setup_env.run(python, "-m", "kt1custody", *(sys.argv[1:] or ["demo"])))
