"""Stories of items in words and as plain values."""

import pytest

from kt1custody.core.formats.item import Slip
from kt1custody.services.custody.look import ItemStory
from kt1custody.words import stories
from tests.kit import cast, paper_log
from tests.kit.paper_log import BEGIN, Office, PaperLog, Signed, line, step_of
from tests.kit.stories import story_of
from tests.kit.words import EN

SLIP = Slip(
    sender="SO-1", recipient="DU-1", reference="12/CV\nMATCH", named=None, layers=1, weight=1_200,
    note="",
)  # fmt: skip


@pytest.fixture
def story(office: Office, sealed: tuple[PaperLog, int, Signed]) -> ItemStory:
    paper, n, last = sealed
    items = line(n, step_of(last), 70_000)
    paper.take(paper_log.handed(office, cast.CLERK, cast.COURIER, items, at=BEGIN + 600))
    return ItemStory(
        state=paper.state(n), custody=story_of(paper, n), places=None, slip=SLIP, names={}
    )


def test_every_act_stands_below_the_one_before_with_the_time_between(story: ItemStory):
    lines = stories.story_lines(EN, story, cast.ZONE, str)
    assert lines[0].startswith("6826 0000 0014")
    steps = lines[lines.index(EN.word("story", "steps")) + 1 :]
    assert len(steps) == 2 * len(story.happenings) - 1
    assert all(line.startswith("    ↓ ") for line in steps[1::2])


def test_a_slip_is_shown_where_it_was_opened_and_begins_no_line(story: ItemStory):
    lines = stories.story_lines(EN, story, cast.ZONE, str)
    assert "From: SO-1" in lines
    assert "Document number: 12/CV?MATCH" in lines
    assert "Only for: –" in lines
    assert "Envelopes: 1, 1,200 g, note: –" in lines


def test_without_a_registration_there_is_only_the_state(story: ItemStory):
    bare = ItemStory(state=story.state, custody=None, places=None, slip=None, names={})
    assert len(stories.story_lines(EN, bare, cast.ZONE, str)) == 1
    assert stories.plain_custody(bare, cast.ZONE) is None
    assert stories.plain_acts(bare, cast.ZONE) == []


def test_custody_and_acts_are_given_as_machines_read_them(story: ItemStory):
    plain = stories.plain_custody(story, cast.ZONE)
    assert plain is not None
    holders = plain["holders"]
    assert isinstance(holders, list)
    assert [tenure["holder"] for tenure in holders] == [str(cast.OFFICE), cast.COURIER]
    assert (holders[0]["until"], holders[1]["until"]) == (holders[1]["since"], None)
    acts = stories.plain_acts(story, cast.ZONE)
    assert [act["act"] for act in acts] == ["register", "print", "bind", "handover"]
    assert [act["seconds_after"] for act in acts] == [None, 0, 0, 0]
