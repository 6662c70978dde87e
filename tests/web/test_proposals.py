"""What pages are told of a use case: who signs it, and its bytes, with the wrong PINs of its signers."""

import ast
import base64
from typing import Any

from kt1custody.services.session import proposal
from tests.kit import cast
from tests.kit.package import PACKAGE
from tests.kit.pages_here import PagesHere
from tests.kit.phone import size
from tests.kit.visitor import Visitor, spell

PROOF = spell(b"p" * 32)


def guess(visitor: Visitor, staff: str, count: int) -> None:
    """Put a person's key into a browser, and type wrong PINs for it there."""
    visitor.do("/api/keys/known", {**visitor.proof_of(staff), "proof": PROOF})
    wrong = {"kid": spell(visitor.keys[staff].signing.kid), "proof": spell(b"w" * 32)}
    for _ in range(count):
        assert visitor.error("/api/keys/release", wrong) == (403, "wrong-pin")


def reported(told: dict[str, Any]) -> dict[str, int]:
    """Give the wrong PINs that a proposal reports."""
    [act] = proposal.read(base64.b64decode(told["proposal"])).acts
    return dict(act.tries)


def test_it_names_its_signers_and_reports_their_wrong_pins_at_this_browser(
    pages: PagesHere, day: cast.Day
):
    clerk, n = pages.enter(cast.CLERK), f"{day.numbers[5]:012d}"
    wanted = {"scans": [n], "giver": cast.COURIER, "receiver": cast.CLERK}
    before = size(pages.world)
    first = clerk.do("/api/handover/propose", wanted)
    assert first["people"] == [cast.COURIER, cast.CLERK]
    assert reported(first) == {}
    guess(clerk, cast.CLERK, 2)
    guess(clerk, cast.COURIER_2, 1)  # who does not sign
    for _ in range(2):  # until it is committed
        assert reported(clerk.do("/api/handover/propose", wanted)) == {cast.CLERK: 2}
    other = pages.enter(cast.CLERK, "WEB2")
    assert reported(other.do("/api/handover/propose", wanted)) == {}
    assert size(pages.world) == before


def test_nobody_proposes_who_holds_the_writer_already():
    """A proposal takes it itself; whoever had it would wait for themselves for ever."""
    waiting = [
        f"{path.name}:{node.lineno}"
        for path in (PACKAGE / "web").rglob("*.py")
        if path.name != "proposals.py"
        for block in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(block, ast.With) and ".writing" in ast.unparse(block.items[0])
        for node in ast.walk(block)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).startswith(("proposals.", "proposed"))
    ]
    assert waiting == []
