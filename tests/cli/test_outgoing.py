"""What leaves the machine is written whole to a new place, or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats.bundle import SUMS
from kt1custody.errors import KtError, RefusedError, UnavailableError
from tests.kit import cast

Write = Callable[[cast.World, cast.Day, Path], object]
WRITES: dict[str, Write] = {
    "bundle": lambda world, day, place: outgoing.bundle(world.session, place),
    "dossier": lambda world, day, place: outgoing.dossier(
        world.session, str(day.numbers[0]), place
    ),
    "records": lambda world, day, place: outgoing.records(world.session, place),
}


@pytest.mark.parametrize("how", WRITES)
def test_nothing_is_written_over_what_is_there_or_half(
    lived: cast.World, day: cast.Day, tmp_path: Path, how: str
):
    write = WRITES[how]
    (tmp_path / "there").write_text("kept")
    with pytest.raises(RefusedError, match="file-exists"):
        write(lived, day, tmp_path / "there")
    with pytest.raises(UnavailableError, match="file-unwritable"):
        write(lived, day, tmp_path / "there" / "out")  # a file is no folder
    write(lived, day, tmp_path / "out")
    assert {path.name for path in tmp_path.glob("*out*")} == {"out"}
    assert (tmp_path / "there").read_text() == "kept"


def test_a_bundle_holds_its_sums_and_records_only_their_owner_reads(
    lived: cast.World, tmp_path: Path
):
    signed = outgoing.bundle(lived.session, tmp_path / "bundle")
    assert (tmp_path / "bundle" / SUMS).is_file()
    assert signed.size > 0
    assert outgoing.records(lived.session, tmp_path / "records") > 12
    assert (tmp_path / "records").stat().st_mode & 0o077 == 0


def test_a_checkpoint_without_a_sheet_is_given_out_all_the_same(lived: cast.World, tmp_path: Path):
    signed = outgoing.closing_sheet(lived.at(300), None)
    assert lived.session.given_out == signed.checkpoint.size
    with pytest.raises(UnavailableError, match="file-unwritable"):
        outgoing.closing_sheet(lived.session, tmp_path / "nowhere" / "sheet.pdf")


def test_load_lists_never_lie_in_the_public_folder(lived: cast.World, tmp_path: Path):
    folder = tmp_path / "public"
    done = outgoing.public(lived.at(190), folder, holders=[cast.COURIER])
    assert done.loads == (lived.session.data.parent / "loads" / "load-NV011.txt",)
    assert incoming.exposed_loads(folder) == ()
    before = (folder / "status.txt").read_bytes()
    (tmp_path / "way").symlink_to(folder)
    for inside in (folder, folder / "internal", tmp_path / "way", tmp_path / "x" / ".." / "public"):
        with pytest.raises(KtError, match="loads-in-public"):
            outgoing.public(lived.at(191), folder, holders=[cast.COURIER], loads=inside)
    assert (folder / "status.txt").read_bytes() == before
