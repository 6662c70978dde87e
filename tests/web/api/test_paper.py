"""Codes from paper over the wire: a verdict in words for each, and the next verification with them."""

import time

from kt1custody.core.log import anchor
from kt1custody.services.evidence import closing
from tests.kit import cast
from tests.kit.pages_here import PagesHere

OFFICER = cast.OFFICERS[0]


def verified(pages: PagesHere) -> None:
    for _ in range(1_000):
        if pages.site.verification.progress is None:
            return
        time.sleep(0.01)
    raise AssertionError


def test_each_code_has_its_verdict_and_verifying_with_paper_ends_in_a_match(pages: PagesHere):
    code = anchor.code(closing.close(pages.world.session).checkpoint)
    officer = pages.enter(OFFICER)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    told = officer.do("/api/paper/compare", {"codes": [code, wrong], "of": "log"})["codes"]
    assert [one["look"] for one in told] == ["good", "warn"]
    assert told[0]["words"].startswith("KHỚP")
    assert "Nhóm 7" in told[1]["words"]
    [other] = officer.do("/api/paper/compare", {"codes": [code], "of": "readings"})["codes"]
    assert other["look"] == "warn"  # a code of the log in the place of one of the book
    assert "Nhóm 1" in other["words"]
    genesis = pages.world.session.control().genesis.hex(" ", 4)
    asked = {"genesis": genesis, "codes": [code]}
    assert officer.do("/api/paper/verify", asked) == {"begun": True}
    verified(pages)
    page = officer.do("/log")
    assert "KHỚP: nhật ký đúng như bên ngoài đã thấy." in page
    assert pages.site.verification.begin()  # as it is every day, by itself
    verified(pages)
    assert "KHỚP" in officer.do("/log")


def test_what_is_no_code_or_hash_and_who_is_no_officer_is_refused(pages: PagesHere):
    officer = pages.enter(OFFICER)
    for body in ({"codes": ["1" * 201], "of": "log"}, {"codes": ["1"] * 51, "of": "log"},
                 {"codes": [], "of": "moon"}):  # fmt: skip
        assert officer.error("/api/paper/compare", body) == (400, "request-malformed")
    asked = {"genesis": "abc", "codes": []}
    assert officer.error("/api/paper/verify", asked) == (400, "genesis-malformed")
    clerk = pages.enter(cast.CLERK, "WEB2")
    for path, body in (("compare", {"codes": [], "of": "log"}), ("verify", asked)):
        assert clerk.error(f"/api/paper/{path}", body) == (403, "not-your-work")
