"""The server on the LAN: TLS for everything, plain HTTP for what makes a browser trust it."""

import contextlib
import hashlib
import http.client
import json
import socket
import ssl
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


def test_a_client_that_trusts_the_authority_alone_reaches_the_server_by_its_name(
    told: dict[str, str],
):
    status, _, der = plain(told, "/ca/kt1.crt")
    assert status == 200
    trusts = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusts.load_verify_locations(cadata=der)
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
