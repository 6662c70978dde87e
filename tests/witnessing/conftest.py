"""A witness and a log that it trusts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kt1custody.witnessing.witness import OpenWitness
from tests.kit import witnesses
from tests.kit.stranger_log import StrangerLog


@pytest.fixture
def log() -> StrangerLog:
    return StrangerLog().grow(20)


@pytest.fixture
def witness(tmp_path: Path, log: StrangerLog) -> Iterator[OpenWitness]:
    opened = witnesses.reopen(witnesses.make(tmp_path / "witness", log))
    yield opened
    opened.close()
