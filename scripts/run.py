"""Sets up if needed and becomes `kt1` with the words given; without any, it plays the demo."""

import sys

import setup_env

if __name__ == "__main__":
    setup_env.become(setup_env.ensure("run"), "-m", "kt1custody", *(sys.argv[1:] or ["demo"]))
