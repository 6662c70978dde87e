"""A class name stands for one thing: whoever reads it need not ask which one is meant."""

import ast
from collections import defaultdict

from tests.kit.package import PACKAGE

# Names that two classes share, and why; the verifiers are programs of their own.
SHARED: dict[str, str] = {}
PROGRAMS = PACKAGE / "verifiers"


def classes() -> dict[str, list[str]]:
    """Name → the modules that have a class of that name."""
    found = defaultdict[str, list[str]](list)
    for path in sorted(PACKAGE.rglob("*.py")):
        if PROGRAMS in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(path.relative_to(PACKAGE).as_posix())
    return found


def test_no_class_name_stands_for_two_things():
    known = classes()
    assert len(known) > 300
    twice = {name: places for name, places in known.items() if len(places) > 1}
    assert twice.keys() - SHARED.keys() == set(), twice
    assert SHARED.keys() - twice.keys() == set(), "these names stand for one thing now"
