"""Confidential records: committed in the log, encrypted beside it, readable by office.

**Rule:** a record is only ever stored encrypted under a key of its own, which is sealed to the keys
of offices; whoever deletes what is sealed has erased the record, and the log still verifies.
Whatever is wrapped or sealed is bound to the public key that the log names. Format:
`.docs/formats.md` §7.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kt1custody.core.formats import cbor
from kt1custody.errors import MalformedInputError, VerificationError

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_MLKEM_PUBLIC = 1_184  # bytes of an ML-KEM-768 public key; 32 of X25519 follow
_MLKEM_SEED = 64
_SALT = 32  # bytes
# What stands before a record in CBOR ["kt1-commit/1", record] and in CBOR [salt, record].
_COMMIT = cbor.encode(["kt1-commit/1", None])[:-1]
_TAG_KEY = b"kt1-tag-key/1"
_SALTED = cbor.encode([bytes(_SALT), None])[: -1 - _SALT]

About = int | str


@dataclass(frozen=True)
class RecordKey:
    """The private half of an encryption key, of a person or of an office."""

    mlkem_seed: bytes = field(repr=False)
    x25519_key: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """Draw a key."""
        return cls(secrets.token_bytes(_MLKEM_SEED), secrets.token_bytes(32))

    @classmethod
    def of(cls, secret: bytes) -> Self:
        """Make a key of its 96 bytes; of another length it is no key of anybody's."""
        return cls(secret[:_MLKEM_SEED], secret[_MLKEM_SEED:])

    @property
    def secret(self) -> bytes:
        """Its 96 bytes."""
        return self.mlkem_seed + self.x25519_key

    def public(self) -> bytes:
        """Give the public half, 1 216 bytes."""
        first, second = self._halves()
        return first.public_key().public_bytes_raw() + second.public_key().public_bytes_raw()

    def unwrap(self, wrapped: bytes, log: str, name: str, public: bytes) -> bytes:
        """Open the private half of a key that was wrapped to this person.

        Args:
            public: Public half of that key, as the log names it. That the private half belongs to
                it is for the caller to compare: whoever wraps may wrap anything.

        Raises:
            VerificationError: `wrapped-key`.
        """
        try:
            return _SUITE.decrypt(wrapped, self.private, _wrap_info(log, name, public))
        except (InvalidTag, ValueError, TypeError):  # TypeError: as in `open_salted`
            raise VerificationError("wrapped-key", name=name) from None

    def tag(self, value: cbor.Value) -> bytes:
        """Hash a value so that only whoever has this key finds it again, 32 bytes."""
        return hmac.digest(self._tag_key, cbor.encode(value), "sha256")

    @cached_property
    def _tag_key(self) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=_TAG_KEY).derive(self.secret)

    @cached_property
    def private(self) -> hpke.MLKEM768X25519PrivateKey:
        """What opens; made once, since that costs more than opening."""
        return hpke.MLKEM768X25519PrivateKey(*self._halves())

    def _halves(self) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
        return (
            mlkem.MLKEM768PrivateKey.from_seed_bytes(self.mlkem_seed),
            x25519.X25519PrivateKey.from_private_bytes(self.x25519_key),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """What opens the keys that are wrapped to one person's key; it signs nothing.

    Attributes:
        staff: For whom records are opened, as far as their own duty allows.
        kid: Of that key, 8 bytes.
    """

    staff: str
    kid: bytes
    key: RecordKey = field(repr=False)

    def lent_to(self, staff: str) -> "Opener":
        """Give it to somebody who works at this machine with a key that opens nothing."""
        return replace(self, staff=staff)


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A record as stored, and the one-time key that opens it.

    Attributes:
        commitment: 32 bytes; what the log holds.
        box: Nonce and AES-256-GCM of salt and record.
        keys: Name of an office key → the one-time key, sealed to that; empty if it is erased.
    """

    commitment: bytes
    box: bytes
    keys: Mapping[str, bytes]


def new_seed() -> bytes:
    """Draw the seed of a seal key, 32 bytes."""
    return secrets.token_bytes(32)


def wrap(secret: bytes, person: bytes, log: str, name: str, public: bytes) -> bytes:
    """Wrap the private half of an office key or seal key to one person's encryption key.

    Args:
        person: The person's public encryption key, 1 216 bytes.
        public: Public half of what is wrapped.

    Raises:
        VerificationError: `wrapped-key`: nothing can be wrapped to this key.
    """
    return _seal(secret, person, _wrap_info(log, name, public), name)


def commit(salt: bytes, record: cbor.Value) -> bytes:
    """Commit to a record: HMAC-SHA256 under its salt, 32 bytes."""
    return _commit(salt, cbor.encode(record))


def _commit(salt: bytes, spelled_record: bytes) -> bytes:
    """Commit to a record that is spelled already: it is the second part of an array of two."""
    return hmac.digest(salt, _COMMIT + spelled_record, "sha256")


def seal_record(
    record: cbor.Value, *, log: str, about: About, offices: Mapping[str, bytes]
) -> SealedRecord:
    """Encrypt a record under a fresh one-time key and seal that to offices.

    Args:
        offices: Name of an office key → its public half, 1 216 bytes.

    Raises:
        VerificationError: `wrapped-key`: nothing can be sealed to one of these keys.
    """
    salt, key, nonce = (secrets.token_bytes(length) for length in (_SALT, 32, 12))
    spelled = cbor.encode(record)
    commitment = _commit(salt, spelled)
    opened = _SALTED + salt + spelled
    box = AESGCM(key).encrypt(nonce, opened, _aad(log, about, commitment))
    keys = {
        name: _seal(key, public, _key_info(log, name, commitment), name)
        for name, public in offices.items()
    }
    return SealedRecord(commitment, nonce + box, keys)


def pass_on(
    sealed: SealedRecord, name: str, office: RecordKey, *, log: str, to: str, public: bytes
) -> bytes:
    """Seal the one-time key of a record to another office as well.

    Args:
        name: Under which of its names it is opened, with the private half `office`.
        to: Name of the other office's key, and `public` its public half.

    Raises:
        VerificationError: `record-broken`, or `wrapped-key`: nothing can be sealed to that key.
    """
    key = _one_time_key(sealed, log, name, office)
    return _seal(key, public, _key_info(log, to, sealed.commitment), to)


def open_salted(
    sealed: SealedRecord, *, log: str, about: About, name: str, office: RecordKey
) -> tuple[bytes, dict[str, cbor.Value]]:
    """Decrypt a record and check it against its commitment.

    Args:
        name: Under which of its names it is opened, with the private half `office`.

    Returns:
        Its salt and the record: both together show anybody what the log has committed to.

    Raises:
        VerificationError: `record-broken`: the key, the box or the commitment do not fit.
    """
    key = _one_time_key(sealed, log, name, office)
    try:
        nonce, box = sealed.box[:12], sealed.box[12:]
        opened = AESGCM(key).decrypt(nonce, box, _aad(log, about, sealed.commitment))
        value = cbor.decode(opened, what="record")
    # A database may hold a value of any type in any column, hence TypeError.
    except (InvalidTag, ValueError, TypeError, MalformedInputError):
        raise _broken(sealed) from None
    match value:
        case [bytes(salt), dict(record)] if (
            len(salt) == _SALT and commit(salt, record) == sealed.commitment
        ):
            return salt, record
    raise _broken(sealed)


def _one_time_key(sealed: SealedRecord, log: str, name: str, office: RecordKey) -> bytes:
    info = _key_info(log, name, sealed.commitment)
    try:
        return _SUITE.decrypt(sealed.keys[name], office.private, info)
    except (InvalidTag, ValueError, TypeError, KeyError):
        raise _broken(sealed) from None


def _broken(sealed: SealedRecord) -> VerificationError:
    return VerificationError("record-broken", commitment=sealed.commitment.hex())


def _seal(secret: bytes, public: bytes, info: bytes, name: str) -> bytes:
    try:
        return _SUITE.encrypt(secret, _receiver(public), info)
    except ValueError:
        raise VerificationError("wrapped-key", name=name) from None


@lru_cache(maxsize=64)  # the slips of a list are all sealed to the same offices
def _receiver(public: bytes) -> hpke.MLKEM768X25519PublicKey:
    return hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
        x25519.X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
    )


def _aad(log: str, about: About, commitment: bytes) -> bytes:
    return cbor.encode(["kt1-slip/1", log, about, commitment])


def _wrap_info(log: str, name: str, public: bytes) -> bytes:
    return cbor.encode(["kt1-wrap/2", log, name, hashlib.sha256(public).digest()])


def _key_info(log: str, name: str, commitment: bytes) -> bytes:
    return cbor.encode(["kt1-record-key/1", log, name, commitment])
