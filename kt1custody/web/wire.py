"""What goes over the wire: bytes in JSON, and errors with their HTTP status."""

import base64
import binascii
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict

from kt1custody.errors import (
    KtError,
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.i18n import Language
from kt1custody.words.errors import plain_error

STATUS: Mapping[type[KtError], HTTPStatus] = {
    MalformedInputError: HTTPStatus.BAD_REQUEST,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    RefusedError: HTTPStatus.CONFLICT,
    VerificationError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
# These are of a family and yet say something that HTTP has a word for.
_OWN_STATUS = {
    "sign-in-needed": HTTPStatus.UNAUTHORIZED,
    "token-unknown": HTTPStatus.UNAUTHORIZED,
    "page-unknown": HTTPStatus.NOT_FOUND,
    "no-such-item": HTTPStatus.NOT_FOUND,
    "no-such-request": HTTPStatus.NOT_FOUND,
    "request-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


class Message(BaseModel):
    """A request or answer in JSON; what is not known in it is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def answer(told: Mapping[str, object], headers: Mapping[str, str]) -> JSONResponse:
    """Answer with headers of one's own."""
    return JSONResponse(dict(told), headers=dict(headers))


def octets(text: str) -> bytes:
    """Read base64.

    Raises:
        MalformedInputError: `base64`.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedInputError("base64") from None


def text(raw: bytes) -> str:
    """Spell bytes in base64."""
    return base64.b64encode(raw).decode()


def _checked(value: str) -> str:
    try:
        octets(value)
    except MalformedInputError as error:
        raise ValueError(error.code) from None
    return value


Base64 = Annotated[str, AfterValidator(_checked)]


def status_of(error: KtError) -> HTTPStatus:
    """Give the HTTP status of an error: of its code, else of its family."""
    if error.code in _OWN_STATUS:
        return _OWN_STATUS[error.code]
    return next(status for family, status in STATUS.items() if isinstance(error, family))


def plain(language: Language, error: KtError) -> dict[str, object]:
    """Spell an error for the pages and for machines."""
    return {"error": plain_error(language, error)}
