"""What goes over the wire: bytes in JSON, and errors with their HTTP status."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from kt1custody.errors import (
    KtError,
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.i18n import Language
from kt1custody.web.guard import MAX_BODY
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
    "host-unknown": HTTPStatus.MISDIRECTED_REQUEST,
    "method-unknown": HTTPStatus.METHOD_NOT_ALLOWED,
    "server-fault": HTTPStatus.INTERNAL_SERVER_ERROR,
}


class Message(BaseModel):
    """A request or answer in JSON; what is not known in it is an error.

    JSON can hold half of a surrogate pair, which is no text. A text whose length is limited is decoded
    and refused then, so each has a limit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=MAX_BODY)


class ErrorFacts(Message):
    """What happened: a stable code, the facts of the case, and a sentence for a person."""

    code: str
    detail: dict[str, object]
    message: str


class ErrorAnswer(Message):
    """What a program is told that has not got what it asked for."""

    error: ErrorFacts


_TOLD = {*STATUS.values(), *_OWN_STATUS.values()}
_BY_GUARD = {  # which reads nothing, and answers with a word
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.MISDIRECTED_REQUEST,
}
# What every answer of the API may be instead of what was asked for.
FAILURES: dict[int | str, dict[str, Any]] = {
    status.value: {
        "description": status.phrase,
        **({"model": ErrorAnswer} if status in _TOLD else {}),
        **({"content": {"text/plain": {}}} if status in _BY_GUARD else {}),
    }
    for status in sorted(_TOLD | _BY_GUARD)
}
# Beside them, where what is asked for is no JSON.
OCTETS: Mapping[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}


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


_BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
Base64 = Annotated[
    str,
    AfterValidator(_checked),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "pattern": _BASE64}),
]


class OneOf:
    """Marks a text that is a word of a closed list."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(words)

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        """Take these words alone; the description of the API lists them."""
        return core_schema.literal_schema(self._words)


def status_of(error: KtError) -> HTTPStatus:
    """Give the HTTP status of an error: of its code, else of its family."""
    if error.code in _OWN_STATUS:
        return _OWN_STATUS[error.code]
    return next(status for family, status in STATUS.items() if isinstance(error, family))


def plain(language: Language, error: KtError) -> dict[str, object]:
    """Spell an error for the pages and for machines."""
    return {"error": plain_error(language, error)}
