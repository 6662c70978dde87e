"""What programs follow: where the log ends, and its entries from a position on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from kt1custody.services.evidence import feed
from kt1custody.services.session.session import Session
from kt1custody.web import wire
from kt1custody.web.asking import reading
from kt1custody.web.wire import Base64, Message
from kt1custody.words.acts import plain_entry

router = APIRouter(tags=["feed"])
_FOLLOWING = Annotated[Session, Depends(reading("events"))]


class HeadAnswer(Message):
    """Where the log ends."""

    origin: str
    size: int
    root: Base64


@router.get(
    "/head", response_model=HeadAnswer, responses={304: {"description": "It is the same still"}}
)
def head(request: Request, session: _FOLLOWING) -> Response:
    """Say where the log ends; answers 304 to whoever knows it already (`If-None-Match`)."""
    now = feed.head(session)
    tag = f'"{now.root.hex()}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"etag": tag})
    told = {"origin": now.origin, "size": now.size, "root": wire.text(now.root)}
    return wire.answer(told, {"etag": tag})


@router.get("/events")
def events(
    session: _FOLLOWING,
    after: Annotated[int, Query(ge=-1, le=2**40)] = -1,
    count: Annotated[int, Query(ge=1, le=feed.MOST)] = 100,
) -> dict[str, object]:
    """Give entries behind a position; `next` is what to ask for `after` next time."""
    found = feed.after(session, after, count)
    return {
        "events": [plain_entry(entry, session.zone) for entry in found],
        "next": found[-1].seq if found else after,
    }
