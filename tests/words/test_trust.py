"""What an auditor's own file says, in words."""

from kt1custody.audit.findings import Report
from kt1custody.audit.trust_file import OutsideAnchor, TrustFile, TrustStanding
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.errors import UnavailableError
from kt1custody.words.trust import plain_trust, trust_lines
from tests.kit import cast
from tests.kit.words import EN

POINT = Checkpoint("kt1.lamdong.vn/68/e1", 31, bytes(32))
ANCHOR = OutsideAnchor(origin=POINT.origin, size=30, at=cast.MORNING, kind="code", name="sheet")
BARE = TrustFile(checkpoint=POINT, since=cast.MORNING, audited=cast.MORNING + 60)
ANCHORED = TrustFile(
    checkpoint=POINT, since=cast.MORNING, audited=cast.MORNING + 60, genesis=bytes(32),
    anchor=ANCHOR,
)  # fmt: skip


def said(standing: TrustStanding | None, covered_by: tuple[str, str] = ("", "")) -> list[str]:
    return list(trust_lines(EN, Report(trust=standing, covered_by=covered_by), cast.ZONE))


def test_without_a_file_nothing_is_said():
    assert said(None) == []
    assert plain_trust(Report()) is None


def test_a_file_that_begins_says_what_it_lacks():
    lines = said(TrustStanding(name="mine", before=None, after=BARE, is_exposed=False))
    assert lines == [
        "mine holds no genesis hash yet: give --genesis once.",
        "Nothing from outside has reached this log yet.",
    ]


def test_a_file_says_since_when_it_is_trusted_and_what_came_from_outside():
    standing = TrustStanding(name="mine", before=ANCHORED, after=ANCHORED, is_exposed=False)
    first, newest, alone = said(standing, ("trust", "mine"))
    assert first == (
        "Trusted since 23/11/2026 07:00 by mine; last audited 23/11/2026 07:01, 31 entries."
    )
    assert newest.startswith("Newest from outside: ")
    assert newest.endswith(", 30 entries, 23/11/2026 07:00.")
    assert alone == "What anchors it is your own earlier audit alone."
    plain = plain_trust(Report(trust=standing, covered_by=("code", "sheet")))
    assert plain == {
        "file": "mine",
        "renewed": True,
        "exposed": False,
        "since": cast.MORNING,
        "size": 31,
        "anchor": {
            "origin": POINT.origin,
            "size": 30,
            "at": cast.MORNING,
            "kind": "code",
            "name": "sheet",
        },
        "covered_by": ["code", "sheet"],
    }


def test_a_file_that_was_left_or_that_others_may_write_is_warned_of():
    fault = UnavailableError("file-unwritable", name="mine", why="full")
    lines = said(
        TrustStanding(name="mine", before=ANCHORED, after=None, is_exposed=True, fault=fault)
    )
    assert any(line.startswith("⚠ ") and "full" in line for line in lines)
    assert "mine was left as it was." in lines
    assert lines[-1].startswith("⚠ Others can write mine")
