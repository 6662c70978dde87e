"""The pages of a world's log, answered in this process, by a clock that the test sets."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp

from kt1custody.services.custody import look
from kt1custody.services.session.session import Session
from kt1custody.signing.person_keys import PersonKey
from kt1custody.web import app
from kt1custody.web.site import Site
from tests.kit import cast
from tests.kit.visitor import Visitor

HOST = "localhost:8068"


@dataclass
class PagesHere:
    """A site without a socket.

    Attributes:
        now: By the steady clock, in seconds.
        said: The messages of the last answer, as a server has them from its application.
    """

    world: cast.World
    keys: Mapping[str, PersonKey]
    reader: str | None = cast.OFFICERS[0]
    is_secure: bool = False
    now: float = 0.0
    site: Site = field(init=False)
    app: ASGIApp = field(init=False)
    said: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        own = self.world.session
        served: Session = own
        if look.is_founded(own):
            served = own.left_alone().beside(device=own.device, language=own.language)
        if self.reader is not None:
            served.admit(self.keys[self.reader].opener)
        self.site = Site(
            session=served, reader=self.reader, is_secure=self.is_secure, steady=lambda: self.now
        )
        self.app = app.make(self.site)

    def browser(self, device: str = "WEB1") -> Visitor:
        """A browser that is a device of the log; nobody is signed in."""
        visitor = Visitor(self.world, self.keys, self.ask)
        visitor.bind(device)
        return visitor

    def enter(self, staff: str, device: str = "WEB1") -> Visitor:
        """A browser in which a person has signed in."""
        visitor = self.browser(device)
        status, told = visitor.sign_in(staff)
        assert status == 200, told
        return visitor

    def ask(
        self, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], Any]:
        """Ask as a program does; gives status, headers, and the answer as JSON or text."""
        data = b"" if body is None else json.dumps(body).encode()
        facts = {} if body is None else {"content-type": "application/json"}
        method = "GET" if body is None else "POST"
        status, told, raw = self.send(method, path, data, {**facts, **(headers or {})})
        try:
            return status, told, json.loads(raw)
        except ValueError:
            return status, told, raw.decode(errors="replace")

    def send(
        self, method: str, path: str, data: bytes, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """Send whatever bytes; gives status, headers and the bytes of the answer."""
        return asyncio.run(self._send(method, path, data, headers))

    async def _send(
        self, method: str, path: str, data: bytes, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        facts = {"host": HOST, "content-length": str(len(data)), **headers}
        place, _, query = path.partition("?")
        scope = {
            "type": "http", "http_version": "1.1",
            "scheme": "https" if self.is_secure else "http", "root_path": "",
            "method": method, "path": place, "raw_path": place.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in facts.items()],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8068),
        }  # fmt: skip
        self.said, unread = [], [data]

        async def receive() -> dict[str, object]:
            if not unread:
                await asyncio.Event().wait()  # the browser stays
            return {"type": "http.request", "body": unread.pop(), "more_body": False}

        async def send(message: Any) -> None:
            self.said.append(message)

        await self.app(scope, receive, send)
        raw = b"".join(message.get("body", b"") for message in self.said[1:])
        told = {name.decode(): value.decode() for name, value in self.said[0]["headers"]}
        return self.said[0]["status"], told, raw
