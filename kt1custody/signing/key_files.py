"""Key files of people, and of the service: private keys at rest on the machine where they sign.

**Rule:** the keys folder is never in the data folder, a bundle or a backup. A wrong PIN is counted
on disk before it is tried, so that killing the program does not give another try. Format:
`.docs/formats.md` §7 (Key file).
"""

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kt1custody.core import cbor, numbers
from kt1custody.errors import (
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
)
from kt1custody.signing import sign
from kt1custody.signing.slips import RecordKey

SERVICE_FILES = ("log", "server")
_VERSION = "kt1-key-file/1"
_SERVICE_VERSION = "kt1-service-key/1"
_FREE_TRIES = 4
_LONGEST_WAIT = 3_600  # seconds
_MAX_FILE = 4_096


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at a PIN costs: Argon2id with so much memory, so many passes and lanes."""

    memory_kib: int
    passes: int
    lanes: int


NORMAL = Cost(262_144, 4, 4)  # at least half a second on the machines of an office
TRAINING = Cost(8_192, 1, 1)


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A person's unlocked key: signs, and opens what is wrapped to him. Never written anywhere."""

    staff: str
    signing: sign.SigningKey
    opening: RecordKey


@dataclass(slots=True)
class Tries:
    """Wrong PINs: in a row, and since the person's last act in the log."""

    row: int = 0
    last: int = 0
    unreported: int = 0


def check_pin(pin: str, *, officer: bool) -> None:
    """Refuse a PIN that is too short: 6 digits for staff, 14 characters for officers.

    Raises:
        RefusedError: `pin-too-short` or `pin-not-digits`.
    """
    if officer:
        if len(pin) < 14:
            raise RefusedError("pin-too-short", least=14)
    elif not (pin.isascii() and pin.isdecimal()):
        raise RefusedError("pin-not-digits")
    elif len(pin) < 6:
        raise RefusedError("pin-too-short", least=6)


def create(folder: Path, staff: str, pin: str, cost: Cost) -> PersonKey:
    """Make a person's keys and write their file; never replaces one.

    Raises:
        RefusedError: `key-file-exists`.
        UnavailableError: `keys-folder`; nothing is left behind.
    """
    path = _path(folder, staff)
    if path.exists():
        raise RefusedError("key-file-exists", staff=staff)
    secrets_of = [secrets.token_bytes(32), secrets.token_bytes(64), secrets.token_bytes(32)]
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    head: list[cbor.Value] = [
        _VERSION,
        staff,
        salt,
        cost.memory_kib,
        cost.passes,
        cost.lanes,
        nonce,
    ]
    box = AESGCM(_stretch(pin, salt, cost)).encrypt(
        nonce, cbor.encode(secrets_of), cbor.encode(head[:6])
    )
    _write(path, cbor.encode([*head, box]))
    return _person(staff, secrets_of)


def create_service_key(folder: Path, name: str) -> sign.SigningKey:
    """Make the log key or server key, readable to the service's account alone.

    Raises:
        RefusedError: `key-file-exists`.
        UnavailableError: `keys-folder`.
    """
    path = _path(folder, name)
    if path.exists():
        raise RefusedError("key-file-exists", staff=name)
    seed = secrets.token_bytes(32)
    _write(path, cbor.encode([_SERVICE_VERSION, name, seed]))
    return sign.from_seed(seed)


def read_service_key(folder: Path, name: str) -> sign.SigningKey:
    """Read the log key or server key.

    Raises:
        UnavailableError: `key-file-missing` or `key-file-broken`.
    """
    value = _read(_path(folder, name), name)
    if len(value) != 3 or value[:2] != [_SERVICE_VERSION, name] or not _is_octets(value[2], 32):
        raise UnavailableError("key-file-broken", staff=name)
    assert isinstance(value[2], bytes)  # noqa: S101  # just checked
    return sign.from_seed(value[2])


def unlock(folder: Path, staff: str, pin: str, now: int) -> PersonKey:
    """Open a person's key file.

    From the fifth wrong PIN in a row the wait doubles from one minute to an hour.

    Args:
        now: The machine's clock, Unix seconds UTC.

    Raises:
        NotAllowedError: `wrong-pin` (with the wait that follows) or `pin-wait` (seconds left).
        UnavailableError: `key-file-missing`, `key-file-broken` or `keys-folder`.
    """
    path = _path(folder, staff)
    value = _read(path, staff)
    tries = read_tries(folder, staff)
    left = _wait(tries.row) - max(0, now - tries.last)
    if left > 0:
        raise NotAllowedError("pin-wait", staff=staff, seconds=left)
    # Counted first: a process killed in the middle has used its try.
    counted = Tries(tries.row + 1, now, tries.unreported + 1)
    _write_tries(folder, staff, counted)
    try:
        opened = _open(value, staff, pin)
    except InvalidTag:
        wait = _wait(counted.row)
        raise NotAllowedError("wrong-pin", staff=staff, seconds=wait) from None
    _write_tries(folder, staff, Tries(0, 0, tries.unreported))
    return _person(staff, opened)


def read_tries(folder: Path, staff: str) -> Tries:
    """Read how often a PIN was wrong; a file that is not readable counts as a full row."""
    path = _tries_path(folder, staff)
    try:
        told = json.loads(path.read_text("utf-8"))
        return Tries(int(told["row"]), int(told["last"]), int(told["unreported"]))
    except FileNotFoundError:
        return Tries()
    except (OSError, ValueError, KeyError, TypeError):
        return Tries(_FREE_TRIES, 0, 1)


def settle_tries(folder: Path, staff: str, reported: int) -> None:
    """Take off what an act in the log has just reported."""
    tries = read_tries(folder, staff)
    tries.unreported = max(0, tries.unreported - reported)
    _write_tries(folder, staff, tries)


def _wait(row: int) -> int:
    beyond = row - _FREE_TRIES
    return 0 if beyond <= 0 else int(min(_LONGEST_WAIT, 60 * 2 ** min(beyond - 1, 10)))


def _open(value: list[cbor.Value], staff: str, pin: str) -> list[cbor.Value]:
    """Decrypt the box of a key file."""
    if len(value) != 8 or value[:2] != [_VERSION, staff]:
        raise UnavailableError("key-file-broken", staff=staff)
    _, _, salt, memory, passes, lanes, nonce, box = value
    # Bounds keep a planted file from eating the machine's memory.
    sound = (
        _is_octets(salt, 16)
        and _is_octets(nonce, 12)
        and isinstance(box, bytes)
        and all(type(one) is int for one in (memory, passes, lanes))
    )
    if not sound or not (
        8 * lanes <= memory <= 1_048_576 and 1 <= passes <= 16 and 1 <= lanes <= 16  # type: ignore[operator]
    ):
        raise UnavailableError("key-file-broken", staff=staff)
    key = _stretch(pin, salt, Cost(memory, passes, lanes))  # type: ignore[arg-type]  # as above
    opened = cbor.decode(AESGCM(key).decrypt(nonce, box, cbor.encode(value[:6])), what="key-file")  # type: ignore[arg-type]
    if not (isinstance(opened, list) and len(opened) == 3):
        raise UnavailableError("key-file-broken", staff=staff)
    return opened


def _stretch(pin: str, salt: bytes, cost: Cost) -> bytes:
    return Argon2id(
        salt=salt,
        length=32,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    ).derive(pin.encode())


def _person(staff: str, opened: list[cbor.Value] | list[bytes]) -> PersonKey:
    seed, mlkem, x25519 = opened
    assert isinstance(seed, bytes) and isinstance(mlkem, bytes) and isinstance(x25519, bytes)  # noqa: S101, PT018
    return PersonKey(staff, sign.from_seed(seed), RecordKey(mlkem, x25519))


def _path(folder: Path, name: str) -> Path:
    if name not in SERVICE_FILES and not numbers.is_staff_number(name):
        msg = f"not a name of a key: {name}"
        raise ValueError(msg)
    return folder / f"{name}.key"


def _tries_path(folder: Path, staff: str) -> Path:
    return _path(folder, staff).with_suffix(".tries")


def _is_octets(value: object, length: int) -> bool:
    return type(value) is bytes and len(value) == length


def _read(path: Path, name: str) -> list[cbor.Value]:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_FILE + 1)
    except FileNotFoundError:
        raise UnavailableError("key-file-missing", staff=name) from None
    except OSError as error:
        raise UnavailableError("keys-folder", why=error.strerror or "") from None
    try:
        value = cbor.decode(raw, what="key-file")
    except MalformedInputError:
        raise UnavailableError("key-file-broken", staff=name) from None
    if not isinstance(value, list):
        raise UnavailableError("key-file-broken", staff=name)
    return value


def _write_tries(folder: Path, staff: str, tries: Tries) -> None:
    told = {"row": tries.row, "last": tries.last, "unreported": tries.unreported}
    _write(_tries_path(folder, staff), json.dumps(told).encode())


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads: beside, flushed to disk, then renamed."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with _plain_errors():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "wb") as file:  # noqa: PTH123  # of a handle made with its mode
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError("keys-folder", why=error.strerror or "") from None
