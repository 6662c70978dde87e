"""Running the server: one process on the log's database, by plain HTTP at this machine, by TLS beyond it.

**Rule:** nothing of the log leaves this machine without TLS. A second, plain door has no more than what
a browser needs to trust the server; people at this machine may be let in there, if that is wanted.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import uvicorn
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from kt1custody.errors import UnavailableError
from kt1custody.services.keys import lan
from kt1custody.services.session.session import Session
from kt1custody.web import app, guard
from kt1custody.web.site import Site

_OWN = ("127.0.0.1", "::1", "localhost")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # what a person may ask for
_HOUR = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server answers.

    Attributes:
        has_own_http: Beside TLS it answers by plain HTTP to browsers at this machine.
    """

    host: str
    port: int
    has_own_http: bool = False

    @property
    def is_own(self) -> bool:
        """Tell whether only this machine can reach it."""
        return self.host in _OWN

    @property
    def name(self) -> str:
        """The name for a browser; passkeys need one, so a machine's own is `localhost`."""
        if self.is_own:
            return "localhost"
        return socket.gethostname() if self.host in _EVERYWHERE else self.host

    @property
    def url(self) -> str:
        """The address for a browser."""
        return f"{'http' if self.is_own else 'https'}://{self.name}:{self.port}"

    @property
    def plain_url(self) -> str:
        """The address by plain HTTP, where the certificate is given out."""
        return f"http://{self.name}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A server that answers.

    Attributes:
        authority: Address of the page with the certificate to be trusted; None: there is no TLS.
        fingerprint: Of that certificate.
    """

    url: str
    authority: str | None = None
    fingerprint: str | None = None


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        if self.started:
            self._ready()


class PlainDoor:
    """What is answered without TLS."""

    def __init__(self, inside: ASGIApp, *, lets_own_in: bool) -> None:
        self._inside = inside
        self._lets_own_in = lets_own_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what a browser needs to trust the server; lead everything else to that."""
        client = scope.get("client") or ("", 0)
        is_own = self._lets_own_in and client[0] in _OWN
        if is_own or guard.is_for_strangers(scope["path"]):
            await self._inside(scope, receive, send)
        else:
            await RedirectResponse("/ca", 303)(scope, receive, send)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The ports of a server, taken before anything else is done.

    Attributes:
        main: Where the pages are.
        plain: Where browsers learn to trust it; None at an address of this machine alone.
    """

    address: Address
    main: socket.socket
    plain: socket.socket | None


@contextlib.contextmanager
def doors(address: Address) -> Iterator[Doors]:
    """Take the ports of a server for as long as the block lasts.

    Raises:
        UnavailableError: `port-taken`.
    """
    with contextlib.ExitStack() as stack:
        main = stack.enter_context(_listen(address))
        plain = None
        if not address.is_own:
            beside = replace(address, port=address.port + 1 if address.port else 0)
            plain = stack.enter_context(_listen(beside))
        at = replace(address, port=main.getsockname()[1])
        yield Doors(address=at, main=main, plain=plain)


def serve(
    session: Session, reader: str | None, opened: Doors, ready: Callable[[Answering], None]
) -> None:
    """Answer until the program is stopped.

    Args:
        reader: Who has unlocked in the session what opens records; None: nobody.
        ready: Told where it answers, once it does.

    Raises:
        UnavailableError: Of the certificate as `lan.server_certificate`.
    """
    at, plain = opened.address, opened.plain
    certificate = None if plain is None else lan.server_certificate(session, at.name)
    site = Site(
        session=session,
        reader=reader,
        is_secure=certificate is not None,
        steady=time.monotonic,
        url=at.url,
        certificate=certificate,
    )
    site.verification.repeat()
    inside = app.make(site)
    if plain is None or certificate is None:
        _Server(_config(inside), lambda: ready(Answering(url=at.url))).run([opened.main])
        return
    told = Answering(
        url=at.url,
        authority=f"{replace(at, port=plain.getsockname()[1]).plain_url}/ca",
        fingerprint=certificate.fingerprint,
    )
    door = PlainDoor(inside, lets_own_in=at.has_own_http)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            _both(_secure(inside, site), _config(door), opened.main, plain, lambda: ready(told))
        )


async def _both(
    secure: uvicorn.Config,
    plain: uvicorn.Config,
    listener: socket.socket,
    plain_listener: socket.socket,
    ready: Callable[[], None],
) -> None:
    servers = (
        uvicorn.Server(plain).serve([plain_listener]),
        _Server(secure, ready).serve([listener]),
    )
    await asyncio.gather(*servers)


def _config(inside: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        inside,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody stands between, so nobody says who asks
        lifespan="off",
    )


def _secure(inside: ASGIApp, site: Site) -> uvicorn.Config:
    """Configure TLS; once an hour it is asked whether the certificate is to be renewed."""
    assert site.certificate is not None  # noqa: S101  # the caller asked
    config = _config(inside)
    config.ssl_certfile = config.ssl_keyfile = site.certificate.file

    async def renew() -> None:
        assert site.certificate is not None  # noqa: S101  # as above
        fresh = await asyncio.to_thread(lan.server_certificate, site.session, site.certificate.name)
        if fresh != site.certificate and config.ssl is not None:
            config.ssl.load_cert_chain(fresh.file)
            site.certificate = fresh

    config.callback_notify, config.timeout_notify = renew, _HOUR
    return config


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
    except OSError as error:
        listener.close()
        raise UnavailableError("port-taken", port=address.port, why=error.strerror or "") from None
    return listener
