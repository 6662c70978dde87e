"""The half of a person's key that opens records, apart from the half that signs.

**Rule:** a key that signs never comes to a server; this half may, from the browser of its owner, so
that the server opens records for those who may read them. It is drawn here, since no browser can; a
server that is unlocked keeps it in memory anyway.
"""

from kt1custody.errors import NotAllowedError
from kt1custody.services.session.session import Session
from kt1custody.signing.slips import Opener, RecordKey

LENGTH = 96  # bytes


def draw() -> tuple[bytes, bytes]:
    """Draw what will open records for a person: the secret bytes, and the public half."""
    key = RecordKey.new()
    return key.secret, key.public()


def unlock(session: Session, staff: str, secret: bytes) -> None:
    """Let records be opened in a session by what a person's key holds for that.

    Args:
        secret: Untrusted.

    Raises:
        NotAllowedError: `not-the-opening`.
    """
    control = session.control()
    key = control.current_key(staff)
    if key is None or len(secret) != LENGTH or not control.may_read(key, None):
        raise NotAllowedError("not-the-opening", staff=staff)
    opening = RecordKey.of(secret)
    if opening.public() != key.enc:
        raise NotAllowedError("not-the-opening", staff=staff)
    session.admit(Opener(staff=staff, kid=key.kid, key=opening))
