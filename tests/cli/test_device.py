"""Machines at the command line: enrolled, listed, and what they bring in a file."""

import json

from kt1custody.signing.person_keys import PersonKey
from tests.kit import cast
from tests.kit.phone import Phone, write_acts
from tests.kit.typed import Run, typing

OFFICERS = ("--officer", *cast.OFFICERS)
ENROL = ("device", "enrol", "nv092", "--name", "Quầy 2", "--office", "680900", *OFFICERS)


def test_a_machine_that_is_enrolled_is_listed_with_its_office(run: Run):
    answer = json.loads(run(*ENROL, "--json").stdout)
    assert answer["device"] == "NV092"
    line = next(text for text in run("device", "list").stdout.splitlines() if "NV092" in text)
    assert f"({cast.OFFICE})" in line
    known = {
        device["device"]: device
        for device in json.loads(run("device", "list", "--json").stdout)["devices"]
    }
    assert known["NV092"] == {
        "device": "NV092", "office": cast.OFFICE, "counter": None, "missing": 0, "last": None,
        "hold": None,
    }  # fmt: skip
    assert known["QUAY01"]["counter"] > 0
    run("device", "enrol", "NV093", "--name", "x", "--office", "12", *OFFICERS, code=2)


def test_acts_of_a_file_are_counted_and_what_is_wrong_with_them_is_said(
    lived: cast.World, keys: dict[str, PersonKey]
):
    lived.at(190).admit_all(keys)
    phone = Phone(lived)
    good, forged = phone.handover(phone.held[0]), phone.handover(phone.held[1])
    write_acts(
        lived.folder / "acts", phone.spell(good),
        phone.spell(forged, *[phone.keys[cast.CLERK]] * len(forged.roles)), b"nothing of ours",
    )  # fmt: skip
    run = typing(lived, "10:20")
    answer = json.loads(run("sync", "{f}/acts", "--receipts", "{f}/receipts", "--json").stdout)
    assert [act["outcome"] for act in answer["acts"]] == ["accepted", "refused", "refused"]
    assert (answer["new"], answer["cut"]) == (3, False)
    assert (lived.folder / "receipts").is_file()
    said = run("sync", "{f}/acts").stdout
    assert "3" in said.splitlines()[-1]
    run("sync", "{f}/acts", "--receipts", "{f}/receipts", code=3)
    run("sync", "{f}/nothing", code=5)
