"""Bytes and errors on the wire."""

from typing import Annotated

import pytest
from pydantic import ValidationError

from kt1custody import errors
from kt1custody.errors import KtError, MalformedInputError, NotAllowedError, RefusedError
from kt1custody.i18n import language
from kt1custody.web import wire


def test_every_family_of_errors_has_a_status_of_its_own():
    families = {
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, KtError) and one is not KtError
    }
    assert wire.STATUS.keys() == families
    assert len(set(wire.STATUS.values())) == len(families)


def test_a_code_that_http_has_a_word_for_has_its_own():
    assert wire.status_of(NotAllowedError("sign-in-needed")) == 401
    assert wire.status_of(RefusedError("no-such-item", n=1)) == 404
    assert wire.status_of(RefusedError("changed-meanwhile")) == 409


def test_an_error_is_told_in_the_language_of_the_request():
    error = NotAllowedError("sign-in-needed")
    told = {code: wire.plain(language(code), error)["error"] for code in ("vi", "en")}
    assert told["vi"] != told["en"]
    assert all(one["code"] == "sign-in-needed" for one in told.values())  # type: ignore[index]


def test_bytes_have_one_spelling():
    assert wire.octets(wire.text(b"\x00\xff")) == b"\x00\xff"
    for wrong in ("a", "=", "AB CD", "\n", "AA-_"):
        with pytest.raises(MalformedInputError):
            wire.octets(wrong)


def test_a_word_of_a_closed_list_is_taken_and_the_list_is_described():
    class Asked(wire.Message):
        reason: Annotated[str, wire.OneOf(("torn", "lost"))]

    assert Asked(reason="torn").reason == "torn"
    for wrong in ("", "Torn", "torn ", "\ud800", None):
        with pytest.raises(ValidationError):
            Asked.model_validate({"reason": wrong})
    assert Asked.model_json_schema()["properties"]["reason"]["enum"] == ["torn", "lost"]
