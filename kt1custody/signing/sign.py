"""Signing and verifying: Ed25519 and ECDSA P-256, with the algorithm taken from the key alone.

**Rule:** what libraries disagree on (points of small order, high s) is refused here before a
library is asked, so every verifier of ours gives the same answer. Format: `.docs/formats.md` §4.
"""

from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from kt1custody.core import numbers
from kt1custody.errors import VerificationError

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ECDSA = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey

# Encodings of points of order 1, 2, 4 and 8 on edwards25519, sign bit cleared, with the two that
# are written with y ≥ p.
_SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private signing key in memory.

    Attributes:
        pub: Public half as in a key map: 32 bytes, or 65 for P-256.
    """

    alg: int
    kid: bytes
    pub: bytes
    _private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey

    def sign(self, message: bytes) -> bytes:
        """Sign; 64 bytes, the same for the same message."""
        if isinstance(self._private, ed25519.Ed25519PrivateKey):
            return self._private.sign(message)
        r, s = decode_dss_signature(self._private.sign(message, _ECDSA))
        return r.to_bytes(32, "big") + min(s, _P256_ORDER - s).to_bytes(32, "big")


def from_seed(seed: bytes, alg: int = numbers.ED25519) -> SigningKey:
    """Make the key of a secret of 32 bytes."""
    if alg == numbers.ED25519:
        ed = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        pub = ed.public_key().public_bytes_raw()
        return SigningKey(alg, numbers.key_id(alg, pub), pub, ed)
    secret = int.from_bytes(seed, "big") % (_P256_ORDER - 1) + 1
    p256 = ec.derive_private_key(secret, ec.SECP256R1())
    pub = p256.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return SigningKey(alg, numbers.key_id(alg, pub), pub, p256)


def verify(alg: int, pub: bytes, message: bytes, signature: bytes) -> None:
    """Check one signature.

    Args:
        alg: The key's own algorithm, from the log, never from the message.
        signature: Untrusted.

    Raises:
        VerificationError: `bad-signature`.
    """
    key = _load(alg, pub)
    if key is None or len(signature) != 64:
        raise VerificationError("bad-signature")
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            if _is_small(signature[:32]):
                raise VerificationError("bad-signature")
            key.verify(signature, message)
            return
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if s > _P256_ORDER // 2:
            raise VerificationError("bad-signature")
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise VerificationError("bad-signature") from None


def check_public_key(alg: int, pub: bytes) -> None:
    """Refuse a public key that is no point of the curve or one of small order.

    Raises:
        VerificationError: `bad-signature`.
    """
    if _load(alg, pub) is None:
        raise VerificationError("bad-signature")


def to_pem(alg: int, pub: bytes) -> bytes:
    """Spell a public key as PEM (SubjectPublicKeyInfo), for tools of other people."""
    key = _load(alg, pub)
    if key is None:
        raise VerificationError("bad-signature")
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _is_small(point: bytes) -> bool:
    return point[:31] + bytes([point[31] & 0x7F]) in _SMALL_ORDER


@lru_cache(maxsize=4096)
def _load(alg: int, pub: bytes) -> _PublicKey | None:
    try:
        if alg == numbers.ED25519:
            return None if _is_small(pub) else ed25519.Ed25519PublicKey.from_public_bytes(pub)
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), pub)
    except ValueError:
        return None
