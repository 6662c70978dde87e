"""What stands before every page, asked of a real server."""

import contextlib
import http.client
import json

import pytest

from tests.kit.counter import Counter

PAGES = ("/sign-in", "/healthz", "/static/css/kt1.css", "/nowhere", "/api/nowhere")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_says_what_a_browser_may_do_with_it(counter: Counter, path: str):
    _, headers, _ = counter.ask(path)
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe" not in policy
    assert "http:" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_only_a_worker_may_compile_code_and_no_page_is_one(counter: Counter):
    _, headers, _ = counter.ask("/static/js/argon-worker.js")
    assert headers["content-security-policy"].count("wasm-unsafe-eval") == 1
    _, headers, _ = counter.ask("/api/argon-worker.js")
    assert "wasm" not in headers["content-security-policy"]


def test_nothing_confidential_is_kept_by_a_browser(counter: Counter):
    assert counter.ask("/sign-in")[1]["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "http://evil.example", "cookie": "kt1-visit=x"}, 403),
        ({"cookie": "kt1-visit=x"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({}, 200),
    ],
)
def test_what_changes_something_comes_from_our_own_pages(
    counter: Counter, headers: dict[str, str], status: int
):
    assert counter.ask("/api/lock", {}, headers)[0] == status


def test_no_other_site_is_let_to_read_an_answer(counter: Counter):
    asking = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    for path in PAGES:
        _, headers, _ = counter.ask(path, headers=asking)
        assert not [name for name in headers if name.lower().startswith("access-control-")]
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200), ("127.0.0.1:8068", 200), ("[::1]:8068", 200), ("LOCALHOST:1", 200),
        ("evil.example", 421), ("localhost.evil.example", 421), ("[", 421),
    ],
)  # fmt: skip
def test_the_server_answers_to_its_own_names_alone(counter: Counter, host: str, status: int):
    for path in ("/healthz", "/sign-in"):
        assert counter.ask(path, headers={"host": host})[0] == status


def connect(counter: Counter) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(counter.url.removeprefix("http://"), timeout=20)


def test_a_large_request_is_refused_before_it_comes(counter: Counter):
    with contextlib.closing(connect(counter)) as connection:
        connection.putrequest("POST", "/api/challenge")
        connection.putheader("content-length", str(100_000_000))
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.load(answer)["error"]["code"] == "request-large"


def test_one_that_does_not_say_its_size_is_read_no_further_than_the_limit(counter: Counter):
    part = b"10000\r\n" + b'"' * 65_536 + b"\r\n"
    with contextlib.closing(connect(counter)) as connection, contextlib.suppress(OSError):
        connection.putrequest("POST", "/api/browser")
        connection.putheader("transfer-encoding", "chunked")
        connection.putheader("content-type", "application/json")
        connection.endheaders()
        for _ in range(200):
            connection.send(part)  # until nobody listens any more
        connection.send(b"0\r\n\r\n")
        with contextlib.closing(connection.getresponse()) as answer:
            assert answer.status == 413
    assert counter.ask("/healthz")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/",
        "/static/js",
        "/static/js/",
        "/.git/config",
        "/static/%2e%2e/%2e%2e/errors.py",
        "/training/..%2f..%2fNV001.key",
        "/training/%00.key",
        "/language/..%2f?to=//evil.example",
    ],
)
def test_tricks_with_paths_lead_nowhere(counter: Counter, path: str):
    status, headers, body = counter.ask(path)
    assert status in {303, 400, 404}
    assert headers.get("location", "/") == "/"
    assert "import" not in str(body)
