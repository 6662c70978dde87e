"""An account that may read some files and write none of them, and a machine at its limits."""

import contextlib
import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

NOBODY = 65_534


@contextlib.contextmanager
def readable_copy(folder: Path) -> Iterator[Path]:
    """Copy a folder to where every account may read it and, in `as_reader`, none may write."""
    there = Path(tempfile.mkdtemp())
    copy = shutil.copytree(folder, there / folder.name)
    there.chmod(0o755)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield copy
    finally:
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755)
        shutil.rmtree(there)


@contextlib.contextmanager
def as_reader() -> Iterator[None]:
    """Be an account that has no more rights than a file gives to all; root has them anyway."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextlib.contextmanager
def no_more_files() -> Iterator[None]:
    """Have this process open no more files than it has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
