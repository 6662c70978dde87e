"""Fetching a time stamp from an authority over HTTP.

**Rule:** what comes back is untrusted bytes for `signing.stamp`: the stamp's own signature counts,
not the connection. Format: RFC 3161 §3.4.
"""

from kt1custody.errors import UnavailableError
from kt1custody.signing import stamp
from kt1custody.system import http_call

_ASKED, _ANSWERED = "application/timestamp-query", "application/timestamp-reply"
_NO_HTTP = "garbled"  # nothing that speaks HTTP is there


def fetch(url: str, request: bytes, seconds: float) -> bytes:
    """Send a request to an authority; redirections are refused.

    Args:
        url: `http://` or `https://`.
        seconds: For all of it, from looking up the name to the end of the answer.

    Returns:
        The answer, at most `stamp.MAX_RESPONSE` bytes, unverified.

    Raises:
        UnavailableError: `stamp-server`; why: `stamp-url`, `stamp-silent`, `stamp-slow`,
            `stamp-tls`, `stamp-moved`, `stamp-type`, `stamp-long`, or the number of HTTP.
    """
    try:
        reply = http_call.call(url, request, seconds=seconds, most=stamp.MAX_RESPONSE, kind=_ASKED)
    except UnavailableError as error:
        why = error.detail["why"]
        why = "silent" if why == _NO_HTTP else why
        raise UnavailableError("stamp-server", why=f"stamp-{why}") from None
    if 300 <= reply.status < 400:
        raise UnavailableError("stamp-server", why="stamp-moved")
    if not 200 <= reply.status < 300:
        raise UnavailableError("stamp-server", why=f"HTTP {reply.status}")
    if reply.kind != _ANSWERED:
        raise UnavailableError("stamp-server", why="stamp-type")
    return reply.body
