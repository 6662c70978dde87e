"""A witness on the network: two addresses, and nothing else.

**Rule:** a request has a limit and a deadline, and so many are served at once, so that nobody keeps
the witness from the others for long; what it answers is for `answers`. Whoever may reach it
is for the network to say: the protocol lets anybody ask. Protocol: C2SP tlog-witness.
"""

import contextlib
import io
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kt1custody.core.log import tlog
from kt1custody.errors import KtError
from kt1custody.witnessing import answers
from kt1custody.witnessing.answers import WitnessAnswer, refuse
from kt1custody.witnessing.witness import OpenWitness

SECONDS = 20.0  # for a whole request, counted from the end of the one before
MAX_CONNECTIONS = 64
_AT_ONCE = 8  # answers; each has a connection to the database
_CLOSING = 5.0  # seconds for answers that are being given when the witness stops
_CLOSING_READ, _CLOSING_READS = 65_536, 32  # bytes that are passed over before a connection ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What was asked by whom, untrusted, and what was answered."""

    peer: str
    method: str
    path: str
    answer: WitnessAnswer


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness until it is closed."""

    daemon_threads = True  # `stop` waits for answers, not for clients who keep a connection

    def __init__(
        self, address: tuple[str, int], served: OpenWitness, tell: Callable[[Served], None]
    ) -> None:
        """Listen.

        Args:
            address: Host and port, port 0 for any.
            tell: Hears of every answer before it leaves, from the threads that give them.

        Raises:
            OSError: It cannot be listened there.
        """
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.witness, self.tell = served, tell
        self._connections = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._answers = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__(address, _Handler)

    @property
    def place(self) -> str:
        """Where it listens."""
        host, port = self.socket.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def answer(self, ask: Callable[[], WitnessAnswer]) -> WitnessAnswer:
        """Answer while not too many others are being answered."""
        with self._answers:
            return ask()

    def stop(self) -> None:
        """Stop listening and let what is being answered come to its end."""
        self.server_close()
        until = time.monotonic() + _CLOSING
        for _ in range(_AT_ONCE):  # never given back: nothing more is answered
            self._answers.acquire(timeout=max(0.0, until - time.monotonic()))

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Serve a connection in a thread of its own, or let go of it if there are too many."""
        if self._connections.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Serve a connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that went away."""


class _Patient(io.RawIOBase):
    """What a client sends, until its time is over."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.until = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)  # type: ignore[arg-type]  # as it came


class _Handler(BaseHTTPRequestHandler):
    """Serves the requests of one connection."""

    server: WitnessServer
    protocol_version, server_version = "HTTP/1.1", "kt1"
    wbufsize, disable_nagle_algorithm = -1, True  # an answer leaves at once and in one piece
    default_request_version = "HTTP/1.0"  # so that nonsense is answered with a status too

    def setup(self) -> None:
        super().setup()
        self._patient = _Patient(self.connection)
        self.rfile = io.BufferedReader(self._patient)

    def handle_one_request(self) -> None:
        self._patient.until = time.monotonic() + SECONDS
        super().handle_one_request()

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Have every method served by the one that knows which are allowed."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def finish(self) -> None:
        # To close over what is still coming in would take back the answer.
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self._patient.until = time.monotonic() + 1
            for _ in range(_CLOSING_READS):
                if not self._patient.read(_CLOSING_READ):
                    break
        super().finish()

    def version_string(self) -> str:
        """Say no more of the machine than needed."""
        return self.server_version

    def _serve(self) -> None:
        self._is_last = self.close_connection
        self.close_connection = True  # until all of the request has been read
        origin_hash = tlog.read_checkpoint_path(self.path)
        allowed = "POST" if origin_hash is None else "GET"
        if self.path != tlog.ADD_CHECKPOINT and origin_hash is None:
            self._send(refuse(404, "not-found"))
        elif self.command != allowed:
            self._send(refuse(405, "method"), allow=allowed)
        elif origin_hash is not None:
            if "Content-Length" not in self.headers and "Transfer-Encoding" not in self.headers:
                self.close_connection = self._is_last
            self._send(self._ask(lambda: self._newest(origin_hash)))
        else:
            self._send(self._add_checkpoint())

    def _newest(self, origin_hash: str) -> WitnessAnswer:
        note = answers.newest(self.server.witness, origin_hash)
        return refuse(404, "not-found") if note is None else WitnessAnswer(status=200, body=note)

    def _add_checkpoint(self) -> WitnessAnswer:
        lengths = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers or not lengths:
            return refuse(411, "length")
        if len(lengths) > 1 or not re.fullmatch("[0-9]{1,15}", lengths[0]):
            return refuse(400, "length")
        length = int(lengths[0])
        if length > answers.MAX_REQUEST:
            return refuse(413, "too-large")
        body = self.rfile.read(length)
        if len(body) != length:
            return refuse(400, "length")
        self.close_connection = self._is_last
        return self._ask(lambda: answers.answer(self.server.witness, body))

    def _ask(self, ask: Callable[[], WitnessAnswer]) -> WitnessAnswer:
        try:
            return self.server.answer(ask)
        except KtError as error:
            return refuse(503, error.code)

    def _send(self, answer: WitnessAnswer, allow: str | None = None) -> None:
        # Reported before it leaves: an answer that somebody has is in the witness's own record. Where
        # nobody listens any more, who asked gets it all the same.
        with contextlib.suppress(OSError):
            self.server.tell(
                Served(
                    peer=self.client_address[0],
                    method=self.command,
                    path=self.path,
                    answer=answer,
                )
            )
        self.connection.settimeout(SECONDS)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if allow is not None:
            self.send_header("Allow", allow)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def send_error(
        self,
        code: int,
        message: str | None = None,  # noqa: ARG002  # the library's words
        explain: str | None = None,  # noqa: ARG002
    ) -> None:
        """Answer what is no request of HTTP."""
        self.close_connection = True
        self.command = self.command or "-"
        self.path = getattr(self, "path", "-")
        with contextlib.suppress(OSError):
            self._send(refuse(code, "request"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Leave that to `tell`."""
