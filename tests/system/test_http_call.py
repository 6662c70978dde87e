"""One call has one deadline and its answer a limit, whatever the server does."""

import socket
import threading
import time

import pytest

from kt1custody.errors import UnavailableError
from kt1custody.system import http_call
from tests.kit.servers import Speak, drip, say, speaking, wait

OK = b"HTTP/1.1 200 OK\r\n"


def why_not(url: str, seconds: float = 10, most: int = 16_384) -> object:
    """Give the reason why there is no answer."""
    with pytest.raises(UnavailableError, match="no-answer") as caught:
        http_call.call(url, b"body", seconds=seconds, most=most)
    return caught.value.detail["why"]


@pytest.mark.parametrize(
    ("speak", "why"),
    [
        (say(b""), "garbled"),
        (say(b"\x16\x03\x01\x00"), "garbled"),
        (say(b"HTTP/1.1 two OK\r\n\r\n"), "garbled"),
        (say(OK + b"A: b\r\n" * 200), "garbled"),
        (wait, "slow"),
        (drip(b""), "slow"),
        (drip(OK + b"A: "), "slow"),
        (drip(OK + b"Content-Length: 9000\r\n\r\n"), "slow"),
        (drip(OK + b"\r\n"), "slow"),
    ],
)
def test_servers_that_do_not_answer(speak: Speak, why: str):
    begin = time.monotonic()
    with speaking(speak) as url:
        assert why_not(url, 0.4 if why == "slow" else 10) == why
    assert time.monotonic() - begin < 2


def test_an_answer_is_given_with_its_kind_and_no_more_of_it_than_asked():
    raw = OK + b"Content-Type: Text/Plain; charset=utf-8\r\nContent-Length: 3\r\n\r\nabc"
    with speaking(say(raw)) as url:
        reply = http_call.call(f"{url}/a?b=c", None, seconds=10, most=3)
        assert (reply.status, reply.kind, reply.body) == (200, "text/plain", b"abc")
        assert why_not(url, most=2) == "long"


def test_the_request_is_one_and_has_what_it_was_given():
    requests = []

    def speak(connection: socket.socket) -> None:
        raw = b""
        while not raw.endswith(b"abc"):
            raw += connection.recv(100_000)
        requests.append(raw.decode())
        location = b"HTTP/1.1 307 Elsewhere\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(location)

    with speaking(speak) as url:
        reply = http_call.call(f"{url}/a?b=c", b"abc", seconds=10, most=9, kind="x/y")
    [request] = requests
    assert reply.status == 307
    assert request.startswith("POST /a?b=c HTTP/1.1\r\n")
    assert "\r\nContent-Type: x/y\r\n" in request
    assert "\r\nContent-Length: 3\r\n" in request


def test_no_proxy_of_the_system_is_used(monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with speaking(say(OK + b"Content-Length: 0\r\n\r\n")) as url:
        assert http_call.call(url, None, seconds=10, most=9).status == 200


def test_a_name_that_nobody_answers_for_keeps_no_caller(monkeypatch: pytest.MonkeyPatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(10) and [])
    begin = time.monotonic()
    try:
        assert why_not("http://a.vn", 0.2) == "slow"
        assert time.monotonic() - begin < 2
    finally:
        over.set()


def test_whoever_was_given_up_is_hung_up_on():
    ended = threading.Event()

    def speak(connection: socket.socket) -> None:
        wait(connection)
        ended.set()

    with speaking(speak) as url:
        assert why_not(url, 0.2) == "slow"
        assert ended.wait(5)


def test_a_server_that_is_not_there_is_silent():
    with socket.socket() as taken:  # bound but not listening: nobody else gets it
        taken.bind(("127.0.0.1", 0))
        assert why_not(f"http://127.0.0.1:{taken.getsockname()[1]}") == "silent"


def test_a_server_without_a_certificate_that_we_trust():
    with speaking(say(OK + b"\r\n")) as url:
        assert why_not(url.replace("http", "https")) == "tls"
    with speaking(wait) as url:
        assert why_not(url.replace("http", "https"), 0.4) == "slow"


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://a", "file:///etc/passwd", "http://", "http://u:p@a/", "http://a:b/",
     "http://a/#f", "http://[::1", "http://a\n.b/", "//a", "http://a:99999/", "http://a/ă"],
)  # fmt: skip
def test_addresses_that_are_none(url: str):
    assert not http_call.is_url(url)
    assert why_not(url) == "url"


def test_nothing_is_below_an_address_with_a_query():
    assert not http_call.is_url("http://a/?q")


@pytest.mark.parametrize("url", ["http://a", "https://a.vn:8443/w/x", "http://[::1]:80/"])
def test_addresses(url: str):
    assert http_call.is_url(url)
