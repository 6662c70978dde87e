"""Browsers in which people sign: what a machine of the log keeps for each, so that a PIN opens a key.

**Rule:** a person's key lies in the browser alone, wrapped under two halves: one comes of the PIN
there, one is kept here and given only to whoever proves the PIN. Neither a stolen counter PC nor
this machine alone can guess a PIN, and here every guess is counted on disk before it is answered,
with those at key files. A browser is known by a random secret that it shows; here lies its hash.
Format: `.docs/formats.md` §7 (Browser file).
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kt1custody.core.formats import cbor, numbers
from kt1custody.errors import NotAllowedError, RefusedError, UnavailableError
from kt1custody.signing import key_files, tries
from kt1custody.signing.tries import Tries
from kt1custody.system import plain_file

_VERSION = "kt1-browser/1"
_FOLDER = "browsers"
_MOST = 1_000_000  # bytes
_CODE = 10  # characters of a one-time code
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # what nobody misreads; 32 of them
_CODE_LIVES = 3_600  # seconds
_KEYS = 200  # that one browser may hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """The part of a wrapped key that is kept here.

    Attributes:
        staff: Whose key it is.
        proof: SHA-256 of what the browser shows to prove the PIN, 32 bytes.
        half: What is given for it, 32 bytes.
    """

    staff: str
    proof: bytes
    half: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """A browser that is a device of the log.

    Attributes:
        code: SHA-256 of the one-time code by which it becomes this device; empty if there is none.
        code_until: Unix seconds UTC.
        secret: SHA-256 of the secret that it shows; empty as long as no browser is this device.
        halves: Kid of a key in hexadecimal → what is kept of it.
        asked: Kid in hexadecimal → key map of a key that was made there, in CBOR; officers have yet to
            enrol it.
    """

    device: str
    code: bytes = b""
    code_until: int = 0
    secret: bytes = b""
    halves: Mapping[str, Half] = field(default_factory=dict)
    asked: Mapping[str, bytes] = field(default_factory=dict)


def offer(folder: Path, device: str, now: int) -> str:
    """Give a one-time code by which a browser becomes a device; one given before is void.

    Raises:
        UnavailableError: `keys-folder`, `key-file-broken`.
    """
    code = "".join(secrets.choice(_SIGNS) for _ in range(_CODE))
    browser = find(folder, device) or Browser(device=device)
    _put(folder, replace(browser, code=_hash(code), code_until=now + _CODE_LIVES))
    return code


def bind(folder: Path, code: str, now: int) -> tuple[str, str]:
    """Make the browser that knows a one-time code the device for which it was given.

    A browser that was this device before is so no longer, and the keys in it open no more.

    Returns:
        The device, and the secret that the browser shows from now on.

    Raises:
        NotAllowedError: `browser-code`.
    """
    wanted = _hash("".join(code.upper().replace("-", "").split()))
    for browser in every(folder):
        if hmac.compare_digest(browser.code, wanted) and now <= browser.code_until:
            secret = f"{browser.device}.{secrets.token_urlsafe(32)}"
            _put(folder, Browser(device=browser.device, secret=_hash(secret)))
            return browser.device, secret
    raise NotAllowedError("browser-code")


def known(folder: Path, secret: str) -> Browser | None:
    """Give the browser that shows a secret; None if it is none that is known here."""
    device = secret.partition(".")[0]
    browser = find(folder, device) if numbers.is_staff_number(device) else None
    if browser is None or not hmac.compare_digest(browser.secret, _hash(secret)):
        return None
    return browser


def find(folder: Path, device: str) -> Browser | None:
    """Read what is kept of a device; None if it is no browser.

    Raises:
        UnavailableError: `key-file-broken`, `keys-folder`.
    """
    with key_files.folder_errors():
        try:
            raw = plain_file.read(_path(folder, device), _MOST)
        except FileNotFoundError:
            return None
    return _read(device, key_files.decode(raw, device))


def every(folder: Path) -> list[Browser]:
    """Read all that are kept; raises as `find`."""
    with key_files.folder_errors():
        names = sorted(path.name for path in (folder / _FOLDER).glob("*"))
    found = (find(folder, name) for name in names if numbers.is_staff_number(name))
    return [browser for browser in found if browser is not None]


def changed(folder: Path, device: str) -> int:
    """Tell when what is kept of a device was last changed, in nanoseconds; 0 if nothing is."""
    with key_files.folder_errors():
        path = _path(folder, device)
        return path.stat().st_mtime_ns if path.exists() else 0


def keep(
    folder: Path, device: str, staff: str, kid: bytes, proof: bytes, asked: bytes = b""
) -> bytes:
    """Keep the half of a key that a person puts into a browser, and give it.

    Args:
        proof: What the browser will show to prove the PIN.
        asked: Key map of a key that is to be enrolled; empty for one that the log knows.

    Raises:
        RefusedError: `browser-full`.
        UnavailableError: As `find`; the half was not kept.
    """
    browser = find(folder, device) or Browser(device=device)
    if len(browser.halves) >= _KEYS and kid.hex() not in browser.halves:
        raise RefusedError("browser-full", most=_KEYS)
    half = Half(staff=staff, proof=hashlib.sha256(proof).digest(), half=secrets.token_bytes(32))
    tries.begin(tries.path(folder, staff))
    halves = {**browser.halves, kid.hex(): half}
    wanted = {**browser.asked, **({kid.hex(): asked} if asked else {})}
    _put(folder, replace(browser, halves=halves, asked=wanted))
    return half.half


def forget(folder: Path, device: str, kid: bytes) -> None:
    """Drop what is kept of a key: it cannot be opened in that browser any more."""
    browser = find(folder, device)
    if browser is not None:
        halves, asked = dict(browser.halves), dict(browser.asked)
        halves.pop(kid.hex(), None)
        asked.pop(kid.hex(), None)
        _put(folder, replace(browser, halves=halves, asked=asked))


def settle(folder: Path, device: str, kid: bytes) -> None:
    """Take a key off those that are to be enrolled."""
    browser = find(folder, device)
    if browser is not None and kid.hex() in browser.asked:
        left = {other: asked for other, asked in browser.asked.items() if other != kid.hex()}
        _put(folder, replace(browser, asked=left))


def release(folder: Path, device: str, kid: bytes, proof: bytes, now: int) -> bytes:
    """Give the half of a key to whoever proves the PIN.

    Args:
        proof: Untrusted.
        now: The machine's clock, Unix seconds UTC.

    Raises:
        NotAllowedError: `key-not-here`: this browser holds no such key; `wrong-pin`,
            `wrong-pin-wait`, `pin-wait`.
        UnavailableError: `keys-folder`.
    """
    browser = find(folder, device)
    half = None if browser is None else browser.halves.get(kid.hex())
    if half is None:
        raise NotAllowedError("key-not-here")
    with tries.alone(tries.path(folder, half.staff)) as count:
        before = tries.count_try(count, half.staff, now)
        if not hmac.compare_digest(half.proof, hashlib.sha256(proof).digest()):
            raise tries.wrong_pin(half.staff, count.tries)
        count.put(Tries(0, 0, before.unreported))
    return half.half


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _path(folder: Path, device: str) -> Path:
    if not numbers.is_staff_number(device):
        raise ValueError(device)
    return folder / _FOLDER / device


def _put(folder: Path, browser: Browser) -> None:
    halves: dict[str, cbor.Value] = {
        kid: [half.staff, half.proof, half.half] for kid, half in browser.halves.items()
    }
    asked: dict[str, cbor.Value] = {**browser.asked}
    content: list[cbor.Value] = [
        _VERSION,
        browser.device,
        browser.code,
        browser.code_until,
        browser.secret,
        halves,
        asked,
    ]
    key_files.put(_path(folder, browser.device), cbor.encode(content))


def _read(device: str, value: cbor.Value) -> Browser:
    match value:
        case [
            version,
            name,
            bytes(code),
            int(until),
            bytes(secret),
            dict(halves),
            dict(asked),
        ] if (version, name) == (_VERSION, device):
            try:
                return Browser(
                    device=device,
                    code=code,
                    code_until=until,
                    secret=secret,
                    halves={str(kid): _half(told) for kid, told in halves.items()},
                    asked={str(kid): _octets(told) for kid, told in asked.items()},
                )
            except TypeError:
                pass
    raise UnavailableError("key-file-broken", staff=device)


def _half(value: cbor.Value) -> Half:
    match value:
        case [str(staff), bytes(proof), bytes(half)] if numbers.is_staff_number(staff):
            return Half(staff=staff, proof=proof, half=half)
        case _:
            raise TypeError


def _octets(value: cbor.Value) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError
    return value
