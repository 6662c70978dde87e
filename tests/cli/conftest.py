"""A log in every stage of its life, made once a process."""

import pytest

from tests.kit import stages


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> stages.Stages:
    return stages.build(tmp_path_factory.mktemp("stages") / "all")
