"""`kt1 witness`: a witness as a process on the network, and both sides as people type them."""

import contextlib
import hashlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kt1custody import app, i18n
from kt1custody.cli.main import kt1
from kt1custody.core.log import checkpoint
from kt1custody.services.witness import cosign, coverage
from kt1custody.witnessing import answers, cases
from kt1custody.witnessing import witness as witnesses
from tests.kit import at_counter, cast
from tests.kit.cast import write_pins
from tests.kit.package import ROOT, catalogue
from tests.kit.stranger_log import StrangerLog, body
from tests.kit.words import speak_english

NAME = "congan.lamdong.vn/kt1"
Start = Callable[..., "Process"]


@dataclass
class Process:
    """`kt1 witness …` in a process of its own."""

    popen: subprocess.Popen[str]
    told: dict[str, object]

    @property
    def host(self) -> tuple[str, int]:
        host, _, port = str(self.told["listening"]).rpartition(":")
        return host, int(port)

    def send(
        self, method: str, path: str, content: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(*self.host, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    def post(self, content: bytes) -> tuple[int, bytes]:
        status, _, told = self.send("POST", "/add-checkpoint", content)
        return status, told

    def raw(self, sent: bytes) -> bytes:
        """Send bytes and give all that comes back."""
        with socket.create_connection(self.host, timeout=10) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65_536), b""))

    def stop(self, kind: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Ask it to stop; gives exit code, output and what it said beside it."""
        self.popen.send_signal(kind)
        out, err = self.popen.communicate(timeout=15)
        return self.popen.returncode, out, err


def begin_process(*words: object, json_first: bool = True) -> Process:
    popen = subprocess.Popen(
        [sys.executable, "-m", "kt1custody", "witness", *map(str, words)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "KT1_LANGUAGE": "en"},
    )  # fmt: skip
    assert popen.stdout is not None
    told = ""
    while json_first and not told.endswith("}\n"):
        line = popen.stdout.readline()
        assert line, popen.communicate()
        told += line
    return Process(popen, json.loads(told) if told else {})


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


Run = Callable[..., Result]


@pytest.fixture
def run(founded: cast.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    speak_english(monkeypatch)
    pins = write_pins(tmp_path / "pins.txt")
    places = ["--data", str(founded.folder / "data"), "--keys", str(founded.folder / "keys")]

    def call(*words: object, at: str | None = "07:10", code: int = 0) -> Result:
        given = ["witness", *map(str, words)]
        if at is not None:
            given += [*places, "--pin-file", str(pins), "--as-of", f"23/11/2026 {at}"]
        done = CliRunner().invoke(kt1, given, prog_name="kt1")
        assert done.exit_code == code, done.output
        return done

    return call


OFFICERS = ("--officer", *cast.OFFICERS)


@pytest.fixture
def made(run: Run, tmp_path: Path) -> dict[str, str]:
    """Three witnesses that trust the log, by folder; gives their keys."""
    key = json.loads(run("list", "--json").output)["log_key"]
    keys = {}
    for name in ("a", "b", "c"):
        told = run("begin", "--dir", tmp_path / name, "--name", f"{name}.vn/kt1", "--json", at=None)
        keys[name] = json.loads(told.output)["key"]
        assert keys[name] in run("trust", key, "--dir", tmp_path / name, at=None).output
    return keys


def by_stick(run: Run, tmp_path: Path, name: str, *more: object, code: int = 0) -> Result:
    file = tmp_path / f"stick-{time.monotonic_ns()}"
    run("request", file, "--name", f"{name}.vn/kt1")
    done = run("answer", file, "--dir", tmp_path / name, at=None)
    assert "cosigned" in done.output
    return run("add", f"{file}.answer", *more, code=code)


def test_witnesses_by_stick_end_to_end(run: Run, made: dict[str, str], tmp_path: Path):
    assert "No witness is in force" in run("list").output
    for name, key in made.items():
        assert "not cosigned" not in by_stick(run, tmp_path, name, "--key", key).output
    enrolled = run("enrol", *made.values(), "--least", 2, *OFFICERS)
    assert "2 of 3" in enrolled.output
    assert "Not witnessed: 19 entries" in run("list").output
    by_stick(run, tmp_path, "a")
    assert "Not witnessed: 19 entries" in run("list").output
    by_stick(run, tmp_path, "b")
    told = run("list").output
    assert "Witnessed: the first 19 entries" in told
    assert "Every entry is witnessed." in told
    assert "c.vn/kt1 (by stick): 18 entries" in told
    standing = json.loads(run("list", "--json").output)
    assert (standing["covered"], standing["uncovered"], standing["least"]) == (19, 0, 2)
    assert [one["size"] for one in standing["witnesses"]] == [19, 19, 18]
    assert {one["key"] for one in standing["witnesses"]} == set(made.values())


def test_answers_that_do_not_help(run: Run, made: dict[str, str], tmp_path: Path):
    file = tmp_path / "request"
    run("request", file)
    run("answer", file, "--dir", tmp_path / "a", at=None)
    assert "not enrolled yet" in run("add", f"{file}.answer", code=3).output
    assert "exists" in run("answer", file, "--dir", tmp_path / "a", at=None, code=3).output
    assert "cosigned" in run("add", f"{file}.answer", "--key", made["a"]).output
    assert "wrong answer" in run("add", f"{file}.answer", "--key", made["b"], code=3).output
    lost = tmp_path / "lost"
    run("request", lost)
    told = run("answer", lost, "--dir", tmp_path / "a", at=None).output
    assert "stands at 18 entries" in told
    told = run("add", f"{lost}.answer", "--key", made["a"], code=3).output
    assert "stands at 18 entries" in told
    assert "--old" in told
    nobodys = tmp_path / "nobodys"
    (tmp_path / "b" / "logs.txt").unlink()
    run("request", nobodys)
    assert "unknown" in run("answer", nobodys, "--dir", tmp_path / "b", at=None).output
    assert "does not know this log" in run("add", f"{nobodys}.answer", code=3).output


def test_what_is_typed_wrongly(run: Run, made: dict[str, str], tmp_path: Path):
    key = made["a"]
    run("ask", "--key", key, code=3)
    run("ask", "--url", "http://a", code=3)
    assert "address" in run("ask", "--key", key, "--url", "a.vn", code=3).output
    run("ask", "--key", key[:-2], "--url", "http://a", code=2)
    assert "No witness has an address" in run("ask", code=3).output
    run("enrol", key, "--least", 2, *OFFICERS, code=3)
    assert "has not cosigned" in run("enrol", key, "--least", 1, *OFFICERS, code=3).output
    run("enrol", "--least", 1, *OFFICERS, code=2)
    run("trust", key, "--dir", tmp_path / "a", at=None, code=3)
    run("trust", "key", "--dir", tmp_path / "a", at=None, code=2)
    run("begin", "--dir", tmp_path / "a", "--name", "a.vn/kt1", at=None, code=3)
    run("begin", "--dir", tmp_path / "d", "--name", "Ă", at=None, code=3)
    for listen in ("", "8080", "localhost:", "localhost:x", "localhost:99999", ":٣"):
        run("serve", "--dir", tmp_path / "a", "--listen", listen, at=None, code=2)
    told = run("serve", "--dir", tmp_path / "a", "--listen", "192.0.2.1:80", at=None, code=5)
    assert "Cannot listen" in told.output
    run("serve", "--dir", tmp_path / "nowhere", "--listen", "127.0.0.1:0", at=None, code=5)
    run("answer", tmp_path / "x", "--dir", tmp_path / "a", "--as-of", "23/11/2026 07:00", at=None,
        code=3)  # fmt: skip
    run("add", tmp_path / "x", code=5)
    run("request", tmp_path / "r", "--old", 99, code=3)


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


@pytest.mark.slow
def test_witnesses_over_the_network_end_to_end(
    run: Run, made: dict[str, str], founded: cast.World, tmp_path: Path
):
    processes = {
        name: begin_process("serve", "--dir", tmp_path / name, "--listen", "127.0.0.1:0", "--json")
        for name in made
    }
    urls = {name: f"http://{one.told['listening']}" for name, one in processes.items()}
    try:
        for name, key in made.items():
            told = run("ask", "--key", key, "--url", urls[name]).output
            assert f"{name}.vn/kt1: has cosigned 18 entries" in told
        options = [x for name, url in urls.items() for x in ("--url", f"{name}.vn/kt1={url}")]
        run("enrol", *made.values(), "--least", 2, *options, *OFFICERS)
        processes["b"].popen.kill()
        told = run("ask", code=5).output
        assert "b.vn/kt1: no answer: not reached" in told
        assert "Every entry is witnessed." in run("list").output
        outcomes = json.loads(run("ask", "--json", code=5).output)["outcomes"]
        assert [one["outcome"] for one in outcomes] == ["before", "no-answer", "before"]
        # The log is rolled back behind what they have cosigned.
        founded.session.close()
        shutil.copytree(founded.folder / "data", tmp_path / "old-data")
        shutil.copytree(founded.folder / "keys", tmp_path / "old-keys")

        at_counter.hold(founded.at(20), cast.CLERK, cast.COURIER, "other")
        founded.session.close()
        run("ask", code=5, at="07:21")
        for name in ("data", "keys"):
            shutil.rmtree(founded.folder / name)
            shutil.copytree(tmp_path / f"old-{name}", founded.folder / name)
        told = run("ask", code=4).output
        assert "ALARM" in told
        assert "rolled back or forked" in told
        outcomes = json.loads(run("ask", "--json", code=4).output)["outcomes"]
        assert [one["outcome"] for one in outcomes] == ["ahead", "no-answer", "ahead"]
        kept = Path(outcomes[0]["kept"])
        assert checkpoint.read(kept.read_bytes()).checkpoint.size == 20
        common = ["--data", founded.folder / "data", "--keys", founded.folder / "keys",
                  "--as-of", "23/11/2026 07:10"]  # fmt: skip
        asking = begin_process("ask", "--every", 60, *common, json_first=False)
        _, err = asking.popen.communicate(timeout=20)  # it does not go on
        assert asking.popen.returncode == 4
        assert "ALARM" in err
    finally:
        for one in processes.values():
            one.popen.kill()
            one.popen.communicate()


@pytest.mark.slow
def test_asking_on_and_on(run: Run, made: dict[str, str], founded: cast.World, tmp_path: Path):
    process = begin_process("serve", "--dir", tmp_path / "a", "--listen", "127.0.0.1:0", "--json")
    url = f"http://{process.told['listening']}"
    pins = write_pins(tmp_path / "pins.txt")
    common = ["--data", founded.folder / "data", "--keys", founded.folder / "keys",
              "--pin-file", pins, "--as-of", "23/11/2026 07:30"]  # fmt: skip
    run("ask", "--key", made["a"], "--url", url)
    run("enrol", made["a"], "--least", 1, "--url", f"a.vn/kt1={url}", *OFFICERS)
    asking = begin_process("ask", "--every", 1, *common, json_first=False)
    try:
        for minute, who in ((11, cast.COURIER), (12, cast.COURIER_2)):
            at_counter.hold(founded.at(minute), cast.CLERK, who, "other")  # the counter goes on
            wait_until(lambda: coverage.standing(founded.session).uncovered == 0)
        begin = time.monotonic()
        code, out, err = asking.stop()
        assert time.monotonic() - begin < 5
        assert (code, err) == (0, "")
        assert len(out.splitlines()) >= 2
        assert "Traceback" not in out + err
    finally:
        asking.popen.kill()
        process.popen.kill()
        asking.popen.communicate()
        process.popen.communicate()


def wait_until(true: Callable[[], bool], seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "in vain"
        time.sleep(0.1)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_outcome_has_its_word(language: str):
    known = catalogue(language)
    words = {f"cosign.{code}" for code in cosign.CODES}
    words |= {f"answered.{status}" for status in (200, 400, 403, 404, 409, 422)}
    words |= {f"case.{case}" for case in (cases.FORK, cases.PROOF)}
    words |= {
        f"why.{why}" for why in ("url", "silent", "slow", "tls", "long", "garbled", "cosignature")
    }
    assert words - known.keys() == set()
