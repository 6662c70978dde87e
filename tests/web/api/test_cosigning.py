"""Witnesses are asked from a page, by stick as over the network."""

import base64
from pathlib import Path

from kt1custody.witnessing import answers, witness
from tests.kit import cast, outsiders
from tests.kit.pages_here import PagesHere
from tests.kit.visitor import spell


def test_a_witness_cosigns_by_stick_and_then_comes_into_force(pages: PagesHere, tmp_path: Path):
    officer = pages.enter(cast.OFFICERS[0])
    outsider = outsiders.set_up(pages.world, tmp_path / "w", outsiders.NAMES[0])
    line = str(outsider.key)
    asked = {"verb": "witnesses", "keys": line, "least": 1, "second": cast.OFFICERS[1]}
    assert officer.error("/api/decisions/check", asked)[1] == "witness-not-yet"
    request = officer.do("/api/witnesses/request", {"name": ""})
    file = tmp_path / "request"
    file.write_bytes(base64.b64decode(request["content"]))
    opened = witness.open_witness(outsider.folder, lambda: pages.world.session.as_of or 0)
    answers.answer_file(opened, file)
    opened.close()
    answer = file.with_name(f"request{answers.ANSWER}").read_bytes()
    told = officer.do("/api/witnesses/answer", {"content": spell(answer), "line": line})
    assert told["all"]
    assert outsider.name in told["lines"][0]
    officer.do("/api/decisions/check", asked)
    assert officer.error("/api/witnesses/answer", {"content": "AAAA", "line": ""})[0] == 400
    assert officer.error("/api/witnesses/ask", {"line": ""}) == (409, "no-witness")
    assert officer.error("/api/witnesses/ask", {"line": line}) == (409, "url-wrong")
    admin = pages.enter(cast.ADMIN, "WEB2")
    for path, body in (
        ("ask", {"line": ""}),
        ("request", {"name": ""}),
        ("answer", {"line": "", "content": ""}),
    ):
        assert admin.error(f"/api/witnesses/{path}", body) == (403, "not-your-work")
