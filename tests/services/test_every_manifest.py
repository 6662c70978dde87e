"""Every manifest that an office may send goes in exactly, or is refused by row and code."""

import csv
from collections import Counter as Count
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from kt1custody.cli import registering, templates
from kt1custody.core.formats.item import Consignment, Kind, Mark, Slip, Urgency
from kt1custody.core.formats.places import Agency, Office, places
from kt1custody.core.manifest import manifest
from kt1custody.core.manifest.layout import COLUMNS, has_header
from kt1custody.core.manifest.manifest import CODES, CheckedManifest
from kt1custody.core.manifest.row import KINDS, LAYERS, MARKS, URGENCIES, Counter
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services.custody import look
from kt1custody.services.registration import register
from kt1custody.sheets import catalogues
from kt1custody.sheets.table import read_table
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
