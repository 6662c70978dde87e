"""Whether a note (C2SP signed-note) was signed by a key that is known already."""

from kt1custody.core.formats import numbers
from kt1custody.core.formats.note import UnverifiedNote
from kt1custody.signing import sign


def is_signed_by(unverified: UnverifiedNote, name: str, public_key: bytes) -> bool:
    """Tell whether a key (Ed25519, 32 bytes) has signed a note under a name.

    Raises:
        VerificationError: `bad-signature`: a line names this key and does not hold.
    """
    signatures = unverified.signatures_by(name, public_key)
    for signature in signatures:
        sign.verify(numbers.ED25519, public_key, unverified.text.encode(), signature)
    return bool(signatures)
