"""What programs may read, and for how long."""

import pytest

from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.people import tokens
from tests.kit import cast


def test_a_token_reads_what_its_scope_says_until_its_end(founded: cast.World):
    session = founded.session
    token = tokens.add(session, "board", ("events",), 1)
    tokens.check(session, token, "events")
    with pytest.raises(NotAllowedError, match="token-scope"):
        tokens.check(session, token, "health")
    now = session.clock()
    session.clock = lambda: now + 86_401
    with pytest.raises(NotAllowedError, match="token-unknown"):
        tokens.check(session, token, "events")
    assert [one.name for one in tokens.listed(session)] == ["board"]
    tokens.drop(session, "board")
    assert tokens.listed(session) == []


def test_a_scope_and_a_term_are_ours(founded: cast.World):
    with pytest.raises(RefusedError, match="scope-unknown"):
        tokens.add(founded.session, "board", ("slips",), 1)
    for days in (0, -1, 401):
        with pytest.raises(RefusedError, match="token-days"):
            tokens.add(founded.session, "board", ("events",), days)
