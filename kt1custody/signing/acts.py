"""Signing an act, and checking that it was signed by the persons it names.

**Rule:** each signs the body and the signatures before theirs, so that nobody can be put in the
place of another afterwards. Format: `.docs/formats.md` §4.
"""

from collections.abc import Sequence

from kt1custody.core.log import keyring, signers
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Signature, to_be_signed
from kt1custody.signing import sign


def sign_next(act: Act, before: Sequence[Signature], key: sign.SigningKey) -> Signature:
    """Sign as the next of an act's persons; `before` are the signatures already given."""
    role = act.roles[len(before)]
    told = to_be_signed(
        log=act.log, body=act.body, role=role, alg=key.alg, kid=key.kid, before=before
    )
    return Signature(role, key.kid, key.sign(told))


def check_authentic(
    control: keyring.Control | None, act: Act, signatures: Sequence[Signature]
) -> None:
    """Check that an act was signed by the persons it names, with keys of this log.

    Args:
        control: State before the act; None for a genesis, whose keys come with it.

    Raises:
        VerificationError: `unknown-key`, `wrong-person`, `wrong-log` or `bad-signature`.
    """
    for one in (*signers.check(control, act, signatures), *signers.possessions(control, act)):
        sign.verify(one.key.alg, one.key.pub, one.to_be_signed, one.signature)
