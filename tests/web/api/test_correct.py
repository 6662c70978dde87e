"""Corrections over the wire: signed by the clerk who registered the item, or refused by the cell."""

from kt1custody.services.custody import look
from tests.kit import cast
from tests.kit.pages_here import PagesHere


def test_a_slip_is_put_right_or_its_wrong_cells_are_named(pages: PagesHere, day: cast.Day):
    clerk, n = pages.enter(cast.CLERK), f"{day.numbers[5]:012d}"
    wanted = {"item": n, "cells": {"reference": "77-CV/TU"}, "reason": "mistyped"}
    assert clerk.do("/api/correct/check", wanted)["people"] == [cast.CLERK]
    wrong = clerk.do("/api/correct/propose", {**wanted, "cells": {"weight": "heavy"}})
    assert len(wrong["findings"]) == 1
    assert wrong["proposal"] == ""
    clerk.do("/api/commit", clerk.sign(clerk.do("/api/correct/propose", wanted)))
    slip = look.story(pages.world.session, n, cast.CLERK).slip
    assert slip is not None
    assert slip.reference == "77-CV/TU"
    for key, value in (("cells", {}), ("cells", {"colour": "red"}), ("reason", "boredom")):
        answer = clerk.error("/api/correct/check", {**wanted, key: value})
        assert answer == (400, "request-malformed")


def test_nobody_else_corrects_it(pages: PagesHere, day: cast.Day):
    n = f"{day.numbers[5]:012d}"
    wanted = {"item": n, "cells": {"note": "x"}, "reason": "other"}
    other = pages.enter(cast.CLERK_2)
    for step in ("check", "propose"):
        assert other.error(f"/api/correct/{step}", wanted) == (403, "registered-by-other")
    assert other.ask(f"/item/{n}/correct")[0] == 403
    assert pages.enter(cast.COURIER).error("/api/correct/check", wanted) == (403, "not-your-work")
