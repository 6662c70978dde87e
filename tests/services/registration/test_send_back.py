"""A wrong manifest goes back as its office's own table, each reason beside its row."""

import csv
import io
from pathlib import Path
from random import Random

import openpyxl
import pytest

from kt1custody.cli import registering
from kt1custody.core.manifest.layout import RETURNED, has_header
from kt1custody.sheets.table import read_file
from tests.kit import at_counter, cast, mutations
from tests.kit.mutations import Draft


def take(world: cast.World, file: Path) -> registering.Registered:
    return at_counter.import_manifest(world.at(3), lambda: cast.CLERK, file)


def wrong_draft(kind: str) -> Draft:
    sang, _ = mutations.samples()
    draft = Draft(kind, sang[:4], titles=["BẢNG KÊ", ""], blank={2})
    draft.rows = [dict(row) for row in draft.truth]
    as_text = "'" if kind == "csv" else ""
    draft.rows[1] |= {"weight": "-5", "note": f"{as_text}=1+1"}
    draft.rows[2] |= {"note": "V/v nhân sự", "mark": "D"}
    draft.rows[3] |= {"note": f"{as_text}@SUM(A1)"}
    return draft


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_file_that_goes_back_tells_each_row_and_runs_nothing(
    founded: cast.World, tmp_path: Path, kind: str, ending: str
) -> None:
    draft = wrong_draft(kind)
    file, out = tmp_path / f"in.{kind}", tmp_path / f"out.{ending}"
    file.write_bytes(draft.write())
    made = at_counter.import_manifest(founded.at(3), lambda: cast.CLERK, file, errors=out)
    assert len(made.findings) == 3
    read = dict(read_file(out.name, out.read_bytes(), has_header).lines)
    assert list(read) == [
        number for number, _ in read_file(file.name, file.read_bytes(), has_header).lines
    ]
    assert read[3][-2:] == RETURNED
    told = {row: cells[14:] for row, cells in read.items() if len(cells) > 14 and cells[14]}
    assert {row: codes for row, (codes, _) in told.items() if row != 3} == {
        draft.row_of(2): "bad-weight",
        draft.row_of(3): "unknown-secrecy-mark; subject-not-allowed",
    }
    assert told[draft.row_of(2)][1].startswith("Khối lượng (g): ")
    assert "nhân sự".encode() not in out.read_bytes()
    assert read[draft.row_of(3)][13] == "…"
    if ending == "xlsx":
        assert b"<f>" not in out.read_bytes()
        cells = [cell for row in openpyxl.load_workbook(out).active for cell in row]
        assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
        assert {cell.value: cell.quotePrefix for cell in cells}["=1+1"]
    else:
        assert read[draft.row_of(2)][12:14] == ("-5", "=1+1")
        stored = dict(enumerate(csv.reader(io.StringIO(out.read_text("utf-8-sig"))), 1))
        assert stored[draft.row_of(2)][12:14] == ["'-5", "'=1+1"]
        assert stored[draft.row_of(4)][13] == "'@SUM(A1)"


def test_the_file_that_came_back_mended_is_taken_and_may_be_wrong_again(
    founded: cast.World, tmp_path: Path
) -> None:
    file, out, again = tmp_path / "in.xlsx", tmp_path / "out.xlsx", tmp_path / "again.xlsx"
    draft = wrong_draft("xlsx")
    file.write_bytes(draft.write())
    at_counter.import_manifest(founded.at(3), lambda: cast.CLERK, file, errors=out)
    book = openpyxl.load_workbook(out)
    second, third = (book.active[draft.row_of(place)] for place in (2, 3))
    second[12].value = "50"
    second[13].value = third[13].value = None
    book.save(out)
    made = at_counter.import_manifest(founded.at(3), lambda: cast.CLERK, out, errors=again)
    assert [one.code for one in made.findings] == ["unknown-secrecy-mark"]
    assert [cell.value for cell in openpyxl.load_workbook(again).active[3]][14:] == list(RETURNED)
    third[7].value = "B"
    book.save(out)
    assert len(take(founded, out).numbers) == 4


def test_a_reason_without_a_row_stands_in_the_first(founded: cast.World, tmp_path: Path) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "out.csv"
    file.write_text("\n\nxin chào\n", "utf-8")
    at_counter.import_manifest(founded.at(3), lambda: cast.CLERK, file, errors=out)
    assert out.read_text("utf-8-sig").startswith("\n\nxin chào,not-a-list,")


def test_a_subject_column_does_not_go_back(founded: cast.World, tmp_path: Path) -> None:
    draft = wrong_draft("xlsx")
    mutations.subject_column(draft, Random(1))
    for row in draft.rows:
        row["subject"] = "Kế hoạch bí mật"
    file, out = tmp_path / "in.xlsx", tmp_path / "out.csv"
    file.write_bytes(draft.write())
    at_counter.import_manifest(founded.at(3), lambda: cast.CLERK, file, errors=out)
    assert "Kế hoạch" not in out.read_text("utf-8-sig")


def test_a_right_manifest_writes_no_file_to_send_back(founded: cast.World, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    file = cast.write_manifest(tmp_path / "in.csv", 2)
    made = at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, file, errors=out)
    assert (len(made.numbers), out.exists()) == (2, False)
