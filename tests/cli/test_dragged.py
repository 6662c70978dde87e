"""Names of files as terminals write them when a file is dragged onto them."""

from pathlib import Path

import pytest

from kt1custody.cli import dragged


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("/home/nv/tem.png", ["/home/nv/tem.png"]),
        ("  /home/nv/tem.png ", ["/home/nv/tem.png"]),
        ("'/home/nv/tem số 1.png' ", ["/home/nv/tem số 1.png"]),
        ("'/home/nv/a.png' '/home/nv/b c.png' ", ["/home/nv/a.png", "/home/nv/b c.png"]),
        ("/home/nv/tem\\ số\\ 1.png", ["/home/nv/tem số 1.png"]),
        ("/home/nv/tem số 1.png", ["/home/nv/tem số 1.png"]),
        ("/home/nv/a b.png /home/nv/c.png", ["/home/nv/a b.png", "/home/nv/c.png"]),
        ("file:///home/nv/tem%20s%E1%BB%91%201.png", ["/home/nv/tem số 1.png"]),
        ("file://localhost/home/nv/a.png", ["/home/nv/a.png"]),
        ("'/home/nv/it'\\''s.png'", ["/home/nv/it's.png"]),
        ("~/tem.jpg", ["~/tem.jpg"]),
        ("tem.JFIF", ["tem.JFIF"]),
        ("'không có đuôi'", []),
        ("/home/nv/không có đuôi", ["/home/nv/không có đuôi"]),
        # Not of this machine, or no name at all.
        ("https://example.vn/tem.png", []),
        ("file://host/share/tem.png", []),
        ("//host/share/tem.png", []),
        ("6826 0000 0014", []),
        ("Công ty A", []),
        ("'/home/nv/open.png", []),
        ("", []),
    ],
)
def test_names_are_taken_out_of_a_line(typed: str, names: list[str]):
    assert dragged.names(typed, is_windows=False) == names


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        (r"C:\Users\nv\tem.png", [r"C:\Users\nv\tem.png"]),
        (r'"C:\Users\nv\tem số 1.png"', [r"C:\Users\nv\tem số 1.png"]),
        (r"& 'C:\Users\nv\tem số 1.png'", [r"C:\Users\nv\tem số 1.png"]),
        (r"C:\a.png C:\b.png", [r"C:\a.png", r"C:\b.png"]),
        (r"\\host\share\tem.png", []),
    ],
)
def test_names_are_taken_out_of_a_line_of_windows(typed: str, names: list[str]):
    assert dragged.names(typed, is_windows=True) == names


def test_an_argument_names_a_file_if_one_is_there_or_it_looks_like_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tem").write_bytes(b"")
    assert dragged.file_named("tem") == Path("tem")
    assert dragged.file_named((tmp_path / "a b.png").as_uri()) == tmp_path / "a b.png"
    assert dragged.file_named("none.heic") == Path("none.heic")
    for argument in ("nothing", "https://example.vn/a.png", "7" * 365, "\\\\host\\a.png", "a\0b"):
        assert dragged.file_named(argument) is None, argument
