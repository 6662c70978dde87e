"""What an administrator suggests about people, devices and the service, until two officers sign it or drop it.

**Rule:** a suggestion changes nothing and is no evidence; officers see it beside the facts of the log,
and what they sign is their own act. Format: `.docs/formats.md` §7 (Suggestions).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kt1custody.core.formats import cbor
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.session.session import Session
from kt1custody.signing import key_files
from kt1custody.system import plain_file

NAME = "suggestions"  # in the keys folder
Told = str | int | list[str] | None  # what a part of a change may be
_VERSION = "kt1-suggestions/1"
_MOST = 50
_MAX_FILE = 200_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One change that is suggested.

    Attributes:
        by: Staff number of the administrator.
        at: Unix seconds UTC.
        change: What is to be changed, by the names of its parts; untrusted.
    """

    number: int
    by: str
    at: int
    change: Mapping[str, Told]


def every(session: Session) -> list[Suggestion]:
    """List them, oldest first.

    Raises:
        UnavailableError: `keys-folder`, `key-file-broken`.
    """
    with key_files.folder_errors():
        try:
            raw = plain_file.read(session.keys / NAME, _MAX_FILE)
        except FileNotFoundError:
            return []
    match key_files.decode(raw, NAME):
        case [version, [*rows]] if version == _VERSION:
            return [_read(row) for row in rows]
        case _:
            raise UnavailableError("key-file-broken", staff=NAME)


def add(session: Session, by: str, change: Mapping[str, Told]) -> int:
    """Keep a suggestion and give its number.

    Raises:
        RefusedError: `suggestions-full`: officers have not looked at the others.
        UnavailableError: As `every`.
    """
    known = every(session)
    if len(known) >= _MOST:
        raise RefusedError("suggestions-full", most=_MOST)
    number = known[-1].number + 1 if known else 1
    at = session.now(session.control())
    _write(session, [*known, Suggestion(number=number, by=by, at=at, change=change)])
    return number


def drop(session: Session, number: int) -> None:
    """Forget a suggestion, which was signed or is not wanted; one that is gone stays so."""
    known = every(session)
    left = [one for one in known if one.number != number]
    if len(left) != len(known):
        _write(session, left)


def _write(session: Session, suggestions: Iterable[Suggestion]) -> None:
    rows: list[cbor.Value] = [
        [one.number, one.by, one.at, {name: _plain(value) for name, value in one.change.items()}]
        for one in suggestions
    ]
    key_files.put(session.keys / NAME, cbor.encode([_VERSION, rows]))


def _read(row: cbor.Value) -> Suggestion:
    match row:
        case [int(number), str(by), int(at), dict(change)]:
            parts = {name: _part(value) for name, value in change.items()}
            return Suggestion(number=number, by=by, at=at, change=parts)
        case _:
            raise UnavailableError("key-file-broken", staff=NAME)


def _plain(value: Told) -> cbor.Value:
    return [*value] if isinstance(value, list) else value


def _part(value: cbor.Value) -> Told:
    if isinstance(value, list):
        return [str(one) for one in value]
    return value if isinstance(value, str | int) else None
