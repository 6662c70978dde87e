"""Taking a port, and the address that people type."""

import pytest
from fastapi import FastAPI

from kt1custody.errors import UnavailableError
from kt1custody.services.custody import look
from kt1custody.signing.person_keys import PersonKey
from kt1custody.web import serve
from kt1custody.web.serve import Address
from tests.kit import cast
from tests.kit.counter import Counter


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://localhost:8068"),
        ("::1", "http://localhost:8068"),
        ("10.0.0.5", "https://10.0.0.5:8068"),
        ("kt1.local", "https://kt1.local:8068"),
    ],
)
def test_a_machine_s_own_address_has_a_name_since_passkeys_need_one(host: str, url: str):
    assert Address(host=host, port=8068).url == url


def test_requests_are_written_nowhere_and_nobody_else_says_who_asks():
    config = serve._config(FastAPI())
    assert not config.access_log
    assert not config.proxy_headers
    assert not config.server_header


def test_a_port_is_taken_once_and_free_again_when_let_go():
    with serve.doors(Address(host="127.0.0.1", port=0)) as first:
        first.main.listen()
        again = Address(host="127.0.0.1", port=first.address.port)
        with pytest.raises(UnavailableError, match="port-taken") as caught, serve.doors(again):
            pass
        assert caught.value.detail["port"] == first.address.port
        assert first.plain is None
    with serve.doors(again):
        pass


def test_an_address_that_this_machine_has_not_is_told_alike():
    with (
        pytest.raises(UnavailableError, match="port-taken"),
        serve.doors(Address(host="192.0.2.1", port=0)),
    ):
        pass


def test_over_a_socket_two_people_sign_and_the_log_has_it_once(
    counter: Counter, keys: dict[str, PersonKey]
):
    visitor = counter.enter(cast.CLERK)
    visitor.keys = keys
    [*_, state] = look.held(counter.world.session, cast.COURIER)
    wanted = {"scans": [str(state.n)], "giver": cast.COURIER, "receiver": cast.CLERK}
    signed = visitor.sign(visitor.do("/api/handover/propose", wanted))
    told = visitor.do("/api/commit", signed)
    assert [entry["type"] for entry in told["entries"]] == ["handover"]
    assert visitor.do("/api/commit", signed)["entries"] == told["entries"]
    assert state.n not in [one.n for one in look.held(counter.world.session, cast.COURIER)]
