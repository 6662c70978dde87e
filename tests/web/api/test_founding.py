"""Founding over the wire: once, in its order, by those who were named; and never a second time."""

from typing import Any

import pytest

from kt1custody.core.formats import cbor
from kt1custody.services.keys import genesis
from kt1custody.services.keys.genesis_entry import ROLES
from kt1custody.signing import person_keys
from kt1custody.signing.person_keys import PersonKey
from kt1custody.signing.sign import key_map
from kt1custody.web.asking import BROWSER
from tests.kit import cast
from tests.kit.pages_here import PagesHere
from tests.kit.visitor import Visitor, spell

THREE = ("NV021", "NV022", "NV029")
ANSWERS = {
    "training": True, "log": "kt1.lamdong.vn/68", "name": "KT1", "office": 680900, "number": 68,
    "officers": list(THREE), "names": ["Một", "Hai", "Ba"],
}  # fmt: skip
WRONG: list[tuple[str, Any]] = [
    ("log", "no name"), ("log", "\u202ekt1.vn/1"), ("office", -1), ("number", "x"),
    ("officers", ["NV021", "NV021", "NV029"]), ("officers", ["../x", "NV022", "NV029"]),
    ("officers", ["NV021"]), ("names", ["a", "b", "c\u0000"]), ("name", ""), ("path", "/etc"),
]  # fmt: skip


@pytest.fixture
def empty(tmp_path, keys: dict[str, PersonKey]) -> PagesHere:
    """A server of an empty folder."""
    return PagesHere(cast.World(tmp_path / "empty"), keys, reader=None)


@pytest.fixture
def visitor(empty: PagesHere) -> Visitor:
    return Visitor(empty.world, empty.keys, empty.ask)


def test_a_log_is_founded_once_and_its_first_browser_bound_once(
    empty: PagesHere, visitor: Visitor, tmp_path
):
    assert visitor.error("/api/first-run/opening", {}) == (409, "founding-not-begun")
    visitor.do("/api/first-run/answers", ANSWERS)
    origin = genesis.unfinished(empty.site.session).founding.origin  # type: ignore[union-attr]
    cost, folder = person_keys.TRAINING, tmp_path / "people"
    made = {who: person_keys.create(folder, who, cast.PINS[who], cost) for who in THREE}
    maps = [
        spell(cbor.encode(key_map(origin, who, role, key.signing, key.opening.public())))
        for (who, key), role in zip(made.items(), ROLES, strict=True)
    ]
    visitor.keys = made
    told = visitor.do("/api/first-run/propose", {"people": maps})
    files = {who: spell((folder / f"{who}.key").read_bytes()) for who in THREE}
    for people, given in (  # each is undone, and then there is nothing proposed any more
        (THREE[:2], files),
        (THREE, {}),
        (THREE, {**files, "NV029": files["NV021"]}),
    ):
        wrong = {**visitor.sign(told, *people), "files": given}
        assert visitor.ask("/api/first-run/found", wrong)[0] in (400, 409, 422)
        assert visitor.error("/api/first-run/found", wrong) == (409, "founding-not-begun")
        assert not list(empty.world.session.keys.glob("*.key"))
        told = visitor.do("/api/first-run/propose", {"people": maps})
    founded = {**visitor.sign(told, *THREE), "files": files}
    assert len(visitor.do("/api/first-run/found", founded)["genesis"]) == 64
    assert visitor.ask("/api/first-run/answers", ANSWERS)[0] == 409
    assert visitor.ask("/api/first-run/found", founded)[0] == 409

    secret = spell(made[THREE[0]].opening.secret)
    stranger = {"staff": "NV001", "secret": secret}
    assert visitor.error("/api/first-run/device/propose", stranger)[0] == 409
    wrong = {"staff": THREE[1], "secret": secret}
    assert visitor.ask("/api/first-run/device/propose", wrong)[0] in (400, 403, 409, 422)
    assert empty.site.reader is None
    told = visitor.do("/api/first-run/device/propose", {"staff": THREE[0], "secret": secret})
    assert visitor.ask("/api/first-run/device", visitor.sign(told, THREE[0]))[0] in (409, 422)
    assert visitor.do("/api/first-run/device", visitor.sign(told)) == {"device": "WEB1"}
    assert visitor.cookies[BROWSER]
    again = {"staff": THREE[0], "secret": secret}
    assert visitor.error("/api/first-run/device/propose", again) == (409, "founding-finished")


def test_answers_that_found_nothing_leave_nothing(empty: PagesHere, visitor: Visitor):
    for name, value in WRONG:
        status, told = visitor.ask("/api/first-run/answers", {**ANSWERS, name: value})
        assert status in (400, 409), (name, value, told)
        assert genesis.unfinished(empty.site.session) is None, name


def test_where_a_log_is_nothing_of_it_is_done_again(pages: PagesHere):
    visitor = pages.browser()
    for path, body in (
        ("answers", ANSWERS), ("opening", {}), ("propose", {"people": ["", "", ""]}),
        ("device/propose", {"staff": THREE[0], "secret": ""}),
        ("device", {"proposal": "", "signed": ""}),
    ):  # fmt: skip
        assert visitor.error(f"/api/first-run/{path}", body)[0] == 409, path
    assert visitor.error("/api/first-run/reserve", {"digest": ""}) == (401, "sign-in-needed")
    for staff in (cast.CLERK, cast.ADMIN):
        answer = pages.enter(staff).error("/api/first-run/reserve", {"digest": ""})
        assert answer == (403, "not-your-work")
