"""`kt1 witness …` in a process of its own."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass

from tests.kit.package import ROOT


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
