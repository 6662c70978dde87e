"""What a command names is read: numbers and seals, lists in files, pictures."""

import os
from pathlib import Path

import pytest
from PIL import Image

from kt1custody.cli import sources
from kt1custody.cli.face import Face
from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from tests.kit import cast


def test_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        sources.read_picture(tmp_path)
    assert caught.value.code == "file-unreadable"


def test_a_pipe_or_a_device_is_not_opened_for_reading(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(UnavailableError) as caught:
            sources.read_picture(path)
        assert caught.value.detail["why"] == "not-a-file"
    with pytest.raises(UnavailableError):
        sources.read_picture(tmp_path / "a\0b")


def test_missing_picture_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        sources.read_picture(tmp_path / "missing.png")
    assert caught.value.code == "file-unreadable"


def test_an_argument_that_is_a_number_opens_no_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "682600000014").write_bytes(b"no picture")
    (tmp_path / "seal.png").write_bytes(b"no picture")
    first, second = sources.read(Face(), ["682600000014", "seal.png"])
    assert (first.place, first.text, first.fault) == ("1", "682600000014", None)
    assert (second.place, second.text) == ("seal.png", "")
    assert second.fault is not None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_has_a_scan_a_line_and_its_places_are_lines(tmp_path: Path, encoding: str):
    (tmp_path / "scans.txt").write_text("682600000014\n\n  \nđại\n", encoding)
    scans = sources.read(Face(), ["1"], tmp_path / "scans.txt")
    assert [(source.place, source.text) for source in scans] == [
        ("1", "1"), ("scans.txt:1", "682600000014"), ("scans.txt:4", "đại"),
    ]  # fmt: skip


def test_a_list_that_is_too_long_or_none_is_refused(tmp_path: Path):
    (tmp_path / "long").write_bytes(b"1\n" * 500_001)
    with pytest.raises(MalformedInputError, match="list-unreadable"):
        sources.read(Face(), [], tmp_path / "long")
    with pytest.raises(UnavailableError, match="file-unreadable"):
        sources.read(Face(), [], Path("/dev/zero"))
    (tmp_path / "zeros").write_bytes(bytes(9))  # no text: perhaps a picture
    [source] = sources.read(Face(), [], tmp_path / "zeros")
    assert source.fault is not None


def test_where_one_is_meant_several_are_refused(tmp_path: Path, day: cast.Day):
    [first, second, *_] = sorted(day.pictures.glob("*.png"))
    assert sources.single(Face(), str(first)).isdecimal()
    pages = [Image.open(path).convert("L") for path in (first, second)]
    pages[0].save(tmp_path / "two.tif", save_all=True, append_images=pages[1:])
    with pytest.raises(RefusedError, match="several-seals") as caught:
        sources.single(Face(), str(tmp_path / "two.tif"))
    assert caught.value.detail == {"count": 2, "name": "two.tif"}
