"""Confidential records: committed in the log, encrypted beside it, readable by role.

**Rule:** a record is only ever stored encrypted under a key of its own; whoever deletes that key
has erased the record, and the log still verifies. Format: `.docs/formats.md` §7.
"""

import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke, keywrap
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kt1custody.core import cbor
from kt1custody.errors import MalformedInputError, VerificationError

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_MLKEM_PUBLIC = 1_184  # bytes of an ML-KEM-768 public key; 32 of X25519 follow
_SALT = 32  # bytes
# What stands before a record in CBOR ["kt1-commit/1", record] and in CBOR [salt, record].
_COMMIT = cbor.encode(["kt1-commit/1", None])[:-1]
_SALTED = cbor.encode([bytes(_SALT), None])[: -1 - _SALT]

About = int | str


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The private half of a person's encryption key: ML-KEM-768 seed and X25519 key."""

    mlkem_seed: bytes = field(repr=False)
    x25519_key: bytes = field(repr=False)

    def public(self) -> bytes:
        """Give the public half, 1 216 bytes."""
        first, second = self._halves()
        return first.public_key().public_bytes_raw() + second.public_key().public_bytes_raw()

    def unwrap(self, wrapped: bytes, log: str, name: str) -> bytes:
        """Open a key that was wrapped to this person.

        Raises:
            VerificationError: `wrapped-key`.
        """
        key = hpke.MLKEM768X25519PrivateKey(*self._halves())
        try:
            return _SUITE.decrypt(wrapped, key, _info(log, name))
        except (InvalidTag, ValueError, TypeError):  # TypeError: as in `open_record`
            raise VerificationError("wrapped-key", name=name) from None

    def _halves(self) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
        return (
            mlkem.MLKEM768PrivateKey.from_seed_bytes(self.mlkem_seed),
            x25519.X25519PrivateKey.from_private_bytes(self.x25519_key),
        )


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A record as stored, and the one-time key that opens it.

    Attributes:
        commitment: 32 bytes; what the log holds.
        box: Nonce and AES-256-GCM of salt and record.
        wrapped: The one-time key under the year's office key (RFC 3394), 40 bytes.
    """

    commitment: bytes
    box: bytes
    wrapped: bytes


def new_key() -> bytes:
    """Draw a key of 32 bytes: an office key, or the seed of a seal key."""
    return secrets.token_bytes(32)


def wrap(key: bytes, public: bytes, log: str, name: str) -> bytes:
    """Wrap an office key or seal key to one person's encryption key.

    Raises:
        VerificationError: `wrapped-key`: nothing can be wrapped to this key.
    """
    try:
        receiver = hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
            x25519.X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
        )
        return _SUITE.encrypt(key, receiver, _info(log, name))
    except ValueError:
        raise VerificationError("wrapped-key", name=name) from None


def commit(salt: bytes, record: cbor.Value) -> bytes:
    """Commit to a record: HMAC-SHA256 under its salt, 32 bytes."""
    return _commit(salt, cbor.encode(record))


def _commit(salt: bytes, spelled_record: bytes) -> bytes:
    """Commit to a record that is spelled already: it is the second part of an array of two."""
    return hmac.digest(salt, _COMMIT + spelled_record, "sha256")


def seal_record(record: cbor.Value, *, log: str, about: About, office_key: bytes) -> SealedRecord:
    """Encrypt a record under a fresh one-time key and wrap that under the office key."""
    salt, key, nonce = (secrets.token_bytes(length) for length in (_SALT, 32, 12))
    spelled = cbor.encode(record)
    commitment = _commit(salt, spelled)
    opened = _SALTED + salt + spelled
    box = AESGCM(key).encrypt(nonce, opened, _aad(log, about, commitment))
    return SealedRecord(commitment, nonce + box, keywrap.aes_key_wrap(office_key, key))


def open_record(
    sealed: SealedRecord, *, log: str, about: About, office_key: bytes
) -> dict[str, cbor.Value]:
    """Decrypt a record and check it against its commitment; raises as `open_salted`."""
    return open_salted(sealed, log=log, about=about, office_key=office_key)[1]


def open_salted(
    sealed: SealedRecord, *, log: str, about: About, office_key: bytes
) -> tuple[bytes, dict[str, cbor.Value]]:
    """Decrypt a record and check it against its commitment.

    Returns:
        Its salt and the record: both together show anybody what the log has committed to.

    Raises:
        VerificationError: `record-broken`: the key, the box or the commitment do not fit.
    """
    try:
        key = keywrap.aes_key_unwrap(office_key, sealed.wrapped)
        nonce, box = sealed.box[:12], sealed.box[12:]
        opened = AESGCM(key).decrypt(nonce, box, _aad(log, about, sealed.commitment))
        value = cbor.decode(opened, what="record")
    # A database may hold a value of any type in any column, hence TypeError.
    except (InvalidTag, keywrap.InvalidUnwrap, ValueError, TypeError, MalformedInputError):
        raise VerificationError("record-broken", commitment=sealed.commitment.hex()) from None
    match value:
        case [bytes(salt), dict(record)] if (
            len(salt) == _SALT and commit(salt, record) == sealed.commitment
        ):
            return salt, record
    raise VerificationError("record-broken", commitment=sealed.commitment.hex())


def _aad(log: str, about: About, commitment: bytes) -> bytes:
    return cbor.encode(["kt1-slip/1", log, about, commitment])


def _info(log: str, name: str) -> bytes:
    return cbor.encode(["kt1-wrap/1", log, name])
