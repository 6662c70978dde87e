"""Seals over the wire: printed, drawn once, bound, voided; and what is refused on the way."""

from pathlib import Path

import pytest

from tests.kit import at_counter, cast
from tests.kit.pages_here import PagesHere
from tests.kit.visitor import Visitor

WANTED: dict[str, dict[str, object]] = {
    "print": {"scans": []},
    "bind": {"scans": []},
    "void": {"scan": "1", "reason": "torn"},
    "resume": {"job": "1"},
}


@pytest.fixture
def clerk(pages: PagesHere) -> Visitor:
    return pages.enter(cast.CLERK)


@pytest.fixture
def registered(pages: PagesHere, tmp_path: Path) -> list[str]:
    manifest = cast.write_manifest(tmp_path / "more.csv", 2, 20)
    made = at_counter.import_manifest(
        pages.world.at(200), lambda: cast.CLERK, manifest, confirm=cast.yes
    )
    return [f"{n:012d}" for n in made.numbers]


def sign(clerk: Visitor, verb: str, wanted: dict[str, object], *people: str) -> None:
    told = clerk.do(f"/api/{verb}/propose", wanted)
    clerk.do("/api/commit", clerk.sign(told, *people))


def test_a_job_is_printed_drawn_once_and_bound(
    pages: PagesHere, clerk: Visitor, registered: list[str]
):
    checked = clerk.do("/api/print/check", {"scans": []})
    assert [item["n"] for item in checked["items"]] == [int(n) for n in registered]
    assert checked["people"] == [cast.CLERK]
    assert clerk.error("/api/labels", {}) == (409, "no-labels-waiting")
    sign(clerk, "print", {"scans": registered})
    drawn = clerk.do("/api/labels", {"dpi": 300, "copies": 1})
    assert drawn["count"] == 2
    assert clerk.error("/api/labels", {}) == (409, "no-labels-waiting")
    assert clerk.ask(drawn["path"])[0] == 200
    assert clerk.headers["content-type"] == "application/pdf"
    assert clerk.headers["cache-control"] == "no-store"
    other = pages.enter(cast.CLERK_2, "WEB2")
    assert other.ask(drawn["path"])[0] == 409
    assert clerk.error("/api/print/check", {"scans": []}) == (409, "printed-already")
    assert clerk.error("/api/bind/check", {"scans": registered}) == (409, "not-possible")
    job = clerk.do("/api/resume/check", {"job": drawn["job"]})
    assert [label["n"] for label in job["missing"]] == [int(n) for n in registered]


def test_an_item_is_taken_back_over_the_counter(clerk: Visitor, registered: list[str]):
    wanted: dict[str, object] = {"scan": registered[0], "reason": "cancelled"}
    assert clerk.do("/api/void/check", wanted)["people"] == [cast.CLERK]
    again = {**wanted, "reprint": True}
    assert clerk.error("/api/void/check", again) == (409, "cancelled-no-label")
    sign(clerk, "void", wanted)
    assert clerk.error("/api/void/check", wanted)[1] == "not-possible"


def test_a_label_says_on_which_envelope_it_belongs(clerk: Visitor, registered: list[str]):
    named = clerk.do("/api/bind/scan", {"text": registered[0]})
    assert named["item"]["n"] == int(registered[0])
    assert named["serial"] is None
    assert named["recipient"]


def test_what_has_no_seal_cannot_leave_the_counter(clerk: Visitor, registered: list[str]):
    away = {"scans": registered, "giver": cast.CLERK, "receiver": cast.COURIER}
    assert clerk.error("/api/handover/check", away) == (409, "not-possible")
    sign(clerk, "print", {"scans": registered})  # printed, and not on its envelope yet
    assert clerk.error("/api/handover/check", away) == (409, "not-possible")


def test_a_roll_that_ends_is_resumed_at_the_place_that_is_missing(
    clerk: Visitor, registered: list[str]
):
    sign(clerk, "print", {"scans": registered})
    job = clerk.do("/api/labels", {})["job"]
    checked = clerk.do("/api/resume/check", {"job": job, "places": "1"})
    assert [label["n"] for label in checked["missing"]] == [int(registered[1])]
    sign(clerk, "resume", {"job": job, "places": "1"})
    assert clerk.do("/api/labels", {"copies": 1})["count"] == 1
    rest = clerk.do("/api/resume/check", {"job": job})["missing"]
    assert [label["n"] for label in rest] == [int(registered[0])]


def test_what_is_malformed_is_refused(clerk: Visitor):
    for path, wanted in (
        ("/api/labels", {"dpi": 600}),
        ("/api/bind/check", {"scans": [1]}),
        ("/api/bind/check", {"scans": ["1"] * 2_001}),
        ("/api/void/check", {"scan": "1", "reason": "boredom"}),
        ("/api/void/check", {"scan": "1", "reason": "torn", "cond": "wet"}),
        ("/api/resume/check", {"job": "1", "reason": "boredom"}),
        ("/api/print/check", {"scans": [], "by": "NV002"}),
    ):
        assert clerk.error(path, wanted) == (400, "request-malformed"), path


def test_seals_are_the_work_of_a_counter(pages: PagesHere):
    for staff in (cast.COURIER, cast.OFFICERS[0], cast.ADMIN):
        stranger = pages.enter(staff)
        for verb, wanted in WANTED.items():
            assert stranger.error(f"/api/{verb}/check", wanted) == (403, "not-your-work")
        assert stranger.error("/api/labels", {}) == (403, "not-your-work")
