"""The list of people beside what the log knows of them, and the founders' names."""

from pathlib import Path

import pytest

from kt1custody.cli import given_files
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services.people import roster, staff
from kt1custody.services.session.given_file import GivenFile
from kt1custody.services.session.session import Session
from tests.kit import at_counter, cast
from tests.kit.phone import is_sound


def test_names_are_added_later_and_outlive_a_new_key(founded: cast.World):
    listed = staff.read(founded.session, given_files.table(cast.DATA / "people.csv"))
    names = {one.number: one.name for one in listed.known}
    assert at_counter.name_founders(founded.at(5), {}, cast.OFFICERS) is None
    assert at_counter.name_founders(founded.at(5), names, cast.OFFICERS) is not None
    assert at_counter.name_founders(founded.at(6), names, cast.OFFICERS) is None
    reserve = {cast.RESERVE: "Người Giữ Khoá"}
    assert at_counter.name_founders(founded.at(7), reserve, cast.OFFICERS) is not None
    who = cast.OFFICERS[0]
    at_counter.rotate(founded.at(8), who, cast.OFFICERS)
    told = {one.number: one.name for one in roster.members(founded.session, cast.CLERK)}
    assert told[who] == names[who]
    assert told[cast.OFFICERS[1]] == names[cast.OFFICERS[1]]
    assert told[cast.RESERVE] == "Người Giữ Khoá"
    assert is_sound(founded)


def listed(session: Session, text: str) -> staff.Staff:
    return staff.read(session, GivenFile(name="people.csv", content=text.encode()))


def test_who_has_a_key_is_known_and_a_founder_without_a_name_is_told(founded: cast.World):
    rows = ["NV077,Người Mới,clerk,HE1-LD", "NV011,K’Brỗi Hải,courier,HE1-LD",
            "NV021,Bùi Xuân Trường,officer,HE1-LD"]  # fmt: skip
    people = listed(founded.session, "\n".join(["ma,ho_ten,vai_tro,don_vi", *rows]))
    assert [person.number for person in people.new] == ["NV077"]
    assert [person.number for person in people.known] == ["NV011", "NV021"]
    assert people.unnamed == ("NV021",)


def test_every_wrong_cell_is_named_and_a_table_that_is_none_too(founded: cast.World):
    rows = ["NV077,,clerk,HE1-LD", "NV078,Người Mới,king,HE1-LD", "NV079,Người Mới,clerk,ĐÂU"]
    with pytest.raises(MalformedInputError, match="list-wrong") as caught:
        listed(founded.session, "\n".join(["ma,ho_ten,vai_tro,don_vi", *rows]))
    findings = caught.value.detail["findings"]
    assert isinstance(findings, list | tuple)
    assert len(findings) == 3
    with pytest.raises(MalformedInputError, match="table-unreadable"):
        staff.read(founded.session, GivenFile(name="people.xlsx", content=b"PK\x03\x04 nothing"))


def test_people_are_read_only_after_offices(tmp_path: Path):
    world = cast.World(tmp_path)
    at_counter.found(world.session, cast.FOUNDING)
    with pytest.raises(RefusedError, match="no-catalogue"):
        listed(world.session, "ma,ho_ten,vai_tro,don_vi\nNV077,Người Mới,clerk,HE1-LD")
    world.session.close()
