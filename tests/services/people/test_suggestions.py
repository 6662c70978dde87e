"""What an administrator suggests waits for officers, and changes nothing."""

import pytest

from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.people import suggestions
from tests.kit import cast


def test_a_suggestion_waits_until_it_is_dropped_and_changes_nothing(world: cast.World):
    session, head = world.session, world.session.control().head
    assert suggestions.every(session) == []
    change: dict[str, str | int | None] = {
        "verb": "assign",
        "who": cast.CLERK,
        "office": 680100,
        "until": None,
    }
    assert suggestions.add(session, cast.ADMIN, change) == 1
    assert suggestions.add(session, cast.ADMIN, {"verb": "lift", "who": "<b>"}) == 2
    [first, second] = suggestions.every(session)
    assert (first.by, first.change, second.change["who"]) == (cast.ADMIN, change, "<b>")
    for _ in range(2):
        suggestions.drop(session, 1)
    assert suggestions.every(session) == [second]
    assert suggestions.add(session, cast.ADMIN, change) == 3
    assert session.control().head == head


def test_a_full_list_and_a_spoilt_one_are_refused(world: cast.World):
    for _ in range(50):
        suggestions.add(world.session, cast.ADMIN, {"verb": "lift"})
    with pytest.raises(RefusedError, match="suggestions-full"):
        suggestions.add(world.session, cast.ADMIN, {"verb": "lift"})
    for raw in (b"", b"\x80", b"\x82\x71kt1-suggestions/1\x81\x01"):
        (world.session.keys / suggestions.NAME).write_bytes(raw)
        with pytest.raises(UnavailableError, match="key-file-broken"):
            suggestions.every(world.session)
