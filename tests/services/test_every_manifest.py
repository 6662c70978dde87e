"""Every manifest that an office may send goes in exactly, or is refused by row and code."""

import csv
import io
from collections import Counter as Count
from datetime import datetime
from pathlib import Path
from random import Random

import openpyxl
import pytest

from kt1custody.cli import registering, templates
from kt1custody.core.formats.item import Consignment, Kind, Mark, Slip, Urgency
from kt1custody.core.formats.places import Agency, Office, places
from kt1custody.core.manifest import manifest
from kt1custody.core.manifest.layout import COLUMNS, RETURNED, has_header
from kt1custody.core.manifest.manifest import CODES, CheckedManifest
from kt1custody.core.manifest.row import KINDS, LAYERS, MARKS, URGENCIES, Counter
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services.custody import look
from kt1custody.services.registration import register
from kt1custody.sheets import catalogues
from kt1custody.sheets.table import read_file, read_table
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, mutations, nightly
from tests.kit.mutations import Draft, Raw

MANIFESTS = cast.DATA / "manifests"
CHIEU = MANIFESTS / "2026-11-23-chieu.xlsx"
SEEDS = range(200)
URGENCY_OF = {"": 0, "Hỏa tốc": 1, "Hẹn giờ": 2, "Hỏa tốc Hẹn giờ": 3}
KIND_OF = {"Thư": 0, "Gói": 1, "Kiện": 2}


def catalogue(name: str) -> list[list[str]]:
    with (cast.DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


AGENCIES = [Agency(*row[:7]) for row in catalogue("agencies.csv")]
OFFICES = [Office(int(row[1]), row[0], *row[2:5]) for row in catalogue("offices.csv")]
PROVINCE = Counter(
    places(OFFICES, AGENCIES), catalogues.tables(), cast.OFFICE, cast.MORNING, cast.ZONE
)
OFFICE_OF = {one.code: one.number for one in OFFICES}
POINT_OF = {one.code: one.delivery_point for one in AGENCIES}


def consignment(row: dict[str, str]) -> Consignment:
    """What must come of a row, told without the code that is tested."""
    appt = None
    if row["appt"]:
        local = datetime.strptime(row["appt"], "%d/%m/%Y %H:%M").replace(tzinfo=cast.ZONE)
        appt = int(local.timestamp())
    return Consignment(
        mark=Mark["NONE" if not row["mark"] else row["mark"]],
        urgency=Urgency(URGENCY_OF[row["urgency"]]),
        kind=Kind(KIND_OF[row["kind"]]),
        appt=appt,
        dest=OFFICE_OF[POINT_OF[row["recipient"]]],
        slip=Slip(
            sender=row["sender"],
            recipient=row["recipient"],
            reference=row["reference"] or None,
            named=row["named"] or None,
            layers=int(row["layers"]),
            weight=int(row["weight"]),
            note=row["note"] or None,
        ),
    )


def check(raw: bytes) -> CheckedManifest:
    read = read_table(raw, has_header)
    return manifest.check(read.lines, PROVINCE, read.spots)


def expected_rows(draft: Draft) -> set[tuple[int, str]]:
    return {(draft.row_of(place) if place >= 0 else 1, code) for place, code in draft.wrong}


@pytest.mark.parametrize("seed", SEEDS)
def test_mutated_manifest_gives_exactly_its_items_or_its_row_and_code(seed: int) -> None:
    draft, names = mutations.make(seed)
    if draft.why:
        with pytest.raises(MalformedInputError) as caught:
            check(draft.write())
        assert caught.value.detail == {"why": draft.why}, names
        return
    checked = check(draft.write())
    found = {(one.row, one.code) for one in checked.findings}
    assert found == expected_rows(draft), names
    if not draft.wrong:
        assert checked.consignments == [consignment(row) for row in draft.truth], names


def test_mutations_reach_every_kind_of_spoiling_and_most_codes() -> None:
    made = [mutations.make(seed) for seed in SEEDS]
    names = Count(name for _, told in made for name in told)
    assert {one.__name__ for one in (*mutations.HARMLESS, *mutations.HARMFUL)} <= names.keys()
    right = [draft for draft, _ in made if not draft.wrong and not draft.why]
    assert 60 <= len(right) <= 120
    codes = {code for draft, _ in made for _, code in draft.wrong}
    assert len(codes) >= 30
    assert codes <= set(CODES)
    assert {draft.kind for draft in right} == {"csv", "xlsx"}
    assert {draft.encoding for draft, _ in made} == set(mutations.ENCODINGS)


def state_of(world: cast.World) -> tuple[object, ...]:
    """The whole evidence: head of the log, and every record."""
    with world.session.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT COUNT(*) FROM records").scalar_one()
        book = LogBook(connection)
        return book.seq, rows, book.control.names


def take(world: cast.World, file: Path) -> registering.Registered:
    return at_counter.import_manifest(world.at(3), lambda: cast.CLERK, file)


@pytest.mark.slow
def test_refused_mutations_leave_the_log_as_it_was(founded: cast.World, tmp_path: Path) -> None:
    """One in four of the harmful ones, through the service and a real log."""
    founded.at(3)
    before = state_of(founded)
    for seed in [seed for seed in SEEDS if seed % 3][::4]:
        draft, names = mutations.make(seed)
        file = tmp_path / f"m{seed}.{draft.kind}"
        file.write_bytes(draft.write())
        if draft.why:
            with pytest.raises(MalformedInputError):
                take(founded, file)
        else:
            made = take(founded, file)
            assert {(one.row, one.code) for one in made.findings} == expected_rows(draft), names
            assert (made.numbers, made.preview) == ((), None)
        assert state_of(founded) == before, names


def slips_of(world: cast.World, numbers: tuple[int, ...]) -> list[Slip | None]:
    return [look.story(world.session, f"{n:012d}", cast.CLERK).slip for n in numbers]


@pytest.mark.slow
@pytest.mark.parametrize("seed", list(SEEDS)[::33])
def test_harmless_mutations_are_stored_exactly(
    founded: cast.World, tmp_path: Path, seed: int
) -> None:
    draft, names = mutations.make(seed)
    assert not draft.wrong
    file = tmp_path / f"m.{draft.kind}"
    file.write_bytes(draft.write())
    made = take(founded, file)
    truth = [consignment(row) for row in draft.truth]
    assert slips_of(founded, made.numbers) == [one.slip for one in truth], names
    items = {
        one.n: one
        for one in look.listed(founded.session, holder=None, is_open=True, is_unsealed=True)
    }
    for n, one in zip(made.numbers, truth, strict=True):
        state = items[n]
        assert (state.mark, state.urgency, state.kind) == (one.mark, one.urgency, one.kind)
        assert (state.appt, state.dest) == (one.appt, one.dest)


def sample_rows(name: str) -> list[dict[str, str]]:
    sang, ubnd = mutations.samples()
    if name != "chieu":
        return {"sang": sang, "ubnd-cp1258": ubnd}[name]
    [visible] = [one for one in openpyxl.load_workbook(CHIEU) if one.sheet_state == "visible"]
    rows = []
    for cells in visible.iter_rows(min_row=5, max_row=124, values_only=True):
        told = ["" if cell is None else cell for cell in cells]
        told = [
            f"{cell:%d/%m/%Y %H:%M}" if isinstance(cell, datetime) else str(cell) for cell in told
        ]
        rows.append(dict(zip(COLUMNS, told, strict=True)))
    return rows


@pytest.mark.parametrize(
    ("name", "ending", "count", "total"),
    [("sang", "csv", 200, None), ("chieu", "xlsx", 120, 120), ("ubnd-cp1258", "csv", 40, None)],
)
def test_sample_manifest_is_read_exactly(
    name: str, ending: str, count: int, total: int | None
) -> None:
    checked = check((MANIFESTS / f"2026-11-23-{name}.{ending}").read_bytes())
    assert checked.consignments == [consignment(row) for row in sample_rows(name)]
    assert (len(checked.consignments), checked.total) == (count, total)


@pytest.mark.slow
def test_all_samples_go_into_one_log(founded: cast.World) -> None:
    for name in ("sang.csv", "chieu.xlsx", "ubnd-cp1258.csv"):
        assert take(founded, MANIFESTS / f"2026-11-23-{name}").findings == ()
    listed = look.listed(founded.session, holder=None, is_open=True, is_unsealed=False)
    assert len(listed) == 360


def test_the_preview_is_shown_before_a_pin_and_a_no_stores_nothing(founded: cast.World) -> None:
    founded.pins.clear()
    before = state_of(founded)
    seen: list[register.Preview] = []

    def refuse(preview: register.Preview) -> bool:
        seen.append(preview)
        return False

    with pytest.raises(RefusedError, match="not-confirmed"):
        at_counter.import_manifest(founded.at(3), lambda: cast.CLERK, CHIEU, confirm=refuse)
    assert state_of(founded) == before
    assert (len(seen[0].consignments), seen[0].total, seen[0].rows[0]) == (120, 120, 5)


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


@pytest.mark.parametrize("name", ["there.csv", "out.pdf", "out"])
def test_a_place_that_cannot_be_written_is_told_before_anything(
    founded: cast.World, tmp_path: Path, name: str
) -> None:
    (tmp_path / "there.csv").write_text("old", "utf-8")
    before = state_of(founded)
    with pytest.raises((RefusedError, MalformedInputError), match=r"file-exists|wrong-ending"):
        at_counter.import_manifest(founded.at(3), lambda: cast.CLERK, CHIEU, errors=tmp_path / name)
    assert (tmp_path / "there.csv").read_text("utf-8") == "old"
    assert state_of(founded) == before


def test_a_right_manifest_writes_no_file_to_send_back(founded: cast.World, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    file = cast.write_manifest(tmp_path / "in.csv", 2)
    made = at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, file, errors=out)
    assert (len(made.numbers), out.exists()) == (2, False)


def test_the_template_is_empty_offers_what_is_taken_and_can_be_filled(
    founded: cast.World, tmp_path: Path
) -> None:
    path = tmp_path / "mau.xlsx"
    assert templates.write_manifest(founded.at(3), path) == len(AGENCIES)
    assert [one.code for one in take(founded, path).findings] == ["no-rows"]
    book = openpyxl.load_workbook(path)
    sheet, lists = book.worksheets
    rules = {str(rule.sqref)[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    for key, allowed in {
        "mark": MARKS,
        "urgency": URGENCIES,
        "kind": KINDS,
        "layers": LAYERS,
    }.items():
        assert rules[chr(65 + list(COLUMNS).index(key))] == '"' + ",".join(allowed) + '"'
    assert [row[0].value for row in lists.iter_rows(min_row=2)] == sorted(POINT_OF)
    assert sheet.column_dimensions["B"].number_format == "@"
    assert sheet.freeze_panes == "A5"
    truth = sample_rows("sang")[:9]
    for row in truth:
        sheet.append(list(row.values()))
    book.save(path)
    made = take(founded, path)
    assert slips_of(founded, made.numbers) == [consignment(row).slip for row in truth]


def test_the_template_offers_only_agencies_in_force(founded: cast.World, tmp_path: Path) -> None:
    first = min(one.valid_from for one in AGENCIES)
    founded.session.as_of = int(datetime.fromisoformat(first).timestamp()) - 86_400
    assert templates.write_manifest(founded.session, tmp_path / "mau.xlsx") == 0


@pytest.mark.parametrize(("name", "why"), [("a.xlsx", "file-exists"), ("a.xls", "wrong-ending")])
def test_a_template_is_written_only_where_it_may_be(
    founded: cast.World, tmp_path: Path, name: str, why: str
) -> None:
    (tmp_path / "a.xlsx").write_text("old", "utf-8")
    with pytest.raises((RefusedError, MalformedInputError), match=why):
        templates.write_manifest(founded.at(3), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_text("utf-8") == "old"


@pytest.mark.slow
def test_very_many_rows_are_read() -> None:
    rows = sample_rows("sang")
    times = 50 if nightly.is_nightly() else 5
    draft = Draft("xlsx", rows * times)
    for n, row in enumerate(draft.truth):
        reference = {"reference": f"{n}/X"} if row["reference"] else {}
        draft.rows.append({**row, **reference, "weight": Raw("", f"<v>{row['weight']}</v>")})
    raw = draft.write()
    checked = check(raw)
    assert len(checked.consignments) == 200 * times, checked.findings[:3]
