"""Fetching a time stamp from an authority over HTTP.

**Rule:** what comes back is untrusted bytes for `signing.stamp`: the stamp's own signature counts,
not the connection. The whole call has one deadline, whatever the authority does meanwhile. Format:
RFC 3161 §3.4.
"""

import http.client
import ssl
import threading
import urllib.error
import urllib.request

from kt1custody.errors import UnavailableError
from kt1custody.signing import stamp

_ASKED, _ANSWERED = "application/timestamp-query", "application/timestamp-reply"
_HANDLERS = (  # none for files, for data or for redirections
    urllib.request.ProxyHandler,
    urllib.request.UnknownHandler,
    urllib.request.HTTPHandler,
    urllib.request.HTTPSHandler,
    urllib.request.HTTPDefaultErrorHandler,
    urllib.request.HTTPErrorProcessor,
)


def fetch(url: str, request: bytes, seconds: float) -> bytes:
    """Send a request to an authority; redirections are refused.

    Args:
        url: `http://` or `https://`; a proxy that the system names is used.
        seconds: For all of it, from looking up the name to the end of the answer.

    Returns:
        The answer, at most `stamp.MAX_RESPONSE` bytes, unverified.

    Raises:
        UnavailableError: `stamp-server`; why: `stamp-url`, `stamp-silent`, `stamp-slow`,
            `stamp-tls`, `stamp-moved`, `stamp-type`, `stamp-long`, or the number of HTTP.
    """
    answers: list[bytes | UnavailableError] = []

    def ask() -> None:
        try:
            answers.append(_fetch(url, request, seconds))
        except UnavailableError as error:
            answers.append(error)

    # An authority that goes on sending keeps this thread, never whoever waits for it.
    worker = threading.Thread(target=ask, daemon=True)
    worker.start()
    worker.join(seconds)
    answer = answers[0] if answers else UnavailableError("stamp-server", why="stamp-slow")
    if isinstance(answer, UnavailableError):
        raise answer
    return answer


def _fetch(url: str, request: bytes, timeout: float) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise UnavailableError("stamp-server", why="stamp-url")
    opener = urllib.request.OpenerDirector()
    for handler in _HANDLERS:
        opener.add_handler(handler())
    try:
        asked = urllib.request.Request(url, request, {"Content-Type": _ASKED})  # noqa: S310  # see above
        with opener.open(asked, timeout=timeout) as answer:
            kind, body = answer.headers.get_content_type(), answer.read(stamp.MAX_RESPONSE + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnavailableError("stamp-server", why=_why(error)) from None
    if kind != _ANSWERED:
        raise UnavailableError("stamp-server", why="stamp-type")
    if len(body) > stamp.MAX_RESPONSE:
        raise UnavailableError("stamp-server", why="stamp-long")
    return bytes(body)


def _why(error: Exception) -> str:
    match error:
        case urllib.error.HTTPError(code=code):
            error.close()
            return "stamp-moved" if 300 <= code < 400 else f"HTTP {code}"
        case TimeoutError() | urllib.error.URLError(reason=TimeoutError()):
            return "stamp-slow"
        case urllib.error.URLError(reason=ssl.SSLError()):
            return "stamp-tls"
        case http.client.InvalidURL() | ValueError():
            return "stamp-url"
        case _:
            return "stamp-silent"
