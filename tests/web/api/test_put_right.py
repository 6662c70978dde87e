"""Corrections by two officers over the wire: of an act, and of a slip that the first has opened."""

from kt1custody.services.custody import look
from tests.kit import cast
from tests.kit.pages_here import PagesHere
from tests.kit.phone import entries

OFFICER, SECOND = cast.OFFICERS


def seq_of(pages: PagesHere, kind: str) -> int:
    return next(entry.seq for entry in entries(pages.world) if entry.act.type == kind)


def test_two_officers_put_a_field_of_an_act_right(pages: PagesHere, day: cast.Day):
    officer, seq = pages.enter(OFFICER), seq_of(pages, "refuse")
    wanted = {"seq": seq, "field": "cond", "value": "doubtful", "items": [], "reason": "misread",
              "second": SECOND}  # fmt: skip
    assert officer.do("/api/put-right/act/check", wanted)["people"] == [OFFICER, SECOND]
    officer.do("/api/commit", officer.sign(officer.do("/api/put-right/act/propose", wanted)))
    act = entries(pages.world)[-1].act
    assert (act.type, act.by, act.fields["by2"], act.fields["value"]) == (
        "correct", OFFICER, SECOND, "doubtful",
    )  # fmt: skip
    for key, value, error in (
        ("field", "mark", (409, "not-correctable")), ("value", "glorious", (409, "not-correctable")),
        ("reason", "boredom", (400, "request-malformed")), ("seq", 99_999, (409, "no-such-entry")),
        ("second", OFFICER, (409, "one-person-twice")),
    ):  # fmt: skip
        assert officer.error("/api/put-right/act/check", {**wanted, key: value}) == error


def test_two_officers_put_a_slip_right_that_the_first_has_opened(pages: PagesHere, day: cast.Day):
    officer, n = pages.enter(OFFICER), day.numbers[5]
    number = f"{n:012d}"
    opening = officer.do("/api/disclose/propose", {"scan": number, "reason": "investigation"})
    seq = officer.do("/api/commit", officer.sign(opening))["entries"][-1]["seq"]
    assert 'data-cell="reference"' in officer.do(f"/investigate/{n}/opened/{seq}/put-right")
    wanted = {"item": number, "cells": {"reference": "99-CV/TU"}, "reason": "mistyped",
              "second": SECOND, "disclosed": seq}  # fmt: skip
    assert officer.do("/api/put-right/slip/check", wanted)["people"] == [OFFICER, SECOND]
    wrong = {**wanted, "cells": {"weight": "heavy"}}
    assert len(officer.do("/api/put-right/slip/propose", wrong)["findings"]) == 1
    officer.do("/api/commit", officer.sign(officer.do("/api/put-right/slip/propose", wanted)))
    slip = look.story(pages.world.session, number, cast.CLERK).slip
    assert slip
    assert slip.reference == "99-CV/TU"
    unopened = {**wanted, "item": f"{day.numbers[6]:012d}"}
    assert officer.error("/api/put-right/slip/propose", unopened)[0] == 403
    assert officer.error("/api/put-right/slip/check", {**wanted, "cells": {}})[0] == 400
    other = pages.enter(SECOND, "WEB2")
    answer = other.error("/api/put-right/slip/propose", {**wanted, "second": OFFICER})
    assert answer[0] == 403  # who has not opened it
    assert other.ask(f"/investigate/{n}/opened/{seq}/put-right")[0] == 403


def test_nobody_else_puts_anything_right(pages: PagesHere):
    clerk = pages.enter(cast.CLERK)
    act = {"seq": 20, "field": "cond", "value": "intact", "items": [], "reason": "other",
           "second": SECOND}  # fmt: skip
    slip = {
        "item": "1",
        "cells": {"note": "x"},
        "reason": "other",
        "second": SECOND,
        "disclosed": 1,
    }
    for step in ("check", "propose"):
        assert clerk.error(f"/api/put-right/act/{step}", act) == (403, "not-your-work")
        assert clerk.error(f"/api/put-right/slip/{step}", slip) == (403, "not-your-work")
