"""The service's own certificate authority for its pages on the LAN, and the server's certificate.

**Rule:** the authority can vouch for one DNS name and nothing else, by a critical name constraint:
whoever steals its key can pose as this server, and as no other site. Its key never leaves the keys
folder. Source: RFC 5280 §4.2.1.10; CA/Browser Forum and Apple: at most 398 days for a server.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.signing import key_files
from kt1custody.system import plain_file

_FOLDER = "tls"
_AUTHORITY, _SERVER = "authority.pem", "server.pem"
_YEARS = timedelta(days=3_650)
_SERVED = timedelta(days=397)
_BEFORE_END = timedelta(days=30)  # a server certificate is renewed
_SLACK = timedelta(days=1)  # for clocks of browsers that are behind
_MOST = 65_536  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificate:
    """What a server shows and what its browsers trust.

    Attributes:
        name: DNS name of the server.
        file: PEM of its certificate and key; readable to this account alone.
        authority: Certificate of the authority, DER.
        until: End of the server's certificate, Unix seconds UTC.
    """

    name: str
    file: Path
    authority: bytes
    until: int

    @property
    def digest(self) -> bytes:
        """SHA-256 of the authority's certificate."""
        return hashlib.sha256(self.authority).digest()

    @property
    def fingerprint(self) -> str:
        """That in groups, as browsers show it."""
        return self.digest.hex(":").upper()


def ready(folder: Path, name: str, now: int) -> ServerCertificate:
    """Give the certificate of a server, made or renewed if need be.

    Args:
        folder: The keys folder.
        name: Its DNS name, in small letters.
        now: Unix seconds UTC.

    Raises:
        RefusedError: `certificate-name`: the authority here vouches for another name.
        UnavailableError: `keys-folder`, `key-file-broken`.
    """
    at = datetime.fromtimestamp(now, UTC)
    own = _read(folder / _FOLDER / _AUTHORITY)
    if own is None or own[0].not_valid_after_utc < at:
        own = _found(folder, name, at)
    authority, key = own
    known = _names(authority)
    if known != [name]:
        raise RefusedError("certificate-name", name=name, known=", ".join(known))
    made = _read(folder / _FOLDER / _SERVER)
    if made is None or made[0].issuer != authority.subject or not _is_fresh(made[0], key, at):
        made = _issue(folder, name, authority, key, at)
    return ServerCertificate(
        name=name,
        file=folder / _FOLDER / _SERVER,
        authority=authority.public_bytes(serialization.Encoding.DER),
        until=int(made[0].not_valid_after_utc.timestamp()),
    )


_Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _found(folder: Path, name: str, at: datetime) -> _Pair:
    """Make the authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"KT1 {name}"[:64])])
    everywhere = [x509.IPAddress(ip_network(net)) for net in ("0.0.0.0/0", "::/0")]
    limits = x509.NameConstraints([x509.DNSName(name)], everywhere)
    made = (
        _begun(subject, subject, key, at, at + _YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(limits, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _put(folder / _FOLDER / _AUTHORITY, made, key)


def _issue(
    folder: Path,
    name: str,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    at: datetime,
) -> _Pair:
    """Make a certificate of the server, with a key of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    end = min(at + _SERVED, authority.not_valid_after_utc)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    made = (
        _begun(subject, authority.subject, key, at, end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    return _put(folder / _FOLDER / _SERVER, made, key)


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    at: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _SLACK)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _names(authority: x509.Certificate) -> list[str]:
    """Give the DNS names that an authority may vouch for."""
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    return [one.value for one in limits.permitted_subtrees or () if isinstance(one, x509.DNSName)]


def _is_fresh(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, at: datetime) -> bool:
    """Tell whether this authority has made a certificate, which is valid for long enough."""
    ours = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    told = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    begun, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return told == ours and begun <= at < end - _BEFORE_END


def _put(file: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> _Pair:
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key_files.put(file, certificate.public_bytes(serialization.Encoding.PEM) + secret)
    return certificate, key


def _read(file: Path) -> _Pair | None:
    with key_files.folder_errors():
        try:
            raw = plain_file.read(file, _MOST)
        except FileNotFoundError:
            return None
    try:
        key = serialization.load_pem_private_key(raw, None)
        certificate = x509.load_pem_x509_certificate(raw)
    except ValueError:
        raise UnavailableError("key-file-broken", staff=file.name) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise UnavailableError("key-file-broken", staff=file.name)
    return certificate, key
