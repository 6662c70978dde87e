"""Finding an item, and its page: how it stands, who has it, its seals, and every step in words."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.errors import NotAllowedError
from kt1custody.services.custody import look
from kt1custody.services.custody.look import ItemStory
from kt1custody.services.evidence.story_words import StoryWords
from kt1custody.web import items
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page
from kt1custody.words.errors import error_lines
from kt1custody.words.stories import slip_lines

router = APIRouter()
FindAsking = Annotated[Asking, Depends(asking("find"))]


@router.get("/find")
def find(request: Request, ask: FindAsking) -> HTMLResponse:
    """Ask what is sought; what was sought stands in no address."""
    return page.show(request, "find", ask=ask)


@router.get("/item/{number}")
def item(number: str, request: Request, ask: FindAsking) -> HTMLResponse:
    """Tell the story of an item; its slip only to those at a counter that may read it."""
    story, closed = _story(ask, number)
    _refuse_stranger(ask, story)
    custody = story.custody
    words = None
    if custody is not None:
        offices = {} if story.places is None else story.places.offices
        signers = {signer.staff for step in custody.steps for signer in step.signers}
        words = StoryWords(
            ask.language,
            custody,
            ask.session.zone,
            {str(number): office.name for number, office in offices.items()},
            {staff: ask.visit.name(staff) for staff in signers if ask.visit.name(staff) != staff},
        )
    [shown] = items.shown(ask, [story.state])
    return page.show(
        request,
        "item",
        ask=ask,
        item=shown,
        slip=slip_lines(ask.language, story, ask.session.zone),
        closed=closed,
        facts=[] if words is None else words.facts,
        parts=[] if words is None else words.parts()[:-1],
        steps=[] if words is None else words.steps,
        is_at_counter=ask.visit.is_at_counter,
    )


def _story(ask: Asking, number: str) -> tuple[ItemStory, list[str]]:
    """Read an item's story with its slip; or without, and say why the slip stays shut."""
    if not ask.visit.is_at_counter:
        return look.story(ask.session, number), []
    try:
        return look.story(ask.session, number, ask.visit.staff), []
    except NotAllowedError as error:
        story = look.story(ask.session, number)
        return replace(story, slip=None), error_lines(ask.language, error)


def _refuse_stranger(ask: Asking, story: ItemStory) -> None:
    """Show items to those who carry them only where they have had them in their hands.

    Raises:
        NotAllowedError: `not-your-item`.
    """
    visit = ask.visit
    if visit.is_at_counter or visit.role == "officer" or story.state.holder == visit.staff:
        return
    if not any(signer.staff == visit.staff for step in story.happenings for signer in step.signers):
        raise NotAllowedError("not-your-item", n=story.state.n)
