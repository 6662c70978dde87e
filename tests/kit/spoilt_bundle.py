"""Bundles and dossiers spoilt in one place each, and what must be found."""

import shutil
from collections.abc import Callable
from pathlib import Path


def home(bundle: Path) -> Path:
    [found] = bundle.glob("logs/**/checkpoint")
    return found.parent


SPOILT: dict[str, tuple[Callable[[Path], object], str, set[str]]] = {
    "no checkpoint": (lambda b: (home(b) / "checkpoint").unlink(), "not-enough", set()),
    "no policy": (
        lambda b: (b / "policy.tlog-policy").unlink(), "missing", {"file-missing"},
    ),
    "policy": (
        lambda b: (b / "policy.tlog-policy").write_text("log x\nquorum none\n"), "wrong", {"policy"},
    ),
    "no tile": (lambda b: (home(b) / "tile/0/000").unlink(), "missing", {"file-missing"}),
    "tile": (lambda b: flip(home(b) / "tile/0/000"), "wrong", {"tile"}),
    "partial tile": (lambda b: flip(home(b) / "tile/0/001.p/4"), "wrong", {"tile"}),
    "upper tile": (lambda b: flip(home(b) / "tile/1/000.p/1"), "wrong", {"tile"}),
    "longer tile": (lambda b: append_to(home(b) / "tile/0/001.p/4"), "wrong", {"tile"}),
    "another tile": (
        lambda b: shutil.copy(home(b) / "tile/0/000", home(b) / "tile/0/002"), "wrong", {"tile"},
    ),
    "a file among tiles": (
        lambda b: (home(b) / "tile/0/README").write_text("x"), "wrong", {"tile"},
    ),
    "a file beside the checkpoint": (
        lambda b: (home(b) / "checkpoint2").write_text("x"), "wrong", {"tile"},
    ),
    "another log": (
        lambda b: shutil.copytree(home(b), home(b).parent / "e2"), "wrong", {"origin", "tile"},
    ),
    "last file of entries": (
        lambda b: (home(b) / "tile/entries/001.p/4").unlink(), "missing", {"entries-missing"},
    ),
    "checkpoint": (lambda b: flip(home(b) / "checkpoint"), "wrong", {"checkpoint"}),
    "key": (lambda b: flip(next((b / "keys").iterdir())), "wrong", {"key-file"}),
    "no key": (lambda b: next((b / "keys").iterdir()).unlink(), "missing", {"file-missing"}),
    "stamp": (lambda b: (b / "tsa/260.tsr").rename(b / "tsa/259.tsr"), "wrong", {"stamp"}),
    "no stamp": (lambda b: (b / "tsa/260.tsr").write_text("x"), "wrong", {"stamp"}),
}  # fmt: skip


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(content)


def append_to(path: Path) -> None:
    path.write_bytes(path.read_bytes() + bytes(32))
