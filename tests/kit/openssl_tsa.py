"""A time stamping authority of a stranger: the program `openssl`, its files, and an HTTP server."""

import contextlib
import datetime
import http.server
import os
import re
import shutil
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
_CONFIG = """
[tsa]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
{more}
"""


def demand() -> None:
    """Skip the test where there is no `openssl`; fail where everything must be tested."""
    if shutil.which("openssl") is None:
        if os.environ.get("KT1_TEST_REQUIRE"):
            pytest.fail("openssl is missing: apt-get install openssl")
        pytest.skip("needs the program openssl")


def moment(year: int) -> datetime.datetime:
    return datetime.datetime(year, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def certify(
    name: str,
    issuer: Holder | None = None,
    *,
    years: tuple[int, int] = (2015, 2115),
    purpose: x509.ObjectIdentifier | None = None,
    critical: bool = True,
) -> Holder:
    """Make a certificate: for a purpose, or of a body that issues others (of its own: a root)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by, by_key = (issuer.certificate.subject, issuer.key) if issuer else (subject, key)
    made = (
        x509.CertificateBuilder(by, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(moment(years[0]))
        .not_valid_after(moment(years[1]))
        .add_extension(x509.BasicConstraints(purpose is None, None), critical=True)
    )
    if purpose:
        made = made.add_extension(x509.ExtendedKeyUsage([purpose]), critical=critical)
    return Holder(made.sign(by_key, hashes.SHA256()), key)


@dataclass(frozen=True)
class Authority:
    """What stamps: a folder with configuration, serial numbers, certificate and key."""

    folder: Path

    def reply(self, request: bytes) -> bytes:
        """Answer a request (DER) with a response (DER), stamped now."""
        (self.folder / "request").write_bytes(request)
        words = ("-config", "tsa.cnf", "-section", "tsa", "-queryfile", "request")
        return self._openssl("ts", "-reply", *words, "-out", "response", made="response")

    def query(self, digest: bytes, *words: str, by: str = "sha256") -> bytes:
        """Make a request as `openssl` does, for a digest said to be by some hash function."""
        words = ("-digest", digest.hex(), f"-{by}", "-cert", *words)
        return self._openssl("ts", "-query", *words, "-out", "asked", made="asked")

    def restamp(self, response: bytes, at: datetime.datetime, *words: str) -> bytes:
        """Sign what a response states again, with the time changed."""
        (self.folder / "response").write_bytes(response)
        opened = ("-in", "response", "-token_out", "-out", "token")
        self._openssl("ts", "-reply", "-config", "tsa.cnf", *opened, made="token")
        read = ("-noverify", "-inform", "DER", "-in", "token", "-out", "stated")
        stated = self._openssl("cms", "-verify", *read, made="stated")
        spelled = b"\x18\x0f" + at.strftime("%Y%m%d%H%M%SZ").encode()
        changed, times = re.subn(rb"\x18\x0f[0-9]{14}Z", spelled, stated)
        assert times == 1
        (self.folder / "stated").write_bytes(changed)
        kind = ("-econtent_type", "id-smime-ct-TSTInfo", "-nodetach", "-binary", "-cades")
        files = ("-signer", "signer.pem", "-inkey", "signer.key", "-in", "stated")
        form = ("-nosmimecap", "-outform", "DER", "-out", "token", *(words or ("-md", "sha256")))
        return wrap(self._openssl("cms", "-sign", *kind, *files, *form, made="token"))

    def accepts(self, message: bytes, response: bytes, root: bytes, at: int | None = None) -> bool:
        """Ask `openssl` whether a response is a good stamp of a message, under a root (PEM)."""
        for name, content in {"message": message, "response": response, "root": root}.items():
            (self.folder / name).write_bytes(content)
        words = ("-data", "message", "-in", "response", "-CAfile", "root")
        when = () if at is None else ("-attime", str(at))
        try:
            self._openssl("ts", "-verify", *words, *when, made="root")
        except subprocess.CalledProcessError:
            return False
        return True

    def _openssl(self, *words: str, made: str) -> bytes:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)
        return (self.folder / made).read_bytes()


def set_up(
    folder: Path, signer: Holder, *, chain: tuple[Holder, ...] = (), more: str = ""
) -> Authority:
    """Set up an authority; with a chain, its responses bring those certificates too."""
    demand()
    folder.mkdir()
    if chain:
        (folder / "chain.pem").write_bytes(b"".join(one.pem for one in chain))
        more += f"\ncerts = {folder}/chain.pem"
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder, more=more))
    (folder / "serial").write_text("01")
    (folder / "signer.pem").write_bytes(signer.pem)
    (folder / "signer.key").write_bytes(signer.key_pem)
    return Authority(folder)


def wrap(token: bytes) -> bytes:
    """Make a response, status granted, of a token (DER)."""
    content = b"\x30\x03\x02\x01\x00" + token
    return b"\x30\x82" + len(content).to_bytes(2, "big") + content


# The server

Answer = tuple[int, dict[str, str], bytes]


def good(body: bytes) -> Answer:
    return 200, {"Content-Type": "application/timestamp-reply"}, body


@contextlib.contextmanager
def serve(
    answer: Callable[[str, str | None, bytes], Answer], tls: Holder | None = None
) -> Iterator[str]:
    """Run a server on this machine; gives its address.

    Args:
        answer: What it says to a path, a content type and a body.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            code, headers, told = answer(self.path, self.headers["Content-Type"], body)
            with contextlib.suppress(ConnectionError):  # the other side may have had enough
                self.send_response(code)
                for name, value in {"Content-Length": str(len(told)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = _context(tls).wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _context(holder: Holder) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(holder.pem + holder.key_pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context
