"""Keys of people at rest on the machine where they sign: each in a file that their PIN opens.

**Rule:** a wrong PIN is counted on disk before it is tried, so that killing the program does not
give another try; a guess costs as much as Argon2id can make it. Format: `.docs/formats.md` §7 (Key
file).
"""

import contextlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kt1custody.core.formats import cbor
from kt1custody.errors import UnavailableError
from kt1custody.signing import key_files, sign, tries
from kt1custody.signing.slips import Opener, RecordKey
from kt1custody.signing.tries import Tries

_LENGTHS = (32, 64, 32)  # bytes of a signing seed, an ML-KEM-768 seed, an X25519 key


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one guess at a PIN costs: Argon2id with so much memory, so many passes and lanes."""

    memory_kib: int
    passes: int
    lanes: int


# 256 MiB and at least half a second on an office's machine.
NORMAL = Cost(memory_kib=262_144, passes=6, lanes=4)
TRAINING = Cost(memory_kib=8_192, passes=1, lanes=1)
# Keeps a planted file from eating the machine's memory.
_MOST = Cost(memory_kib=1_048_576, passes=16, lanes=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKey:
    """A person's unlocked key: signs, and opens what is wrapped to them. Never written anywhere.

    Attributes:
        salt: Of the file that holds it; no two files have the same.
    """

    staff: str
    signing: sign.SigningKey
    opening: RecordKey
    salt: bytes

    @property
    def opener(self) -> Opener:
        """What opens records for this person and cannot sign."""
        return Opener(staff=self.staff, kid=self.signing.kid, key=self.opening)


def create(folder: Path, staff: str, pin: str, cost: Cost, *, renewed: bool = False) -> PersonKey:
    """Make a person's keys and write their file; never replaces one.

    Args:
        renewed: Write it beside the one in use, until `key_files.put_renewed`.

    Raises:
        RefusedError: `key-file-exists`.
        UnavailableError: `keys-folder`; nothing is left behind.
    """
    path = key_files.path(folder, staff, renewed=renewed)
    parts = [secrets.token_bytes(length) for length in _LENGTHS]
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    head: list[cbor.Value] = [
        key_files.PERSON,
        staff,
        salt,
        cost.memory_kib,
        cost.passes,
        cost.lanes,
    ]
    box = AESGCM(_stretch(pin, salt, cost)).encrypt(nonce, cbor.encode(parts), cbor.encode(head))
    count = tries.path(folder, staff)
    is_new = not count.exists()
    # Before the key: a file whose count is missing looks as if somebody had removed the count.
    tries.begin(count)
    try:
        key_files.write_new(path, staff, cbor.encode([*head, nonce, box]))
    except UnavailableError:
        if is_new:
            with contextlib.suppress(OSError):
                count.unlink()
        raise
    return _person(staff, parts, salt)


def unlock(
    folder: Path,
    staff: str,
    pin: str,
    now: int,
    *,
    renewed: bool = False,
    kept: bytes | None = None,
) -> PersonKey:
    """Open a person's key file.

    From the fifth wrong PIN in a row the wait doubles from one minute to an hour.

    Args:
        now: The machine's clock, Unix seconds UTC.
        renewed: Open the renewed file instead.
        kept: Open the file that has stayed of this key instead.

    Raises:
        NotAllowedError: `wrong-pin`, or `wrong-pin-before` of a file that has stayed;
            `wrong-pin-wait` with the seconds that follow; `pin-wait` with the seconds left.
        UnavailableError: `key-file-missing`, `key-file-broken` or `keys-folder`.
    """
    locked = _read_locked(key_files.path(folder, staff, renewed=renewed, retired=kept), staff)
    with tries.alone(tries.path(folder, staff)) as count:
        before = tries.count_try(count, staff, now)
        key = AESGCM(_stretch(pin, locked.salt, locked.cost))
        try:
            opened = key.decrypt(locked.nonce, locked.box, locked.head)
        except InvalidTag:
            raise tries.wrong_pin(staff, count.tries, is_kept=kept is not None) from None
        count.put(Tries(0, 0, before.unreported))
    return _person(staff, key_files.decode(opened, staff), locked.salt)


def holds(folder: Path, key: PersonKey, *, renewed: bool = False) -> bool:
    """Tell whether a person's file, or the renewed one, is the one that holds this very key."""
    path = key_files.path(folder, key.staff, renewed=renewed)
    try:
        return _read_locked(path, key.staff).salt == key.salt
    except UnavailableError:
        return False


def set_aside(folder: Path, staff: str, kid: bytes) -> None:
    """Take a person's ended key file out of the way of a new one; it stays under its retired name.

    Raises:
        UnavailableError: `keys-folder`.
    """
    key_files.move(key_files.path(folder, staff), key_files.path(folder, staff, retired=kid))


def is_kept(folder: Path, staff: str, kid: bytes) -> bool:
    """Tell whether the file of a key that was renewed since has stayed."""
    return key_files.path(folder, staff, retired=kid).exists()


def read_tries(folder: Path, staff: str) -> Tries:
    """Read how often a PIN was wrong; a count that is gone or spoilt is never a fresh one."""
    return tries.read(tries.path(folder, staff))


def clear_reported_tries(folder: Path, staff: str, reported: int) -> None:
    """Take off what an act in the log has just reported."""
    tries.clear_reported(tries.path(folder, staff), reported)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locked:
    """A person's key file as read, not yet opened; `head` is what its box is bound to."""

    salt: bytes
    cost: Cost
    nonce: bytes
    box: bytes
    head: bytes


def _read_locked(path: Path, staff: str) -> _Locked:
    value = key_files.read(path, staff)
    match value:
        case [
            version,
            owner,
            bytes(salt),
            int(memory),
            int(passes),
            int(lanes),
            bytes(nonce),
            bytes(box),
        ] if (
            (version, owner) == (key_files.PERSON, staff)
            and (len(salt), len(nonce)) == (16, 12)
            and 1 <= passes <= _MOST.passes
            and 1 <= lanes <= _MOST.lanes
            and 8 * lanes <= memory <= _MOST.memory_kib
        ):
            cost = Cost(memory_kib=memory, passes=passes, lanes=lanes)
            head = cbor.encode(value[:6])
            return _Locked(salt=salt, cost=cost, nonce=nonce, box=box, head=head)
    raise UnavailableError("key-file-broken", staff=staff)


def _stretch(pin: str, salt: bytes, cost: Cost) -> bytes:
    return Argon2id(
        salt=salt,
        length=32,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    ).derive(pin.encode(errors="surrogatepass"))  # what a terminal makes of other bytes


def _person(staff: str, parts: cbor.Value, salt: bytes) -> PersonKey:
    match parts:
        case [bytes(seed), bytes(mlkem), bytes(x25519)] if (
            len(seed),
            len(mlkem),
            len(x25519),
        ) == _LENGTHS:
            opening = RecordKey(mlkem, x25519)
            return PersonKey(staff=staff, signing=sign.from_seed(seed), opening=opening, salt=salt)
    raise UnavailableError("key-file-broken", staff=staff)
