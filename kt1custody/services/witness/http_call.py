"""One call to somebody else's HTTP server, which may be slow, lying or down.

**Rule:** the whole call has one deadline and its answer a limit; nothing else is followed, no
redirection, no proxy. What comes back is untrusted.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

from kt1custody.errors import UnavailableError

SECONDS = 10.0  # from the connection to the end of the answer; as much again to get connected
MAX_ANSWER = 16_384  # bytes
_PORTS = {"http": http.client.HTTP_PORT, "https": http.client.HTTPS_PORT}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered, untrusted."""

    status: int
    body: bytes


def is_url(text: str) -> bool:
    """Tell whether a call could be made to this address."""
    try:
        _address(text)
    except UnavailableError:
        return False
    return True


def call(url: str, body: bytes | None) -> Reply:
    """Make one call, POST with a body and GET without.

    Args:
        url: `http://` or `https://`, without user, query and fragment.

    Raises:
        UnavailableError: `no-answer`; why: `url`, `silent`, `slow`, `tls`, `long`, `garbled`.
    """
    host, port, is_secret, path = _address(url)
    late = threading.Event()
    try:
        with (
            socket.create_connection((host, port), timeout=SECONDS) as plain,
            _cut_off(plain, late),
        ):
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = _connection(plain, host, port, is_secret=is_secret)
            with contextlib.closing(connection):
                connection.request("GET" if body is None else "POST", path, body)
                with connection.getresponse() as answer:
                    reply = Reply(answer.status, answer.read(MAX_ANSWER + 1))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnavailableError("no-answer", why=_why(error, late)) from None
    if late.is_set():  # an answer without a length ends where it was cut off
        raise UnavailableError("no-answer", why="slow")
    if len(reply.body) > MAX_ANSWER:
        raise UnavailableError("no-answer", why="long")
    return reply


def _address(url: str) -> tuple[str, int, bool, str]:
    """Give host, port, whether it speaks TLS, and the path."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urllib.parse.urlsplit("")
    plain = not ("@" in parts.netloc or parts.query or parts.fragment)
    plain = plain and url.isprintable() and " " not in url
    if parts.scheme not in _PORTS or not host or not plain:
        raise UnavailableError("no-answer", why="url")
    return host, port or _PORTS[parts.scheme], parts.scheme == "https", parts.path or "/"


def _connection(
    plain: socket.socket, host: str, port: int, *, is_secret: bool
) -> http.client.HTTPConnection:
    """Speak HTTP over what is connected already."""
    if not is_secret:
        connection = http.client.HTTPConnection(host, port)
        connection.sock = plain
        return connection
    context = ssl.create_default_context()
    secret = http.client.HTTPSConnection(host, port, context=context)
    secret.sock = context.wrap_socket(plain, server_hostname=host)
    return secret


@contextlib.contextmanager
def _cut_off(plain: socket.socket, late: threading.Event) -> Iterator[None]:
    """End a connection when its time is over, whoever waits for what on it."""
    with plain.dup() as same:  # TLS takes the other one over

        def cut() -> None:
            late.set()
            with contextlib.suppress(OSError):
                same.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(SECONDS, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _why(error: Exception, late: threading.Event) -> str:
    match error:
        case TimeoutError():
            return "slow"
        case _ if late.is_set():
            return "slow"
        case ssl.SSLError():
            return "tls"
        case http.client.HTTPException() | ValueError():
            return "garbled"
        case _:
            return "silent"
