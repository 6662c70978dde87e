"""Signing and verifying: Ed25519 and ECDSA P-256, with the algorithm taken from the key alone.

**Rule:** what libraries disagree on (points of small order or spelled in a second way, high s) is
refused here before a library is asked, so every verifier of ours gives the same answer. Format:
`.docs/formats.md` §4.
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

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.entry import possession
from kt1custody.errors import VerificationError

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ECDSA = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_ED25519_FIELD = 2**255 - 19
# The y of all points of order 1, 2, 4 and 8 on edwards25519.
_SMALL_ORDER = frozenset(
    {
        0,
        1,
        _ED25519_FIELD - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)

_PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey


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
    """Make the key of a secret of 32 bytes; `alg` is Ed25519 or ESP256."""
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
            if not _is_sound(signature[:32]):
                raise VerificationError("bad-signature")
            key.verify(signature, message)
            return
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if s > _P256_ORDER // 2:
            raise VerificationError("bad-signature")
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise VerificationError("bad-signature") from None


def to_pem(alg: int, pub: bytes) -> bytes:
    """Spell a public key as PEM (SubjectPublicKeyInfo), for tools of other people.

    Raises:
        VerificationError: `bad-signature`: no signature by it could ever hold.
    """
    key = _load(alg, pub)
    if key is None:
        raise VerificationError("bad-signature")
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _is_sound(point: bytes) -> bool:
    """Tell whether an encoding has y below the field's order and no small order (RFC 8032 §5.1.3)."""
    y = int.from_bytes(point, "little") & (2**255 - 1)
    return y < _ED25519_FIELD and y not in _SMALL_ORDER


@lru_cache(maxsize=4096)
def _load(alg: int, pub: bytes) -> _PublicKey | None:
    """Make a key that can verify; None if these bytes are none of this algorithm."""
    try:
        if alg == numbers.ED25519 and _is_sound(pub):
            return ed25519.Ed25519PublicKey.from_public_bytes(pub)
        if alg == numbers.ESP256 and len(pub) == 65:  # the library takes shorter spellings too
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), pub)
    except ValueError:
        return None
    return None


def key_map(
    origin: str, owner: str, role: str, key: SigningKey, enc: bytes | None
) -> dict[str, cbor.Value]:
    """Describe a new public key as `enrol` and `rotate` name it, with proof of its private half."""
    told: dict[str, cbor.Value] = {
        "owner": owner,
        "role": role,
        "alg": key.alg,
        "pub": key.pub,
        "enc": enc,
        "kept": "file",
    }
    return {**told, "possess": key.sign(possession(origin, told))}
