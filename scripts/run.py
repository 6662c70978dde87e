"""Sets up if needed and becomes `kt1` with the words given.

Without any it plays the demo; `serve` alone serves the pages of the demo's log, which is played first
where there is none.
"""

import sys
from pathlib import Path

import setup_env

DEMO_PAGES = ("--demo", "serve", "--unlock", "NV021")


def main() -> None:
    """Run it."""
    words, python = sys.argv[1:], setup_env.ensure("run")
    if words[:1] == ["serve"] and not {"--data", "--keys", "--demo"} & {*words}:
        if not Path("demo").exists():
            code = setup_env.run_here(python, "-m", "kt1custody", "demo")
            if code:
                sys.exit(code)
        words = [*DEMO_PAGES, *words[1:]]
    setup_env.become(python, "-m", "kt1custody", *(words or ["demo"]))


if __name__ == "__main__":
    main()
