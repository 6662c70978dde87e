"""Acts as plain values."""

from dataclasses import replace

from kt1custody.core.custody.story import COUNTS, Happening, Signer
from kt1custody.words.acts import plain_act
from tests.kit import cast

HANDOVER = Happening(
    seq=7, act="handover", at=cast.MORNING, accepted_at=cast.MORNING + 60,
    signers=(Signer(role="giver", staff=cast.CLERK, rank="clerk", office=cast.OFFICE),),
    office=cast.OFFICE, to=cast.COURIER, seal=65_536, cond="intact", codes=("seal-not-seen",),
)  # fmt: skip


def test_an_act_is_given_as_machines_read_it():
    assert plain_act(HANDOVER, cast.ZONE) == {
        "seq": 7,
        "act": "handover",
        "effect": COUNTS,
        "at": "2026-11-23T07:00:00+07:00",
        "accepted_at": "2026-11-23T07:01:00+07:00",
        "people": [["giver", cast.CLERK]],
        "signers": [{"role": "giver", "staff": cast.CLERK, "rank": "clerk", "office": cast.OFFICE}],
        "to": cast.COURIER,
        "seal": "00000655365",
        "reason": None,
        "condition": "intact",
        "judgement": ["seal-not-seen"],
        "found": True,
        "change": None,
        "of": None,
        "corrected": [],
    }


def test_what_is_taken_for_an_office_goes_to_the_office():
    for act in ("handover", "offer"):
        step = replace(HANDOVER, act=act, to_office=cast.OFFICE)
        assert plain_act(step, cast.ZONE)["to"] == str(cast.OFFICE)
