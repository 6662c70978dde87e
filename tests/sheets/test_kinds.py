"""Files that are no table: each kind has its own sentence, and a whole-file refusal its place."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from kt1custody.core.manifest.layout import has_header
from kt1custody.errors import MalformedInputError
from kt1custody.sheets.table import MAX_ROWS, read_file, read_table
from kt1custody.words.errors import error_lines
from tests.kit import cast
from tests.kit.books import book, pack, row, sheet
from tests.kit.words import VI

CASES = cast.DATA / "cases" / "manifests"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def refusal(raw: bytes) -> dict[str, object]:
    with pytest.raises(MalformedInputError) as caught:
        read_table(raw, has_header)
    return caught.value.detail


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (9, 9)).save(file, kind)
    return file.getvalue()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("bang-ke.xlsx", book(sheet(row(1, "a"))))
    return file.getvalue()


def owner(name: str, size: int) -> bytes:
    """Write the file by which Office says who has another one open."""
    own = bytes([len(name)]) + name.ljust(54).encode()
    wide = name.encode("utf-16-le")
    return (own + struct.pack("<H", len(name)) + wide).ljust(size, b" ")


def stream(name: str) -> bytes:
    return OLE + name.encode("utf-16-le") + bytes(512)


KINDS: list[tuple[str, bytes]] = [
    ("web-page", (CASES / "page-named.xls").read_bytes()),
    ("web-page", b"\xef\xbb\xbf\r\n<!-- x -->\n<HTML><body><table>"),
    ("web-page", "<html xmlns='a'>Bảng kê".encode("utf-16")),
    ("web-page", b"<?xml version='1.0'?>\n<html>"),
    ("web-page", b"<table border=1><tr><td>STT"),
    (
        "web-page",
        b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related;\r\n"
        b"\tboundary=x\r\n\r\n",
    ),
    (
        "xml",
        b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook '
        b'xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
    ),
    ("opendocument", b'<?xml version="1.0"?><office:document xmlns:office="o">'),
    ("opendocument", pack({"mimetype": "application/vnd.oasis…", "content.xml": "<a/>"})),
    ("pdf-list", b"%PDF-1.7\n%\xe2\xe3"),
    ("pdf-list", b"junk\n%PDF-1.4"),
    ("word", pack({"[Content_Types].xml": "", "word/document.xml": "<a/>"})),
    ("word", b"{\\rtf1\\ansi"),
    ("word", stream("WordDocument")),
    ("presentation", pack({"[Content_Types].xml": "", "ppt/presentation.xml": "<a/>"})),
    ("presentation", stream("PowerPoint Document")),
    ("old-xls", stream("Workbook")),
    ("old-xls", stream("Book")),
    ("old-xls", b"\x09\x08\x08\x00\x00\x05\x05\x00"),
    ("locked", stream("EncryptedPackage")),
    ("mail", stream("__properties_version1.0")),
    ("old-or-locked", OLE),
    ("xlsb", pack({"[Content_Types].xml": "", "xl/workbook.bin": b"\0"})),
    ("archive", archive()),
    ("archive", gzip.compress(b"a,b", mtime=0)),
    ("archive", b"Rar!\x1a\x07\x00"),
    ("archive", b"7z\xbc\xaf\x27\x1c"),
    ("archive", pack({})),
    ("picture", picture("PNG")),
    ("picture", picture("JPEG")),
    ("picture", picture("GIF")),
    ("picture", picture("BMP")),
    ("picture", picture("TIFF")),
    ("picture", picture("WEBP")),
    ("picture", b"\x00\x00\x00\x18ftypheic"),
    ("mail", b"Return-Path: <a@b>\r\nReceived: by c\r\n\tfor d\r\nSubject: bang ke\r\n\r\n"),
    ("shortcut", b"L\x00\x00\x00\x01\x14\x02\x00\x00\x00"),
    ("shortcut", b"[InternetShortcut]\r\nURL=http://a"),
    ("broken", bytes(9_000)),
    ("empty", b""),
    ("not-a-workbook", pack({"[Content_Types].xml": "", "_rels/.rels": "<a/>"})),
    ("not-a-workbook", pack({"[Content_Types].xml": "", "visio/document.xml": "<a/>"})),
]


@pytest.mark.parametrize(
    ("why", "raw"), KINDS, ids=[f"{why}-{n}" for n, (why, _) in enumerate(KINDS)]
)
def test_each_kind_is_named_with_what_to_do(why: str, raw: bytes) -> None:
    assert refusal(raw) == {"why": why}
    assert VI.has_word("why", why)


@pytest.mark.parametrize("name", ["~$bang-ke.xlsx", "bang-ke.xlsx"])
@pytest.mark.parametrize("size", [162, 165])
def test_the_file_of_an_open_workbook_is_named(tmp_path: Path, name: str, size: int) -> None:
    (tmp_path / name).write_bytes(owner("Nguyen Van A", size))
    with pytest.raises(MalformedInputError) as caught:
        read_file(name, (tmp_path / name).read_bytes())
    assert caught.value.detail == {"why": "lock-file"}


def test_a_table_is_not_taken_for_something_else(tmp_path: Path) -> None:
    for text in ("From: a,b\n1,2\n", "BM,b\n1,2\n", "Ngày: 1,b\nSố: 2,c\n", "to: a,b\ndate: 1,2\n"):
        assert len(read_table(text.encode()).lines) == 2
    (tmp_path / "~$a.csv").write_text("a,b\n" * 2_000, "utf-8")
    assert (
        len(read_file((tmp_path / "~$a.csv").name, (tmp_path / "~$a.csv").read_bytes()).lines)
        == 2_000
    )


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        (['1,"open', "2,x"], 2),
        (["1,x", '2,"a "b" c"', "3,x"], 3),
        (["1,x", '2,"open', "3,x", '4,"again"'], 3),
        (['1,"a\nb"', '2,"open'], 3),
    ],
)
def test_the_row_of_a_broken_quote_is_named(rows: list[str], at: int) -> None:
    raw = "\n".join(["a,b", *rows]).encode()
    with pytest.raises(MalformedInputError) as caught:
        read_table(raw)
    assert caught.value.detail == {"why": "quotes", "row": at}


def test_rows_that_a_quote_has_swallowed_are_not_lost() -> None:
    raw = b'a,b,c,d,e,f,g,h\n1,2,3,4,5,6,7,"open\n1,2,3,4,5,6,7,8\n1,2,3,4,5,6,7,closed"\n'
    assert refusal(raw) == {"why": "quotes", "row": 2}
    assert refusal((CASES / "broken-quotes.csv").read_bytes()) == {"why": "quotes", "row": 2}


def test_formatted_empty_rows_are_named_beside_those_that_are_filled() -> None:
    filled = "".join(row(n, "a", "b") for n in range(1, 6))
    blank = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(6, MAX_ROWS + 7))
    place = {"why": "blank-rows", "count": 5, "row": 6}
    assert refusal(book(sheet(filled + blank))) == place
    assert refusal(("a,b\n" * 5 + ",\n" * MAX_ROWS).encode()) == place


def test_a_sentence_says_the_place(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"x"y\n', "utf-8")
    with pytest.raises(MalformedInputError) as caught:
        read_file(path.name, path.read_bytes(), has_header)
    [line] = error_lines(VI, caught.value)
    assert "2:" in line
    assert "{" not in line
