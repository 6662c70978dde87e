"""The API does what `/openapi.json` says of it, whoever asks, and however strange what is asked.

What is asked is drawn by schemathesis from the description: as it should be and as it should not, with
real numbers and hostile texts put into its places.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from requests import Request
from schemathesis import Case, GenerationMode, Response
from schemathesis.specs.openapi import checks

from kt1custody.services.custody import look
from kt1custody.services.people import tokens
from kt1custody.signing.person_keys import PersonKey
from kt1custody.web import app
from kt1custody.web.asking import BROWSER, VISIT
from kt1custody.web.pages import check
from tests.kit import cast, nightly
from tests.kit.pages_here import HOST, PagesHere
from tests.kit.phone import size
from tests.kit.visitor import Visitor

OPERATIONS = [
    (next(iter(route.methods)).lower(), f"/api{route.path}")
    for router in (*(part.router for part in app.ANSWERS), check.answers)
    for route in router.routes
]
# Nobody is signed in there before they have asked; test_app says which addresses of pages are open.
OPEN = ("/api/browser", "/api/challenge", "/api/sign-in", "/api/keys/", "/api/lock",
        "/api/sign-out", "/api/first-run/")  # fmt: skip
FEED = ("/api/head", "/api/events")
STAFF = {"clerk": cast.CLERK, "officer": cast.OFFICERS[0], "admin": cast.ADMIN}
TEXTS = (
    cast.CLERK, cast.COURIER, *cast.OFFICERS, cast.ADMIN, "WEB1", "intact", "torn", "misprint",
    "mistyped", "other", "clerk", "officer", "none", "LD-S-TC", "680900", "1", "20", "-1", "1e9",
    "1970-01-01", "9999-12-31", "a\0b", "\u202e<img src=x>", "=1+1", "9" * 5_000, "../../etc/passwd", "\uffff", "\u0661", "²",
)  # fmt: skip
NUMBERS = (0, -1, cast.OFFICE, 2**31, 2**63, 10**30)
STRANGE = (
    b"", b"\xff", b"null", b"{}", b'"x"', b"NaN", b"1" * 6_000, b"[" * 60_000, b'{"a":' * 20_000,
    "{}".encode("utf-16"), b"\x1f\x8b\x08", b'{"a":1,"a":2}',
)  # fmt: skip
KINDS = ("", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "a/" * 900)
CHECKED = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A server, what it says of itself, and who asks it."""

    pages: PagesHere
    schema: Any
    scans: tuple[str, ...]
    cookies: dict[str, dict[str, str]]
    token: str

    def headers(self, who: str) -> dict[str, str]:
        """Give what somebody sends to be known by."""
        if who == "token":
            return {"authorization": f"Bearer {self.token}"}
        if who == "nobody":
            return {}
        cookies = self.cookies[who]
        if not self.pages.site.visits.find(cookies.get(VISIT, "")):
            visitor = Visitor(self.pages.world, self.pages.keys, self.pages.ask, cookies)
            assert visitor.sign_in(STAFF[who])[0] == 200
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return {"cookie": cookie, "sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def described(
    tmp_path_factory: pytest.TempPathFactory, _paged: cast.World, keys: dict[str, PersonKey]
) -> Iterator[Described]:
    world = cast.copy_world(_paged, tmp_path_factory.mktemp("described"))
    world.at(200).admit_all(keys)
    pages = PagesHere(world, keys)
    browsers = {"clerk": pages.browser("WEB1"), "officer": pages.browser("WEB2")}
    yield Described(
        pages=pages,
        schema=schemathesis.openapi.from_dict(pages.ask("/openapi.json")[2]),
        scans=tuple(f"{state.n:012d}" for state in look.held(world.session, cast.COURIER)[:2]),
        cookies={
            **{who: browser.cookies for who, browser in browsers.items()},
            "admin": {BROWSER: browsers["clerk"].cookies[BROWSER]},
        },
        token=tokens.add(world.session, "board", ("events",), 400),
    )
    world.session.close()


def varied(value: Any, texts: tuple[str, ...], data: st.DataObject) -> Any:
    """Put real numbers and hostile texts into some places of a body."""
    match value:
        case bool():
            return value
        case str() if data.draw(st.booleans()):
            return data.draw(st.sampled_from(texts))
        case int() if data.draw(st.booleans()):
            return data.draw(st.sampled_from(NUMBERS))
        case list():
            return [varied(part, texts, data) for part in value]
        case dict():
            return {key: varied(part, texts, data) for key, part in value.items()}
        case _:
            return value


def spelled(case: Case[Any]) -> tuple[str, bytes, str]:
    """Give path with query, body and content type of a case."""
    told = case.as_transport_kwargs(base_url=f"http://{HOST}")
    query = urlencode(told.get("params") or {}, doseq=True, errors="replace")
    body = json.dumps(told["json"]).encode() if "json" in told else told.get("data") or b""
    raw = body.encode() if isinstance(body, str) else body
    return (
        f"{urlsplit(told['url']).path}?{query}",
        raw,
        str(told["headers"].get("content-type", "")),
    )


def is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except ValueError:
        return False
    return True


def answered(
    described: Described, method: str, path: str, raw: bytes, kind: str, who: str
) -> tuple[int, dict[str, str], bytes]:
    """Ask; nobody gets anything that is not for everybody."""
    facts = {"content-type": kind, **described.headers(who)}
    status, headers, answer = described.pages.send(method.upper(), path, raw, facts)
    is_open = path.startswith(OPEN) or (who == "token" and path.partition("?")[0] in FEED)
    if who in ("nobody", "token") and not is_open and is_json(raw or b"{}"):
        assert status == 401, (path, raw)
    assert headers["cache-control"] == "no-store"
    assert status < 500, answer
    return status, headers, answer


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_one_that_was_described(described: Described, method: str, path: str):
    operation, before = described.schema[path][method], size(described.pages.world)
    has_input = bool(operation.body or operation.query)
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)[: 2 if has_input else 1]

    @nightly.examples(gate=3 if has_input else 1, nightly=120)
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        mode = data.draw(st.sampled_from(modes))
        case = data.draw(operation.as_strategy(mode))
        if mode is GenerationMode.POSITIVE:
            case.body = varied(case.body, described.scans + TEXTS, data)
        place, raw, kind = spelled(case)
        for who in (*STAFF, "token", "nobody"):
            status, headers, answer = answered(described, method, place, raw, kind, who)
            facts: Mapping[str, list[str]] = {name: [text] for name, text in headers.items()}
            request = Request(method, f"http://{HOST}{place}", data=raw).prepare()
            case.validate_response(Response(status, facts, answer, request, 0.0, False), CHECKED)

    ask()
    assert size(described.pages.world) == before


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_is_no_request_at_all_is_refused(described: Described, method: str, path: str):
    kinds = [(b"{}", kind) for kind in KINDS]
    for raw, kind in nightly.some([*((raw, "application/json") for raw in STRANGE), *kinds], len):
        status, headers, answer = answered(described, method, path, raw, kind, "clerk")
        if status >= 400:
            assert json.loads(answer)["error"].keys() == {"code", "detail", "message"}, headers


def test_half_a_character_is_no_text(described: Described):
    for path, body in (
        ("/api/browser", {"code": "\ud800"}),
        ("/api/scan", {"text": "\udfff1"}),
        ("/api/handover/check", {"scans": ["\ud800"], "giver": "", "receiver": ""}),
        ("/api/register/check", {"rows": [{"named": "\ud800"}]}),
        ("/api/first-run/found", {"proposal": "", "signed": "", "files": {"\ud800": ""}}),
    ):
        raw = json.dumps(body).encode()
        status, _, answer = answered(described, "post", path, raw, "application/json", "clerk")
        assert (status, json.loads(answer)["error"]["code"]) == (400, "request-malformed"), path


@pytest.mark.parametrize("other", ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_what_is_not_described_is_no_way_to_ask(described: Described, other: str):
    for method, path in OPERATIONS:
        if method.upper() != other:
            status, headers, answer = answered(described, other, path, b"", "", "clerk")
            assert (status, headers["allow"]) == (405, method.upper()), path
            assert json.loads(answer)["error"]["code"] == "method-unknown"
