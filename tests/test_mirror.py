"""The tests of every module are found under its name; where they are not, they are named here."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.kit.package import PACKAGE, ROOT

TESTS = ROOT / "tests"

# These only declare, or forward to others; what they say is seen wherever they are used.
DECLARES = {
    "__main__", "errors", "services/session/given_file", "sheets/limits", "sheets/look",
    "store/tables", "audit/findings",
}  # fmt: skip

# These are parts of something whose tests go through all of it.
PART_OF = {
    "printing/receipt": "services/registration/test_receipt",
}


def modules() -> set[str]:
    return {
        path.relative_to(PACKAGE).with_suffix("").as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py"
    }


def has_own_tests(module: str) -> bool:
    """Whether there is a file `test_<module>.py` in the mirror, or `test_<module>_<what>.py`."""
    place = TESTS / Path(module).parent
    name = Path(module).name
    return any(place.glob(f"test_{name}.py")) or any(place.glob(f"test_{name}_*.py"))


def test_every_module_has_its_tests_under_its_name_or_is_named_with_where_they_are():
    without = {module for module in modules() if not has_own_tests(module)}
    assert without - DECLARES - PART_OF.keys() == set(), "add a test file under these names"
    assert (DECLARES | PART_OF.keys()) - without == set(), "these have their own, or are gone"
    assert DECLARES & PART_OF.keys() == set()


def test_what_is_named_is_there():
    assert [name for name in PART_OF.values() if not (TESTS / f"{name}.py").is_file()] == []


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(TESTS.rglob("*.py")):
        yield path.relative_to(TESTS).as_posix(), ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{name.name}" for name in names)
            case ast.Import(names=names):
                yield from (name.name for name in names)


def test_no_module_imports_from_a_test_module_or_a_conftest():
    for name, tree in sources():
        for module in imported(tree):
            last = module.rpartition(".")[2]
            is_test = module.startswith("tests.") and "tests.kit" not in module
            assert not (is_test and last.startswith(("test_", "conftest"))), (name, module)


def test_helpers_lie_in_the_kit():
    for path in TESTS.rglob("*.py"):
        place = path.relative_to(TESTS).parts[0]
        is_test = path.name.startswith("test_") or path.name == "conftest.py"
        assert is_test or place in ("kit", "vectors"), path
