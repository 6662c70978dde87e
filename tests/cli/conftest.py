"""Logs over which commands are typed; one in every stage of its life is made once a process."""

import pytest

from tests.kit import at_counter, cast, stages
from tests.kit.typed import Run, typing


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> stages.Stages:
    return stages.build(tmp_path_factory.mktemp("stages") / "all")


@pytest.fixture
def run(lived: cast.World) -> Run:
    """Type commands over the log after a day, at 10:20."""
    return typing(lived, "10:20")


@pytest.fixture
def run_founded(founded: cast.World) -> Run:
    """Type commands over a log with places and people and nothing registered, at 07:05."""
    return typing(founded, "07:05")


@pytest.fixture
def run_printing(founded: cast.World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type commands over a log with four items that wait for their seals, at 07:20."""
    monkeypatch.delenv("KT1_LABEL_DPI", raising=False)
    manifest = cast.write_manifest(founded.folder / "sang.csv", 4)
    at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, manifest)
    return typing(founded, "07:20")
