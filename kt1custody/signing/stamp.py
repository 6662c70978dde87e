"""Time stamps of a stranger's clock (RFC 3161): a text existed by then, whoever denies it.

**Rule:** the only home of the stamp library, which may be missing. A response is untrusted until
its signature leads to a root that was known beforehand; certificates are judged at the stamp's
own time, so a stamp stays good when they have ended. No clock, no network and no list of revoked
certificates is asked. Format: RFC 3161, and `.docs/formats.md` §15.
"""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence

from cryptography import x509

from kt1custody.errors import MalformedInputError, UnavailableError, VerificationError

MAX_RESPONSE = 65_536  # bytes
_SHA256, _SHA384, _SHA512 = (
    x509.ObjectIdentifier(f"2.16.840.1.101.3.4.2.{number}") for number in (1, 2, 3)
)


def ask(message: bytes) -> tuple[bytes, int]:
    """Make a request for a stamp over SHA-256 of a message, with the authority's certificates.

    Returns:
        The request (DER TimeStampReq), and the random 64-bit nonce in it.

    Raises:
        UnavailableError: `stamp-not-installed`.
    """
    with _installed():
        import rfc3161_client as tsp
    request = tsp.TimestampRequestBuilder(message, tsp.HashAlgorithm.SHA256).build()
    return request.as_bytes(), request.nonce or 0


def check(
    message: bytes, response: bytes, roots: Sequence[bytes], *, nonce: int | None = None
) -> int:
    """Verify a stamp over SHA-256 of a message.

    Args:
        response: DER TimeStampResp, untrusted.
        roots: Trusted self-signed certificates, PEM.
        nonce: Of the request, for an answer that has just come; None for a stored one.

    Returns:
        The stamp's time, Unix seconds UTC, fractions cut off.

    Raises:
        VerificationError: `stamp-wrong`; why: `stamp-refused`, `stamp-message`, `stamp-nonce`,
            `stamp-digest` or `stamp-chain`.
        MalformedInputError: `stamp-malformed`, or `stamp-roots`.
        UnavailableError: `stamp-not-installed`.
    """
    with _installed():
        import rfc3161_client as tsp
    trusted = read_roots(roots)
    if len(response) > MAX_RESPONSE:
        raise MalformedInputError("stamp-malformed", why="stamp-long")
    try:
        answer = tsp.decode_timestamp_response(response)
        if answer.status != tsp.PKIStatus.GRANTED:
            raise VerificationError("stamp-wrong", why="stamp-refused")
        told, digests = answer.tst_info, answer.signed_data.digest_algorithms
    except ValueError as error:
        why = "set-order" if "InvalidSetOrdering" in str(error) else "stamp-der"
        raise MalformedInputError("stamp-malformed", why=why) from None
    imprint = told.message_imprint
    if (imprint.hash_algorithm, imprint.message) != (_SHA256, hashlib.sha256(message).digest()):
        raise VerificationError("stamp-wrong", why="stamp-message")
    stamped: int | None = told.nonce  # without one it may be an old answer, sent again
    if stamped is None or nonce not in (None, stamped):
        raise VerificationError("stamp-wrong", why="stamp-nonce")
    if not digests <= {_SHA256, _SHA384, _SHA512}:
        raise VerificationError("stamp-wrong", why="stamp-digest")
    try:
        tsp.VerifierBuilder(roots=trusted).build().verify_message(answer, message)
    except (tsp.VerificationError, ValueError):
        raise VerificationError("stamp-wrong", why="stamp-chain") from None
    return int(told.gen_time.timestamp())  # the library cuts fractions off


@contextlib.contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except ImportError:
        raise UnavailableError("stamp-not-installed") from None


def read_roots(roots: Sequence[bytes]) -> list[x509.Certificate]:
    """Read trusted self-signed certificates, PEM.

    Raises:
        MalformedInputError: `stamp-roots`: a file holds none, or there is no file.
    """
    try:
        found = [one for pem in roots for one in x509.load_pem_x509_certificates(pem)]
    except ValueError:
        found = []
    if not found:
        raise MalformedInputError("stamp-roots")
    return found
