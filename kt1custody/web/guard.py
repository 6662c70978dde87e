"""What stands before every page: where a request comes from, how large it is, what a browser may do.

**Rule:** a page runs our scripts alone and loads from nowhere else (CSP, Trusted Types); what changes
something comes from our own pages (Sec-Fetch-Site, else Origin); and the server answers to its own names
alone, since another site can give its name this machine's address (DNS rebinding). Source: OWASP ASVS
5.0 §3.4, §3.5.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kt1custody.errors import KtError, MalformedInputError, NotAllowedError, RefusedError

MAX_BODY = 8_000_000  # bytes; a list of 200 rows has a tenth of it
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; "
    "object-src 'none'; require-trusted-types-for 'script'; trusted-types kt1"
)
# A worker obeys the policy of its own answer; only there may code be compiled, and no page is.
_WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}


class TooLargeError(Exception):
    """A body grew beyond what is read."""


class Guard:
    """The outermost layer of the server; `refuse` spells what it refuses."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_secure: bool,
        hosts: frozenset[str],
        refuse: Callable[[Scope, KtError], Response],
    ) -> None:
        self._app = app
        self._refuse = refuse
        self._is_secure = is_secure
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it before anything of it is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]

        body = _Body(receive)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                if body.is_too_large:  # whatever was made of the error on the way
                    message["status"] = 413
                self._mark(MutableHeaders(scope=message), path)
            await send(message)

        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await self._refuse(scope, refusal)(scope, receive, with_headers)
            return
        try:
            await self._app(scope, body.read, with_headers)
        except TooLargeError:
            await self._refuse(scope, _too_large())(scope, receive, with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> KtError | None:
        """Say why a request is not even read; None: it is."""
        if not is_for_strangers(scope["path"]) and _host(headers) not in self._hosts:
            return RefusedError("host-unknown")
        if scope["method"] not in _SAFE and not _is_own(headers):
            return NotAllowedError("request-foreign")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            return _too_large()
        return None

    def _mark(self, headers: MutableHeaders, path: str) -> None:
        is_worker = path.startswith("/static/") and path.endswith("-worker.js")
        headers["content-security-policy"] = _WORKER_POLICY if is_worker else _POLICY
        for name, value in _HEADERS.items():
            headers[name] = value
        if not path.startswith("/static/"):
            headers["cache-control"] = "no-store"
        if self._is_secure:
            headers["strict-transport-security"] = "max-age=31536000"


def is_for_strangers(path: str) -> bool:
    """Tell whether a page is for browsers that do not trust this server yet, by whatever name."""
    return path == "/ca" or path.startswith(("/ca/", "/static/", "/language/"))


def _too_large() -> KtError:
    return MalformedInputError("request-large", most=MAX_BODY // 1_000_000)


def _host(headers: Headers) -> str:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _is_own(headers: Headers) -> bool:
    """Tell whether a request that changes something comes from a page of this server, or no page.

    A program that is no browser sends neither header, and has no cookie that somebody could borrow.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return "cookie" not in headers
    return urlsplit(origin).netloc == headers.get("host")


class _Body:
    """A body that is read no further than an announced one would be."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read = 0

    @property
    def is_too_large(self) -> bool:
        return self._read > MAX_BODY

    async def read(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self.is_too_large:
            raise TooLargeError
        return message
