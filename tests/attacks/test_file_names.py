"""Names of files come from sticks of other machines: any bytes, and whatever steers a reader (G22)."""

import os
from pathlib import Path

import pytest

from kt1custody.errors import KtError
from kt1custody.services.keys import genesis
from kt1custody.services.session import slips
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.phone import entries, is_sound

NAMES = {
    "honest": ("sáng 23-11.csv".encode(), "sáng 23-11.csv"),
    "code page": (b"b\xe4ng.csv", "b\ufffdng.csv"),
    "terminal": (b"a\x1b[2Jb.csv", "a\ufffd[2Jb.csv"),
    "direction": ("a\u202evsc.csv".encode(), "a\ufffdvsc.csv"),
    "long": (b"x" * 240 + b".csv", "x" * 80),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_manifest_is_registered_whatever_its_file_is_called(
    founded: cast.World, tmp_path: Path, case: str
):
    world, (raw, shown) = founded, NAMES[case]
    file = tmp_path / os.fsdecode(raw)
    cast.write_manifest(tmp_path / "plain", 2).rename(file)
    made = at_counter.import_manifest(world.at(5), lambda: cast.CLERK, file)
    assert len(made.numbers) == 2
    [act] = [one.act for one in entries(world) if one.act.type == "register"]
    with world.session.database.read() as connection:
        book = LogBook(connection)
        opener = slips.Reader(book, world.session.opener(cast.CLERK))
        opened = opener.open(act.octets("list"), "list")
    assert opened is not None
    assert str(opened["source"]).rpartition(" ")[0] == shown
    with pytest.raises(KtError, match="manifest-registered-already"):
        at_counter.import_manifest(world.at(6), lambda: cast.CLERK, file)
    assert is_sound(world)


def stop(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("name", [b"d\xe4r", "thư mục".encode()])
def test_a_founding_may_lie_in_a_folder_of_any_name(
    tmp_path: Path, name: bytes, monkeypatch: pytest.MonkeyPatch
):
    world = cast.World(tmp_path / os.fsdecode(name))
    with monkeypatch.context() as patch:
        patch.setattr("kt1custody.services.session.writer.begin", stop)
        with pytest.raises(KeyboardInterrupt):
            at_counter.found(world.session, cast.FOUNDING)
    left = genesis.unfinished(world.session)
    assert left is not None
    assert left.founding == cast.FOUNDING
    at_counter.found(world.session, cast.FOUNDING)
    assert genesis.unfinished(world.session) is None
    assert is_sound(world)
