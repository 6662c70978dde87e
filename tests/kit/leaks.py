"""What is confidential, and where it is found."""

import csv
from collections.abc import Iterator
from pathlib import Path

from tests.kit import cast

ROWS = 12
RECEIVER = "Nguyễn Văn Người Nhận"


def secrets() -> set[str]:
    """Every confidential text of the rows that were registered, and of people."""
    with cast.MANIFEST.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))[:ROWS]
    columns = ("Số công văn", "Người nhận đích danh", "Ghi chú")
    texts = {row[column].strip() for row in rows for column in columns}
    with (cast.DATA / "people.csv").open(encoding="utf-8-sig") as file:
        texts |= {row["ho_ten"] for row in csv.DictReader(file)}
    return {text for text in texts if len(text) >= 4} | {RECEIVER, "giấy giới thiệu 12"}


def agency_texts() -> set[str]:
    with (cast.DATA / "agencies.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return {row[column] for row in rows for column in ("ten", "dia_chi") if len(row[column]) > 8}


def found_in(content: bytes, texts: set[str]) -> set[str]:
    return {
        text
        for text in texts
        for encoding in ("utf-8", "utf-16-le", "utf-16-be")
        if text.encode(encoding) in content
    }


def files(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield path, path.read_bytes()
