"""The application put together: errors as JSON and as pages, and who may ask each address."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from kt1custody.services.custody import look
from kt1custody.web import app
from tests.kit import cast
from tests.kit.pages_here import PagesHere

# Whoever comes first has nobody signed in; what each gives protects itself.
OPEN = {
    "/sign-in", "/language/{code}", "/training/{staff}.key", "/training/browser", "/verify",
    "/first-run", "/ca", "/ca/kt1.crt", "/ca/sheet.pdf",
}  # fmt: skip
BEFORE = (
    "/api/browser",
    "/api/challenge",
    "/api/sign-in",
    "/api/keys/",
    "/api/lock",
    "/api/sign-out",
    "/api/first-run/",  # asked again with what it wants, in test_first_run
)


def test_it_says_that_it_is_there_and_no_more(pages: PagesHere):
    status, headers, told = pages.ask("/healthz")
    assert (status, told) == (200, "ok")
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/nowhere", "/stock/", "//stock", "/api"])
def test_what_is_not_there_is_a_page_that_says_so(pages: PagesHere, path: str):
    status, headers, told = pages.ask(path)
    assert status == 404
    assert headers["content-type"].startswith("text/html")
    assert path.strip("/") not in told.split("<main")[1].split("</main>")[0]


def test_a_program_is_told_in_json(pages: PagesHere):
    status, headers, told = pages.ask("/api/nowhere")
    assert (status, told["error"]["code"]) == (404, "page-unknown")
    assert headers["content-type"] == "application/json"
    assert pages.ask("/api/scan")[0] == 405


@pytest.mark.parametrize("path", ["/api/scan", "/stock"])
def test_a_fault_of_its_own_is_told_without_what_it_was(
    pages: PagesHere, monkeypatch: pytest.MonkeyPatch, path: str
):
    visitor = pages.enter(cast.CLERK)

    def fail(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(look, "scanned" if path == "/api/scan" else "places", fail)
    with pytest.raises(RuntimeError):  # which a server writes to its own log
        visitor.ask(path, {"text": "1"} if path == "/api/scan" else None)
    begin, body = pages.said[0], b"".join(part["body"] for part in pages.said[1:]).decode()
    headers = {name.decode(): value.decode() for name, value in begin["headers"]}
    assert begin["status"] == 500
    assert "Máy chủ gặp lỗi" in body
    assert not [word for word in ("secret", "Runtime", "Traceback", ".py") if word in body]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_what_is_no_question_of_ours_is_malformed(pages: PagesHere):
    visitor = pages.enter(cast.CLERK)
    bodies: tuple[object, ...] = (
        {"text": 1},
        {"text": "x", "secret words": 1},
        ["secret words"],
        "secret words",
    )
    for body in bodies:
        status, told = visitor.ask("/api/scan", body)
        assert (status, told["error"]["code"]) == (400, "request-malformed")


def addresses() -> Iterator[tuple[str, str]]:
    """Give method and path of all that the parts answer."""
    for prefix, parts in (("", app.PAGES), ("/api", app.ANSWERS)):
        for part in parts:
            for route in part.router.routes:
                assert isinstance(route, APIRoute)
                for method in route.methods or ():
                    yield method, prefix + route.path


def test_every_address_asks_who_is_there(pages: PagesHere):
    visitor, answered = pages.browser(), []
    for method, path in addresses():
        if path in OPEN or path.startswith(BEFORE):
            continue
        status, _ = visitor.ask(path, {} if method == "POST" else None)
        location = visitor.headers.get("location", "")
        if status != 401 and not (status == 303 and location.startswith("/sign-in#")):
            answered.append((method, path, status))
    assert answered == []


def test_each_answer_is_described_and_no_page_is(pages: PagesHere):
    _, _, told = pages.ask("/openapi.json")
    assert {path for _, path in addresses() if path.startswith("/api/")} <= told["paths"].keys()
    assert all(path.startswith("/api/") for path in told["paths"])
