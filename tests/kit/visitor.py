"""A visitor of the pages without a window: keeps cookies as a browser does, signs as a page would."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from kt1custody.services.people import browsers
from kt1custody.services.session import here, proposal
from kt1custody.services.session.proposal import Signed
from kt1custody.signing.person_keys import PersonKey
from tests.kit.cast import World

# Path, body to be sent as JSON (None: it is only read), headers → status, headers, body.
Ask = Callable[[str, object, dict[str, str]], tuple[int, dict[str, str], Any]]


def spell(raw: bytes) -> str:
    """Spell bytes as they go over the wire."""
    return base64.b64encode(raw).decode()


@dataclass
class Visitor:
    """A browser as the server sees it.

    Attributes:
        headers: Of the last answer.
    """

    world: World
    keys: Mapping[str, PersonKey]
    server: Ask
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Ask from a page of the server; gives status and body."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"sec-fetch-site": "same-origin", "cookie": cookie, **headers}
        status, self.headers, told = self.server(path, body, sent)
        for name, morsel in SimpleCookie(self.headers.get("set-cookie", "")).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
        return status, told

    def do(self, path: str, body: object = None) -> Any:
        """Ask for what must succeed."""
        status, told = self.ask(path, body)
        assert status == 200, told
        return told

    def error(self, path: str, body: object = None) -> tuple[int, str]:
        """Ask for what must fail; gives status and code."""
        status, told = self.ask(path, body)
        return status, told["error"]["code"]

    def bind(self, device: str) -> None:
        """Become a device, by a one-time code of IT."""
        self.do("/api/browser", {"code": browsers.offer_code(self.world.session, device)})

    def proof_of(self, staff: str) -> dict[str, str]:
        """Sign a fresh challenge."""
        challenge, key = self.do("/api/challenge", {}), self.keys[staff]
        signature = key.signing.sign(base64.b64decode(challenge["text"]))
        return {
            "staff": staff,
            "kid": spell(key.signing.kid),
            "challenge": challenge["challenge"],
            "signature": spell(signature),
        }

    def sign_in(self, staff: str) -> tuple[int, Any]:
        """Sign a person in."""
        return self.ask("/api/sign-in", self.proof_of(staff))

    def sign(self, told: Mapping[str, Any], *people: str) -> dict[str, str]:
        """Have people sign what was proposed; gives what is to be committed."""
        proposed, signed = proposal.read(base64.b64decode(told["proposal"])), Signed()
        for staff in people or proposed.people:
            signed = here.sign(proposed, signed, self.keys[staff])
        return {"proposal": told["proposal"], "signed": spell(proposal.encode_signed(signed))}
