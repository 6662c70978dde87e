"""The feed for programs: by token, by scope, with a cursor."""

from collections.abc import Iterator

import pytest

from kt1custody.services.people import tokens
from tests.kit.counter import Counter


@pytest.fixture
def token(counter: Counter) -> Iterator[str]:
    yield tokens.add(counter.world.session, "board", ("events",), 400)
    tokens.drop(counter.world.session, "board")


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_a_program_follows_the_log_by_a_cursor(counter: Counter, token: str):
    _, _, head = counter.ask("/api/head", headers=bearer(token))
    found, after = [], -1
    while True:
        status, _, told = counter.ask(f"/api/events?after={after}&count=7", headers=bearer(token))
        assert status == 200
        found += told["events"]
        if told["next"] == after:
            break
        after = told["next"]
    assert [one["seq"] for one in found] == list(range(len(found)))
    assert len(found) >= head["size"]
    assert found[0]["act"] == "genesis"
    assert any(one["items"] for one in found)


def test_who_knows_the_head_is_told_so_in_few_bytes(counter: Counter, token: str):
    _, headers, _ = counter.ask("/api/head", headers=bearer(token))
    status, _, told = counter.ask(
        "/api/head", headers=bearer(token) | {"if-none-match": headers["etag"]}
    )
    assert (status, told) == (304, "")


@pytest.mark.parametrize("query", ["after=-2", "count=0", "count=501", "after=x", "after=1e9"])
def test_a_cursor_that_is_none_is_refused(counter: Counter, token: str, query: str):
    status, _, told = counter.ask(f"/api/events?{query}", headers=bearer(token))
    assert (status, told["error"]["code"]) == (400, "request-malformed")


def test_a_token_that_is_wrong_over_dropped_or_of_another_scope_reads_nothing(
    counter: Counter, token: str
):
    session = counter.world.session
    other = tokens.add(session, "ward", ("health",), 400)
    try:
        assert counter.ask("/api/events", headers=bearer(other))[0] == 403
        for wrong in ("", "board", "board.", token + "x", token[:-1], "../board." + token, "x" * 9):
            assert counter.ask("/api/events", headers=bearer(wrong))[0] == 401
        tokens.drop(session, "board")
        assert counter.ask("/api/events", headers=bearer(token))[0] == 401
        assert counter.ask("/api/events")[0] == 401
    finally:
        tokens.drop(session, "ward")


def test_the_description_of_the_interface_names_what_there_is(counter: Counter):
    status, _, told = counter.ask("/openapi.json")
    assert status == 200
    assert {"/api/events", "/api/commit", "/api/scan"} <= told["paths"].keys()
