"""Seals in words: what a scan says and is worth, and how old the lists are."""

from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.core.log.keyring import Control
from kt1custody.core.seals.assessment import Assessment
from kt1custody.core.seals.seal import SealContent
from kt1custody.core.seals.status import Head, Load, StatusNote
from kt1custody.errors import MalformedInputError
from kt1custody.services.evidence.trust import SealAnswer, Trust
from kt1custody.words import seals
from tests.kit import cast
from tests.kit.words import EN

CONTENT = SealContent(
    n=682_600_000_014, serial=65_536, mark=Mark.NONE, urgency=Urgency.EXPRESS, issuer=cast.OFFICE,
    dest=680_101, at=cast.MORNING, commitment=bytes(16), copy=2,
)  # fmt: skip
HEAD = Head(
    origin="kt1.lamdong.vn/68/e1", size=31, root=bytes(32), issued=cast.MORNING,
    next=cast.MORNING + 86_400,
)  # fmt: skip
READ = SealAnswer(2, Assessment("not-compared", ("list-old",)), CONTENT)
UNREAD = SealAnswer(
    1, Assessment("not-a-seal"), fault=MalformedInputError("seal-text", why="digits")
)


def test_a_scan_is_given_as_machines_read_it():
    assert seals.plain_seal(READ, cast.ZONE) == {
        "scan": 2,
        "colour": READ.verdict.colour.value,
        "verdict": READ.verdict.code,
        "notes": list(READ.verdict.notes),
        "number": "682600000014",
        "serial": "00000655365",
        "mark": "",
        "urgency": "express",
        "issuer": cast.OFFICE,
        "destination": 680_101,
        "issued_at": "2026-11-23T07:00:00+07:00",
        "copy": 2,
    }
    plain = seals.plain_seal(UNREAD, cast.ZONE)
    assert plain["fault"] == {"code": "seal-text", "detail": {"why": "digits"}}
    assert "number" not in plain


def test_what_it_states_is_said_and_why_it_could_not_be_read():
    item, issued, *notes = seals.seal_lines(EN, READ, cast.ZONE, "68")
    assert item.startswith("Item 6826 0000 0014, serial 00000655365, mark –, ")
    assert item.endswith(", copy 2")
    assert issued == f"Issued by {cast.OFFICE} at 23/11/2026 07:00, delivered by 680101"
    assert [note[:2] for note in notes] == ["+ "] * len(READ.verdict.notes)
    assert len(seals.seal_lines(EN, UNREAD, cast.ZONE, "68")) == 1
    assert seals.seal_sentence(EN, READ, "68") == EN.word("seal", READ.verdict.code, log="68")


def test_how_old_the_lists_are_is_said_and_what_nothing_was_compared_with():
    control = Control(
        log="", origin="", name="", office=0, number=68, training=True, genesis=b"", head=b""
    )
    trust = Trust(control, StatusNote(HEAD, bytes(32), {}), None)
    now = cast.MORNING + 5_400
    first, without, limit = seals.age_lines(EN, trust, cast.ZONE, now)
    assert first == "Trust list no. 31, issued 23/11/2026 07:00, 1 h 30 min old."
    assert without.startswith("No load list")
    loaded = Trust(control, trust.status, Load(HEAD, cast.COURIER, {}))
    _, load, same = seals.age_lines(EN, loaded, cast.ZONE, now)
    assert load.startswith(f"Load list of {cast.COURIER}: 0 items")
    assert limit == same
    assert seals.plain_head(HEAD, cast.ZONE, now) == {
        "size": 31,
        "root": bytes(32).hex(),
        "issued_at": "2026-11-23T07:00:00+07:00",
        "next_at": "2026-11-24T07:00:00+07:00",
        "age": 5_400,
    }
