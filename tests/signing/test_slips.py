"""Confidential records: who can open them, and that nothing can be put in their place."""

from dataclasses import replace
from typing import Any

import pytest

from kt1custody.core.formats import cbor
from kt1custody.errors import VerificationError
from kt1custody.signing import slips
from kt1custody.signing.slips import RecordKey

LOG, ABOUT, NAME = "kt1.lamdong.vn/68", 682600000014, "office-680900-2026"
OFFICE, OTHER = RecordKey.new(), RecordKey.new()
RECORD = {"sender": "A", "note": None}


def sealed() -> slips.SealedRecord:
    return slips.seal_record(RECORD, log=LOG, about=ABOUT, offices={NAME: OFFICE.public()})


def opened(one: slips.SealedRecord, name: str = NAME, office: RecordKey = OFFICE) -> object:
    return slips.open_salted(one, log=LOG, about=ABOUT, name=name, office=office)[1]


def test_a_record_opens_to_what_was_sealed():
    assert opened(sealed()) == RECORD


def test_the_same_record_never_looks_the_same():
    assert sealed().commitment != sealed().commitment


@pytest.mark.parametrize(
    "change",
    [
        {"log": "kt1.example.vn"},
        {"about": 682600000023},
        {"office": OTHER},
        {"office": RecordKey(b"", b"")},
        {"name": "office-680900-2027"},
        {"sealed": lambda one: replace(one, commitment=bytes(32))},
        {"sealed": lambda one: replace(one, box=one.box[:-1] + b"\x00")},
        {"sealed": lambda one: replace(one, box=b"")},
        {"sealed": lambda one: replace(one, keys={NAME: bytes(1168)})},
        {"sealed": lambda one: replace(one, keys={NAME: 7})},
        {"sealed": lambda one: replace(one, keys=sealed().keys)},
    ],
)
def test_a_record_does_not_open_in_another_place_or_when_changed(change):
    told = {"log": LOG, "about": ABOUT, "name": NAME, "office": OFFICE, **change}
    spoil = told.pop("sealed", lambda one: one)
    with pytest.raises(VerificationError, match="record-broken"):
        slips.open_salted(spoil(sealed()), **told)


def test_a_record_is_passed_on_to_another_office_by_who_can_open_it():
    one, name = sealed(), "office-680901-2026"
    told: dict[str, Any] = {"log": LOG, "to": name, "public": OTHER.public()}
    key = slips.pass_on(one, NAME, OFFICE, **told)
    both = replace(one, keys={**one.keys, name: key})
    assert opened(both) == opened(both, name, OTHER) == RECORD
    with pytest.raises(VerificationError, match="record-broken"):
        slips.pass_on(one, NAME, OTHER, **told)
    with pytest.raises(VerificationError, match="wrapped-key"):
        slips.pass_on(one, NAME, OFFICE, log=LOG, to=name, public=b"\xff" * 1216)


def test_a_tag_is_of_its_key_and_value_alone():
    again = RecordKey.of(OFFICE.secret)
    values: list[cbor.Value] = [[26, "A", "1/CV", "B"], [27, "A", "1/CV", "B"]]
    tags = {key.tag(value) for key in (OFFICE, OTHER) for value in values}
    assert len(tags) == 4
    assert {len(tag) for tag in tags} == {32}
    assert {again.tag(value) for value in values} < tags


def test_a_wrapped_key_opens_for_its_person_log_name_and_public_half_alone():
    ours, other = (
        RecordKey(bytes(64), bytes(range(32))),
        RecordKey(bytes([1] * 64), bytes([2] * 32)),
    )
    public = OFFICE.public()
    wrapped = slips.wrap(OFFICE.secret, ours.public(), LOG, NAME, public)
    assert RecordKey.of(ours.unwrap(wrapped, LOG, NAME, public)) == OFFICE
    for person, log, name, half in (
        (other, LOG, NAME, public),
        (ours, "kt1.example.vn", NAME, public),
        (ours, LOG, "office-680900-2027", public),
        (ours, LOG, NAME, OTHER.public()),
    ):
        with pytest.raises(VerificationError, match="wrapped-key"):
            person.unwrap(wrapped, log, name, half)
    with pytest.raises(VerificationError, match="wrapped-key"):
        ours.unwrap(b"", LOG, NAME, public)
    with pytest.raises(VerificationError, match="wrapped-key"):
        slips.wrap(OFFICE.secret, bytes(1216)[:100], LOG, NAME, public)
