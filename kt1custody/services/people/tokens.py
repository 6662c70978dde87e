"""Programs that read from the server: which there are, what they may read, and until when."""

from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.session.session import Session
from kt1custody.signing import tokens
from kt1custody.signing.tokens import Token

SCOPES = ("events", "health")
_DAY = 86_400
MOST_DAYS = 400


def add(session: Session, name: str, scopes: tuple[str, ...], days: int) -> str:
    """Make a token and give it, this once.

    Raises:
        MalformedInputError: `token-name`.
        RefusedError: `token-known`; `scope-unknown`; `token-days`: none, or too many.
        UnavailableError: `keys-folder`.
    """
    for scope in scopes:
        if scope not in SCOPES:
            raise RefusedError("scope-unknown", name=scope)
    if not 1 <= days <= MOST_DAYS:
        raise RefusedError("token-days", most=MOST_DAYS)
    return tokens.make(session.keys, name, scopes, session.clock() + days * _DAY)


def listed(session: Session) -> list[Token]:
    """List them by name; as `tokens.every`."""
    return tokens.every(session.keys)


def drop(session: Session, name: str) -> None:
    """Make one good for nothing; as `tokens.drop`."""
    tokens.drop(session.keys, name)


def check(session: Session, token: str, scope: str) -> None:
    """Refuse a token that may not read something.

    Args:
        token: Untrusted.

    Raises:
        NotAllowedError: `token-unknown`: none of ours, or over; `token-scope`.
    """
    found = tokens.find(session.keys, token, session.clock())
    if found is None:
        raise NotAllowedError("token-unknown")
    if scope not in found.scopes:
        raise NotAllowedError("token-scope", name=scope)
