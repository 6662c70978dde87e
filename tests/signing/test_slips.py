"""Confidential records: who can open them, and that nothing can be put in their place."""

from dataclasses import replace

import pytest

from kt1custody.errors import VerificationError
from kt1custody.signing import slips
from kt1custody.signing.slips import RecordKey

LOG, ABOUT, KEY = "kt1.lamdong.vn/68", 682600000014, bytes(range(32))
RECORD = {"sender": "A", "note": None}


def sealed() -> slips.SealedRecord:
    return slips.seal_record(RECORD, log=LOG, about=ABOUT, office_key=KEY)


def test_a_record_opens_to_what_was_sealed():
    assert slips.open_record(sealed(), log=LOG, about=ABOUT, office_key=KEY) == RECORD


def test_the_same_record_never_looks_the_same():
    assert sealed().commitment != sealed().commitment


@pytest.mark.parametrize(
    "change",
    [
        {"log": "kt1.example.vn"},
        {"about": 682600000023},
        {"office_key": bytes(32)},
        {"sealed": lambda one: replace(one, commitment=bytes(32))},
        {"sealed": lambda one: replace(one, box=one.box[:-1] + b"\x00")},
        {"sealed": lambda one: replace(one, box=b"")},
        {"sealed": lambda one: replace(one, wrapped=bytes(40))},
        {"sealed": lambda one: replace(one, wrapped=sealed().wrapped)},
    ],
)
def test_a_record_does_not_open_in_another_place_or_when_changed(change):
    told = {"log": LOG, "about": ABOUT, "office_key": KEY, **change}
    spoil = told.pop("sealed", lambda one: one)
    with pytest.raises(VerificationError, match="record-broken"):
        slips.open_record(spoil(sealed()), **told)


def test_a_wrapped_key_opens_for_its_person_log_and_name_alone():
    ours, other = (
        RecordKey(bytes(64), bytes(range(32))),
        RecordKey(bytes([1] * 64), bytes([2] * 32)),
    )
    wrapped = slips.wrap(KEY, ours.public(), LOG, "office-2026")
    assert ours.unwrap(wrapped, LOG, "office-2026") == KEY
    for person, log, name in (
        (other, LOG, "office-2026"),
        (ours, "kt1.example.vn", "office-2026"),
        (ours, LOG, "office-2027"),
    ):
        with pytest.raises(VerificationError, match="wrapped-key"):
            person.unwrap(wrapped, log, name)
    with pytest.raises(VerificationError, match="wrapped-key"):
        ours.unwrap(b"", LOG, "office-2026")
    with pytest.raises(VerificationError, match="wrapped-key"):
        slips.wrap(KEY, bytes(1216)[:100], LOG, "office-2026")
