"""Running the server: one process on the log's database."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn

from kt1custody.errors import UnavailableError
from kt1custody.services.session.session import Session
from kt1custody.web import app
from kt1custody.web.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server answers."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address for a browser; passkeys need a name, so a machine's own is `localhost`."""
        host = "localhost" if self.host in ("127.0.0.1", "::1") else self.host
        return f"http://{host}:{self.port}"


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


def serve(
    session: Session,
    reader: str | None,
    listener: socket.socket,
    ready: Callable[[Address], None],
) -> None:
    """Answer until the program is stopped.

    Args:
        reader: Who has unlocked in the session what opens records; None: nobody.
        listener: As of `listen`.
        ready: Told where it answers, once it does.
    """
    host, port = listener.getsockname()[:2]
    site = Site(session=session, reader=reader, is_secure=False, steady=time.monotonic)
    site.verification.repeat()
    config = uvicorn.Config(
        app.make(site), log_level="warning", access_log=False, server_header=False, lifespan="off"
    )
    _Server(config, lambda: ready(Address(host=host, port=port))).run([listener])


def listen(address: Address) -> socket.socket:
    """Take a port, before anything else is done.

    Raises:
        UnavailableError: `port-taken`.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
    except OSError as error:
        listener.close()
        raise UnavailableError("port-taken", port=address.port, why=error.strerror or "") from None
    return listener
