"""Lists whose names look alike or were typed in an old font are refused; look-alikes are mended."""

from pathlib import Path

import pytest

from kt1custody.errors import MalformedInputError
from kt1custody.services import catalogue
from kt1custody.services.places import read_places
from kt1custody.store.log import LogBook
from tests.kit import cast

LINES = (cast.DATA / "agencies.csv").read_text("utf-8-sig").splitlines()


def load(world: cast.World, folder: Path, lines: list[str]) -> None:
    file = folder / "agencies.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    catalogue.load(world.at(3), "agencies", file, cast.OFFICERS)


@pytest.mark.parametrize(
    ("old", "new"),
    [("Văn", "Ѵăn"), ("Đảng", "Ðảng"), ("ủy", "ủу")],
)
def test_two_names_that_look_the_same_are_refused_with_both_rows(
    founded: cast.World, tmp_path: Path, old: str, new: str
) -> None:
    place, line = next((n, line) for n, line in enumerate(LINES, 1) if old in line)
    code, rest = line.split(",", 1)
    with pytest.raises(MalformedInputError) as caught:
        load(founded, tmp_path, [*LINES, f"{code}-2,{rest.replace(old, new)}"])
    assert caught.value.code == "names-alike"
    assert caught.value.detail == {"other": place, "line": len(LINES) + 1}


def test_names_that_differ_in_the_place_of_a_tone_or_not_at_all_are_taken(
    founded: cast.World, tmp_path: Path
) -> None:
    code, rest = LINES[1].split(",", 1)
    more = [f"{code}-2,{rest}", f"{code}-3,{rest.replace('ủy', 'uỷ')}"]
    load(founded, tmp_path, [*LINES, *more])


def test_a_look_alike_alone_is_stored_as_what_it_is_meant_as(
    founded: cast.World, tmp_path: Path
) -> None:
    load(founded, tmp_path, [line.replace("Đảng ủy", "Ðảng ủу") for line in LINES])
    with founded.desk.database.read() as connection:
        agencies = read_places(LogBook(connection)).agencies.values()
    assert sum(agency.name.startswith("Đảng ủy") for agency in agencies) > 100
    assert not any("Ð" in agency.name or "у" in agency.name for agency in agencies)


@pytest.mark.parametrize(
    ("name", "code"),
    [("V¨n phßng TØnh ñy", "old-font-tcvn3"), ("VÄƒn phÃ²ng", "letters-saved-twice")],
)
def test_a_name_in_an_old_font_is_refused_with_row_and_column(
    founded: cast.World, tmp_path: Path, name: str, code: str
) -> None:
    first, _, rest = LINES[4].split(",", 2)
    with pytest.raises(MalformedInputError) as caught:
        load(founded, tmp_path, [*LINES[:4], f"{first},{name},{rest}", *LINES[5:]])
    assert caught.value.code == "wrong-letters"
    assert caught.value.detail == {"line": 5, "column": "ten", "letters": code}
