"""The file of readings: appended to by many, never changed, and what is taken away is missed."""

import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest

from kt1custody.core.log import reading
from kt1custody.core.log.reading import LOST, Reading
from kt1custody.errors import UnavailableError
from kt1custody.store.readings import HEAD, NAME, Readings

LOG = "kt1.lamdong.vn/68"


def opened(folder: Path) -> Readings:
    (folder / "data").mkdir(exist_ok=True)
    return Readings(folder / "data" / NAME, folder / "keys" / HEAD)


def one(staff: str = "NV001") -> Reading:
    return Reading(
        log=LOG, seq=0, prev=b"", at=1_000, staff=staff, dev="QUAY01", face="command",
        why="story", seen=((682600000014, bytes(32)),),
    )  # fmt: skip


def rows(book: Readings) -> list[Reading | None]:
    return list(reading.walk(book.every(), LOG))


def test_nothing_is_made_before_somebody_reads(tmp_path: Path):
    book = opened(tmp_path)
    assert (list(book.every()), book.head(LOG), book.is_there) == ([], None, False)
    assert list(tmp_path.rglob("*.db")) == []


def test_readings_of_many_threads_and_files_are_one_chain(tmp_path: Path):
    books = [opened(tmp_path) for _ in range(2)]
    threads = [
        threading.Thread(target=lambda book=book: [book.append(one()) for _ in range(8)])
        for book in (*books, books[0])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = rows(books[0])
    assert None not in found
    assert len(found) == 24
    last = found[-1]
    assert last
    assert books[1].head(LOG) == last.head
    for book in books:
        book.close()


def test_nothing_is_changed_or_taken_out(tmp_path: Path):
    book = opened(tmp_path)
    book.append(one())
    with contextlib.closing(sqlite3.connect(book.path)) as database, database:
        for words in ("DELETE FROM readings", "UPDATE readings SET raw = x'00'"):
            with pytest.raises(sqlite3.IntegrityError, match="readings are kept"):
                database.execute(words)
        database.execute("DROP TRIGGER readings_no_delete")
    with pytest.raises(UnavailableError, match="readings-altered"):
        book.append(one())
    book.close()


def test_a_file_that_was_taken_away_is_told_by_the_next_reading(tmp_path: Path):
    book = opened(tmp_path)
    head = [book.append(one()) for _ in range(3)][-1].head
    book.close()
    book.path.unlink()
    book.append(one("NV002"))
    gone, after = rows(book)
    assert gone
    assert after
    assert (gone.why, gone.lost, gone.seen) == (LOST, head, ())
    assert (after.staff, after.seq, book.head(LOG)) == ("NV002", 1, after.head)
    book.close()
