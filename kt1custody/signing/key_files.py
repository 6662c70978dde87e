"""Key files of people, and of the service: private keys at rest on the machine where they sign.

**Rule:** the keys folder is never in the data folder, a bundle or a backup. A wrong PIN is counted
on disk before it is tried, so that killing the program does not give another try. Format:
`.docs/formats.md` §7 (Key file).
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kt1custody.core.formats import cbor, numbers
from kt1custody.errors import (
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
)
from kt1custody.signing import leftovers, sign, tries
from kt1custody.signing.slips import Opener, RecordKey
from kt1custody.signing.tries import Tries

SERVICE_FILES = ("log", "server")
WITNESS_FILE = "witness.key"
_VERSION = "kt1-key-file/1"
_SERVICE_VERSION = "kt1-service-key/1"
_WITNESS_VERSION = "kt1-witness-key/1"
HEAD = 64  # bytes that tell a key file
_MAX_FILE = 4_096  # bytes; longer ones are cut off and so cannot be read
_LENGTHS = (32, 64, 32)  # bytes of a signing seed, an ML-KEM-768 seed, an X25519 key


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at a PIN costs: Argon2id with so much memory, so many passes and lanes."""

    memory_kib: int
    passes: int
    lanes: int


NORMAL = Cost(262_144, 6, 4)  # 256 MiB and at least half a second on an office's machine
TRAINING = Cost(8_192, 1, 1)
_MOST = Cost(1_048_576, 16, 16)  # keeps a planted file from eating the machine's memory


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A person's unlocked key: signs, and opens what is wrapped to him. Never written anywhere.

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


def is_key(head: bytes) -> bool:
    """Tell by its first `HEAD` bytes whether a file is one that holds a private key."""
    versions = (_VERSION, _SERVICE_VERSION, _WITNESS_VERSION)
    return any(head[1:].startswith(cbor.encode(version)) for version in versions)


def create(folder: Path, staff: str, pin: str, cost: Cost, *, renewed: bool = False) -> PersonKey:
    """Make a person's keys and write their file; never replaces one.

    Args:
        renewed: Write it beside the one in use, until `put_renewed`.

    Raises:
        RefusedError: `key-file-exists`.
        UnavailableError: `keys-folder`; nothing is left behind.
    """
    path = _renewed_path(folder, staff) if renewed else _path(folder, staff)
    parts = [secrets.token_bytes(length) for length in _LENGTHS]
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    head: list[cbor.Value] = [_VERSION, staff, salt, cost.memory_kib, cost.passes, cost.lanes]
    box = AESGCM(_stretch(pin, salt, cost)).encrypt(nonce, cbor.encode(parts), cbor.encode(head))
    _write_new(path, staff, cbor.encode([*head, nonce, box]))
    tries.begin(_tries_path(folder, staff))
    return _person(staff, parts, salt)


def create_service_key(folder: Path, name: str, *, renewed: bool = False) -> sign.SigningKey:
    """Make the log key or server key, readable to the service's account alone.

    Args:
        renewed: Write it beside the one in use, until `put_renewed`.

    Raises:
        RefusedError: `key-file-exists`.
        UnavailableError: `keys-folder`.
    """
    seed = secrets.token_bytes(32)
    path = _renewed_path(folder, name) if renewed else _path(folder, name)
    _write_new(path, name, cbor.encode([_SERVICE_VERSION, name, seed]))
    return sign.from_seed(seed)


def read_service_key(folder: Path, name: str, *, renewed: bool = False) -> sign.SigningKey:
    """Read the log key or server key.

    Args:
        renewed: Read the renewed file instead.

    Raises:
        UnavailableError: `key-file-missing` or `key-file-broken`.
    """
    return _read_service(_renewed_path(folder, name) if renewed else _path(folder, name), name)


def find_service_key(folder: Path, name: str, kid: bytes) -> sign.SigningKey:
    """Read the log key or server key that has this kid, in whichever file a rotation has left it.

    Raises:
        UnavailableError: `key-file-missing`: there is no file; `key-file-broken`: none holds it.
    """
    faults = []
    paths = (_path(folder, name), _renewed_path(folder, name), _retired_path(folder, name, kid))
    for path in paths:
        try:
            key = _read_service(path, name)
        except UnavailableError as error:
            faults.append(error)
        else:
            if key.kid == kid:
                return key
    if len(faults) == len(paths):
        raise faults[0]
    raise UnavailableError("key-file-broken", staff=name)


def keep_service_key(folder: Path, name: str, kid: bytes) -> None:
    """Keep a copy of the key in use as `<name>.<kid hex>.key`, if the file holds that key.

    Raises:
        UnavailableError: `keys-folder`.
    """
    path = _path(folder, name)
    with contextlib.suppress(RefusedError):  # it is kept already
        try:
            if _read_service(path, name).kid != kid:
                return
            content = path.read_bytes()
        except (UnavailableError, OSError):  # lost: that is why another comes
            return
        _write_new(_retired_path(folder, name, kid), name, content)


def set_aside(folder: Path, staff: str, kid: bytes) -> None:
    """Take a person's ended key file out of the way of a new one; it stays as `<staff>.<kid hex>.key`.

    Raises:
        UnavailableError: `keys-folder`.
    """
    _move(_path(folder, staff), _retired_path(folder, staff, kid), folder)


def _read_service(path: Path, name: str) -> sign.SigningKey:
    match _read(path, name):
        case [version, owner, bytes(seed)] if (version, owner) == (_SERVICE_VERSION, name) and len(
            seed
        ) == 32:
            return sign.from_seed(seed)
    raise UnavailableError("key-file-broken", staff=name)


def mark_begun(folder: Path, name: str, kid: bytes) -> None:
    """Note which key a rotation is bringing that has no file of its own; replaces an older note.

    Raises:
        UnavailableError: `keys-folder`.
    """
    put(_mark_path(folder, name), cbor.encode(kid))


def read_mark(folder: Path, name: str) -> bytes | None:
    """Read which key a rotation was bringing; None if none has begun, or nobody can tell."""
    try:
        kid = cbor.decode(_mark_path(folder, name).read_bytes(), what="mark")
    except (OSError, MalformedInputError):
        return None
    return kid if isinstance(kid, bytes) else None


def drop_mark(folder: Path, name: str) -> None:
    """Forget the note of a rotation that is done."""
    _mark_path(folder, name).unlink(missing_ok=True)


def put(path: Path, content: bytes) -> None:
    """Write a file that only this account reads, in the place of the one that is there, for good.

    Raises:
        UnavailableError: `keys-folder`; what was there before is still there.
    """
    with _beside(path, content) as beside:
        beside.replace(path)


def create_witness_key(folder: Path, name: str) -> sign.SigningKey:
    """Make the key of a witness, readable to its account alone.

    Raises:
        RefusedError: `key-file-exists`.
        UnavailableError: `keys-folder`.
    """
    seed = secrets.token_bytes(32)
    _write_new(folder / WITNESS_FILE, name, cbor.encode([_WITNESS_VERSION, name, seed]))
    return sign.from_seed(seed)


def read_witness_key(folder: Path) -> tuple[str, sign.SigningKey]:
    """Read the name and the key of a witness.

    Raises:
        UnavailableError: `key-file-missing` or `key-file-broken`.
    """
    match _read(folder / WITNESS_FILE, WITNESS_FILE):
        case [version, str(name), bytes(seed)] if version == _WITNESS_VERSION and len(seed) == 32:
            return name, sign.from_seed(seed)
    raise UnavailableError("key-file-broken", staff=WITNESS_FILE)


def is_renewed(folder: Path, staff: str) -> bool:
    """Tell whether a renewed key file waits to be put in place."""
    return _renewed_path(folder, staff).exists()


def holds(folder: Path, key: PersonKey, *, renewed: bool = False) -> bool:
    """Tell whether a person's file, or the renewed one, is the one that holds this very key."""
    staff = key.staff
    path = _renewed_path(folder, staff) if renewed else _path(folder, staff)
    try:
        return _read_locked(path, staff).salt == key.salt
    except UnavailableError:
        return False


def drop(folder: Path, name: str, *, renewed: bool = False) -> None:
    """Remove a key file that nobody depends on; the log never had its key, nor will have it.

    Raises:
        UnavailableError: `keys-folder`.
    """
    try:
        (_renewed_path(folder, name) if renewed else _path(folder, name)).unlink(missing_ok=True)
        _sync(folder)
    except OSError as error:
        raise UnavailableError("keys-folder", why=error.strerror or "") from None


def put_renewed(folder: Path, staff: str, *, kept: bytes | None = None) -> None:
    """Put a renewed key file in the place of the old one, which is gone then.

    Args:
        kept: Kid of the old one, which stays as `<staff>.<kid hex>.key`; what has that name stays.

    Raises:
        UnavailableError: `keys-folder`.
    """
    if kept is not None:
        try:
            with contextlib.suppress(FileExistsError, FileNotFoundError):
                os.link(_path(folder, staff), _retired_path(folder, staff, kept))
        except OSError as error:
            raise UnavailableError("keys-folder", why=error.strerror or "") from None
    _move(_renewed_path(folder, staff), _path(folder, staff), folder)


def is_kept(folder: Path, staff: str, kid: bytes) -> bool:
    """Tell whether the file of a key that was renewed since has stayed."""
    return _retired_path(folder, staff, kid).exists()


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
    path = _renewed_path(folder, staff) if renewed else _path(folder, staff)
    locked = _read_locked(_retired_path(folder, staff, kept) if kept else path, staff)
    with tries.alone(_tries_path(folder, staff)) as count:
        told = count.tries
        if told.is_lost or told.last > now:  # or the clock was ahead: the wait begins anew
            count.put(Tries(told.row, now, told.unreported))
        left = told.wait - max(0, now - count.tries.last)
        if left > 0:
            raise NotAllowedError("pin-wait", staff=staff, seconds=left)
        # Counted first: a process killed in the middle has used its try.
        counted = Tries(told.row + 1, now, told.unreported + 1)
        count.put(counted)
        key = AESGCM(_stretch(pin, locked.salt, locked.cost))
        try:
            opened = key.decrypt(locked.nonce, locked.box, locked.head)
        except InvalidTag:
            if not counted.wait and kept:
                raise NotAllowedError("wrong-pin-before", staff=staff) from None
            if not counted.wait:
                raise NotAllowedError("wrong-pin", staff=staff) from None
            raise NotAllowedError("wrong-pin-wait", staff=staff, seconds=counted.wait) from None
        count.put(Tries(0, 0, told.unreported))
    return _person(staff, _decode(opened, staff), locked.salt)


def read_tries(folder: Path, staff: str) -> Tries:
    """Read how often a PIN was wrong; a count that is gone or spoilt is never a fresh one."""
    return tries.read(_tries_path(folder, staff))


def settle_tries(folder: Path, staff: str, reported: int) -> None:
    """Take off what an act in the log has just reported."""
    with tries.alone(_tries_path(folder, staff)) as count:
        told = count.tries
        count.put(Tries(told.row, told.last, max(0, told.unreported - reported)))


@dataclass(frozen=True, slots=True)
class _Locked:
    """A person's key file as read, not yet opened; `head` is what its box is bound to."""

    salt: bytes
    cost: Cost
    nonce: bytes
    box: bytes
    head: bytes


def _read_locked(path: Path, staff: str) -> _Locked:
    value = _read(path, staff)
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
            (version, owner) == (_VERSION, staff)
            and (len(salt), len(nonce)) == (16, 12)
            and 1 <= passes <= _MOST.passes
            and 1 <= lanes <= _MOST.lanes
            and 8 * lanes <= memory <= _MOST.memory_kib
        ):
            return _Locked(salt, Cost(memory, passes, lanes), nonce, box, cbor.encode(value[:6]))
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
            return PersonKey(staff, sign.from_seed(seed), RecordKey(mlkem, x25519), salt)
    raise UnavailableError("key-file-broken", staff=staff)


def _path(folder: Path, name: str) -> Path:
    if name not in SERVICE_FILES and not numbers.is_staff_number(name):
        msg = f"not a name of a key: {name}"
        raise ValueError(msg)
    return folder / f"{name}.key"


def _renewed_path(folder: Path, staff: str) -> Path:
    return _path(folder, staff).with_suffix(".new.key")


def _retired_path(folder: Path, name: str, kid: bytes) -> Path:
    return _path(folder, name).with_suffix(f".{kid.hex()}.key")


def _mark_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.new.kid"


def _tries_path(folder: Path, staff: str) -> Path:
    return _path(folder, staff).with_suffix(".tries")


def _read(path: Path, name: str) -> cbor.Value:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_FILE)
    except FileNotFoundError:
        raise UnavailableError("key-file-missing", staff=name) from None
    except OSError as error:
        raise UnavailableError("keys-folder", why=error.strerror or "") from None
    return _decode(raw, name)


def _decode(raw: bytes, name: str) -> cbor.Value:
    try:
        return cbor.decode(raw, what="key-file")
    except MalformedInputError:
        raise UnavailableError("key-file-broken", staff=name) from None


def _write_new(path: Path, name: str, content: bytes) -> None:
    """Write a file that is not there yet."""
    with _beside(path, content) as beside:
        try:
            os.link(beside, path)  # unlike a renaming, never replaces
        except FileExistsError:
            raise RefusedError("key-file-exists", staff=name) from None


@contextlib.contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """Write content beside its place, flushed to disk and readable to its owner alone."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with leftovers.written(path, content, every=True) as beside:
            yield beside
        _sync(path.parent)
    except OSError as error:
        raise UnavailableError("keys-folder", why=error.strerror or "") from None


def _move(path: Path, place: Path, folder: Path) -> None:
    """Give a file another name, in the place of what has that name, for good."""
    try:
        path.replace(place)
        _sync(folder)
    except OSError as error:
        raise UnavailableError("keys-folder", why=error.strerror or "") from None


def _sync(folder: Path) -> None:
    """Have the names in a folder outlive a power cut."""
    with contextlib.suppress(PermissionError):  # some systems see to it by themselves
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
