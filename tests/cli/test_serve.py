"""`kt1 serve`: what it says, and what it does not hold."""

import gc
import json
import socket

import pytest

from kt1custody.services.session.session import Session
from kt1custody.signing.person_keys import PersonKey
from kt1custody.web import serve as server
from tests.kit import cast
from tests.kit.typed import Run


def test_a_server_holds_no_key_that_signs_for_a_person(
    run_founded: Run, monkeypatch: pytest.MonkeyPatch
):
    held: list[tuple[int, str]] = []

    def serve(session: Session, reader: str, opened: object, ready: object) -> None:
        gc.collect()
        count = sum(isinstance(thing, PersonKey) for thing in gc.get_objects())
        held.append((count, session.opener(reader).staff))

    gc.collect()
    before = sum(isinstance(thing, PersonKey) for thing in gc.get_objects())
    monkeypatch.setattr(server, "serve", serve)
    run_founded("serve", "--port", "0", "--unlock", cast.OFFICERS[0])
    assert held == [(before, cast.OFFICERS[0])]


def test_whoever_may_not_read_unlocks_nothing(run_founded: Run):
    run_founded("serve", "--port", "0", "--unlock", cast.COURIER, code=6)
    run_founded("serve", "--port", "0", "--unlock", "NV999", code=3)


def test_a_port_that_is_taken_is_told(run_founded: Run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        told = json.loads(run_founded("serve", "--port", port, "--json", code=5).output)
    assert told["error"]["code"] == "port-taken"
