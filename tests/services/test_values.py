"""Services take and give values: none is told of a place on this machine, nor reads or writes one."""

import ast
from collections.abc import Iterator

from tests.kit.package import PACKAGE

SERVICES = PACKAGE / "services"

# What a place is in truth another name for, and why nobody can hand over its bytes instead.
PLACES = {
    "session/session": "the folders of a session are where its log and its keys are",
    "keys/founding_note": "a note in the keys folder of a session, and in no other place",
    "evidence/backup": "a backup is a data folder, whose database SQLite opens by its path alone",
    "evidence/auditor": "a file that is the auditor's own, with a database beside it",
    "witness/cosign": "what was asked of a witness is carried to and fro in files",
    "witness/reply": "an answer is one of these files",
    "witness/conflict": "proof is kept in the data folder of a session",
}
# These read and write files of such a place.
TOUCHING = {
    "evidence/backup", "keys/founding_note", "witness/cosign", "witness/reply", "witness/conflict",
}  # fmt: skip


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
