"""What a scan says: one item, or why it is none."""

from typing import Annotated

from fastapi import APIRouter, Depends

from kt1custody.services.custody import look
from kt1custody.web import items
from kt1custody.web.asking import Asking, asking
from kt1custody.web.wire import Message

router = APIRouter(tags=["scan"])


class ScanAsked(Message):
    """A scan or a typed number; untrusted text, never a path."""

    text: str


@router.post("/scan")
def scan(asked: ScanAsked, ask: Annotated[Asking, Depends(asking("scan"))]) -> dict[str, object]:
    """Say which item a scan names and how it stands; changes nothing."""
    seen, state = look.scanned(ask.session, asked.text)
    [shown] = items.shown(ask, [state])
    return {"item": shown, "serial": seen.serial}
