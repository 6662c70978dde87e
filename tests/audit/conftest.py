"""The log that has grown: made once a process."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.services.session.checkpoint import give_out
from kt1custody.signing.person_keys import PersonKey
from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook
from tests.kit import cast, outsiders
from tests.kit.grown import Grown, report, stamp_of


@pytest.fixture(scope="session")
def _grown(
    tmp_path_factory: pytest.TempPathFactory,
    _lived: tuple[cast.World, cast.Day],
    keys: dict[str, PersonKey],
) -> Grown:
    world = cast.copy_world(_lived[0], tmp_path_factory.mktemp("grown"))
    world.at(200).admit_all(keys)
    witnesses = outsiders.enrol(world, world.folder / "witnesses")
    report(world, 260)
    with world.session.database.read() as connection:
        genesis = LogBook(connection).control.genesis
    grown = Grown(world, witnesses, genesis)
    grown.cosign()
    told = give_out(world.session).checkpoint
    with world.session.database.write() as connection:
        checkpoints.put_stamp(connection, told.origin, told.size, stamp_of(told))
    world.session.close()
    return grown


@pytest.fixture
def grown(tmp_path: Path, _grown: Grown, keys: dict[str, PersonKey]) -> Iterator[Grown]:
    """The log, for the test to spoil; everybody's key is unlocked."""
    world = cast.copy_world(_grown.world, tmp_path)
    world.at(300).admit_all(keys)
    old = _grown.world.folder
    witnesses = [
        replace(one, folder=tmp_path / one.folder.relative_to(old)) for one in _grown.witnesses
    ]
    yield Grown(world, witnesses, _grown.genesis)
    world.session.close()


@pytest.fixture
def bundle(grown: Grown, tmp_path: Path) -> Path:
    """A bundle of the log, for the test to spoil."""
    folder = tmp_path / "bundle"
    outgoing.bundle(grown.world.session, folder)
    return folder


@pytest.fixture
def path(grown: Grown, tmp_path: Path) -> Path:
    """What an auditor has kept of the log when it had 260 entries."""
    path = tmp_path / "stick" / "kept"
    path.parent.mkdir()
    assert incoming.audit(grown.world.session, grown.genesis, since=path).verdict == "match"
    return path
