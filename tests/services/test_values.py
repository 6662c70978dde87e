"""Services take and give values: no places on this machine, no functions of a face, no setting of
the process.
"""

import ast
from collections.abc import Iterator

from tests.kit.package import PACKAGE

SERVICES = PACKAGE / "services"

# What a place is in truth another name for, and why nobody can hand over its bytes instead.
PLACES = {
    "session/session": "the folders of a session are where its log and its keys are",
    "evidence/backup": "a backup is a data folder, whose database SQLite opens by its path alone",
    "evidence/auditor": "an auditor's file names tables beside it, which SQLite opens by their path",
}
# These read and write files of such a place, or of a session's own folders.
TOUCHING = {"evidence/backup", "keys/founding_note", "people/suggestions", "witness/conflict"}

# A function that a service is given, and why it asks nobody anything.
FUNCTIONS = {
    "session/session Session.clock": "the machine's clock",
    "session/session Session.counted": "the machine's clock",
}
PROCESS = {"environ", "environb", "getenv", "putenv", "LANGUAGE", "gettext", "locale", "setlocale"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SERVICES.rglob("*.py")):
        name = path.relative_to(SERVICES).with_suffix("").as_posix()
        yield name, ast.parse(path.read_text("utf-8"))


def annotations(tree: ast.Module) -> Iterator[ast.expr]:
    """Of arguments and results of functions, and of the fields of classes."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(args=arguments, returns=returns):
                every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
                yield from (one.annotation for one in every if one.annotation is not None)
                if returns is not None:
                    yield returns
            case ast.ClassDef(body=body):
                yield from (one.annotation for one in body if isinstance(one, ast.AnnAssign))


def names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }


def imported(tree: ast.Module) -> set[str]:
    return {
        f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }


def test_no_service_takes_or_gives_a_place_on_this_machine():
    found = {
        name
        for name, tree in modules()
        if any(names(one) & {"Path", "PurePath", "PathLike"} for one in annotations(tree))
    }
    assert found - PLACES.keys() == set(), "take bytes, and let the face read and write files"
    assert PLACES.keys() - found == set(), "these have none any more"


def test_no_service_reads_or_writes_a_file_that_somebody_has_named():
    touching = {
        f"kt1custody.system.{name}" for name in ("files", "plain_file", "folders", "leftovers")
    }
    found = {name for name, tree in modules() if imported(tree) & touching}
    assert found == TOUCHING


def public(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """What public functions, methods and classes take and hold, with its name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield from taken("", node)
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.FunctionDef):
                    yield from taken(f"{node.name}.", part)
                elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                    yield f"{node.name}.{part.target.id}", part.annotation


def taken(prefix: str, function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    if function.name.startswith("_") and not function.name.startswith("__"):
        return
    for parameter in parameters(function):
        if parameter.annotation is not None:
            yield f"{prefix}{function.name} {parameter.arg}", parameter.annotation


def parameters(function: ast.FunctionDef) -> Iterator[ast.arg]:
    """All of them, with those that stand for several."""
    given = function.args
    yield from (*given.posonlyargs, *given.args, *given.kwonlyargs)
    yield from (parameter for parameter in (given.vararg, given.kwarg) if parameter is not None)


def function_types() -> set[str]:
    """`Callable`, and every name that the package gives to a type of functions."""
    found, before = {"Callable", "FunctionType", "MethodType", "Protocol"}, set[str]()
    while found != before:
        before = set(found)
        for path in PACKAGE.rglob("*.py"):
            for node in ast.parse(path.read_text("utf-8")).body:
                match node:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
                        names(value) & found
                    ):
                        if isinstance(value, ast.Subscript | ast.BinOp | ast.Name):
                            found.add(name)
    return found


def test_no_service_is_given_a_function_by_which_it_asks_somebody():
    types = function_types()
    assert {"Check", "Place"} <= types  # the search sees names that were given to them
    found = {
        f"{module} {name}"
        for module, tree in modules()
        for name, annotation in public(tree)
        if names(annotation) & types or "Callable" in ast.unparse(annotation)
    }
    assert found - FUNCTIONS.keys() == set(), "take a value, and let the face ask"
    assert FUNCTIONS.keys() - found == set(), "these take none any more"


def test_no_service_confirms_or_asks_for_a_pin():
    found = {
        f"{module} {parameter.arg}"
        for module, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for parameter in parameters(node)
        if parameter.arg in ("confirm", "ask_pin", "ask_new_pin", "ask")
    }
    assert found == set()


def test_no_service_goes_by_a_setting_of_the_process():
    """Two sessions in one process may differ in all that is set."""
    found = {
        (module, name)
        for module, tree in modules()
        for name in names(tree)
        | {name.rpartition(".")[2] for name in imported(tree)}
        | {
            name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for name in node.names
        }
        if name in PROCESS
    }
    assert found == set()
