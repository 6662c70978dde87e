"""The key under which a browser keeps what is being filled in, so that it outlasts a power cut.

**Rule:** a draft lies in the browser alone, and only encrypted; its key comes from this machine, to
the person who is signed in at that browser. The key follows from a secret of the machine and lies
nowhere, so that a draft opens again after the server was started anew.
"""

import hmac

from kt1custody.core.formats import cbor
from kt1custody.services.session.session import Session

_VERSION = "kt1-draft-key/1"


def of(session: Session, staff: str) -> bytes:
    """Give the key of a person's drafts at the device of a session, 32 bytes.

    Raises:
        UnavailableError: `key-file-missing`, `key-file-broken`.
    """
    secret = session.proposal_key(session.control())
    return hmac.digest(secret, cbor.encode([_VERSION, session.device, staff]), "sha256")
