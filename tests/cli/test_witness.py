"""`kt1 witness`: a witness as a process on the network, and as its own people type it."""

import contextlib
import hashlib
import http.client
import random
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from kt1custody import app
from kt1custody.cli.main import kt1
from kt1custody.core.log import checkpoint
from kt1custody.witnessing import answers
from kt1custody.witnessing import witness as witnesses
from tests.kit.stranger_log import StrangerLog, body
from tests.kit.witness_process import Process, begin_process
from tests.kit.words import speak_english

NAME = "congan.lamdong.vn/kt1"
Start = Callable[..., "Process"]


def begin_telling(folder: Path) -> Process:
    """Serve, telling people what is asked."""
    served = begin_process("serve", "--dir", folder, "--listen", "127.0.0.1:0", json_first=False)
    assert served.popen.stdout is not None
    listening = served.popen.stdout.readline()
    assert listening.startswith("Listening on 127.0.0.1:")
    served.told["listening"] = listening.split()[-1].rstrip(".")
    return served


@pytest.fixture
def log() -> StrangerLog:
    return StrangerLog().grow(20)


@pytest.fixture
def folder(tmp_path: Path, log: StrangerLog) -> Path:
    made = tmp_path / "witness"
    witnesses.begin(made, NAME)
    witnesses.trust(made, log.vkey)
    return made


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    running: list[Process] = []

    def begin(*words: object) -> Process:
        one = begin_process("serve", "--dir", folder, "--listen", "127.0.0.1:0", "--json", *words)
        running.append(one)
        return one

    yield begin
    for one in running:
        if one.popen.poll() is None:
            one.popen.kill()
        one.popen.communicate()


# On the network


@pytest.mark.slow
def test_every_status_of_the_protocol(start: Start, folder: Path, log: StrangerLog):
    served = start()
    place = hashlib.sha256(log.origin.encode()).hexdigest()
    assert served.send("GET", f"/{place}/checkpoint")[0] == 404  # nothing cosigned yet
    status, headers, line = served.send("POST", "/add-checkpoint", log.request(0, 5))
    assert (status, line[:4]) == (200, "— ".encode())
    status, headers, told = served.send("GET", f"/{place}/checkpoint")
    assert (status, told) == (200, log.note(5) + line)
    assert headers["content-type"].startswith("text/plain")
    status, headers, told = served.send("POST", "/add-checkpoint", log.request(0, 9))
    assert (status, told, headers["content-type"]) == (409, b"5\n", "text/x.tlog.size")
    stranger = StrangerLog(log.origin, b"s" * 32, log.leaves)
    assert served.post(stranger.request(5, 9))[0] == 403
    assert served.post(StrangerLog("log.example/y").grow(3).request(0))[0] == 404
    assert served.post(body(6, [], log.note(5)))[0] == 400
    assert served.post(b"nonsense")[0] == 400
    assert served.post(b"")[0] == 400
    assert served.post(body(5, [], log.note(9)))[0] == 422
    assert served.post(log.forked(3, 2).request(5, 5))[0] == 422
    assert served.post(log.request(5, 9))[0] == 200
    assert served.send("GET", f"/{place}/checkpoint")[2].startswith(log.note(9))
    code, out, err = served.stop()
    assert (code, out) == (0, "")
    assert err == ""  # for machines, one answer
    assert (folder / "evidence").is_dir()


@pytest.mark.slow
def test_nothing_else_is_there(start: Start, log: StrangerLog):
    served = start()
    place = hashlib.sha256(log.origin.encode()).hexdigest()
    for path in ("/", "", "/x", "/add-checkpoint/", "/add-checkpoint?x", "/witness.key", "/../witness.key",
                 f"/{place.upper()}/checkpoint", f"/{place}/checkpoint/", f"/{place}", "/%2e%2e/logs.txt",
                 "http://x/add-checkpoint"):  # fmt: skip
        for method in ("GET", "POST", "HEAD"):
            status, headers, told = served.send(
                method, path or "*", b"" if method == "POST" else None
            )
            assert status == 404, path
            assert told == (b"" if method == "HEAD" else b"not-found\n")
            assert headers["server"] == "kt1"
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"):
        status, headers, _ = served.send(method, "/add-checkpoint")
        assert (status, headers["allow"]) == (405, "POST")
    for method in ("POST", "HEAD", "PUT"):
        status, headers, _ = served.send(method, f"/{place}/checkpoint", b"")
        assert (status, headers["allow"]) == (405, "GET")


@pytest.mark.slow
def test_what_is_no_request(start: Start, log: StrangerLog):
    served = start()
    good = log.request(0, 5)
    line = b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n"
    chunked = line + b"Transfer-Encoding: chunked\r\n\r\n5\r\nold 0\r\n0\r\n\r\n"
    for sent, status in (
        (b"POST /add-checkpoint HTTP/1.1\r\n\r\n", b"411"),
        (chunked, b"411"),
        (line + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nold 0", b"411"),
        (line + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nold 0", b"400"),
        (line + b"Content-Length: -5\r\n\r\n", b"400"),
        (line + b"Content-Length: 5x\r\n\r\n", b"400"),
        (line + b"Content-Length: 99\r\n\r\nold 0", b"400"),  # cut off
        (line + b"Content-Length: 9999\r\n\r\n" + good, b"400"),
        (line + b"Content-Length: 65537\r\n\r\n" + b"x" * 65_537, b"413"),
        (line + b"Content-Length: 99999999999999\r\n\r\n", b"413"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", b"431"),
        (b"one two three four\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"400"),
    ):
        told = served.raw(sent)
        assert told.split(b" ")[1:2] == [status], (sent[:80], told[:80])
        assert b"<" not in told  # no page, nothing of what was sent
    assert served.post(good)[0] == 200


@pytest.mark.slow
def test_a_connection_is_kept_and_told_when_not(start: Start, log: StrangerLog):
    served = start()
    connection = http.client.HTTPConnection(*served.host, timeout=10)
    connection.connect()
    first = connection.sock
    for old, size in ((0, 3), (3, 5), (0, 7), (5, 5), (5, 20)):
        connection.request("POST", "/add-checkpoint", log.request(old, size))
        answer = connection.getresponse()
        answer.read()
        assert answer.status == (409 if (old, size) == (0, 7) else 200)
        assert connection.sock is first  # still the same
    connection.request("POST", "/elsewhere", b"x")
    answer = connection.getresponse()
    assert (answer.read(), answer.getheader("Connection")) == (b"not-found\n", "close")
    connection.close()
    twice = b"GET /x HTTP/1.1\r\n\r\n" + b"GET /y HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert served.raw(twice).count(b"404") == 1  # a body of the first might have followed


@pytest.mark.slow
def test_what_it_says_of_requests(folder: Path, log: StrangerLog):
    popen = begin_telling(folder)
    popen.post(log.request(0, 5))
    popen.raw(b"GET /\x1b[31m\xe2\x80\xae" + b"y" * 5_000 + b" HTTP/1.1\r\nCookie: secret\r\n\r\n")
    popen.post(log.forked(3, 2).request(5, 5))
    code, out, err = popen.stop(signal.SIGINT)
    lines = err.splitlines()
    at = r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d 127\.0\.0\.1"
    assert re.fullmatch(f"{at} POST /add-checkpoint 200", lines[0])
    assert re.fullmatch(at + r" GET /\?\[31m\S{1,80} 404", lines[1])
    assert re.fullmatch(f"{at} POST /add-checkpoint 422", lines[2])
    assert "EVIDENCE" in lines[3]
    assert "Stopped" in lines[4]
    assert (code, len(lines)) == (0, 5)
    for secret in ("secret", "\x1b", "\u202e"):
        assert secret not in out + err


@pytest.mark.slow
def test_it_answers_though_nobody_reads_what_it_tells(folder: Path, log: StrangerLog):
    served = begin_telling(folder)
    assert served.popen.stderr is not None
    served.popen.stderr.close()
    with served.popen:
        try:
            for old, size in ((0, 5), (5, 9)):
                assert served.post(log.request(old, size))[0] == 200
        finally:
            served.popen.kill()


@pytest.mark.slow
def test_it_stops_though_a_client_holds_on(start: Start, log: StrangerLog):
    served = start()
    with socket.create_connection(served.host) as idle:
        idle.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
        begin = time.monotonic()
        assert served.stop()[0] == 0
        assert time.monotonic() - begin < 4


@pytest.mark.slow
def test_killed_and_begun_again_it_stands_where_it_stood(
    start: Start, folder: Path, log: StrangerLog
):
    """Requests fly while it is killed; whatever it answered before, it has not forgotten."""
    size = 0
    for chance in range(3):
        served, told = start(), list[tuple[int, int]]()

        def push(
            at: int = size, served: Process = served, told: list[tuple[int, int]] = told
        ) -> None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                while at < 20:
                    status, answer = served.post(log.request(at, at + 1))
                    at = at + 1 if status == 200 else int(answer)
                    told.append((status, at))

        thread = threading.Thread(target=push)
        thread.start()
        time.sleep(0.02 * (chance + 1))
        served.popen.kill()
        thread.join()
        opened = witnesses.open_witness(folder, app.clock)
        noted = answers.newest(opened, hashlib.sha256(log.origin.encode()).hexdigest())
        opened.close()
        size = checkpoint.read(noted).checkpoint.size if noted else 0
        answered = [at for status, at in told if status == 200]
        assert size >= max(answered, default=0)
        assert size <= max(answered, default=size) + 1


@pytest.mark.slow
def test_two_processes_serve_one_witness(start: Start, log: StrangerLog):
    """The race of the protocol, over the network and through two processes."""
    log.grow(60)
    processes = [start(), start()]

    def push(seed: int) -> list[tuple[int, int, int]]:
        chance, old, told = random.Random(seed), 0, []
        for number in range(15):
            size = chance.randint(old, min(old + 8, 80))
            status, answer = processes[(seed + number) % 2].post(log.request(old, size))
            told.append((status, old, size))
            old = size if status == 200 else int(answer)
        return told

    with ThreadPoolExecutor(6) as pool:
        told = [one for all_ in pool.map(push, range(6)) for one in all_]
    assert {status for status, _, _ in told} == {200, 409}
    steps = sorted((old, size) for status, old, size in told if status == 200 and old < size)
    assert [old for old, _ in steps] == [0, *(size for _, size in steps[:-1])]


# As people type


def test_the_witness_s_side_needs_no_log(
    tmp_path: Path, log: StrangerLog, monkeypatch: pytest.MonkeyPatch
):
    speak_english(monkeypatch)
    monkeypatch.setenv("HOME", str(tmp_path / "empty"))
    folder, file = tmp_path / "w", tmp_path / "request"
    file.write_bytes(log.request(0, 5))
    for words in (
        ["begin", "--dir", folder, "--name", NAME],
        ["trust", log.vkey, "--dir", folder],
        ["answer", file, "--dir", folder],
    ):
        done = CliRunner().invoke(kt1, ["witness", *map(str, words)], prog_name="kt1")
        assert done.exit_code == 0, done.output
    assert file.with_name("request.answer").read_bytes().startswith(b"200 ")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["request", "request.answer", "w"]
    key_file = folder / "witness.key"
    assert key_file.stat().st_mode & 0o077 == 0
    for one in folder.iterdir():
        if one != key_file:
            assert key_file.read_bytes()[-32:] not in one.read_bytes()
