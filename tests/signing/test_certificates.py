"""The authority vouches for one name: what a client that trusts nothing else takes and refuses."""

import contextlib
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.signing import certificates
from kt1custody.signing.certificates import ServerCertificate

NAME, DAY = "kt1.buucuc.lan", 86_400
NOW = int(datetime(2026, 11, 23, 7, tzinfo=UTC).timestamp())


def shake_hands(served: Path, trusted: bytes, name: str, now: int = NOW) -> None:
    """Let a client that trusts one certificate meet a server, in memory.

    Raises:
        ssl.SSLCertVerificationError: It does not trust the server.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(served)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(cadata=trusted)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(back, there, server_hostname=name)
    theirs = server.wrap_bio(there, back, server_side=True)
    for _ in range(3):
        for side in (ours, theirs):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
    assert ours.version() == "TLSv1.3"


@pytest.fixture
def made(tmp_path: Path) -> ServerCertificate:
    return certificates.ready(tmp_path, NAME, int(datetime.now(UTC).timestamp()))


def test_a_browser_that_trusts_the_authority_trusts_the_server(made: ServerCertificate):
    shake_hands(made.file, made.authority, NAME)
    assert len(made.fingerprint) == 95
    assert made.file.stat().st_mode & 0o077 == 0


def test_it_trusts_it_under_no_other_name_and_without_the_authority_not_at_all(
    made: ServerCertificate, tmp_path: Path
):
    other = certificates.ready(tmp_path / "other", NAME, int(datetime.now(UTC).timestamp()))
    for trusted, name in ((made.authority, "bank.vn"), (other.authority, NAME)):
        with pytest.raises(ssl.SSLCertVerificationError):
            shake_hands(made.file, trusted, name)


@pytest.mark.parametrize("name", ["bank.vn", "127.0.0.1", "lan", "xkt1.buucuc.lan"])
def test_a_stolen_authority_vouches_for_no_other_site(
    made: ServerCertificate, tmp_path: Path, name: str
):
    own = certificates._read(tmp_path / "tls/authority.pem")
    assert own is not None
    certificates._issue(tmp_path, name, *own, datetime.now(UTC))
    with pytest.raises(
        ssl.SSLCertVerificationError, match=r"permitted subtree|not valid for|mismatch"
    ):
        shake_hands(tmp_path / "tls/server.pem", made.authority, name)


def test_a_certificate_stays_until_a_month_before_its_end_and_the_authority_stays(tmp_path: Path):
    first = certificates.ready(tmp_path, NAME, NOW)
    assert certificates.ready(tmp_path, NAME, NOW + 300 * DAY) == first
    second = certificates.ready(tmp_path, NAME, NOW + 380 * DAY)
    assert second.authority == first.authority
    assert second.until > first.until
    third = certificates.ready(
        tmp_path, NAME, NOW + 3_700 * DAY
    )  # the authority's own term is over
    assert third.authority != first.authority


def test_another_name_or_a_broken_file_is_refused(tmp_path: Path):
    certificates.ready(tmp_path, NAME, NOW)
    with pytest.raises(RefusedError, match="certificate-name"):
        certificates.ready(tmp_path, "bank.vn", NOW)
    (tmp_path / "tls/server.pem").write_bytes(b"nothing")
    with pytest.raises(UnavailableError, match="key-file-broken"):
        certificates.ready(tmp_path, NAME, NOW)
