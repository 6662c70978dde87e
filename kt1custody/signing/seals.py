"""Whether a seal was signed by a seal key of a log."""

from kt1custody.core.log.keyring import Control
from kt1custody.core.seals.assessment import SignatureCheck
from kt1custody.core.seals.seal import UnverifiedSeal
from kt1custody.errors import VerificationError
from kt1custody.signing import sign


def prove(control: Control, unverified: UnverifiedSeal) -> SignatureCheck:
    """Verify the signature of a seal, with whatever key of the log it names."""
    key = control.keys.get(unverified.kid)
    if key is None:
        return SignatureCheck.UNKNOWN_KEY
    if key.role != "seal" or key.alg != unverified.alg:
        return SignatureCheck.NOT_A_SEAL_KEY
    try:
        sign.verify(key.alg, key.pub, unverified.to_be_signed, unverified.signature)
    except VerificationError:
        return SignatureCheck.BAD
    return SignatureCheck.GOOD
