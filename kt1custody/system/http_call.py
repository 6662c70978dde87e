"""One call to somebody else's HTTP server, which may be slow, lying or down.

**Rule:** the whole call has one deadline, from looking up the name to the end of the answer, and its
answer a limit; nothing else is followed, no redirection, no proxy. What comes back is untrusted.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import urllib.parse
from concurrent.futures import Future
from dataclasses import dataclass

from kt1custody.errors import UnavailableError

_PORTS = {"http": http.client.HTTP_PORT, "https": http.client.HTTPS_PORT}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """What a server answered, untrusted.

    Attributes:
        kind: The content type in small letters without parameters, such as `text/plain`.
    """

    status: int
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """One request, its address taken apart."""

    is_secret: bool
    host: str
    port: int
    target: str
    body: bytes | None
    kind: str | None


def is_url(text: str) -> bool:
    """Tell whether a call could be made to this address, and to those below it."""
    try:
        _request(text, None, None)
    except UnavailableError:
        return False
    return "?" not in text


def call(
    url: str, body: bytes | None, *, seconds: float, most: int, kind: str | None = None
) -> HttpReply:
    """Make one call, POST with a body and GET without.

    Args:
        url: `http://` or `https://`, without user and fragment.
        seconds: For all of it.
        most: Bytes of the answer.
        kind: Content type of the body.

    Raises:
        UnavailableError: `no-answer`; why: `url`, `silent`, `slow`, `tls`, `long`, `garbled`.
    """
    request = _request(url, body, kind)
    line, answer = _Line(), Future[HttpReply]()

    def ask() -> None:
        try:
            answer.set_result(_ask(line, request, seconds, most))
        except Exception as error:  # noqa: BLE001  # raised again for whoever waits
            answer.set_exception(error)

    # Neither a name that nobody answers for nor a server that goes on sending keeps who waits.
    threading.Thread(target=ask, daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        raise UnavailableError("no-answer", why="slow") from None
    finally:
        line.cut()


def _request(url: str, body: bytes | None, kind: str | None) -> _Request:
    """Take an address apart."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urllib.parse.urlsplit("")
    target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    is_plain = "@" not in parts.netloc and not parts.fragment and target.isascii()
    is_plain = is_plain and url.isprintable() and " " not in url
    if parts.scheme not in _PORTS or not host or not is_plain:
        raise UnavailableError("no-answer", why="url")
    return _Request(
        is_secret=parts.scheme == "https",
        host=host,
        port=port or _PORTS[parts.scheme],
        target=target,
        body=body,
        kind=kind,
    )


class _Line:
    """The connection of one call, which another thread may cut."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_cut = False

    def connect(self, host: str, port: int, seconds: float) -> socket.socket:
        """Connect, unless the line has been cut by then."""
        connected = socket.create_connection((host, port), timeout=seconds)
        with self._lock:
            if self._is_cut:
                connected.close()
                raise TimeoutError
            self._socket = connected.dup()  # TLS takes the other one over
        return connected

    def cut(self) -> None:
        """End the connection, whoever waits for what on it."""
        with self._lock:
            self._is_cut = True
            if self._socket is not None:
                with self._socket, contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)


def _ask(line: _Line, request: _Request, seconds: float, most: int) -> HttpReply:
    try:
        with line.connect(request.host, request.port, seconds) as plain:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.closing(_connection(plain, request)) as connection:
                headers = {} if request.kind is None else {"Content-Type": request.kind}
                method = "GET" if request.body is None else "POST"
                connection.request(method, request.target, request.body, headers)
                with connection.getresponse() as answer:
                    body = answer.read(most + 1)
                    kind = answer.headers.get_content_type()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnavailableError("no-answer", why=_why(error)) from None
    if len(body) > most:
        raise UnavailableError("no-answer", why="long")
    return HttpReply(status=answer.status, kind=kind, body=body)


def _connection(plain: socket.socket, request: _Request) -> http.client.HTTPConnection:
    """Speak HTTP over what is connected already."""
    if not request.is_secret:
        connection = http.client.HTTPConnection(request.host, request.port)
        connection.sock = plain
        return connection
    context = ssl.create_default_context()
    secret = http.client.HTTPSConnection(request.host, request.port, context=context)
    secret.sock = context.wrap_socket(plain, server_hostname=request.host)
    return secret


def _why(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "slow"
        case ssl.SSLError():
            return "tls"
        case http.client.HTTPException() | ValueError():
            return "garbled"
        case _:
            return "silent"
