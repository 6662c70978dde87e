"""Fetching a time stamp: whatever went wrong is said in a stamp's words."""

import pytest

from kt1custody.errors import UnavailableError
from kt1custody.services.evidence import stamps
from kt1custody.signing import stamp
from kt1custody.system import http_call

URL = "http://tsa.example"


def why() -> object:
    with pytest.raises(UnavailableError, match="stamp-server") as caught:
        stamps.fetch(URL, b"request", 5)
    return caught.value.detail["why"]


@pytest.mark.parametrize("reason", ["silent", "slow", "tls", "long", "url", "garbled"])
def test_a_call_that_fails_is_a_stamp_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, reason: str
):
    def fail(*_: object, **__: object) -> http_call.HttpReply:
        raise UnavailableError("no-answer", why=reason)

    monkeypatch.setattr(http_call, "call", fail)
    assert why() == ("stamp-silent" if reason == "garbled" else f"stamp-{reason}")


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (302, "application/timestamp-reply", "stamp-moved"),
        (404, "application/timestamp-reply", "HTTP 404"),
        (200, "text/html", "stamp-type"),
        (200, "text/plain", "stamp-type"),
    ],
)
def test_an_answer_that_is_no_stamp_is_refused(
    monkeypatch: pytest.MonkeyPatch, status: int, kind: str, expected: str
):
    reply = http_call.HttpReply(status=status, kind=kind, body=b"<p>")
    monkeypatch.setattr(http_call, "call", lambda *_, **__: reply)
    assert why() == expected


def test_no_more_is_asked_for_than_a_stamp_may_have(monkeypatch: pytest.MonkeyPatch):
    asked: list[tuple[object, ...]] = []

    def answer(url: str, body: bytes, **rest: object) -> http_call.HttpReply:
        asked.append((url, body, rest))
        return http_call.HttpReply(status=200, kind="application/timestamp-reply", body=b"stamp")

    monkeypatch.setattr(http_call, "call", answer)
    assert stamps.fetch(URL, b"request", 5) == b"stamp"
    rest = {"seconds": 5, "most": stamp.MAX_RESPONSE, "kind": "application/timestamp-query"}
    assert asked == [(URL, b"request", rest)]
