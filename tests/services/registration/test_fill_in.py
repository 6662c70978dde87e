"""Filling in one item: what is wrong so far, by the rules of a manifest's row."""

from pathlib import Path

import pytest

from kt1custody.errors import RefusedError
from kt1custody.services.registration import fill_in
from tests.kit import at_counter, cast

RIGHT = {
    "sender": "LD-TAND", "recipient": "LD-S-YT", "kind": "Thư", "layers": "1", "weight": "20",
    "reference": "88-CV/TA",
}  # fmt: skip


def codes(world: cast.World, **cells: str) -> set[tuple[str, str]]:
    findings = fill_in.check(world.session, cells)
    return {(finding.column or "", finding.code) for finding in findings}


def test_what_is_right_has_no_findings_and_what_is_missing_is_named(founded: cast.World):
    founded.at(5)
    assert codes(founded, **RIGHT) == set()
    missing = {code for _, code in codes(founded, sender="LD-TAND")}
    assert missing == {
        "unknown-agency", "unknown-kind", "reference-required", "bad-layers", "bad-weight",
    }  # fmt: skip
    spoilt = codes(founded, **{**RIGHT, "weight": "0", "recipient": "KHONG-CO"})
    assert {code for _, code in spoilt} == {"bad-weight", "unknown-agency"}


def test_nothing_is_asked_of_anybody_s_key(founded: cast.World):
    founded.at(5)
    founded.pins.clear()
    assert fill_in.check(founded.session.left_alone(), RIGHT) == ()


def test_an_appointment_is_checked_against_the_earliest_that_may_be_agreed(founded: cast.World):
    founded.at(5)
    first = fill_in.earliest_appointment(founded.session, "LD-TU-VP")
    assert first is not None
    assert first % 60 == 0
    assert first > cast.MORNING
    founded.session.as_of = cast.MORNING + 5 * 60 + 1
    later = fill_in.earliest_appointment(founded.session, "LD-TU-VP")
    assert later == first + 60  # a whole minute, as it is typed
    assert fill_in.earliest_appointment(founded.session, "KHONG-CO") is None


def test_before_the_lists_are_loaded_nothing_can_be_checked(tmp_path: Path):
    world = cast.World(tmp_path)
    at_counter.found(world.session, cast.FOUNDING)
    for ask in (
        lambda: fill_in.check(world.session, RIGHT),
        lambda: fill_in.earliest_appointment(world.session, "LD-TU-VP"),
    ):
        with pytest.raises(RefusedError, match="no-catalogue"):
            ask()
    world.session.close()


def test_every_point_of_the_envelope_has_to_be_ticked() -> None:
    fill_in.refuse_unchecked(fill_in.ENVELOPE)
    for point in fill_in.ENVELOPE:
        with pytest.raises(RefusedError):
            fill_in.refuse_unchecked([one for one in fill_in.ENVELOPE if one != point])
