"""The server on the LAN: TLS for everything, plain HTTP for what makes a browser trust it."""

import contextlib
import hashlib
import http.client
import json
import socket
import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.kit import cast
from tests.kit.counter import running
from tests.kit.paper import read_pdf


@pytest.fixture(scope="module")
def told(
    tmp_path_factory: pytest.TempPathFactory, _lived: tuple[cast.World, cast.Day]
) -> Iterator[dict[str, str]]:
    """A server for the whole LAN; gives what it has said of itself."""
    folder = tmp_path_factory.mktemp("lan")
    world = cast.copy_world(_lived[0], folder)
    pins = cast.write_pins(folder / "pins.txt")
    options = ("--host", "0.0.0.0", "--pin-file", str(pins))
    with running(world.folder, folder, *options) as (answer, _):
        yield answer
    world.session.close()


def plain(told: dict[str, str], path: str) -> tuple[int, str, bytes]:
    """Ask without TLS."""
    port = urlsplit(told["authority"]).port
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as line:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.headers.get("location", ""), answer.read()


def trusting(told: dict[str, str]) -> ssl.SSLContext:
    """Make what trusts the authority of the server alone."""
    status, _, der = plain(told, "/ca/kt1.crt")
    assert status == 200
    trusts = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusts.load_verify_locations(cadata=der)
    return trusts


def test_a_client_that_trusts_the_authority_alone_reaches_the_server_by_its_name(
    told: dict[str, str],
):
    trusts = trusting(told)
    name, port = urlsplit(told["url"]).hostname, urlsplit(told["url"]).port
    place = ("127.0.0.1", port)
    with (
        socket.create_connection(place) as line,
        trusts.wrap_socket(line, server_hostname=name) as secured,
    ):
        secured.sendall(f"GET /healthz HTTP/1.0\r\nHost: {name}\r\n\r\n".encode())
        assert secured.recv(4_096).startswith(b"HTTP/1.1 200")
    with socket.create_connection(place) as line, pytest.raises(ssl.SSLCertVerificationError):
        trusts.wrap_socket(line, server_hostname="127.0.0.1")


def test_the_newest_tls_is_spoken_and_none_before_1_2(told: dict[str, str]):
    name, port = urlsplit(told["url"]).hostname, urlsplit(told["url"]).port

    def spoken(newest: ssl.TLSVersion) -> str | None:
        trusts = trusting(told)
        trusts.set_ciphers("DEFAULT@SECLEVEL=0")  # so that it is the server who refuses
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            trusts.minimum_version, trusts.maximum_version = ssl.TLSVersion.TLSv1, newest
        with (
            socket.create_connection(("127.0.0.1", port)) as line,
            trusts.wrap_socket(line, server_hostname=name) as secured,
        ):
            return secured.version()

    assert spoken(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    assert spoken(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(ssl.SSLError, match=r"EOF|ALERT_PROTOCOL_VERSION"):
        spoken(ssl.TLSVersion.TLSv1_1)


def test_by_tls_a_cookie_is_of_this_host_and_secure(told: dict[str, str]):
    name, port = urlsplit(told["url"]).hostname, urlsplit(told["url"]).port
    with (
        socket.create_connection(("127.0.0.1", port)) as line,
        trusting(told).wrap_socket(line, server_hostname=name) as secured,
    ):
        secured.sendall(f"GET /language/en HTTP/1.0\r\nHost: {name}\r\n\r\n".encode())
        answer = secured.recv(4_096).decode().lower()
    assert "set-cookie: __host-kt1-language=en;" in answer
    assert "; secure" in answer
    assert "strict-transport-security: max-age=31536000" in answer


def test_without_tls_there_is_the_certificate_and_nothing_of_the_log(told: dict[str, str]):
    status, _, page = plain(told, "/ca")
    assert status == 200
    for half in (told["fingerprint"][:47], told["fingerprint"][48:]):
        assert half in page.decode()
    assert 'href="/ca/sheet.pdf"' in page.decode()
    for path in ("/", "/sign-in", "/people", "/healthz", "/api/challenge", "/openapi.json", "/car"):
        assert plain(told, path)[:2] == (303, "/ca"), path
    assert json.dumps(told).count("https://") == 1


def test_the_sheet_holds_the_fingerprint_for_people_and_machines(
    told: dict[str, str], tmp_path: Path
):
    path = tmp_path / "sheet.pdf"
    path.write_bytes(plain(told, "/ca/sheet.pdf")[2])
    words, symbols = read_pdf(path)
    _, _, der = plain(told, "/ca/kt1.crt")
    assert symbols == [hashlib.sha256(der).hexdigest()]
    assert told["fingerprint"].replace(":", " ") in " ".join(words.split())
    assert told["url"] in words
