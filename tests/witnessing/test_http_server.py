"""A witness on the network: who is slow, too many at once, and what it says when it cannot answer."""

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kt1custody import app
from kt1custody.witnessing import http_server
from kt1custody.witnessing import witness as witnesses
from kt1custody.witnessing.http_server import Served, WitnessServer
from tests.kit import witnesses as made
from tests.kit.stranger_log import StrangerLog


@pytest.fixture
def folder(tmp_path: Path, log: StrangerLog) -> Path:
    return made.make(tmp_path / "witness", log)


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[WitnessServer, list[Served]]]:
    """Serve in this process, to be patched."""
    heard: list[Served] = []
    opened = witnesses.open_witness(folder, app.clock)
    server = WitnessServer(("127.0.0.1", 0), opened, heard.append)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server, heard
    finally:
        server.shutdown()
        server.stop()
        opened.close()


def at(server: WitnessServer) -> tuple[str, int]:
    host, port = server.socket.getsockname()
    return host, port


@pytest.mark.parametrize("drops", [0, 12])
@pytest.mark.parametrize(
    "begin", [b"", b"POST /add", b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 999\r\n\r\nold"]
)
def test_who_is_slow_is_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch, begin: bytes, drops: int
):
    monkeypatch.setattr(http_server, "SECONDS", 0.3)
    with serving(folder) as (server, heard), socket.create_connection(at(server)) as one:
        one.settimeout(5)
        began = time.monotonic()
        one.sendall(begin)
        with contextlib.suppress(OSError):
            for _ in range(drops):  # drop by drop does not help
                time.sleep(0.05)
                one.sendall(b"o")
        with contextlib.suppress(ConnectionError):
            assert one.recv(100) == b""
        assert 0.2 < time.monotonic() - began < 2
        assert heard == []


def test_too_many_at_once_are_turned_away_and_the_rest_served(
    folder: Path, monkeypatch: pytest.MonkeyPatch, log: StrangerLog
):
    monkeypatch.setattr(http_server, "MAX_CONNECTIONS", 3)
    with serving(folder) as (server, _), contextlib.ExitStack() as stack:
        place = at(server)
        held = [stack.enter_context(socket.create_connection(place)) for _ in range(3)]
        held[0].sendall(b"GET /x HTTP/1.1\r\n\r\n")
        assert b"404" in held[0].recv(1_000)  # all three have been taken
        one_more = stack.enter_context(socket.create_connection(place))
        one_more.settimeout(5)
        with contextlib.suppress(ConnectionError):
            assert one_more.recv(1) == b""
        held[1].close()
        held[2].close()
        until = time.monotonic() + 5
        status = 0
        while status != 200 and time.monotonic() < until:
            connection = http.client.HTTPConnection(*place, timeout=5)
            with (
                contextlib.closing(connection),
                contextlib.suppress(OSError, http.client.HTTPException),
            ):
                connection.request("POST", "/add-checkpoint", log.request(0, 5))
                status = connection.getresponse().status
        assert status in (200, 409)


def test_a_witness_that_cannot_answer_says_so(folder: Path, log: StrangerLog):
    with serving(folder) as (server, heard):
        (folder / "logs.txt").write_text("broken\n", "utf-8")
        connection = http.client.HTTPConnection(*at(server), timeout=5)
        with contextlib.closing(connection):
            connection.request("POST", "/add-checkpoint", log.request(0, 5))
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (503, b"logs-broken\n")
            assert [one.answer.status for one in heard] == [503]  # told before it leaves


def test_it_listens_on_ipv6(folder: Path, monkeypatch: pytest.MonkeyPatch):
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    opened = witnesses.open_witness(folder, app.clock)
    try:
        server = WitnessServer(("::1", 0), opened, lambda one: None)
    except OSError:
        pytest.skip("no IPv6 here")
    assert server.place.startswith("[::1]:")
    server.stop()
    opened.close()
