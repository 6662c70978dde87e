"""The rules of custody and of seals as data, for pages and phones that judge without the server."""

import hashlib
import json
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from kt1custody.core.custody import rules
from kt1custody.core.seals import assessment
from kt1custody.web.asking import Asking, asking

router = APIRouter(tags=["rules"])
VERSION: Final = "kt1-rules/1"
_DATA = {"version": VERSION, "custody": rules.data(), "seals": assessment.data()}
TEXT: Final = json.dumps(_DATA, separators=(",", ":"))
_TAG = f'"{hashlib.sha256(TEXT.encode()).hexdigest()}"'


@router.get("/rules")
def get_rules(request: Request, _: Annotated[Asking, Depends(asking("rules"))]) -> Response:
    """Give the rules; answers 304 to whoever has them already (`If-None-Match`)."""
    if request.headers.get("if-none-match") == _TAG:
        return Response(status_code=304, headers={"etag": _TAG})
    return Response(TEXT, media_type="application/json", headers={"etag": _TAG})
