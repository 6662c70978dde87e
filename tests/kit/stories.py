"""The story of an item, as told from all entries of a paper log."""

from kt1custody.core.custody import custody_story
from kt1custody.core.custody.custody_story import CustodyStory, Gap
from kt1custody.core.custody.table import ENDED, ItemState
from kt1custody.core.log.entry import read_entry
from tests.kit.paper_log import BEGIN, PaperLog

LATER = BEGIN + 90_000


def story_of(paper: PaperLog, n: int) -> CustodyStory:
    entries = [read_entry(raw) for raw in paper.raws]
    story = custody_story.tell(n, entries, paper.replay.control, LATER)
    assert story is not None
    return story


def check_end(story: CustodyStory, state: ItemState) -> None:
    """The story ends as the fold does."""
    assert story.holders[-1].holder == state.holder
    assert (story.ended is not None) == (state.status in ENDED)
    assert (story.holders[-1].until is None) == (state.status not in ENDED)
    on_it = [one.serial for one in story.seals if one.until is None]
    assert on_it == ([] if state.seal is None else [state.seal])


def effects(story: CustodyStory) -> list[tuple[str, str]]:
    return [(step.act, step.effect) for step in story.steps]


def only(story: CustodyStory, kind: str) -> Gap:
    [gap] = [one for one in story.gaps if one.kind == kind]
    return gap
