"""Which records an act commits to, and whether they were put here with it."""

from dataclasses import replace

import pytest

from kt1custody.core.log import act, commitments
from kt1custody.core.log.entry import Entry
from tests.kit.act_examples import example, item

HASH = bytes(32)


@pytest.mark.parametrize(
    ("kind", "over", "records"),
    [
        ("register", {}, [("list", HASH), (str(item(1)), HASH)]),
        ("enrol", {}, [("NV011", HASH)]),
        ("deliver", {}, [("receiver", HASH)]),
        ("return", {}, [("return", HASH)]),
        ("correct", {"field": "commit", "value": HASH}, [(str(item(1)), HASH)]),
        ("correct", {"field": "kind", "value": 1}, []),
        ("handover", {}, []),
    ],
)
def test_every_record_of_an_act_is_named_with_its_commitment(
    kind: str, over: dict[str, object], records: list[tuple[str, bytes]]
):
    assert list(commitments.commitments(act.make_act(example(kind, **over)))) == records


def test_two_officers_declare_records_lost_and_no_other_act_does():
    lost = [bytes([place]) * 32 for place in range(2)]
    assert commitments.declared_lost(act.make_act(example("lost", commits=lost))) == {*lost}
    assert commitments.declared_lost(act.make_act(example("register"))) == frozenset()


@pytest.mark.parametrize(
    ("kind", "late", "here", "desk"),
    [
        ("register", 0, True, True),
        ("register", commitments.MOST_WAIT, True, True),
        ("register", commitments.MOST_WAIT + 1, False, False),
        ("register", -1, False, False),
        ("handover", 0, True, False),
    ],
)
def test_an_act_that_came_at_once_was_made_here(kind: str, late: int, here: bool, desk: bool):
    made = act.make_act(example(kind))
    entry = Entry(
        raw=b"", origin="", seq=9, prev=HASH, ctl=HASH, accepted_at=made.at,
        act=made, signatures=(), judgement=(),
    )  # fmt: skip
    entry = replace(entry, accepted_at=made.at + late)
    assert (commitments.is_made_here(entry), commitments.shows_desk(entry)) == (here, desk)
