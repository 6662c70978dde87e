"""By which names a server answers on the LAN."""

import pytest

from kt1custody.errors import MalformedInputError
from kt1custody.services.keys import lan
from tests.kit import cast


def test_a_server_has_a_name_and_never_an_address(world: cast.World):
    for host in (
        "192.168.1.5",
        "10.0.0.1",
        "::1",
        "fe80::1",
        "a b",
        "",
        "-x.lan",
        "x..lan",
        "é.lan",
    ):
        with pytest.raises(MalformedInputError, match="host-not-a-name"):
            lan.server_certificate(world.session, host)
    made = lan.server_certificate(world.session, "KT1.Lan.")
    assert made.name == "kt1.lan"
    assert lan.server_certificate(world.session, "kt1.lan") == made
